#!/bin/bash
# What it costs to watch, tool beside tool: make bench-probes
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: bench-probes.sh [ROUNDS [SEED]]
#
# 1. A driver with QEMU's function names, which completes the same elements in the
#    same order each time: processor time that each element takes more than without
#    probes, calls lost, and processor time that the tool itself takes.  Empty
#    programs and vqprobe, whose ratio is the finest question, are driven PAIRS times
#    more; and also a driver in which each probe is a trap, as it is in a distribution's
#    QEMU.
# 2. A QEMU whose guest runs fio: completed requests for each second of QEMU's
#    processor time with a tool, over that of the same round without.  A guest under
#    TCG uses all the time that it gets, and on a shared host it gets now more, now
#    less; what it does with a second is steadier, if still noisy.  PAIRS times more,
#    the time of the main thread alone, where the probes are, for each request: the
#    vCPU's only adds noise.
# 3. The same with Debian's own QEMU, stripped, without nops at its functions'
#    entries; and vqprobe at those entries, in place of the sites that it chooses.
# In each the tools take turns, in another random order in each round.
# Results: build/bench-probes.txt and .json, the single values in .rows.  Exit 1 if a
# goal is missed; one that the noise hides is "not resolved".
me=bench-probes
. probes/bench/lib.sh
rounds=${1:-7} seed=${2:-1} elements=${ELEMENTS:-200000} seconds=${SECONDS_EACH:-3}
pairs=${PAIRS:-40}
stock=${STOCK:-/usr/bin/qemu-system-x86_64}
text=build/bench-probes.txt

declare -A gathers=(
	[none]='-'
	[floor]='nothing'
	[vqprobe]='every call, order, depth, hold, latency'
	[light]='order, depth, hold, latency of flush'
	[bpftrace]='every call as text; nothing computed'
	[funclatency]='latency of flush alone, powers of 2'
	[perf]='every call, its arguments; no ids'
	[qemu-trace]='every call, its arguments; no ids'
)
tools=(none floor vqprobe light bpftrace funclatency perf)

# shuffled WORDS...: the order of this round
shuffled() {
	printf '%s\n' "$@" | awk -v seed="$seed$round" 'BEGIN { srand(seed) } { print rand(), $0 }' |
		sort | awk '{ print $2 }'
}
# Before that it is this shell's copy.
runs() { [ "$(readlink "/proc/$1/exe")" = "$2" ]; }
victim_done() { [ -s "$T/truth" ]; }
truth() { $B/probejson get "$T/truth" "\$.$1"; }

light_start() { vqprobe_start "$1" "$2" --light; }
light_stop() { vqprobe_stop; }
naive_start() { VQPROBE_TEST=entry vqprobe_start "$@"; }
naive_stop() { vqprobe_stop; }

# driven TOOL [NAME [VICTIM]]: a row for rows: NAME TOOL ROUND ns-an-element lost tool's-ns
driven() {
	local before after pid victim=$PWD/$B/${3:-victim-nop5}
	rm -f "$T/in" "$T/truth"
	mkfifo "$T/in"
	"$victim" split 256 "$elements" 1 1 <"$T/in" >"$T/truth" 5>&- 6>&- &
	pid=$!
	pids+=("$pid")
	exec 7>"$T/in"
	lost=0 tool_cpu0=0
	until_true runs "$pid" "$victim"
	"$1_start" "$pid" "$victim"
	[ "$1" = none ] || tool_cpu0=$(cpu_ns "$tool_pid")
	before=$(cpu_ns "$pid")
	echo go >&7
	until_true victim_done
	after=$(cpu_ns "$pid")
	"$1_stop"
	n=$(truth published)
	case $1 in
	vqprobe)
		all=$(json '$.sites[*]' | grep -E '"virtqueue_(pop|fill|flush)","kind":"entry"' | grep -o '"hits":[0-9]*' |
			awk -F: '{ n += $2 } END { print n }')
		echo "$all" >"$T/all"
		;;
	bpftrace) lost=$(($(truth pops) + $(truth fills) + $(truth flushes) - calls)) ;;
	funclatency) lost=$(($(truth flushes) - calls)) ;;
	perf) echo "$calls" >>"$T/perf.calls" ;;
	esac
	exec 7>&-
	forget "$pid"
	echo "${2:-driver} $1 $round $(((after - before) / n)) $lost $((tool_cpu / n))" >>"$T/rows"
}


# thread_ns TID: its processor time
thread_ns() { cut -d ' ' -f 1 "/proc/$qemu_pid/task/$1/schedstat"; }

