#!/bin/bash
# vqprobe on a real process with real uprobes, against what that process knows.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh

check 'split ring, unordered: watched' watch victim-nop5 'split 256 50000 1 1' -o "$T/trace"
check 'split ring, unordered: every figure as the process knows it' agrees
check 'the ring is named split' is '$.queues[*].ring' '"split"'
check 'the queue has its type' is '$.queues[*].type' '"virtio-blk"'
lossless=$(get '$.events') victim=$(get '$.pid')

mode_is_read() {
	# Kernels without the optimisation trap on the nop: either is right, but
	# it must be the same for the site and for the calibration.
	local site
	site=$(get '$.sites[0].mode')
	[ "$site" = '"optimised"' ] || [ "$site" = '"breakpoint"' ] || { echo "$site"; return 1; }
	is '$.calibration[*].mode' "$site"
}
check 'the site begins with a 5-byte nop' is '$.sites[0].instruction' '"nop5"'
check 'its mode is found, and is that of the calibration' mode_is_read
check 'all calls of the calibration were recorded' is '$.calibration[*].n' 10000
positive() { [ "$(get "$1" | awk '$1 > 0' | wc -l)" -eq "$2" ]; }
threads() {
	local tids
	tids=$(get '$.queues[*].threads' | tr -d '[] \n')
	echo "thread, fills: $tids"
	# It is not the main thread.
	[[ $tids =~ ^[0-9]+,[0-9]+$ ]] && [ "${tids%,*}" -ne "$victim" ] &&
		[ "${tids#*,}" = "$(get '$.queues[0].fills')" ]
}
check 'the thread that completed is known' threads
check 'a probe costs time' positive '$.calibration[*].cost_ns.median' 3
check 'a probe adds to a duration' positive '$.calibration[*].bias_ns.median' 3

again() {
	cp "$T/p.json" "$T/live.json"
	build/vqprobe --from "$T/trace" --json "$T/again.json" &&
		$B/probejson same "$T/live.json" "$T/again.json"
}
check 'the trace gives the same figures again' again
cut_short() {
	head -c $(($(stat -c %s "$T/trace") * 3 / 4)) "$T/trace" >"$T/short"
	fails 0 'ends early' build/vqprobe --from "$T/short" --json "$T/short.json"
}
check 'a trace cut short is read up to there, and says so' cut_short
damage() {
	cp "$T/trace" "$T/damaged"
	dd if=/dev/zero of="$T/damaged" bs=1 seek=2000 count=100 conv=notrunc 2>/dev/null
	fails 2 'damaged' build/vqprobe --from "$T/damaged" --json "$T/damaged.json"
}
check 'a damaged trace is refused' damage
check 'what is no trace is refused' fails 2 'not a vqprobe trace' build/vqprobe --from Makefile

check 'packed ring, in order, two queues: watched' \
	watch victim-nop5 'packed 64 30000 2 7 inorder' --no-calibration
check 'packed ring, in order, two queues: every figure' agrees
check 'no order violation' is '$.queues[*].order_violations' 0
check 'the ring is named packed' is '$.queues[*].ring' '"packed"'
check 'in order is seen' is '$.queues[*].in_order' true
check 'without calibration there is none' is '$.calibration' '[]'
check 'packed ring, unordered, three queues: watched' \
	watch victim-nop5 'packed 100 20000 3 9' --no-calibration
check 'packed ring, unordered, three queues: every figure' agrees
check 'position-independent, no nops: watched' watch victim-pie 'split 1024 5000 1 3 inorder'
check 'position-independent, no nops: every figure' agrees
stepped_or_emulated() {
	local m
	m=$(get '$.sites[0].mode')
	[ "$m" = '"stepped"' ] || [ "$m" = '"emulated"' ]
}
check 'and the mode says what that costs' stepped_or_emulated

