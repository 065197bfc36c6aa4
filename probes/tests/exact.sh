#!/bin/bash
# Ground truth: programs that complete millions of elements in seeded random order,
# on several queues and threads, and know all that they did.  vqprobe's figures
# must be the same, one by one, on whatever kind of binary.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh

sum() { get "$1" | awk '{ n += $1 } END { print n + 0 }'; }

# exact NAME VICTIM "ARGUMENTS" [EVENTS]: at least so many
exact() {
	local name=$1
	# shellcheck disable=SC2086
	check "$name: watched" watch "$2" "$3" --no-calibration --buffer 262144 ${trust:-}
	check "$name: every figure" agrees
	[ -z "${4:-}" ] || check "$name: $(get '$.events') events" at_least "$4"
}
at_least() { [ "$(get '$.events')" -ge "$1" ]; }

exact 'split, 4 queues and threads' victim-nop5 'split 256 400000 4 21' 2000000
exact 'packed, 4 queues and threads' victim-nop5 'packed 1000 100000 4 22' 1000000
exact 'packed, in order, 3 queues and threads' victim-nop5 'packed 128 100000 3 23 inorder'

# As a distribution ships it: no debug information, .dynsym for symbols, no nops.
exact 'stripped, split' victim-stripped 'split 512 30000 2 24'
from_code() { is '$.layout' '"code"'; }
check 'stripped: struct offsets are from the code' from_code
planned() {
	local past
	past=$(get '$.sites[0].past_entry')
	[ "$past" -gt 0 ] && is '$.sites[0].mode' '"emulated"' &&
		is '$.sites[0].first_instruction' '"other"'
}
check 'stripped: virtqueue_pop is probed past its entry, where that is cheap' planned
exact 'stripped, packed, in order' victim-stripped 'packed 64 30000 2 25 inorder'
ids() { [ "$(get '$.queues[*].device' | sort | xargs)" = 'disk-0 disk-1' ]; }
check 'stripped: devices have their ids' ids
check 'stripped: and their types' is '$.queues[*].type' '"virtio-blk"'

# Without probes on pop: the avail ring tells.  So it is by default.
light() {
	local name=$1 probes=
	check "light, $name: watched" watch "$2" "$3" --buffer 262144 ${4:-}
	check "light, $name: every figure" agrees
}
resets=yes
light 'split, 4 queues and threads' victim-nop5 'split 256 200000 4 41'
light 'split, in order, ring of 1024' victim-nop5 'split 1024 100000 3 42 inorder'
light '--light' victim-nop5 'split 256 100000 2 45' --light
light 'stripped' victim-stripped 'split 512 30000 2 43'
fewer() {
	local sites
	sites=$(get '$.sites[*].function' | sort | uniq -c | tr -s ' "\n' ' ')
	echo "$sites"
	[[ $sites == *' 1 virtqueue_fill '* && $sites != *virtqueue_pop* ]]
}
check 'light, stripped: so it was' fewer
no_durations() {
	is '$.queues[*].fill_ns' null && is '$.queues[*].pop_sum_ns' null &&
		[ "$(get '$.queues[0].flush_ns' | wc -c)" -gt 4 ] && ! get '$.calibration'
}
check 'light: no durations but of flushes, no calibration' no_durations
resets=
probes='' check 'light, packed: watched' watch victim-nop5 'packed 256 10000 1 44' --light
not_packed() { grep -q '1 QUEUES WITH A PACKED RING: .*leave out --light' "$T/err"; }
check 'light, packed: is said to be wrong' not_packed

