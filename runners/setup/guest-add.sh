#!/bin/bash
# A guest with programs of the user's own in it; prints the folder that holds it.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: guest-add.sh GUEST [PROGRAM PLACE]...
#
# GUEST is a folder of guest.sh's.  PROGRAM, a file of this host, goes to PLACE in the guest,
# with all libraries that ldd names at the places that it names.  The image is the guest's
# with another archive behind it, whose files go before those of the first (the kernel takes
# any number, one after the other).  Such folders are keyed by all that they are made from.
# Exit status 2: what is asked for cannot be put into a guest.
set -euo pipefail
[ $# -ge 3 ] && [ $(($# % 2)) = 1 ] || {
	echo "usage: runners/setup/guest-add.sh GUEST [PROGRAM PLACE]..." >&2
	exit 2
}
. "$(dirname "$0")/cache.sh"

BASE=$1
shift
GUEST=$CACHE/guest
WORK=
cleanup() { [ -z "$WORK" ] || rm -rf "$WORK"; }
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
refuse() { say "$@"; exit 2; }

[ -e "$BASE/initramfs.cpio" ] && [ -e "$BASE/manifest.json" ] || refuse "$BASE: no guest: runners/setup/guest.sh makes one"

# libraries PROGRAM: the files that it is linked with, one a line; none if it is static.
libraries() {
	local said
	said=$(ldd "$1" 2>&1) || {
		case $said in
		*'not a dynamic executable'* | *'statically linked'*) return 0 ;;
		esac
		refuse "$1: ldd: ${said%%$'\n'*}"
	}
	! grep -q 'not found' <<<"$said" ||
		refuse "$1: needs $(grep 'not found' <<<"$said" | sed 's/^[[:space:]]*//; s/ =>.*//' | paste -sd ' '), which this host lacks"
	grep -o '/[^ ]*' <<<"$said" || :
}

# interpreter SCRIPT: what its first line asks for must be in the guest.
interpreter() {
	local line words name
	IFS= read -r line <"$1" || :
	read -r -a words <<<"${line#\#!}"
	name=${words[0]:-}
	[ "${name##*/}" != env ] || name=${words[1]:-}
	[ -n "$name" ] || refuse "$1: its first line names no interpreter"
	case $name in
	/*) grep -qxF "${name#/}" "$WORK/base" || refuse "$1: runs by $name, which the guest lacks" ;;
	*) grep -qxE "(usr/)?bin/$name" "$WORK/base" || refuse "$1: runs by $name, which the guest lacks" ;;
	esac
}

mkdir -p "$GUEST"
exec 9>"$GUEST/lock"
flock -n 9 || {
	say "waiting for another script that makes a guest"
	flock 9
}
WORK=$(mktemp -d "$GUEST/.making.XXXXXX")
cpio -t --quiet <"$BASE/initramfs.cpio" | sed 's,^\./,,' >"$WORK/base"

# "FILE<tab>PLACE", one a line, of all that goes in; and what tells this guest from others.
: >"$WORK/files"
for ((i = 1; i < $#; i += 2)); do
	program=${!i}
	next=$((i + 1))
	place=${!next}
	printf '%s\t%s\n' "$program" "$place" >>"$WORK/files"
	: >"$WORK/libraries"
	if [ "$(head -c 2 "$program" | tr -d '\0')" = '#!' ]; then
		interpreter "$program"
	else
		libraries "$program" >"$WORK/libraries"
		sed 's/.*/&\t&/' "$WORK/libraries" >>"$WORK/files"
	fi
	echo "$place $(sha256sum <"$program")"
	# As guest.sh: a library is told by name, size and date.
	[ ! -s "$WORK/libraries" ] || xargs -d '\n' stat -Lc '%n %s %Y' <"$WORK/libraries"
done >"$WORK/inputs"
{
	sha256sum "$BASE/manifest.json" "$0" | cut -c1-64
	stat -Lc '%n %s %Y' "$BASE/initramfs.cpio"
} >>"$WORK/inputs"
name=$(key "$WORK/inputs")

make_image() {
	local out=$1 root=$WORK/root file place
	mkdir -p "$root" "$out"
	while IFS=$'\t' read -r file place; do
		mkdir -p "$root$(dirname "$place")"
		cp -L "$file" "$root$place"
	done < <(sort -u "$WORK/files")
	find "$root" -exec touch -hd @0 {} +
	cp --reflink=auto "$BASE/vmlinuz" "$out/vmlinuz"
	cp --reflink=auto "$BASE/initramfs.cpio" "$out/initramfs.cpio"
	(cd "$root" && find . -mindepth 1 | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet) >>"$out/initramfs.cpio"
	# What the first one says, and what was added.
	{
		sed '$d' "$BASE/manifest.json" | sed '$s/$/,/'
		printf ' "added": "%s"\n}\n' "$(added "$@" | paste -sd ' ' | sed 's/[\\"]/\\&/g')"
	} >"$out/manifest.json"
}

# added OUT [PROGRAM PLACE]...: the programs' names, each with the start of its hash.
added() {
	shift
	while [ $# -gt 0 ]; do
		printf '%s (%.12s)\n' "${1##*/}" "$(sha256sum <"$1")"
		shift 2
	done
}

if [ ! -e "$GUEST/$name/manifest.json" ]; then
	say "making the guest image with what the plan adds"
	make_image "$WORK/image" "$@"
	rm -rf "${GUEST:?}/$name"
	mv "$WORK/image" "$GUEST/$name"
fi
touch "$GUEST/$name"
echo "$GUEST/$name"