check 'tiny buffer: watched' watch victim-nop5 'split 256 50000 1 1' --buffer 4 --no-calibration
loses() {
	local events lost
	events=$(get '$.events') lost=$(get '$.lost_events')
	echo "$events events, $lost lost, $lossless there were"
	[ "$lost" -gt 0 ] && [ $((events + lost)) -eq "$lossless" ] &&
		grep -q "$lost of $lossless EVENTS LOST" "$T/err"
}
check 'tiny buffer: losses are counted to the last one, and said' loses

mid_stream() {
	victim_start victim-nop5 packed 256 1000000000 1 5 inorder
	echo go >&7
	probe_some 1000 || return 1
	kill "$victim_pid"
	victim_end 2>/dev/null
	is '$.queues[*].conserved' true && is '$.queues[*].order_violations' 0 &&
		is '$.queues[*].length_mismatches' 0 && is '$.lost_events' 0
}
check 'attached and detached in mid-stream: nothing is amiss' mid_stream

# A device is unplugged, and the next one's queue gets the same memory.  A name is read
# some time after the first event: not before vqprobe has shown it.
shown() { grep -q "\"device\":\"$1\"" "$T/lines"; }
replug() {
	victim_start victim-nop5 split 64 20000 1 9
	result=--json-lines probe_start --no-calibration --interval 100ms "$@" >"$T/lines"
	echo go >&7
	until_true shown disk-0 && victim_done || return 1
	echo replug >&7
	echo go >&7
	until_true second_truth || return 1
	probe_end TERM && tail -n 1 "$T/lines" >"$T/p.json" && victim_end
}
second_truth() { [ "$(wc -l <"$T/truth")" = 2 ]; }
check 'unplugged, and another in its memory: watched' replug -o "$T/replug"
check 'unplugged: both devices, every figure of each' agrees
two_queues() {
	[ "$(get '$.queues[*].device' | tr '\n' ' ')" = '"disk-0" "disk-two" ' ]
}
check 'unplugged: two queues' two_queues
replug_again() {
	cp "$T/p.json" "$T/live.json"
	build/vqprobe --from "$T/replug" --json "$T/again.json" &&
		$B/probejson same "$T/live.json" "$T/again.json"
}
check 'unplugged: so the trace says' replug_again
replug_replayed() {
	make -s --no-print-directory build/vqreplay >/dev/null
	local d n at=0
	for d in disk-0 disk-two; do
		build/vqreplay --queue $d:0 --ops "$T/replug" >"$T/ops" || return 1
		n=$(grep -c '^fill ' "$T/ops")
		echo "$d: $n fills"
		[ "$n" = "$(get "\$.queues[$at].fills")" ] || return 1
		at=$((at + 1))
	done
}
check 'unplugged: vqreplay has each device on its own' replug_replayed
probes=
check 'unplugged, --light: watched' replug --light
probes=--durations
check 'unplugged, --light: two queues' two_queues
check 'unplugged, --light: conserved' is '$.queues[*].conserved' true
in_time() { is '$.late_names' 0 && [ ! -s "$T/err" ]; }
check 'unplugged: each name was read in time' in_time
# The host does not run vqprobe until both have been: the first's name cannot be known.
too_late() {
	victim_start victim-nop5 split 64 20000 1 9
	probe_start --no-calibration --buffer 262144
	kill -STOP "$probe_pid"
	printf 'go\nreplug\ngo\n' >&7
	until_true second_truth || return 1
	kill -CONT "$probe_pid"
	probe_end TERM && victim_end
	is '$.late_names' 1 && is '$.queues[*].device' '"disk-two"' &&
		grep -q '^vqprobe: 1 NAMES WERE READ AFTER A RESET' "$T/err"
}
check 'unplugged before its name was read: that is said' too_late

# --- which of several functions of one name --------------------------------------
make -s --no-print-directory $B/victim-rival $B/victim-rivals >/dev/null
check 'a static virtqueue_pop of another file: watched' \
	watch victim-rival 'split 64 20000 1 3' --no-calibration
