#!/bin/bash
# vqprobe's live side: tables on a terminal and elsewhere, JSON lines, several
# processes, those that end or come, windows.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
tmux() { command tmux -S "$T/tmux" -f /dev/null "$@"; }
more_cleanup() {
	[ ! -S "$T/tmux" ] || tmux kill-server 2>/dev/null || true
	[ -z "$other_pid" ] || kill "$other_pid" 2>/dev/null || true
	cleanup
}
other_pid=''
trap more_cleanup EXIT

# live OPTIONS...: vqprobe, watching, in the background; its output in out and err
live() { live_calibrated --no-calibration "$@"; }
nice=()
live_calibrated() {
	: >"$T/out"
	: >"$T/err"
	rm -f "$T/ready"
	mkfifo "$T/ready"
	"${nice[@]}" build/vqprobe --trust-guest --ready-fd 8 "$@" >"$T/out" 2>"$T/err" 7>&- 8>"$T/ready" &
	probe_pid=$!
	[ "$(head -c 1 "$T/ready")" = 1 ]
}
tap_logs=("$T/out" "$T/err")
said() { grep -q -- "$2" "$T/$1"; }
truth() { $B/probejson get "$T/truth" "\$.$1"; }

# --- lines: stdout is a file --------------------------------------------------
lines() {
	victim_start victim-nop5 split 256 200000 1 1
	live -p "$victim_pid" --interval 100ms || return 1
	echo go >&7
	victim_done
	# An interval with nothing in it: all that happened has been shown.
	until_true said out '^[0-9:.]* .* 0  *-  *-' || return 1
	probe_end INT
}
check 'lines, as stdout is no terminal: SIGINT ends it with exit 0' lines
check 'each line has its time in front' said out '^[0-9:.]\{12\}  disk-0\.0 '
check 'it is said what time the figures are of' said out '^rates and percentiles: the last'
no_escapes() { ! grep -q $'\033' "$T/out"; }
check 'and there is no control sequence in them' no_escapes
one_header() { [ "$(grep -c 'elem/s  ooo%' "$T/out")" = 2 ]; }
check 'one header for the lines, one for the summary' one_header
summary_is_true() {
	[ "$(awk '/^process .*: all of/ { on = 1 } on && $1 == "disk-0.0" { print $2 }' "$T/out")" = \
		"$(truth published)" ]
}
check 'the summary has every element' summary_is_true
kill "$victim_pid" && victim_end 2>/dev/null

# --- JSON lines ---------------------------------------------------------------
# An interval without elements, among those after the first N.
idle_after() { tail -n +$(($1 + 1)) "$T/out" | grep -q '"elements":0,.*"elements":0,'; }
json_lines() {
	victim_start victim-nop5 split 256 200000 2 1
	live -p "$victim_pid" --durations --interval 100ms --json-lines || return 1
	echo go >&7
	victim_done
	until_true idle_after "$(wc -l <"$T/out")" || return 1
	probe_end TERM
}
check 'JSON lines: SIGTERM ends them' json_lines
json_adds_up() {
	local sum=0 n want=0 line
	grep -c '"type":"interval"' "$T/out"
	while read -r line; do
		echo "$line" >"$T/line.json"
		while read -r n; do sum=$((sum + n)); done < <(
			$B/probejson get "$T/line.json" '$.queues[*].elements')
	done < <(grep '"type":"interval"' "$T/out")
	while read -r line; do
		echo "$line" >"$T/line.json"
		want=$((want + $($B/probejson get "$T/line.json" '$.published')))
	done <"$T/truth"
	echo "$sum elements in all intervals, $want there were"
	[ "$sum" -eq "$want" ] && [ "$sum" -gt 100000 ]
}
check 'JSON lines: the intervals add up to the truth' json_adds_up
json_ends() {
	tail -n 1 "$T/out" >"$T/p.json"
	is '$.type' '"summary"' && is '$.sampled' false && $B/probejson agree "$T/p.json" "$T/truth"
}
check 'JSON lines: the last is the summary' json_ends
kill "$victim_pid" && victim_end 2>/dev/null