# on_qemu TOOL [NAME]: qemu TOOL ROUND requests-a-second-of-its-processor-time
#	NAME (main) TOOL ROUND ns-of-the-main-thread-a-request ns-of-all-threads
on_qemu() {
	local a b t0 t1 m0 m1
	lost=0 tool_cpu0=0
	"$1_start" "$qemu_pid" "$exe"
	sleep 0.5
	t0=$(cpu_ns "$qemu_pid") m0=$(thread_ns "$qemu_pid") a=$(ios)
	sleep "$seconds"
	t1=$(cpu_ns "$qemu_pid") m1=$(thread_ns "$qemu_pid") b=$(ios)
	"$1_stop"
	echo "${2:-main} $1 $round $(((m1 - m0) / (b - a))) $(((t1 - t0) / (b - a)))" >>"$T/rows"
	[ $# -eq 1 ] || return 0
	echo "qemu $1 $round $(awk "BEGIN { print ($b - $a) * 1e9 / ($t1 - $t0) }")" >>"$T/rows"
}
trace_events() {
	local e
	for e in virtqueue_pop virtqueue_fill virtqueue_flush; do
		qmp '{"execute":"trace-event-set-state","arguments":{"name":"'$e'","enable":'"$1"'}}'
	done >/dev/null
}
qemu-trace_start() { trace_events true; }
qemu-trace_stop() { trace_events false; calls=- ; [ -s "$T/qemu.log" ] || die 'QEMU traces nothing'; : >"$T/qemu.log"; }

make -s --no-print-directory all $B/victim-nop5 $B/victim-trap $B/probejson build/floor/floor >&2
for ((round = 1; round <= rounds; round++)); do
	say "driver: round $round of $rounds"
	for tool in $(shuffled "${tools[@]}"); do driven "$tool"; done
done
for ((round = 1; round <= pairs; round++)); do
	say "driver: pair $round of $pairs"
	for tool in $(shuffled none floor vqprobe); do driven "$tool" dpair; done
	for tool in $(shuffled none floor vqprobe light); do driven "$tool" trap victim-trap; done
done
# The kernel's own account of the programs, which costs time of its own.  It is the
# time on the clock: of three, the least is disturbed least.
account() {
	bpftool -j prog show | tr '{' '\n' |
		sed -n 's/.*"name":"[a-z_]*_\(entry\|return\)".*"run_time_ns":\([0-9]*\),.*/\2/p' |
		awk -v n="$(truth published)" '{ t += $1 } END { print int(t / n) }' >>"$T/stats.$1"
}
for tool in floor vqprobe; do
	eval "accounted_$tool"'_start() { '$tool'_start "$@"; }'
	eval "accounted_$tool"'_stop() { account '$tool'; '$tool'_stop; }'
done
stats_were=$(sysctl -n kernel.bpf_stats_enabled)
sysctl -qw kernel.bpf_stats_enabled=1
for round in stats stats stats; do
	for tool in floor vqprobe; do driven "accounted_$tool"; done
done
sysctl -qw kernel.bpf_stats_enabled="$stats_were"
stats_were=''
least() { sort -n "$T/stats.$1" | head -n 1; }

qemu_boot $(((rounds * 9 + pairs * 4) * (seconds + 5) + 60))
for ((round = 1; round <= rounds; round++)); do
	say "QEMU: round $round of $rounds"
	for tool in $(shuffled "${tools[@]}" qemu-trace none); do on_qemu "$tool"; done
done
for ((round = 1; round <= pairs; round++)); do
	say "QEMU: pair $round of $pairs"
	for tool in $(shuffled none floor vqprobe light); do on_qemu "$tool" pair; done
done
qemu_end

[ -x "$stock" ] || die "$stock: not there: apt-get install qemu-system-x86"
qemu_boot $((pairs * 5 * (seconds + 5) + 60)) "$stock"
for ((round = 1; round <= pairs; round++)); do
	say "$stock: pair $round of $pairs"
	for tool in $(shuffled none floor vqprobe light naive); do on_qemu "$tool" stock; done
done
qemu_end

for tool in "${tools[@]}" qemu-trace; do echo "gathers $tool ${gathers[$tool]}"; done >"$T/gathers"
awk -v seed="$seed" -v rounds="$rounds" -v elements="$elements" -v kernel="$(uname -r)" \
	-v all="$(cat "$T/all")" -v perfcalls="$(cat "$T/perf.calls")" \
	-v floor_stats="$(least floor)" -v vqprobe_stats="$(least vqprobe)" \
	-v json=build/bench-probes.json -f probes/bench/table.awk "$T/gathers" "$T/rows" |
	tee "$text"
cp "$T/rows" build/bench-probes.rows
! grep -q '^goal: .*missed' "$text"
