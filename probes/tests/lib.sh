# shellcheck shell=bash disable=SC2119,SC2120
# Sourced by the shell tests: a victim to watch.
# SPDX-License-Identifier: GPL-2.0-or-later
B=build/probes
make -s --no-print-directory build/vqprobe $B/victim-nop5 $B/victim-pie $B/victim-stripped \
	$B/probejson >/dev/null
T=$(mktemp -d)
# Copies of the victims, for this test alone: of a program's file there is one vqprobe at a time.
V=$T/victims
mkdir "$V"
cp $B/victim-nop5 $B/victim-pie $B/victim-stripped "$V/"
victim_pid='' probe_pid=''
cleanup() {
	[ -z "$probe_pid" ] || kill "$probe_pid" 2>/dev/null || true
	[ -z "$victim_pid" ] || kill "$victim_pid" 2>/dev/null || true
	rm -rf "$T"
}
trap cleanup EXIT

. runners/tests/tap.sh

# victim_start VICTIM ARGUMENTS...: waits for its first line of input
victim_start() {
	rm -f "$T/in"
	mkfifo "$T/in"
	local program=$1
	shift
	[ -e "$V/$program" ] || cp "$B/$program" "$V/"
	"$V/$program" "$@" <"$T/in" >"$T/truth" &
	victim_pid=$!
	exec 7>"$T/in"
	until_true victim_runs
}
# Before that it is this shell's copy.
victim_runs() { [ "$(readlink "/proc/$victim_pid/exe")" != "$(readlink "/proc/$$/exe")" ]; }
# victim_done: returns when it has done its work; it stays
victim_done() {
	until [ -s "$T/truth" ]; do
		kill -0 "$victim_pid" || return 1
		sleep 0.02
	done
}
# victim_end: it has done what it was told, and is gone
victim_end() {
	exec 7>&-
	wait "$victim_pid" || true
	victim_pid=''
}
# probe_start ARGUMENTS...: returns when it is watching the victim, with all probes unless
# $probes says otherwise; with $result the result does not go to p.json
probes=--durations
probe_start() {
	rm -f "$T/ready" "$T/p.json"
	mkfifo "$T/ready"
	# shellcheck disable=SC2086
	build/vqprobe -p "$victim_pid" ${result:---json $T/p.json} --ready-fd 8 $probes "$@" \
		8>"$T/ready" 7>&- 2>"$T/err" &
	probe_pid=$!
	[ "$(head -c 1 "$T/ready")" = 1 ]
}
# probe_end [SIGNAL]: its exit status
probe_end() {
	[ -z "${1:-}" ] || kill "-$1" "$probe_pid"
	local rc=0
	wait "$probe_pid" || rc=$?
	probe_pid=''
	return "$rc"
}
# probe_some N ARGUMENTS...: attached to it in mid-stream until an interval had N elements of
# one queue, and detached
probe_some() {
	local n=$1
	shift
	result=--json-lines probe_start --no-calibration --interval 100ms --buffer 262144 "$@" \
		>"$T/lines"
	until_true some "$n" && probe_end TERM && tail -n 1 "$T/lines" >"$T/p.json"
}
some() { tail -n 1 "$T/lines" | sed 's/"elements":/\n&/g' | awk -F '[:,]' -v n="$1" \
	'/^"elements":/ && $2 >= n { found = 1 } END { exit !found }'; }
# watch VICTIM "ITS ARGUMENTS" [VQPROBE'S...]: the whole of it, result in p.json; with
# resets=yes the devices are reset first, as a booting guest does; load= is another
# command than go
watch() {
	local program=$1 arguments=$2
	shift 2
	# shellcheck disable=SC2086
	victim_start "$program" $arguments
	probe_start "$@" || { cat "$T/err"; exec 7>&-; return 1; }
	[ -z "${resets:-}" ] || echo resets >&7
	echo "${load:-go}" >&7
	victim_done
	probe_end TERM && victim_end
}
# until_true COMMAND...: waits for it; vqprobe, if it runs, must live.  What is not
# so after two minutes never will be: then it is run once more, for its words.
until_true() {
	local end=$((SECONDS + 120))
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -gt "$end" ] || ! kill -0 "${probe_pid:-$$}"; then
			"$@"
			return
		fi
		sleep 0.05
	done
}
get() { $B/probejson get "$T/p.json" "$1"; }
# is PATH VALUE: says p.json so?
is() {
	local v
	v=$(get "$1" | sort -u)
	[ "$v" = "$2" ] || { echo "$1 is $v, not $2"; return 1; }
}
# agrees: is every figure of p.json as the victim, which has come to its end, knows it?
agrees() {
	$B/probejson agree "$T/p.json" "$T/truth" && is '$.lost_events' 0 &&
		is '$.unreadable_rings' 0 && is '$.unreadable_calls' 0 &&
		is '$.queues[*].conserved' true && is '$.queues[*].length_mismatches' 0 &&
		is '$.queues[*].assumed_published' 0 && is '$.queues[*].in_flight_end' 0
}
# fails STATUS PATTERN COMMAND...: exits so, with that on stderr
fails() {
	local want=$1 pattern=$2 rc=0
	shift 2
	"$@" >"$T/out" 2>"$T/err" || rc=$?
	cat "$T/err"
	[ "$rc" -eq "$want" ] || { echo "exit $rc, not $want"; return 1; }
	grep -q -- "$pattern" "$T/err"
}
