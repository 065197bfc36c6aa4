#!/bin/bash
# vqprobe on several processes of one program: the kernel keeps the probes of a file
# together, so that each watch is asked at the hits of the others (target/claim.h).
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
			-- --durations
		check "$victim, $ring: the first, every figure" told 0
		check "$victim, $ring: the second, every figure" told 1
	done
done
check 'calls within calls: all live' \
	watch_all victim-nop5 nest '0 1' 'split 256 0 3 74' 'split 256 0 2 75' 'split 256 0 2 76' \
	-- --durations
check 'calls within calls: the first, every figure' told 0
check 'calls within calls: the second, every figure' told 1
resets=yes
check 'light: all live' \
	watch_all victim-nop5 storm '0 1' 'split 256 0 3 77' 'split 256 0 2 78 inorder' -- --light
resets=
check 'windows: all live' \
	watch_all victim-nop5 storm '0 1' 'split 256 0 3 79' 'split 256 0 2 80' 'split 64 0 2 81' \
	-- --durations --window 20ms --every 40ms

# One watches: another vqprobe is refused, on that process and on others of the program, and
# says who is there; another program it may watch, and this one when the first has gone.
victims victim-nop5 'split 64 1000 1 82' 'split 64 1000 1 83'
victim_pid=${pids[0]}
probe_start --no-calibration
first=$probe_pid
for i in 0 1; do
	check "another vqprobe on process $i of the program: refused" fails 1 \
		"process $first has locked this program's file" build/vqprobe -p "${pids[$i]}" -d 0.1
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
waits() {
	build/vqprobe -p "${pids[1]}" --no-calibration --wait 10m -d 0.1 &
	local second=$!
	until_true holds_file "$second" && probe_end TERM && wait "$second"
}
# It sleeps between its tries to lock it by then, or will, or goes on.
holds_file() { readlink "/proc/$1"/fd/* | grep -q victims/victim-nop5; }
check 'unless it waits for that: in vain' fails 1 'has locked' \
	build/vqprobe -p "${pids[1]}" --no-calibration --wait 100ms
check 'it waits until the first has ended' waits
check 'on that one, when the first has ended: not' \
	build/vqprobe -p "${pids[1]}" --no-calibration -d 0.1
victim_pid=
check 'the processes end as they would have' all_end
tap_end