check 'a static virtqueue_pop of another file: every figure' agrees
ambiguous() {
	victim_start victim-rivals split 8 100 1 1
	fails 1 '2 functions are called virtqueue_pop' build/vqprobe -p "$victim_pid" && victim_end
}
check 'two static ones: refused, for nothing tells which it is' ambiguous
# A third, in a file of the right name, which the process does not call either.
misled() {
	echo 'static __attribute__((used)) void *virtqueue_pop(void *q) { return q; }' >"$T/virtio.c"
	(cd "$T" && "${CC:-cc}" -c -fno-pie virtio.c) &&
		"${CC:-cc}" -no-pie -pthread "$T/virtio.o" $B/victim-rival.a.o \
			$B/victim-nop5.victim*.o -o "$T/misled" &&
		objcopy --localize-symbol=virtqueue_pop "$T/misled"
	B=$T watch misled 'split 64 20000 1 3' --no-calibration "$@"
}
check 'static ones, one of them in virtio.c: that is taken' misled -o "$T/orderless"
orderless() {
	local m
	[ "$(get '$.queues[0].fills')" -gt 1000 ] && is '$.queues[0].pops' 0 || return 1
	for m in depth stash_count stash_time_mean stash_max stashed order_violations; do
		is "\$.queues[0].$m" null || return 1
	done
	is '$.queues[0].conserved' false
}
check 'completions and not one pop: null, not 0, and not conserved' orderless
orderless_table() {
	fails 0 '1 QUEUES HAD COMPLETIONS AND NOT ONE POP' build/vqprobe --from "$T/orderless" &&
		grep -qE '^disk-0\.0 ! +[0-9]+ +[0-9]+ +- +- +- +- +- ' "$T/out"
}
check 'completions and not one pop: said, and dashes in the table' orderless_table

# The byte at a function of victim-nop5 (which is not position-independent).
site_byte() {
	local address
	address=$(nm $B/victim-nop5 | awk -v f="$1" '$3 == f { print $1 }')
	dd if="/proc/$victim_pid/mem" bs=1 skip=$((16#$address)) count=1 2>/dev/null | od -An -tx1
}
leaves_no_trace() {
	victim_start victim-nop5 split 8 100 1 1
	probe_start --no-calibration
	[ "$(site_byte virtqueue_fill)" != ' 0f' ] || { echo 'no probe there'; return 1; }
	probe_end INT && [ "$(site_byte virtqueue_fill)" = ' 0f' ] && victim_end
}
check 'the process is left as it was' leaves_no_trace

dies() {
	victim_start victim-nop5 split 8 100 1 1
	probe_start --no-calibration
	kill -KILL "$victim_pid"
	probe_end && is '$.queues' '[]'
	victim_end 2>/dev/null
}
check 'the process is killed: a result all the same' dies

check 'no such process' fails 2 'process 4194305: ' build/vqprobe -p 4194305
check 'neither process nor trace' fails 2 'one of --pid, --name' build/vqprobe
check 'an option that there is not' fails 2 'Unknown option' build/vqprobe --nonsense
check 'a buffer that is no power of two' fails 2 'power of two' build/vqprobe -p 1 --buffer 5
check 'a process that is no QEMU' fails 2 'no function virtqueue_pop' build/vqprobe -p $$
strip -g --strip-symbol=virtio_get_queue -o $B/victim-mute $B/victim-nop5
no_offsets() {
	victim_start victim-mute split 8 100 1 1
	fails 1 'virtio_get_queue): install its debug' build/vqprobe -p "$victim_pid"
	victim_end
}
check 'neither debug information nor code that tells: the remedy is said' no_offsets
unwritable() {
	victim_start victim-nop5 split 8 100 1 1
	fails 1 '/nowhere/x.json: ' build/vqprobe -p "$victim_pid" --no-calibration -d 0.1 \
		--json /nowhere/x.json
	victim_end
}
check 'a summary that cannot be written' unwritable
unprivileged() {
	victim_start victim-nop5 split 8 100 1 1
	cp build/vqprobe "$T/vqprobe" && chmod 755 "$T" "$T/vqprobe"
	fails 1 'root' setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$T/vqprobe" -p "$victim_pid"
	victim_end
}
check 'without privilege: the remedy is said' unprivileged
tap_end