# A packed ring, on which the avail ring tells nothing: all probes are put on, and of what
# was before nothing is counted by halves.
grows() { probes='' watch victim-nop5 "packed 256 ${n:-3000000} 2 46" --buffer 262144 "$@"; }
check 'by default, packed: watched' grows
n_of() { local n=$1; shift; "$@"; }
grown() {
	local sites
	sites=$(get '$.sites[*].function' | sort | uniq -c | tr -s ' "\n' ' ')
	echo "$sites"
	[[ $sites == *' 2 virtqueue_fill '*' 2 virtqueue_pop '* ]] && is '$.sampled' false &&
		is '$.queues[*].fill_ns' null && ! get '$.light'
}
check 'by default, packed: all probes are on at the end, durations are not told' grown
sound() {
	is '$.lost_events' 0 && is '$.unreadable_calls' 0 && is '$.queues[*].conserved' true &&
		is '$.queues[*].in_flight_end' 0 && is '$.queues[*].unfilled_published' 0 &&
		[ "$(sum '$.queues[*].pops')" -gt 10000 ] &&
		[ "$(sum '$.queues[*].stashed')" -gt 5000 ]
}
check 'by default, packed: what was seen is sound' sound
quiet_about_it() { [ ! -s "$T/err" ]; }
check 'by default, packed: no warning' quiet_about_it
check 'by default, packed, in windows' n_of 8000000 grows --window 50ms --every 120ms
check 'by default, packed, in windows: conserved' is '$.queues[*].conserved' true
check '--light and --durations' fails 2 'leave out one' build/vqprobe -p 1 --light --durations
check '--durations of a trace' fails 2 'has all durations' build/vqprobe --from x --durations

# Resets under load, which complete requests on stacks above and below; rings that
# move with them and without; calls within calls on such stacks.  A return probe on a
# reset, or two pending in a thread, kills the victim.
for ring in split packed; do
	for order in '' inorder; do
		load=storm exact "storm, $ring $order" victim-nop5 "$ring 256 0 3 51 $order"
		load=storm exact "storm, $ring $order, stripped" victim-stripped "$ring 64 0 2 52 $order"
		load=nest exact "calls within calls, $ring $order" victim-nop5 "$ring 256 0 3 53 $order"
	done
done
a_storm() { [ "$(get '$.queues[0].resets')" -gt 20 ] && [ "$(get '$.queues[0].dropped')" -gt 20 ]; }
load=storm exact 'storm, a ring of 1024' victim-nop5 'split 1024 0 1 54'
check 'storm: there were resets, and elements under way' a_storm
resets=yes
load=storm light 'storm' victim-nop5 'split 256 0 3 55'
load=storm light 'storm, in order' victim-stripped 'split 256 0 3 56 inorder'
resets=

# Ordered, though the driver does not know: a flush publishes less than its caller
# counts, or more.
for ring in split packed; do
	exact "ordered without IN_ORDER, $ring" victim-nop5 "$ring 256 50000 2 62 forced"
	check "ordered without IN_ORDER, $ring: no violation" is '$.queues[*].order_violations' 0
done
resets=yes
light 'ordered without IN_ORDER' victim-nop5 'split 256 50000 2 63 forced'
resets=
load=storm exact 'ordered without IN_ORDER, storm' victim-stripped 'split 256 0 2 64 forced'

# Broken, a device publishes nothing, though flushes say so.
broken() {
	load=broken watch "$@" --no-calibration &&
		$B/probejson agree "$T/p.json" "$T/truth" && is '$.queues[*].conserved' false &&
		grep -q '2 QUEUES DO NOT ADD UP: disk-[01]' "$T/err"
}
check 'a broken device, split: every figure, and it is said' broken victim-nop5 'split 256 0 2 57'
check 'a broken device, packed: the same' broken victim-stripped 'packed 256 0 2 58'

# Under seccomp, where the kernel's own way back from a probe might be refused.
is_sandboxed() { grep -q '^Seccomp:.*2' "/proc/$victim_pid/status"; }
sandboxed() {
	victim_start victim-nop5 split 256 20000 2 65
	echo sandbox >&7
	until_true is_sandboxed
	VQPROBE_TEST=seccomp fails 1 'is under seccomp (-sandbox)' build/vqprobe -p "$victim_pid" ||
		return 1
	probe_start --no-calibration || { cat "$T/err"; return 1; }
	echo go >&7
	victim_done && probe_end TERM && victim_end && agrees
}
check 'under seccomp: refused where that kills, else every figure' sandboxed

