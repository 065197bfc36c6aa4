#!/bin/sh
# vqring drives a QEMU, and vqprobe watches it: here, or in a guest, by busybox.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: watch.sh BIN QEMU-DIR OUT "VQPROBE-OPTIONS" VQRING-OPTIONS...
#
# BIN has vqring and vqprobe.  Leaves their results in OUT: ring.json, probe.json.
bin=$1 qemu=$2 out=$3 options=$4
shift 4
ring='' probe=''
fail() {
	echo "watch.sh: $1" >&2
	cat "$out"/*.err >&2
	[ -z "$probe" ] || kill "$probe" 2>/dev/null
	[ -z "$ring" ] || kill "$ring" 2>/dev/null
	exit 1
}
rm -rf "$out"
mkdir -p "$out" || exit 1
mkfifo "$out/in" "$out/said" "$out/ready" || exit 1
"$bin/vqring" run --qemu "$qemu" --hold --together --stall 60000 --rounds 2 --elements 3000 \
	--json "$out/ring.json" "$@" <"$out/in" >"$out/said" 2>"$out/ring.err" &
ring=$!
exec 7>"$out/in" 6<"$out/said"
# held WHEN: vqring has said that it waits there; sets pid
held() {
	pid=
	while read -r line <&6; do
		case $line in
		*"process "*"$1"*)
			pid=${line#*process }
			pid=${pid%%,*}
			return 0
			;;
		esac
	done
	return 1
}
held before || fail 'vqring did not get ready'
# shellcheck disable=SC2086
"$bin/vqprobe" -p "$pid" $options --json "$out/probe.json" --ready-fd 8 8>"$out/ready" 6<&- 7>&- \
	2>"$out/probe.err" &
probe=$!
[ "$(head -c 1 "$out/ready")" = 1 ] || fail 'vqprobe does not watch it'
echo >&7
held after || fail 'vqring did not come to its end'
kill -INT "$probe"
wait "$probe" || fail 'vqprobe failed'
probe=
exec 7>&-
cat <&6 >"$out/table"
wait "$ring" || fail 'vqring caught a device'
