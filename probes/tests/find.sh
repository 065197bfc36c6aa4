#!/bin/bash
# Which processes vqprobe watches, and what it calls them.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
tap_logs=("$T/out" "$T/err")
: >"$T/out"
: >"$T/err"
pids=()
more_cleanup() {
	[ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	cleanup
}
trap more_cleanup EXIT
lab=vqlab$$ # no other guest on this host is called so
rm -f "$T/idle" && mkfifo "$T/idle"
exec 6<>"$T/idle"

# run COMMAND...: in the background, until the test ends; its id is in pids
run() {
	"$@" <&6 >/dev/null 2>&1 6<&- &
	pids+=($!)
}
# end_all: those that run
end_all() {
	kill "${pids[@]}" 2>/dev/null || true
	wait "${pids[@]}" 2>/dev/null || true
	pids=()
}
# becomes PID PATTERN: its command line has come to match
becomes() { tr '\0' ' ' <"/proc/$1/cmdline" | grep -q -- "$2"; }
# like_qemu FILE NAME [WRAPPER...]: FILE runs with -name NAME
like_qemu() {
	local file=$1 name=$2
	shift 2
	run "$@" "$file" split 64 1000 1 1 -name "$name"
	until_true becomes "${pids[-1]}" '^[^ ]*[^h] .*-name'
}
probe() { build/vqprobe --trust-guest --no-calibration -d 100ms "$@" >"$T/out" 2>"$T/err"; }
# watches PATTERN...: of these processes, and no others, there is a summary
watches() {
	local p
	for p; do grep -q "^process $p: all of" "$T/out" || return 1; done
	[ "$(grep -c '^process .*: all of' "$T/out")" = $# ]
}

# --- ids -------------------------------------------------------------------------
run $V/victim-nop5 split 64 1000 1 1
run $V/victim-nop5 split 64 1000 1 1
until_true becomes "${pids[0]}" victim
until_true becomes "${pids[1]}" victim
a=${pids[0]} b=${pids[1]}
both() { probe "$@" && watches "$a victim-nop5" "$b victim-nop5"; }
check '-p A,B' both -p "$a,$b"
check '-p A -p B' both -p "$a" -p "$b"
check '-p with what pgrep prints' both -p "$(printf '%s\n%s\n' "$a" "$b")"
check '-p with blanks and one twice' both -p " $a  $b , $a"
check '-p 123abc' fails 2 '"'"$a"'abc" is no process id' build/vqprobe -p "${a}abc"
check '-p of more than an id can be' fails 2 'is no process id' \
	build/vqprobe -p $((4294967296 + a))
check '-p -1' fails 2 'is no process id' build/vqprobe -p -1
check '-p 0' fails 2 'is no process id' build/vqprobe -p 0
check '-p with nothing, as from a pgrep that found none' fails 2 'no process id in ""' \
	build/vqprobe -p ''
check '-p of one that is there and one that is not' fails 2 'process 4194305: there is none' \
	build/vqprobe -p "$a,4194305"
check '-p A,B makes no single summary' fails 2 'are for one' \
	build/vqprobe -p "$a,$b" --json "$T/x.json"
escape() {
	fails 2 'is no process id' build/vqprobe -p $'\e[2J' && ! grep -q $'\e' "$T/err"
}
check '-p with an escape' escape

# --- what is no process to watch -------------------------------------------------
# The first thread beside the main one of any process here: the probe's own would do.
thread() {
	python3 -c '
import threading, sys
t = threading.Thread(target=sys.stdin.read)
t.start()
print(t.native_id, flush=True)' <&6 >"$T/tid" 6<&- &
	pids+=($!)
	until_true [ -s "$T/tid" ]
	fails 2 "a thread of process ${pids[-1]}: give that id" build/vqprobe -p "$(cat "$T/tid")"
}
check "a thread's id: the process is named" thread
zombie() {
	# shellcheck disable=SC2016
	run python3 -c '
import os, sys
if not os.fork(): os._exit(0)
sys.stdin.read()'
	until_true has_zombie || return 1
	fails 2 '(a zombie)' build/vqprobe -p "$z"
}
has_zombie() {
	z=$(pgrep -P "${pids[-1]}") && grep -q '^State:.Z' "/proc/$z/status"
}
check 'a zombie' zombie
kernels() {
	local k
	k=$(pgrep -P 2 | head -n 1)
	[ -n "$k" ] || k=$(pgrep kthreadd)
	fails 2 'a thread of the kernel' build/vqprobe -p "$k"
}
if pgrep -P 2 >/dev/null || pgrep kthreadd >/dev/null; then
	check "the kernel's own" kernels
fi
end_all

# --- names -------------------------------------------------------------------------
cp $B/victim-nop5 "$T/qemu-system-vq"
cp $B/victim-nop5 "$T/.qemu-system-vq-wrapped"
cp $B/victim-pie "$T/qemu-system-pie"
comma() {
	like_qemu "$T/qemu-system-vq" "guest=$lab,,1,debug-threads=on"
	probe --name "$lab,1" && watches "${pids[0]} $lab,1"
}
check '-name guest=A,,1: a comma that is doubled' comma
end_all
implied() {
	like_qemu "$T/qemu-system-vq" "$lab,,=2,process=x"
	probe --name "$lab,=2" && watches "${pids[0]} $lab,=2"
}
check '-name A,,=2: without a key' implied
end_all
wrapped() {
	like_qemu "$T/.qemu-system-vq-wrapped" "$lab-nix"
	probe --name "$lab-nix" && watches "${pids[0]} $lab-nix"
}
check '.qemu-system-x-wrapped' wrapped
end_all
by_linker() {
	like_qemu "$T/qemu-system-pie" "$lab-ld" /lib64/ld-linux-x86-64.so.2
	probe --name "$lab-ld" && watches "${pids[0]} $lab-ld"
}
check 'started by the dynamic linker' by_linker
end_all
by_memfd() {
	# shellcheck disable=SC2016
	like_qemu qemu-system-fd "$lab-memfd" python3 -c '
import os, sys
fd = os.memfd_create(sys.argv[1], 0)
os.write(fd, open(sys.argv[2], "rb").read())
os.execve(fd, sys.argv[3:], os.environ)' "$1" "$T/qemu-system-vq"
	until_true from_memfd
	probe --name "$lab-memfd" && watches "${pids[0]} $lab-memfd"
}
from_memfd() { readlink "/proc/${pids[0]}/exe" | grep '^/memfd:'; }
check 'from a memfd of no name' by_memfd ''
end_all
check 'from a memfd that is called so' by_memfd qemu-system-x86_64
end_all
utf8() {
	like_qemu "$T/qemu-system-vq" "$lab-größe"
	LC_ALL=C probe --name "$lab-größe" && watches "${pids[0]} $lab-größe" &&
		LC_ALL=de_DE.UTF-8 probe --name "$lab-gr??e" && watches "${pids[0]} $lab-größe"
}
check '--name with letters that are not ASCII' utf8
end_all

# --- text of others ------------------------------------------------------------------
hostile() {
	local name=$lab$'-\e[2J\n\xff\xe2\x80\xaex'
	like_qemu "$T/qemu-system-vq" "$name"
	probe --name "$lab-*" && watches "${pids[0]} $lab-?\[2J ??x" || return 1
	! grep -q $'[\e\xff]\|\xe2\x80\xae' "$T/out" "$T/err" || return 1
	probe --name "$name" && watches "${pids[0]} $lab-?\[2J ??x" || return 1
	probe --name "$lab-*" --json-lines --interval 30ms && tail -n 1 "$T/out" >"$T/p.json" &&
		is '$.name' "\"$lab-?[2J ??x\"" &&
		[ "$(wc -l <"$T/out")" = "$(grep -c '^{.*}$' "$T/out")" ]
}
check 'a name with an escape, a line end, bytes that are no text' hostile
check_is_clean() {
	build/vqprobe --check -p "${pids[0]}" >"$T/out" || true
	! grep -q $'\e' "$T/out" && grep -q "process ${pids[0]} ($lab-" "$T/out"
}
check '--check: no escape either' check_is_clean
end_all

from_trace() {
	make -s --no-print-directory $B/make-trace build/vqreplay >/dev/null
	$B/make-trace "$T/trace" 1 2000 $'di\e[2J\n\xffsk'
	build/vqprobe --from "$T/trace" >"$T/out" && grep -q '^di?\[2J ?sk\.0 ' "$T/out" &&
		! grep -q $'\e' "$T/out" || return 1
	build/vqprobe --from "$T/trace" --json "$T/p.json" &&
		is '$.queues[0].device' '"di?[2J ?sk"' || return 1
	build/vqreplay --queue none:0 "$T/trace" >"$T/out" 2>"$T/err" || true
	grep -q 'di?\[2J ?sk:0' "$T/err" && ! grep -q $'\e' "$T/err"
}
check 'a trace with such names: vqprobe and vqreplay clean them' from_trace

# --- served by others ---------------------------------------------------------------
vhost_user() {
	run $V/victim-nop5 split 64 1000 1 1 -device '{"driver":"vhost-user-blk-pci","id":"x"}' \
		-netdev vhost-user,chardev=c -device virtio-blk-pci,serial=vhost
	until_true becomes "${pids[0]}" serial
	probe -p "${pids[0]}" &&
		grep -q 'vhost-user-blk-pci, vhost-user: served by vhost: vqprobe cannot see' "$T/err" &&
		grep -q '^served by vhost, .*: vhost-user-blk-pci, vhost-user$' "$T/out" &&
		build/vqprobe --no-calibration -d 0.1 -p "${pids[0]}" --json "$T/p.json" &&
		is '$.vhost' '"vhost-user-blk-pci, vhost-user"'
}
check 'vhost-user: said' vhost_user
checked() {
	build/vqprobe --check -p "${pids[0]}" >"$T/out"
	grep -q '^limited  process .*but for what is served by vhost.*: vhost-user-blk-pci, vhost-user' \
		"$T/out"
}
check 'vhost-user: --check says so' checked
end_all
vhost_net() {
	mknod "$T/vhost-net" c 1 3
	# shellcheck disable=SC2016
	run bash -c 'exec 5<>"$1" "$2" split 64 1000 1 1' - "$T/vhost-net" $V/victim-nop5
	until_true becomes "${pids[0]}" '^[^ ]*victim'
	probe -p "${pids[0]}" && grep -q 'vhost-net: served by vhost' "$T/err"
}
check 'vhost in the kernel: said' vhost_net
end_all
plain() {
	run $V/victim-nop5 split 64 1000 1 1 -device virtio-blk-pci,id=vhost-user
	until_true becomes "${pids[0]}" blk
	build/vqprobe --check -p "${pids[0]}" >"$T/out" && ! grep -i 'served' "$T/out"
}
check 'no vhost: not said' plain
end_all

# --- one of them is no QEMU that could be watched ---------------------------------
cp /bin/bash "$T/qemu-system-sh"
a_part() {
	like_qemu "$T/qemu-system-vq" "$lab-good"
	# shellcheck disable=SC2016
	run "$T/qemu-system-sh" -c 'read -r x; exit' - -name "$lab-bad"
	until_true becomes "${pids[1]}" 'name'
	! probe --name "$lab-*" && watches "${pids[0]} $lab-good" &&
		grep -q "process ${pids[1]} .*: no function virtqueue_pop" "$T/err" &&
		grep -q '1 of 2 processes are NOT WATCHED' "$T/err"
}
check 'one that cannot be watched: named, the other is watched, exit 1' a_part
a_plan() {
	fails 1 "process ${pids[1]} .*: no function virtqueue_pop" \
		build/vqprobe --no-calibration --plan --name "$lab-*" &&
		grep -q "^process ${pids[0]} ($lab-good): " "$T/out"
}
check 'one that cannot be watched: --plan tells of the other' a_plan
end_all

# --- many of them --------------------------------------------------------------------
for n in 1 2 3; do like_qemu "$T/qemu-system-vq" "$lab-$n"; done
soft_limit() {
	(ulimit -Sn 40 && probe --name "$lab-*") && watches "[0-9]* $lab-1" "[0-9]* $lab-2" \
		"[0-9]* $lab-3"
}
check 'a soft limit of 40 open files: raised' soft_limit
for n in 4 5 6 7 8; do like_qemu "$T/qemu-system-vq" "$lab-$n"; done
hard_limit() {
	local rc=0 i named=0
	(ulimit -n 75 && probe --name "$lab-*") || rc=$?
	[ "$rc" = 1 ] && watched=$(grep -c '^process .* all of' "$T/out") || return 1
	for i in "${!pids[@]}"; do
		! grep -q "^vqprobe: process ${pids[i]} ($lab-$((i + 1))): not watched: .*open files.*raise" \
			"$T/err" || named=$((named + 1))
	done
	echo "$watched watched, $named named"
	[ "$watched" -gt 0 ] && [ "$named" = $((8 - watched)) ] &&
		grep -q "$named of 8 processes are NOT WATCHED" "$T/err"
}
check 'a hard limit of 75: those that are not watched are named, exit 1' hard_limit
end_all
tap_end
