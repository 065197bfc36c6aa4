#!/bin/bash
# vqprobe --from: ranges, intervals, events as text and distributions of a trace say
# the same as the whole of it.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
make -s --no-print-directory $B/make-trace >/dev/null
tap_logs=("$T/out" "$T/err")
trace=$T/trace
$B/make-trace "$trace" 3 300000
from() { build/vqprobe --from "$trace" "$@" >"$T/out" 2>"$T/err"; }
# sum PATH FILE...: over all queues of some summaries
sum() {
	local path=$1 f
	shift
	for f; do $B/probejson get "$f" "$path"; done | awk '{ n += $1 } END { printf "%.0f\n", n }'
}
from --json "$T/p.json"
seconds=$(get '$.seconds')
third=$(awk -v s="$seconds" 'BEGIN { printf "%.3f", s / 3 }')

# --- ranges -------------------------------------------------------------------
from --until "$third" --json "$T/a.json"
from --since "$third" --until "$(awk -v s="$third" 'BEGIN { print 2 * s }')" --json "$T/b.json"
from --since "$(awk -v s="$third" 'BEGIN { print 2 * s }')" --json "$T/c.json"
add_up() {
	local field whole
	for field in pops fills flushes published stashed hold_sum_ns; do
		whole=$(sum "\$.queues[*].$field" "$T/p.json")
		echo "$field: $whole"
		[ "$whole" -gt 0 ] &&
			[ "$(sum "\$.queues[*].$field" "$T"/[abc].json)" = "$whole" ] || return 1
	done
	[ "$(sum '$.events' "$T"/[abc].json)" = "$(get '$.events')" ]
}
check 'three ranges add up to the whole, stash and hold included' add_up
conserved() { [ "$($B/probejson get "$1" '$.queues[*].conserved' | sort -u)" = true ]; }
check 'the whole is conserved' conserved "$T/p.json"
for range in a b c; do check "range $range is conserved" conserved "$T/$range.json"; done
times() {
	$B/probejson get "$T/a.json" '$.end_time' && $B/probejson get "$T/b.json" '$.start_time'
	[ "$($B/probejson get "$T/a.json" '$.end_time')" = "$($B/probejson get "$T/b.json" '$.start_time')" ] &&
		[ "$($B/probejson get "$T/a.json" '$.end_time')" != "$(get '$.start_time')" ]
}
check 'a range ends at the time at which the next begins' times
beyond() { from --since 10h --json "$T/d.json" && [ "$($B/probejson get "$T/d.json" '$.queues[*].pops' | wc -l)" = 0 ]; }
check 'a range beyond the end is empty' beyond

# --- intervals ------------------------------------------------------------------
intervals() {
	from "$third" --json-lines || return 1
	grep -c '"type":"interval"' "$T/out"
	[ "$(grep -o '"elements":[0-9]*' "$T/out" | awk -F: '{ n += $2 } END { print n }')" = "$1" ]
}
# What is left after the third begins a fourth, of 1 ms at most.
part() { sum '$.queues[*].published' "$T"/[ab].json; }
check 'intervals add up' intervals "$(from --json "$T/p.json" --until "$(awk -v s="$third" 'BEGIN { print 3 * s }')"; sum '$.queues[*].published' "$T/p.json")"
two() {
	from "$third" 2 --json-lines && [ "$(grep -c '"type":"interval"' "$T/out")" = 2 ] &&
		tail -n 1 "$T/out" >"$T/d.json" &&
		[ "$(sum '$.queues[*].published' "$T/d.json")" = "$(part)" ]
}
check 'a count of 2: two intervals, and the summary is of these' two
tables() { from "$third" && [ "$(grep -c '^[0-9:.]\{12\}  disk' "$T/out")" -ge 18 ] && grep -q ': all of' "$T/out"; }
check 'tables of intervals, then all' tables
from --json "$T/p.json"
through_pipe() { build/vqprobe --from - --json - <"$trace" >"$T/d.json" && cmp "$T/p.json" "$T/d.json"; }
check 'a trace from standard input to standard output' through_pipe