# --- a terminal ---------------------------------------------------------------
screen() { tmux capture-pane -p; }
shows() { screen | grep -q -- "$1"; }
on_terminal() {
	victim_start victim-nop5 split 256 3000000 3 1
	tmux new-session -d -x 80 -y 24 "env ${1:-} build/vqprobe --no-calibration --interval 100ms \
		-p $victim_pid --ready-fd 8 8>$T/ready; echo exit \$? >$T/exit; cat" 7>&-
	[ "$(head -c 1 "$T/ready")" = 1 ] || return 1
	echo go >&7
	until_true shows 'disk-2\.[0-9]* .*us'
}
check 'on a terminal: the table appears' on_terminal
drawn_again() { [ "$(screen | head -n 1)" != "$first" ]; }
in_place() {
	first=$(screen | head -n 1)
	until_true drawn_again
	screen
	[[ $first == process* ]] && [ "$(screen | grep -c elem/s)" = 1 ] &&
		[ "$(screen | grep -c ^disk-)" = 3 ]
}
check 'it is drawn over itself' in_place
everything() {
	screen | grep -q 'p50  p99  max  now  max   p50   p99   p50   p99 lost'
}
check '80 columns hold every figure' everything
narrower() {
	tmux resize-window -x 55 -y 7
	until_true narrow
	screen
}
narrow() { shows '^disk' && ! shows ' p50  p99  max' && shows 'and 2 less busy queues'; }
check 'a smaller window: fewer columns and rows' narrower
ended_by_key() {
	tmux resize-window -x 80 -y 24
	tmux send-keys C-c
	until_true [ -s "$T/exit" ]
	screen
	[ "$(cat "$T/exit")" = 'exit 0' ] && shows 'all of' && [ "$(screen | grep -c ooo%)" = 1 ] &&
		[ "$(tmux display -p '#{cursor_flag}')" = 1 ]
}
check 'Ctrl-C: the summary instead of the table, exit 0, a cursor' ended_by_key
tmux kill-server
kill "$victim_pid" && victim_end 2>/dev/null
rm -f "$T/exit"
# The header may have left the screen by then.
scrolled() { tmux capture-pane -p -S - | grep -q -- "$1"; }
dumb() {
	on_terminal TERM=dumb && until_true scrolled '^[0-9:.]*  disk-2\.' && scrolled '^time '
}
check 'a dumb terminal gets lines' dumb
tmux kill-server
until_true flock --nonblock "$V/victim-nop5" true # till vqprobe has ended, too
kill "$victim_pid" && victim_end 2>/dev/null

# --- processes that end, change, come ----------------------------------------
killed() {
	victim_start victim-nop5 split 8 1000 1 1
	live -p "$victim_pid"
	echo go >&7
	victim_done
	until_true said out 'disk-0.0'
	kill -KILL "$victim_pid"
	probe_end && said err "process $victim_pid (victim-nop5) has ended" && said out ': all of'
}
check 'the process ends: said so, summary, exit 0' killed
victim_end 2>/dev/null
execs() {
	victim_start victim-nop5 split 8 1000 1 1
	live -p "$victim_pid" --interval 100ms
	echo go >&7
	victim_done
	until_true said out 'disk-0.0'
	echo exec >&7
	probe_end && said err 'has started another program, /.*/sleep' && said out ': all of'
}
check 'the process becomes another program: said so, summary, exit 0' execs
kill "$victim_pid" && victim_end 2>/dev/null

# Called like QEMUs.  The guest's name is what counts; no other on this host has it.
lab=vqlab$$
cp $B/victim-nop5 "$T/qemu-system-vq"
qemu_like() { exec "$T/qemu-system-vq" split 64 1000 1 1 -name "$1" <"$T/in" >"$T/truth"; }
both_run() { [ "$(pgrep -c -P $$ qemu-system-vq)" = 2 ]; }
by_name() {
	rm -f "$T/in" && mkfifo "$T/in"
	qemu_like "guest=$lab-one,debug-threads=on" &
	victim_pid=$!
	qemu_like "$lab-two" &
	other_pid=$!
	exec 7>"$T/in"
	# Subshells become the program: wait until both have.
	until_true both_run
	live --name "$lab-*" --interval 100ms
	echo go >&7
	until_true said out "$lab-one/disk-0.0\|$lab-two/disk-0.0" || return 1
	probe_end INT && said out "process [0-9]* $lab-one: all" &&
		said out "process [0-9]* $lab-two: all"
}
check 'by name, two at once: the table says which is which' by_name
only_one() {
	live --name "$lab-two" -d 300ms && probe_end && ! said out "$lab-one" && said out "$lab-two"
}
check 'by name: only the one that is meant' only_one
check 'several at once make no single summary' fails 2 'are for one' \
	build/vqprobe --name "$lab-*" --json "$T/x.json" -d 0.1
