# shellcheck shell=bash
# Sourced by the tests that run vqbench for real, instead of tap.sh: $tmp, $qemu, $guest,
# and what starts, watches and judges a run.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Waiting is always for a condition, and gives up only when what is waited for
# cannot come any more, or after a time no sane machine needs.
tmp=$(mktemp -d)
bench=
cleanup() {
	[ -n "$bench" ] && kill -KILL "$bench" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

. runners/tests/tap.sh
tap_logs=("$tmp/said")

qemu=$(runners/setup/qemu.sh) || exit 1
guest=$(runners/setup/guest.sh) || exit 1

# start DIR OPTIONS...: vqbench in the background; its pid in $bench.  Nothing is
# measured here, so nobody need wait for it.
start() {
	local dir=$1
	shift
	build/vqbench run "$plan" -o "$dir" --qemu "$qemu" --guest "$guest" --together "$@" \
		>"$tmp/said" 2>&1 &
	bench=$!
}

# finish: waits for it; its exit status in $status.
finish() {
	wait "$bench"
	status=$?
	bench=
}

# descendants PID: "pid start-time" of all processes below it.
descendants() {
	local stat p
	for stat in /proc/[0-9]*/stat; do
		sed -E 's/^([0-9]+) \(.*\) . ([0-9]+) (\S+ ){17}(\S+).*/\1 \2 \4/' "$stat" 2>/dev/null
	done | awk -v top="$1" '
		{ parent[$1] = $2; born[$1] = $3 }
		END { for (p in parent)
			for (q = parent[p]; q > 1; q = parent[q])
				if (q == top) { print p, born[p]; break } }'
}

# alive FILE: those of the recorded processes that are still the same.
alive() {
	local pid born
	while read -r pid born; do
		sed -E 's/^([0-9]+) \(.*\) . ([0-9]+) (\S+ ){17}(\S+).*/\1 \4/' "/proc/$pid/stat" \
			2>/dev/null | grep -x "$pid $born"
	done <"$1"
}

# child NAME: the pid of vqbench's descendant that runs the program NAME.
child() {
	local pid
	descendants "$bench" | while read -r pid _; do
		case $(readlink "/proc/$pid/exe") in
		*/$1) echo "$pid"; break ;;
		esac
	done
}

# until COMMAND...: true as soon as it is; false when vqbench ended first.
until_true() {
	local i
	for ((i = 0; i < 3000; i++)); do
		"$@" && return 0
		kill -0 "$bench" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}
# loading DIR ID [PHASE]: a load has begun in trial ID, in its phase WORKLOAD-on or
# WORKLOAD-off.  perf keeps a note of it, so it cannot be missed.
loading() {
	local log
	for log in "$1/trials/$2.tmp"/perf-*"${3:-}".csv*; do
		# Its log goes when the phase has ended well, with figures beside it.
		grep -qs 'Events enabled\|task-clock' "$log" && return
	done
	return 1
}

# record: what runs now, and in which network namespace.
record() {
	descendants "$bench" >"$tmp/pids"
	netns=$(readlink "/proc/$(child 'qemu-system-x86_64')/ns/net")
	[ -n "$netns" ] && [ "$(wc -l <"$tmp/pids")" -ge 4 ]
}
gone() { [ -z "$(alive "$tmp/pids")" ]; }
# nothing_left: no process, and nobody in the namespace, so no tap either.
nothing_left() {
	local i
	for ((i = 0; i < 300; i++)); do
		gone && break
		sleep 0.1
	done
	alive "$tmp/pids" | sed 's/^/left: /'
	find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/ns/net' -lname "$netns" 2>/dev/null |
		sed 's/^/in the namespace: /' | tee "$tmp/in"
	gone && [ ! -s "$tmp/in" ]
}

# field FILE EXPRESSION: python's view of a trial.
field() { python3 -c 'import json,sys; t=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
state_of() { field "$1/trials/$2/trial.json" 't["state"]'; }
is() { [ "$1" = "$2" ] || { echo "is '$1', should be '$2'"; return 1; }; }
says() { grep -e "$1" "$tmp/said"; }

# guest_plan FILE [SED-ARGUMENTS...]: the quick plan, or $from, without what is counted or
# has no guest.
guest_plan() {
	sed -e 's/^driver=.*/driver=none/' -e '/^# Without a guest/,$d' \
		-e "s,^job=,job=$PWD/configs/," "${@:2}" \
		"${from:-configs/quick.ini}" >"$1"
}

# long_plan FILE: that, with phases that are longer than any delay on the way to their end.
long_plan() { guest_plan "$1" -e 's/^seconds=.*/seconds=60/'; }
