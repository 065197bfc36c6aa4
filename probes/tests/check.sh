#!/bin/bash
# The least privilege that watching takes, and vqprobe --check, which says so.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
tap_logs=("$T/out" "$T/err")
chmod 755 "$T"
cp build/vqprobe $B/victim-nop5 "$T/"
mkdir -m 777 "$T/results"

# as USER CAPABILITIES COMMAND...: with these alone, if any.  In the background
# run=exec makes $! the command's own process id.
as() {
	local user=$1 caps=-all
	[ -z "$2" ] || caps=-all,+${2//,/,+}
	shift 2
	${run:-} setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps "$caps" \
		--ambient-caps "$caps" --bounding-set "$caps" "$@"
}
# victim_of USER: one that waits to be told to go
victim_of() {
	rm -f "$T/in"
	mkfifo -m 666 "$T/in"
	run=exec as "$1" '' "$T/victim-nop5" split 64 5000 1 1 <"$T/in" >"$T/truth" &
	victim_pid=$!
	exec 7>"$T/in"
	until_true victim_runs
}
# watched USER CAPABILITIES: the whole of a load, and every figure is true
watched() {
	rm -f "$T/ready" "$T/results/p.json"
	mkfifo -m 666 "$T/ready"
	run=exec as "$1" "$2" "$T/vqprobe" -p "$victim_pid" --durations --json "$T/results/p.json" --ready-fd 8 \
		8>"$T/ready" 7>&- 2>"$T/err" &
	probe_pid=$!
	[ "$(head -c 1 "$T/ready")" = 1 ] || return 1
	echo go >&7
	victim_done
	probe_end TERM && $B/probejson agree "$T/results/p.json" "$T/truth" &&
		$B/probejson get "$T/results/p.json" '$.queues[0].device' | grep disk-0
}
# refused USER CAPABILITIES WORDS
refused() {
	fails 1 "$3" as "$1" "$2" "$T/vqprobe" -p "$victim_pid" --no-calibration -d 0.1
}

victim_of 64001
check 'own process: CAP_BPF and CAP_PERFMON do' watched 64001 bpf,perfmon
check 'own process: not without CAP_BPF' refused 64001 perfmon 'with CAP_BPF'
check 'own process: not without CAP_PERFMON' refused 64001 bpf 'CAP_PERFMON'
kill "$victim_pid" && victim_end 2>/dev/null
victim_of 64001
check "another user's process: and CAP_SYS_PTRACE" watched 64002 bpf,perfmon,sys_ptrace
check "another user's process: not without it" refused 64002 bpf,perfmon 'CAP_SYS_PTRACE'

# says STATUS PATTERN COMMAND...: exits so, with such a line on stdout
says() {
	local want=$1 pattern=$2 rc=0
	shift 2
	"$@" >"$T/out" 2>"$T/err" || rc=$?
	[ "$rc" -eq "$want" ] || { echo "exit $rc, not $want"; return 1; }
	grep -q -- "$pattern" "$T/out"
}
check '--check: this host will do' says 0 '^ok       BPF: the programs load' build/vqprobe --check
verdicts() { ! grep -Ev '^(ok     |limited|missing)  [^:]+: .' "$T/out"; }
check '--check: each line is a verdict' verdicts
check '--check: what a probe costs is measured' grep -q '^[a-z]* *uprobes: .*nop [0-9.]* (' "$T/out"
check '--check: a process that can be watched' says 0 "process $victim_pid (victim-nop5): .* can be" \
	build/vqprobe --check -p "$victim_pid"
check '--check: a process that cannot' says 1 "^missing  process $$ (.*no function virtqueue_pop" \
	build/vqprobe --check -p $$
check '--check: no privilege' says 1 '^missing  capabilities: no CAP_BPF: .*setcap' \
	as 64001 '' "$T/vqprobe" --check
check '--check: half of it' says 1 '^missing  capabilities: no CAP_PERFMON' \
	as 64001 bpf "$T/vqprobe" --check
check '--check: own processes only' says 0 '^limited  capabilities: no CAP_SYS_PTRACE: .*64001' \
	as 64001 bpf,perfmon "$T/vqprobe" --check
check '--check and --from' fails 2 'leave out --from' build/vqprobe --check --from x
kill "$victim_pid" && victim_end 2>/dev/null
tap_end
