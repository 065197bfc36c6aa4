#!/bin/bash
# Say what this host can and cannot do for vqlab, and the remedy: a line each.
# Installs, builds and fetches nothing.
# usage: doctor.sh   exit 0 if all that is needed works, 1 if something is missing
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   ok       works, as tried just now
#   limited  vqlab works without it, or worse
#   missing  something that vqlab needs
set -uo pipefail
[ $# -eq 0 ] || { echo "usage: runners/setup/doctor.sh    (no arguments)" >&2; exit 2; }
cd "$(dirname "$0")/../.." || exit 1
. runners/setup/cache.sh
missing=0

# line VERDICT WHAT: WORDS...
line() {
	local verdict=$1
	shift
	printf '%-7s  %s\n' "$verdict" "$*"
	[ "$verdict" != missing ] || missing=1
}

packages() {
	local lacks
	if lacks=$(runners/setup/packages.sh --list); then
		line ok "packages: all of configs/packages.list"
	else
		line missing "packages: ${lacks//$'\n'/ }: make packages (as root)"
	fi
}

tools() {
	local t
	for t in vqprobe vqbench vqring runners/guest-run; do
		[ -x build/$t ] || { line missing "tools: no build/$t: make all"; return 1; }
	done
	line ok 'tools: built'
}

# What vqprobe says of itself, its verdicts among ours.
probes() {
	build/vqprobe --check || missing=1
}

# newest GLOB: the last one made, or nothing
newest() {
	local f best=''
	for f in "$@"; do
		[ -e "$f" ] && { [ -z "$best" ] || [ "$f" -nt "$best" ]; } && best=$f
	done
	echo "$best"
}

cached() {
	local f
	f=$(newest "$CACHE"/qemu/bin-*/qemu-system-x86_64)
	qemu=${f%/*}
	f=$(newest "$CACHE"/guest/*/initramfs.cpio)
	guest=${f%/*}
	if [ -n "$qemu" ]; then
		line ok "QEMU: $(sed -n 's/^ "source": "\(.*\)",/\1/p' "$qemu/manifest.json"), built in $CACHE/qemu"
	else
		line limited "QEMU: not built yet: make qemu takes some minutes (QEMU=BINARY uses yours)"
	fi
	if [ -n "$guest" ]; then
		line ok "guest: built in $CACHE/guest"
	else
		line limited 'guest: not built yet: make guest fetches a kernel'
	fi
}

# boots ACCEL: does a guest come up within 30 s?  Presence of /dev/kvm proves nothing.
boots() {
	build/runners/guest-run --qemu "$qemu" --guest "$guest" --boot-limit 30 \
		--qemu-arg=-accel --qemu-arg="$1" -- /bin/true >/dev/null 2>&1
}
guests() {
	if [ -z "$qemu" ] || [ -z "$guest" ]; then
		line limited 'KVM: not tried: that needs QEMU and the guest (make guest)'
	elif [ ! -e /dev/kvm ]; then
		line limited 'KVM: no /dev/kvm: guests run under TCG, several times slower; enable virtualisation in the firmware or nested virtualisation in the host below'
	elif boots kvm; then
		line ok 'KVM: a guest boots under it'
		return
	else
		line limited 'KVM: /dev/kvm is there, but no guest boots under it: TCG is taken, several times slower; nested virtualisation of the host below may be incomplete'
	fi
	[ -n "$qemu" ] && [ -n "$guest" ] || return 0
	if boots tcg; then
		line ok 'TCG: a guest boots under it'
	else
		line missing 'TCG: no guest boots within 30 s: build/runners/guest-run --console shows why'
	fi
}

namespaces() {
	if [ "$(id -u)" -ne 0 ]; then
		line missing 'network namespaces: trials make their own: run as root'
	elif ! unshare --net ip link set lo up 2>/dev/null; then
		line missing 'network namespaces: unshare --net fails: a kernel with CONFIG_NET_NS is needed, and CAP_SYS_ADMIN (containers: --privileged)'
	elif ! unshare --net ip tuntap add vqdoctor mode tap 2>/dev/null; then
		line missing 'network namespaces: no tap device in one: a kernel with CONFIG_TUN and /dev/net/tun is needed'
	else
		line ok 'network namespaces: with tap devices'
	fi
}

counters() {
	if perf stat -x, -e instructions true 2>&1 | grep -q '^[0-9]'; then
		line ok 'perf: hardware counters'
	else
		line limited 'perf: no hardware counters here (common in virtual machines): task-clock only; vqreplay counts instructions with valgrind'
	fi
}

# In another locale, perf and others print commas where we read points.
locales() {
	local said
	if ! locale -a 2>/dev/null | grep -qiE '^C\.utf-?8$'; then
		line limited 'locale: no C.UTF-8 here: names that are not ASCII are shown with question marks; libc-bin brings it'
		return
	fi
	said=$(perf stat -x, -e task-clock true 2>&1)
	if [[ $said =~ ^[0-9]+\.[0-9]+, ]]; then
		line ok 'locale: C.UTF-8, in which perf prints numbers as vqlab reads them'
	else
		line missing "locale: perf stat prints \"${said%%$'\n'*}\" instead of milliseconds with a point"
	fi
}

# gnuplot draws text with what fontconfig finds: without, plots have none.
fonts() {
	if ! command -v fc-list >/dev/null; then
		line limited 'fonts: not known: no fc-list: apt-get install fontconfig'
	elif fc-list | grep -q .; then
		line ok "fonts: plots have text ($(fc-match -f '%{family}' sans))"
	else
		line missing 'fonts: none, so plots would have no text: apt-get install fonts-dejavu-core'
	fi
}

# room DIR NEED: GiB free
room() {
	local free
	free=$(df -P -BM "$1" | awk 'NR == 2 { print int($4 / 1024) }')
	if [ "$free" -ge "$2" ]; then
		line ok "disk: $free GiB free in $1"
	else
		line missing "disk: $free GiB free in $1, $2 are needed: make room, or set VQLAB_CACHE"
	fi
}

memory() {
	local mib
	mib=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
	# A guest of 512 MiB, its initramfs, QEMU, the disk's server; building QEMU.
	if [ "$mib" -ge 2048 ]; then
		line ok "memory: $mib MiB available"
	else
		line missing "memory: $mib MiB available, 2048 are needed"
	fi
	if [ "$(nproc)" -ge 2 ]; then
		line ok "processors: $(nproc)"
	else
		line limited 'processors: 1: QEMU, its guest and the load share it; ratios say little'
	fi
}

# Who measures on this host holds a lock; two at once spoil what both find.
measuring() {
	local lock=/run/lock/vqlab.lock
	[ -d /run/lock ] || lock=/tmp/vqlab.lock
	if [ ! -e "$lock" ] || flock --nonblock --shared "$lock" true; then
		line ok 'host: nobody measures on it now'
	else
		line limited "host: $(tr -cd '[:print:]' <"$lock") measures on it now: another run waits for that"
	fi
}

packages
namespaces
counters
measuring
locales
fonts
room "$CACHE" 4
room "$PWD" 1
memory
cached
if tools; then
	probes
	guests
fi
if [ "$missing" -eq 0 ]; then
	echo 'doctor: everything that is needed works'
else
	echo 'doctor: something is missing'
fi
exit "$missing"
