#!/bin/bash
# make dist and make deb: the tarball is whole and builds where it is unpacked, lintian
# takes the packages, and what is in them runs.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'stop_qemu; rm -rf "$T"' EXIT
tap_logs=("$T/out")
mk() { make -s --no-print-directory "$@"; }
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
stop_qemu() { [ ! -s "$T/pid" ] || kill "$(cat "$T/pid")" 2>/dev/null; }

# -- the tarball -------------------------------------------------------------------------
tarball=build/vqlab-$version.tar.xz
check 'make dist' mk dist
whole() {
	tar -tf "$tarball" | sed 's,^[^/]*/,,' | LC_ALL=C sort >"$T/in"
	{ git ls-files 2>/dev/null || cat "$T/in"; } | LC_ALL=C sort | diff - "$T/in" && grep -qx Makefile "$T/in"
}
check 'has all files, and no others' whole
mkdir "$T/un"
tar -C "$T/un" -xf "$tarball"
check 'makes itself again where it is unpacked' make -s -C "$T/un/vqlab-$version" dist
check 'byte by byte' cmp "$tarball" "$T/un/vqlab-$version/$tarball"

# -- the packages: built from that tarball ------------------------------------------------
check 'make deb, and lintian has nothing to say' sh -c 'make -s --no-print-directory deb >"$0"' "$T/debs"
mapfile -t debs < <(grep '/vq[a-z]*_' "$T/debs")
check 'two packages' test "${#debs[@]}" -eq 2
for deb in "${debs[@]}"; do
	dpkg-deb -x "$deb" "$T/$(dpkg-deb -f "$deb" Package)"
done
check 'of this version' test "$(for d in "${debs[@]}"; do dpkg-deb -f "$d" Version; done | sort -u)" = "$version"
check 'no file is in both' test -z "$(for p in vqprobe vqlab; do (cd "$T/$p" && find . ! -type d); done | sort | uniq -d)"
alone() { ! dpkg-deb -f "$(grep vqprobe "$T/debs")" Depends | grep -E 'vqlab|gmime|gsl'; }
check 'vqprobe needs none of the lab' alone
vqprobe() { (cd / && env -i PATH=/usr/bin:/bin HOME="$T" "$T/vqprobe/usr/bin/vqprobe" "$@"); }
check 'vqprobe runs from there' vqprobe --version
trace=$(find "$PWD/results/reference" -name '*.vqt' | sort | head -n 1)
same_figures() {
	vqprobe --from "$trace" --json "$T/a.json" >/dev/null && build/vqprobe --from "$trace" --json "$T/b.json" >/dev/null &&
		cmp "$T/a.json" "$T/b.json"
}
check 'and sees in a trace what the one built here sees' same_figures
qemu-system-x86_64 -S -display none -nodefaults -daemonize -pidfile "$T/pid" \
	-drive if=virtio,driver=null-co,read-zeroes=on >"$T/out" 2>&1
check "and finds its places in Debian's own QEMU" sh -c '"$@" | grep virtqueue_fill' sh \
	"$T/vqprobe/usr/bin/vqprobe" --plan -p "$(cat "$T/pid")"
check 'the lab does, too' "$T/vqlab/usr/bin/vqbench" check "$T/vqlab/usr/share/vqlab/configs/quick.ini"
check 'the disk is where vqbench looks' test -f "$T/vqlab/usr/lib/vqlab/runners/latency.so"
tap_end