# --- events -----------------------------------------------------------------------
lines() { awk -v event="$1" '$4 == event' "$T/events" | wc -l; }
build/vqprobe --from "$trace" --events >"$T/events"
all_lines() {
	local pair
	for pair in pop:pops fill:fills flush:flushes unpop:unpopped reset:resets; do
		echo "$pair $(lines "${pair%:*}") $(sum "\$.queues[*].${pair#*:}" "$T/p.json")"
	done
	for pair in pop:pops fill:fills flush:flushes reset:resets; do
		[ "$(lines "${pair%:*}")" = "$(sum "\$.queues[*].${pair#*:}" "$T/p.json")" ] || return 1
	done
}
check 'events: a line for each call' all_lines
fields() { grep -o " $1=[0-9]*" "$T/events" | awk -F= -v above="${2:--1}" '$2 > above { n++; s += $2 } END { print n + 0, s + 0 }'; }
deep() { [ "$(fields depth 0 | cut -d' ' -f1)" = "$(sum '$.queues[*].stashed' "$T/p.json")" ]; }
check 'events: as many have a depth as are stashed' deep
published() { [ "$(fields published | cut -d' ' -f2)" = "$(sum '$.queues[*].published' "$T/p.json")" ]; }
check 'events: flushes publish what is published' published
above() {
	build/vqprobe --from "$trace" --events --above 100ms >"$T/above" || return 1
	awk '{ for (i = 5; i <= NF; i++) if ($i ~ /_ns=/ && substr($i, index($i, "=") + 1) + 0 >= 100000000) { print; next } }' \
		"$T/events" >"$T/want"
	[ -s "$T/want" ] && cmp "$T/want" "$T/above" && [ "$(wc -l <"$T/want")" -lt "$(wc -l <"$T/events")" ]
}
check 'events above 100ms: those that have such a time, and no other' above
clock() { [[ $(head -n 1 "$T/events") =~ ^[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{9}\ 1\ disk ]]; }
check 'events: each begins with the time of the day' clock
utc() {
	local start first
	start=$(get '$.start_time')
	first=$(TZ=UTC0 build/vqprobe --from "$trace" --events | head -n 1 | cut -c1-8) || true
	echo "$start $first"
	[[ $start == *"T$first"* || $start == *"T"*":$((10#${first:6:2} - 1))"* ]]
}
check 'events: by the clock that the summary has' utc

# --- distributions -----------------------------------------------------------------
bars() {
	from --hist || return 1
	local n
	n=$(awk '/^disk.* depth, elements: / { on = 1; next } /^$/ { on = 0 }
		on { for (i = NF; i > 0; i--) if ($i !~ /^\*+$/) { n += $i; break } } END { print n }' "$T/out")
	echo "$n in bars"
	[ "$n" = "$(($(sum '$.queues[*].fills' "$T/p.json") - $(sum '$.queues[*].unsettled_fills' "$T/p.json") - $(sum '$.queues[*].unmatched_fills' "$T/p.json")))" ]
}
check 'distributions: the bars of depth hold every element' bars
quantile() { grep -q '^disk0.0 hold: mean .*, p50 .*, p99 .*, p99\.9 .*, max ' "$T/out"; }
check 'distributions: p99.9 of times' quantile
check 'distributions: 72 columns' awk '/^$/ { on = 1 } on && !/^disk/ && length > 72 { exit 1 }' "$T/out"

# --- which queues -----------------------------------------------------------------
# chosen OPTIONS...: exactly the queues named in $want have their figures, unchanged
chosen() {
	local q
	build/vqprobe --from "$trace" --json "$T/d.json" "$@" || return 1
	q=$($B/probejson get "$T/d.json" '$.queues[*].index' | tr '\n' ' ')
	echo "queues $q"
	[ "$q" = "$want" ] && [ "$($B/probejson get "$T/d.json" '$.queues[0].hold_sum_ns')" = \
		"$(get "\$.queues[${want%% *}].hold_sum_ns")" ]
}
want='0 1 2 3 ' check '--device' chosen --device disk0
want='4 5 ' check '--device with a pattern' chosen --device '*1'
want='0 2 3 5 ' check '--queue: numbers and ranges' chosen --queue 0,2-3,5
want='2 3 ' check '--device and --queue: both hold' chosen --device disk0 --queue 2-5
want='0 1 2 3 4 5 ' check '--type' chosen --type 'virtio-*'
none_left() {
	from --device nothing && grep -q 'NO QUEUE IS SHOWN: .*disk0\.0 (virtio-blk), ' "$T/err"
}
check '--device of none: said, with those that there are' none_left
by_thread() {
	local tid all
	all=$(grep -c ' fill .* tid=' "$T/events")
	tid=$(grep -om1 'tid=[0-9]*' "$T/events")
	build/vqprobe --from "$trace" --events --thread "${tid#tid=}" >"$T/of" || return 1
	[ "$all" = "$(lines fill)" ] && [ "$(wc -l <"$T/of")" = "$(grep -c " $tid\$" "$T/events")" ] &&
		[ "$(wc -l <"$T/of")" -lt "$all" ] && ! grep -v " fill .* $tid\$" "$T/of"
}
check '--thread: the fills by that thread' by_thread
threads_add_up() {
	local n
	n=$($B/probejson get "$T/p.json" '$.queues[*].threads' | tr -d '[] ' | tr , '\n' |
		awk 'NR % 2 == 0 { n += $1 } END { print n }')
	echo "$n by threads"
	[ "$n" = "$(sum '$.queues[*].fills' "$T/p.json")" ]
}
check 'the threads have completed all that was completed' threads_add_up
for list in '' , 1, ,1 3-1 1-2-3 a 70000 -1; do
	check "--queue '$list'" fails 2 'such as 0,2-5' build/vqprobe --from "$trace" --queue="$list"
done
check '--thread without --events' fails 2 '--events is needed' build/vqprobe --from "$trace" --thread 1
check '--thread of none' fails 2 'id of a thread' build/vqprobe --from "$trace" --events --thread=-1
check 'a trace of some queues' fails 2 'holds all queues' build/vqprobe -p 1 -o x --device disk0

# --- older traces -----------------------------------------------------------------
older() {
	local old=probes/tests/version-2.vqt # of a trial on 2026-11-22
	[ "$(zstd -dcq "$old" | od -An -tu4 -j8 -N4 | tr -d ' ')" = 2 ] || return 1
	build/vqprobe --from "$old" --json "$T/d.json" &&
		[ "$($B/probejson get "$T/d.json" '$.queues[0].conserved')" = true ]
}
check 'a trace of version 2 is read' older

# documented FILE: the manual page names each member
documented() {
	local member
	grep -o '"[a-z_0-9]*":' "$1" | tr -d '":' | sort -u >"$T/members"
	[ "$(wc -l <"$T/members")" -gt 15 ] || return 1
	while read -r member; do
		grep -qw -- "$member" probes/vqprobe.1 || { echo "$member"; return 1; }
	done <"$T/members"
}
check 'every member of the summary is in the manual page' documented "$T/p.json"
from "$third" --json-lines
check 'and so is every one of an interval' documented "$T/out"

# --- nonsense -----------------------------------------------------------------------
check '--since without a trace' fails 2 'are of a trace' build/vqprobe -p 1 --since 1
check '--until before --since' fails 2 'later time than --since' \
	build/vqprobe --from "$trace" --since 2 --until 1
check '--from and --duration' fails 2 'leave out --duration' build/vqprobe --from "$trace" -d 1
check '--above without --events' fails 2 '--events is needed' build/vqprobe --from "$trace" --above 1
check '--events and --json-lines' fails 2 'leave out --json-lines' \
	build/vqprobe --from "$trace" --events --json-lines
check '--events and --json -' fails 2 'leave out --json-lines' \
	build/vqprobe --from "$trace" --events --json -
check '--events and --light' fails 2 'leave out --light' build/vqprobe -p 1 --events --light
check '--hist and --json' fails 2 'leave out --hist' build/vqprobe --from "$trace" --hist --json x
check '--events with a count' fails 2 'leave out the count' build/vqprobe -p 1 --events 1 2
check 'a trace on standard output' fails 2 'a file or a FIFO' build/vqprobe -p 1 -o -
check '--events to a full disk' fails 1 'No space left' bash -c 'build/vqprobe --from "$0" --events >/dev/full' "$trace"
tap_end
