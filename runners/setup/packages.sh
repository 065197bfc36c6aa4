#!/bin/bash
# Install what configs/packages.list, or another LIST, names and this host lacks.
# usage: packages.sh [LIST]          installs
#        packages.sh --list [LIST]   only prints what is missing; exit 1 if anything is
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
export LC_ALL=C.UTF-8
only_list=
[ "${1:-}" != --list ] || { only_list=yes; shift; }
list=${1-$(dirname "$0")/../../configs/packages.list}
[ $# -le 1 ] && [ -f "$list" ] || { echo "usage: runners/setup/packages.sh [--list] [LIST]" >&2; exit 2; }
mapfile -t want < <(sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$list")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	# No dpkg to ask: go by the programs that the list's packages bring.
	missing=()
	for tool in gcc clang bpftool pkg-config spatch ninja fio iperf3 gnuplot nbdkit perf ip busybox fc-list; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	[ ${#missing[@]} -eq 0 ] && exit 0
	[ -z "$only_list" ] || { printf '%s\n' "${missing[@]}"; exit 1; }
	echo "vqlab: this system has no apt, and these programs are missing: ${missing[*]}" >&2
	echo "vqlab: install them and the libraries of ${list##*/../} by your own means" >&2
	exit 1
fi

missing=()
for p in "${want[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || state=none
	[ "$state" = installed ] || missing+=("$p")
done
# Of what is a service, nothing is started: the tests do that themselves, and nobody else asked
# for it.  Maintainers' scripts ask this program; an administrator's own stays.
policy=/usr/sbin/policy-rc.d
stay=$'#!/bin/sh\n# vqlab is installing packages; none of their services is to start.\nexit 101'
is_ours() { [ -f "$policy" ] && [ "$(<"$policy")" = "$stay" ]; }
# One who was killed could not take it away; what he began may still install, and has it open.
if [ -z "$only_list" ] && [ "$(id -u)" -eq 0 ] && is_ours; then
	flock --nonblock "$policy" rm -f "$policy" || :
fi
[ ${#missing[@]} -eq 0 ] && exit 0

[ -z "$only_list" ] || { printf '%s\n' "${missing[@]}"; exit 1; }
if [ "$(id -u)" -ne 0 ]; then
	echo "vqlab: these packages are missing: ${missing[*]}" >&2
	echo "vqlab: as root: apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
fi
echo "vqlab: installing ${#missing[@]} packages: ${missing[*]}" >&2
log=$(mktemp)
if [ ! -e "$policy" ] || is_ours; then
	echo "$stay" >"$policy"
	chmod 755 "$policy"
	exec 9<"$policy"
	flock --shared 9
	trap 'rm -f "$log" "$policy"' EXIT
else
	trap 'rm -f "$log"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
# Lists may be old or absent: try, refresh, try again.
install=(apt-get -q -y --no-install-recommends install "${missing[@]}")
if ! "${install[@]}" >"$log" 2>&1; then
	{ apt-get -q update && "${install[@]}"; } >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		echo "vqlab: apt-get could not install: ${missing[*]}" >&2
		! grep -qE 'Failed to fetch|Could not resolve|Temporary failure|Unable to connect' "$log" ||
			echo "vqlab: check the network and the mirror in this host's apt configuration" >&2
		exit 1
	}
fi
