#!/bin/bash
# `make dist`: build/vqlab-VERSION.tar.xz, which builds and tests where it is unpacked.
# Prints its name.  The same files give the same bytes.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
[ $# -eq 0 ] || { echo "usage: runners/install/dist.sh    (no arguments; make dist calls it)" >&2; exit 2; }
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8

# What git has, as it is now; where there is no git, this is such a tarball, unpacked.
files() {
	if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$PWD" ]; then
		git ls-files -z
	else
		find . \( -path ./build -o -path './results/*' ! -path './results/reference*' ! -path './results/aa*' \
			! -path ./results/README.md \) -prune -o \( -type f -o -type l \) -printf '%P\0'
	fi | while IFS= read -r -d '' f; do
		[ ! -e "$f" ] || printf '%s\0' "$f" # removed, and git not told yet
	done
}

name=vqlab-$VERSION
tarball=build/$name.tar.xz
mkdir -p build
trap 'rm -f "$tarball.new"' EXIT
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y NEWS)}"
files | LC_ALL=C sort -z | tar --null --no-recursion --owner=0 --group=0 --numeric-owner \
	--mtime="@$SOURCE_DATE_EPOCH" --mode=go=rX,u+rw --transform "s,^,$name/,S" \
	--create --files-from=- |
	xz -T0 -3 >"$tarball.new"
mv "$tarball.new" "$tarball"
echo "$tarball"