# The ways that this host does not need.
VQPROBE_TEST=entry exact 'sites at the entries' victim-pie 'split 256 10000 2 26'
at_entry() { is '$.sites[*].past_entry' 0 && is '$.sites[0].mode' '"stepped"'; }
check 'sites at the entries: so it was' at_entry
by() { is '$.attached_by' "\"$1\""; }
check 'sessions: so it was' by session
refused() {
	victim_start victim-nop5 split 8 100 1 1
	VQPROBE_TEST=multi fails 1 'say --trust-guest' build/vqprobe -p "$victim_pid" &&
		VQPROBE_TEST=multi build/vqprobe -p "$victim_pid" --plan --no-calibration
	local rc=$?
	victim_end
	return $rc
}
check 'without sessions: refused, but for --plan' refused
trust=--trust-guest
VQPROBE_TEST=perf exact 'by perf events' victim-nop5 'split 256 50000 2 27'
check 'by perf events: so it was' by 'perf event'
VQPROBE_TEST=perf exact 'by perf events, stripped' victim-stripped 'packed 256 10000 2 28'
VQPROBE_TEST=multi exact 'without sessions' victim-nop5 'split 256 50000 2 27'
check 'without sessions: so it was' by uprobe_multi
VQPROBE_TEST=multi load=storm exact 'without sessions, storm' victim-stripped 'packed 256 0 2 59'
VQPROBE_TEST=perf load=storm exact 'by perf events, storm' victim-nop5 'split 256 0 2 60'
# A call that is left by longjmp is not in the way of those that come later.
left() {
	load=leave watch "$@" && $B/probejson agree "$T/p.json" "$T/truth" &&
		is '$.queues[*].conserved' true
}
check 'calls left by longjmp' left victim-nop5 'split 256 0 2 68' --no-calibration
VQPROBE_TEST=multi check 'calls left by longjmp, without sessions' left victim-stripped \
	'packed 256 0 2 69' --no-calibration --trust-guest
# A call within another is not taken for it; on a stack above it would be deadly.
for way in multi perf; do
	VQPROBE_TEST=$way load=nestlow exact "$way, calls within calls" victim-nop5 'split 256 0 2 66'
done
# A flush that lasts from one window to between it and the next: what was noted of it is
# of no use then, and in the way of others.
held() {
	VQPROBE_TEST=multi load=hold watch victim-nop5 'split 256 0 1 67' --no-calibration \
		--trust-guest --window 1s --every 1300ms && get '$.windows' &&
		is '$.nested_calls' 0 && is '$.queues[*].conserved' true &&
		[ "$(get '$.queues[0].pops')" -gt 3000 ]
}
check 'a call that outlasts a window' held
VQPROBE_TEST=main exact 'where only the main thread would be seen' victim-nop5 'split 256 50000 3 61'
check 'where only the main thread would be seen: perf events' by 'perf event'
trust=
VQPROBE_TEST=code exact 'offsets from the code of another build' victim-nop5 'packed 256 50000 2 29'
check 'offsets from the code of another build: so it was' from_code

# Lost: events seen and events lost are those that the calls must have sent.
loses() {
	local events lost made
	events=$(get '$.events') lost=$(get '$.lost_events')
	made=$($B/probejson sum "$T/truth" events)
	echo "$events events, $lost lost, $made sent"
	[ "$lost" -gt 0 ] && [ $((events + lost)) -eq "$made" ] &&
		grep -q "$lost of $made EVENTS LOST" "$T/err"
}
for victim in victim-nop5 victim-stripped; do
	check "$victim, 3 threads, tiny buffer: watched" watch $victim 'split 256 30000 3 30' \
		--buffer 4 --no-calibration
	check "$victim, 3 threads, tiny buffer: seen + lost = sent" loses
done

# On and off again while it runs, several times.  What can be known then: whatever
# the rings show is in the truth's order, and nothing is left over.
mid_stream() {
	local i victim=$1 ring=$2
	shift 2
	victim_start "$victim" "$ring" 256 1000000000 3 31
	echo go >&7
	for i in 1 2 3; do
		probe_some 1000 "$@" || return 1
		is '$.queues[*].conserved' true && is '$.lost_events' 0 &&
			is '$.queues[*].length_mismatches' 0 && is '$.unreadable_calls' 0 &&
			[ "$(sum '$.queues[*].unfilled_published')" = 0 ] || return 1
	done
	kill "$victim_pid"
	victim_end 2>/dev/null
}
check 'attached and detached in mid-stream, thrice' mid_stream victim-nop5 packed
check 'the same, stripped' mid_stream victim-stripped packed
probes='' check 'the same, light' mid_stream victim-nop5 split --light
tap_end