all_here() {
	# A host of its own, that has no other QEMU; in a chroot, too, whose mounts
	# cannot be made private.
	unshare --pid --fork --kill-child --mount --propagation unchanged bash -c '
		mount --make-rprivate / 2>&-
		mount -t proc proc /proc
		sleep 600 | "$0" split 64 1000 1 1 -name inner &
		until pgrep -x qemu-system-vq >/dev/null; do sleep 0.05; done
		build/vqprobe --trust-guest --no-calibration --all -d 300ms
		rc=$?
		umount /proc
		exit $rc' "$T/qemu-system-vq" >"$T/out" 2>"$T/err" && said out 'inner: all of'
}
check '--all' all_here
kill "$victim_pid" "$other_pid" 2>/dev/null
exec 7>&-
wait "$victim_pid" "$other_pid" 2>/dev/null || true
victim_pid='' other_pid=''
check 'no such name' fails 2 'no QEMU has the -name vqlab-none' build/vqprobe --name vqlab-none

summaries() { [ "$(grep -c '"type":"summary"' "$T/out")" = "$1" ]; }
# A name that no other test's victim has at the same time.
cp $B/victim-nop5 "$T/$lab"
follows() {
	local n
	live --name "$lab" --follow --interval 100ms --json-lines
	for n in 1 2; do
		B=$T victim_start "$lab" split 8 1000 1 1
		until_true said err "watching process $victim_pid " || return 1
		echo go >&7
		victim_done
		kill "$victim_pid"
		until_true said err "process $victim_pid ($lab) has ended" || return 1
		victim_end 2>/dev/null
		until_true summaries $n || return 1
	done
	probe_end INT
}
check '--follow: waits, and goes on with the one that comes next' follows
check '--follow: the kernel tells when one comes' bash -c '! grep -q "looking every second" "$0"' "$T/err"
polls() {
	export VQPROBE_TEST=poll
	follows && said err 'no tracepoint tells of programs that start: .*looking every second'
}
check '--follow: without such a tracepoint it looks, and says so' polls
unset VQPROBE_TEST

# Another guest's start takes the time of many events.
newcomers() {
	local n others=()
	B=$T victim_start "$lab" split 256 100000000 2 1
	echo go >&7
	live_calibrated --name "$lab" --follow --interval 100ms --json-lines
	for n in 1 2 3; do
		sleep 600 | "$T/$lab" split 8 1000 1 1 &
		others+=("$(jobs -p %%)")
		until_true watching $((n + 1)) || return 1
	done
	probe_end INT
	kill "${others[@]}"
	kill "$victim_pid"
	grep '"type":"summary"' "$T/out" | grep "\"pid\":$victim_pid," >"$T/p.json"
	victim_end 2>/dev/null
	get '$.events' && is '$.lost_events' 0 || return 1
	# The others did nothing; what is calibrated is not theirs.
	[ "$(grep '"type":"summary"' "$T/out" | grep -c '"events":0,')" = 3 ]
}
# The first is watched before vqprobe is ready: that is not said.
watching() { [ "$(grep -c 'watching process' "$T/err")" -ge $(($1 - 1)) ]; }
check '--follow: guests that start cost the others nothing' newcomers

# --- faster than vqprobe ------------------------------------------------------
# Two threads that do nothing else, and the least of a processor for the reader: it
# ends when told all the same, and says what was lost.
overload() {
	victim_start victim-nop5 split 256 1000000000 2 1
	echo go >&7
	nice=(nice -n 19)
	live -p "$victim_pid" --buffer 64 --json-lines "$@" || return 1
	nice=()
}
overload_ends() {
	overload -d 300ms && probe_end || return 1
	lost_is_said
}
lost_is_said() {
	kill "$victim_pid" && victim_end 2>/dev/null
	tail -n 1 "$T/out" >"$T/p.json"
	get '$.lost_events'
	[ "$(get '$.lost_events')" -gt 0 ] && said err 'EVENTS LOST'
}
check 'overload: -d ends it, losses are said' overload_ends
overload_int() {
	overload && until_true said out '"type":"interval"' && probe_end INT || return 1
	lost_is_said
}
check 'overload: SIGINT ends it, losses are said' overload_int
fast_interval() {
	victim_start victim-nop5 split 8 10 1 1
	live -p "$victim_pid" --interval 10ms --json-lines
	until_true near && probe_end INT && victim_end
}
# Two intervals of less than 40 ms.
near() {
	sed -n 's/.*"seconds":\([0-9.]*\),"seen.*/\1/p' "$T/out" |
		awk 'NR > 1 && $1 - last < 0.04 { n++ } { last = $1 } END { exit n < 2 }'
}
check 'an interval shorter than that of draining' fast_interval
check 'an interval that is none' fails 2 'at least 1ms' build/vqprobe -p 1 --interval 10us

