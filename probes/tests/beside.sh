#!/bin/bash
# vqprobe on several processes of one program: the kernel keeps the probes of a file
# together, and asks at a hit in one the watches of the others (watch/safe.h).
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
FD=60 # the first process's input; bash itself uses those from 10 on
pids=()
end_all() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
	cleanup
}
trap end_all EXIT

# victims VICTIM "ITS ARGUMENTS"...: a process for each, which waits for its first line
victims() {
	local program=$1 i=0 arguments
	shift
	pids=()
	for arguments in "$@"; do
		rm -f "$T/in$i"
		mkfifo "$T/in$i"
		# shellcheck disable=SC2086
		"$V/$program" $arguments <"$T/in$i" >"$T/truth$i" &
		pids+=($!)
		eval "exec $((FD + i))>\"$T/in$i\""
		victim_pid=$! until_true victim_runs
		i=$((i + 1))
	done
}
# tell LINE: all of them
tell() { local i; for i in "${!pids[@]}"; do echo "$1" >&$((FD + i)); done; }
all_done() { local i; for i in "${!pids[@]}"; do [ -s "$T/truth$i" ] || return 1; done; }
ended() { local i; for i in "${!pids[@]}"; do kill -0 "${pids[$i]}" || return 0; done; all_done; }
# They stay until they are told to end; another status is what killed one.
all_end() {
	local rc=0 status i
	kill "${pids[@]}" || rc=1
	for i in "${!pids[@]}"; do
		status=0
		wait "${pids[$i]}" || status=$?
		[ "$status" = 143 ] || { echo "process $i: exit $status"; rc=1; }
		eval "exec $((FD + i))>&-"
	done
	pids=()
	return $rc
}
# watch_all VICTIM LOAD "PIDS' NUMBERS" "ARGUMENTS"... -- VQPROBE'S...: the load in all, a watch
# of some; every one lives
watch_all() {
	local program=$1 load=$2 some=$3 victims=() i which=''
	shift 3
	while [ "$1" != -- ]; do victims+=("$1"); shift; done
	shift
	victims "$program" "${victims[@]}"
	watched=("${pids[@]}")
	for i in $some; do which+=${which:+,}${pids[$i]}; done
	rm -f "$T/ready"
	mkfifo "$T/ready"
	build/vqprobe -p "$which" --json-lines --no-calibration --ready-fd 8 --buffer 65536 "$@" \
		8>"$T/ready" >"$T/lines" 2>"$T/err" &
	probe_pid=$!
	[ "$(head -c 1 "$T/ready")" = 1 ] || { cat "$T/err"; return 1; }
	[ "$load" = nest ] || [ -z "${resets:-}" ] || tell resets
	tell "$load"
	until_true ended
	probe_end TERM || { cat "$T/err"; return 1; }
	all_end
}
# told I: every figure of the I-th, as it knows itself
told() {
	grep "\"pid\":${watched[$1]}," "$T/lines" | tail -n 1 >"$T/p.json"
	cp "$T/truth$1" "$T/truth"
	$B/probejson agree "$T/p.json" "$T/truth"
}

for victim in victim-nop5 victim-stripped; do
	for ring in 'split 256' 'packed 64'; do
		check "$victim, $ring: two of three watched, resets under load: all live" \
			watch_all $victim storm '0 1' "$ring 0 3 71" "$ring 0 2 72 inorder" "$ring 0 2 73" \
			-- --trust-guest --durations
		check "$victim, $ring: the first, every figure" told 0
		check "$victim, $ring: the second, every figure" told 1
	done
done
resets=yes
check 'light: all live' \
	watch_all victim-nop5 storm '0 1' 'split 256 0 3 77' 'split 256 0 2 78 inorder' -- --trust-guest --light
resets=
check 'windows: all live' \
	watch_all victim-nop5 storm '0 1' 'split 256 0 3 79' 'split 256 0 2 80' 'split 64 0 2 81' \
	-- --trust-guest --durations --window 20ms --every 40ms

# Two vqprobes, each on a process of the program; then both on one.
beside() {
	victims victim-nop5 'split 256 0 3 82' 'packed 256 0 2 83'
	watched=("${pids[0]}" "${pids[$1]}")
	rm -f "$T"/lines[01]
	for i in 0 1; do
		build/vqprobe -p "${watched[$i]}" --json-lines --no-calibration --durations \
			--trust-guest --buffer 65536 >"$T/lines$i" 2>"$T/err$i" &
		probes_of[i]=$!
		until_true shown "$i"
	done
	tell storm
	until_true ended
	kill "${probes_of[@]}"
	wait "${probes_of[@]}"
	cat "$T"/lines[01] >"$T/lines"
	all_end
}
probes_of=()
shown() { [ -s "$T/lines$1" ]; }
check 'two vqprobes on two processes, storm: both live' beside 1
check 'the first, every figure' told 0
check 'the second, every figure' told 1
check 'two vqprobes on one process, storm: it lives' beside 0
both_say() { for i in 0 1; do cp "$T/lines$i" "$T/lines"; told 0 || return 1; done; }
check 'every figure in both' both_say

# Without trust there is one watch on a program's file.
victims victim-nop5 'split 64 1000 1 86' 'split 64 1000 1 87'
check 'two processes in one vqprobe: the second is refused' fails 1 \
	"process ${pids[1]} (victim-nop5): another process of this program is watched, too: .*--trust-guest" \
	build/vqprobe -p "${pids[0]},${pids[1]}" --no-calibration -d 0.1
victim_pid=${pids[0]}
probe_start --no-calibration
for i in 0 1; do
	for trust in '' --trust-guest; do
		check "another vqprobe${trust:+ that trusts} on process $i of the program: refused" fails 1 \
			"process $probe_pid watches one of this program: .*--trust-guest, there and here" \
			build/vqprobe -p "${pids[$i]}" -d 0.1 $trust
	done
done
another_program() {
	cp "$V/victim-nop5" "$T/copy"
	rm -f "$T/in"
	mkfifo "$T/in"
	"$T/copy" split 64 1000 1 84 <"$T/in" >/dev/null &
	local pid=$! rc=0
	exec 7>"$T/in"
	victim_pid=$pid until_true victim_runs
	build/vqprobe -p "$pid" --no-calibration -d 0.1 || rc=$?
	exec 7>&-
	kill "$pid"
	return $rc
}
check 'on another program: not' another_program
probe_end TERM
check 'on that one, when the first has ended: not' \
	build/vqprobe -p "${pids[1]}" --no-calibration -d 0.1
victim_pid=
check 'the processes end as they would have' all_end

# A call lasts from one watch into the next: that one must not arm one within.
begins() {
	victims victim-nop5 "$1 256 0 1 85"
	victim_pid=${pids[0]}
	probe_start --no-calibration
	tell over
	until_true grep -q held "$T/truth0" || return 1
	probe_end TERM
	probe_start --no-calibration
	tell on
	until_true grep -q pops "$T/truth0" || return 1
	victim_pid=
	probe_end TERM && is '$.nested_calls' 150 && all_end
}
for ring in split packed; do
	check "$ring: from one vqprobe to the next with a call under way: it lives" begins $ring
done
tap_end