# --- [INTERVAL [COUNT]] -----------------------------------------------------------
# counted N OPTIONS...: it ends by itself after so many intervals, which are shown
counted() {
	local n=$1
	shift
	victim_start victim-nop5 split 8 10 1 1
	live -p "$victim_pid" --json-lines "$@" && probe_end && victim_end || return 1
	[ "$(grep -c '"type":"interval"' "$T/out")" = "$n" ] && summaries 1
}
check 'an interval and a count: so many, then the summary' counted 3 50ms 3
check 'a count of windows' counted 2 --window 20ms --every 60ms 1 2
silent() {
	victim_start victim-nop5 split 8 10 1 1
	live -p "$victim_pid" --json - 50ms 2 && probe_end && victim_end || return 1
	[ "$(wc -l <"$T/out")" = 1 ] && summaries 1
}
check '--json -: the summary is all there is, and the count ends it' silent
check 'a count that is none' fails 2 '^vqprobe: count: .*not "x"' build/vqprobe -p 1 1 x
check 'a count of 0' fails 2 '^vqprobe: count: ' build/vqprobe -p 1 1 0
check 'an interval that is no time' fails 2 '^vqprobe: interval: .*not "a"' build/vqprobe -p 1 a 1
check 'two intervals' fails 2 'leave out --interval' build/vqprobe -p 1 --interval 1 2
check 'three words' fails 2 'an interval and a count are all' build/vqprobe -p 1 1 2 3

# --- windows ------------------------------------------------------------------
sampled() {
	victim_start victim-nop5 split 256 20000000 1 1
	echo go >&7
	live -p "$victim_pid" --window 20ms --every 150ms --json-lines
	until_true more_than_four || return 1
	probe_end INT && tail -n 1 "$T/out" >"$T/p.json"
}
more_than_four() { [ "$(grep -c '"elements":[1-9]' "$T/out")" -gt 4 ]; }
check 'windows: several of them see something' sampled
check 'windows: counts are labelled as sampled' is '$.sampled' true
check 'windows: no element is lost or invented' is '$.queues[*].conserved' true
check 'windows: what was under way between them is counted' \
	test "$(get '$.queues[0].cut')" -gt 0 -a "$(get '$.queues[0].in_flight_start')" -gt 0
a_part() {
	get '$.seconds' && get '$.seen_seconds' && get '$.windows'
	awk -v all="$(get '$.seconds')" -v seen="$(get '$.seen_seconds')" \
		'BEGIN { exit !(seen > 0 && seen < all / 2) }'
}
check 'windows: they are a part of the time, and it says which' a_part
kill "$victim_pid" && victim_end 2>/dev/null
site_byte() {
	local address
	address=$(nm $B/victim-nop5 | awk '$3 == "virtqueue_fill" { print $1 }')
	dd if="/proc/$victim_pid/mem" bs=1 skip=$((16#$address)) count=1 2>/dev/null | od -An -tx1
}
on() { [ "$(site_byte)" != ' 0f' ]; }
off() { [ "$(site_byte)" = ' 0f' ]; }
comes_and_goes() {
	victim_start victim-nop5 split 8 10 1 1
	live -p "$victim_pid" --window 100ms --every 300ms
	until_true on && until_true off && until_true on && until_true off || return 1
	probe_end INT && said out 'SAMPLED: '
}
check 'windows: no probe on the process between them' comes_and_goes
victim_end

# Between windows a device is unplugged, and the next one gets its memory: no probe
# sees the reset, so it is found when the next window opens.
shows_device() { grep -q "\"device\":\"$1\"" "$T/out"; }
replugged() {
	victim_start victim-nop5 split 64 2000000 1 1
	live -p "$victim_pid" --window 50ms --every 200ms --json-lines
	echo go >&7
	victim_done
	until_true shows_device disk-0 && until_true off || return 1
	echo replug >&7
	echo go >&7
	until_true shows_device disk-two || return 1
	probe_end INT && tail -n 1 "$T/out" >"$T/p.json" &&
		[ "$(get '$.queues[*].device' | tr '\n' ' ')" = '"disk-0" "disk-two" ' ]
}
check 'windows: a device that comes between them is another' replugged
kill "$victim_pid" && victim_end 2>/dev/null

check '--every without windows' fails 2 'is needed, too' build/vqprobe -p 1 --every 1s
check 'windows that overlap' fails 2 'longer than --window' \
	build/vqprobe -p 1 --window 2s --every 1s
check 'a trace of windows' fails 2 'holds all events' build/vqprobe -p 1 --window 1s -o "$T/t"
check 'a time that is none' fails 2 'such as 1.5' build/vqprobe -p 1 -d 5x
check '--follow a process id' fails 2 'does not come back' build/vqprobe -p 1 --follow
tap_end
