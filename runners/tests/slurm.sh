#!/bin/bash
# make bench SLURM=...: a cluster of two hosts, both this one, with Debian's own munged,
# slurmctld and slurmd.  Their runs are real, of rings that are counted without a guest.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
# All of it in a network and a process namespace of its own: no port is anybody else's, and
# nothing outlives this script, daemons included.
[ -n "${IN_CLUSTER:-}" ] ||
	IN_CLUSTER=1 exec unshare --net --pid --fork --kill-child --mount-proc -- "$0"
tmp=$(mktemp -d)
daemons=()
cleanup() {
	{
		[ ${#daemons[@]} -eq 0 ] || kill "${daemons[@]}"
		wait
	} 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
. runners/tests/tap.sh
. runners/tests/hosts-lib.sh
. runners/setup/cache.sh
runners/setup/packages.sh || exit 1
tap_logs=("$tmp/said")
export PATH=$PATH:/usr/sbin:/sbin

# -- the cluster ----------------------------------------------------------------------------
ip link set lo up
# Where every address is 127.0.0.1, getaddrinfo() finds none for a server.
ip addr add 192.0.2.1/32 dev lo
chmod 755 "$tmp"
mkdir -m 755 "$tmp/munge" "$tmp/state" "$tmp/spool-n1" "$tmp/spool-n2" "$tmp/home"
head -c 1024 /dev/urandom >"$tmp/munge/key"
chmod 400 "$tmp/munge/key"
chown -R munge: "$tmp/munge"
export SLURM_CONF=$tmp/slurm.conf
here=$(hostname -s)
cat >"$SLURM_CONF" <<END2
ClusterName=vqlab
SlurmctldHost=$here(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$tmp/munge/socket
CredType=cred/munge
SlurmctldPort=6817
SlurmctldPidFile=$tmp/slurmctld.pid
SlurmdPidFile=$tmp/slurmd-%n.pid
StateSaveLocation=$tmp/state
SlurmdSpoolDir=$tmp/spool-%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/linear
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=n1 NodeHostname=$here NodeAddr=127.0.0.1 Port=6818
NodeName=n2 NodeHostname=$here NodeAddr=127.0.0.1 Port=6819
PartitionName=all Nodes=ALL Default=YES
END2
# daemon NAME COMMAND...: in the background, with a log.
daemon() {
	local log=$tmp/$1.log
	shift
	"$@" >"$log" 2>&1 &
	daemons+=($!)
	tap_logs+=("$log")
}
# until_true COMMAND...: false when a daemon ended first.
until_true() {
	local pid
	until "$@"; do
		for pid in "${daemons[@]}"; do
			kill -0 "$pid" 2>/dev/null || return 1
		done
		sleep 0.2
	done
}
daemon munged setpriv --reuid munge --regid munge --clear-groups munged --foreground \
	--key-file="$tmp/munge/key" --socket="$tmp/munge/socket" --pid-file="$tmp/munge/pid" \
	--log-file="$tmp/munge/log" --seed-file="$tmp/munge/seed"
answers() { munge --socket "$tmp/munge/socket" -n >/dev/null 2>&1; }
check 'munged' until_true answers
daemon slurmctld slurmctld -D
daemon n1 slurmd -D -N n1
node() { daemon n2 slurmd -D -N n2; }
node
idle() { [ "$(sinfo -h -N -o '%T' 2>/dev/null | grep -cx idle)" -eq 2 ]; }
check 'slurmctld, and two hosts that are idle' until_true idle

# -- a clone, and a plan of seconds ---------------------------------------------------------
make_clone configs/counted.ini n1 n2 <<'END2'
[plan]
name=counted
variants=off;in-place
seed=1
[workload count]
kind=ring
measure=count
elements=256
END2
# submit HOSTS: into $run.
submit() {
	(cd "$tmp/clone" && HOME=$tmp/home VQLAB_CACHE=$CACHE VQLAB_TOGETHER=1 \
		make bench CONFIG=configs/counted.ini RUN="${run#"$tmp/clone/"}" SLURM="$1") >"$tmp/said" 2>&1
}
run=$tmp/clone/results/both
# ended: no job is left; false if one waits for what cannot come.
settled() { [ -z "$(squeue -h 2>&1)" ] || squeue -h -o %r | grep -q DependencyNeverSatisfied; }
ended() { until_true settled && [ -z "$(squeue -h)" ] || { scancel -u root; false; }; }
together() { cat "$run/slurm-together.log"; }
logs() { cat "$run"/slurm-*.log; }

for bad in 0 two; do
	check "SLURM=$bad is refused" fails submit $bad
	check 'as what it is' says "SLURM=$bad: is no number of hosts"
done
refuses submit 2

# One host's clone cannot be made: a file is where it belongs.
mv "$tmp/home/vqlab-n2" "$tmp/home/away"
touch "$tmp/home/vqlab-n2"
check 'two hosts, of which one will fail' submit 2
check 'are two jobs' says '^vqlab: submitted: jobs [0-9]+ \(2 hosts\) and [0-9]+, which writes results/both/report.txt'
check 'which end' ended
check 'the failed one says why' grep -q 'the clone cannot be copied there' <(logs)
check 'the other has its run' test "$(cd "$run/n1/rings" && echo *)" = count.json
check 'which is the report' grep -q 'of 1 of 2 hosts' <(together)
check 'and readable' test -s "$run/report.txt"
cp -a "$run/n1" "$tmp/n1"

# -- a host that dies in the middle of its job ------------------------------------------------
# of_job PID: is it one of those that would go with the host?
of_job() {
	tr '\0' '\n' <"/proc/$1/environ" | grep -qx SLURMD_NODENAME=n2 ||
		tr '\0' ' ' <"/proc/$1/cmdline" | grep -q "^slurmstepd: \[$job[.]"
} 2>/dev/null
# At once, as power goes: whoever is left for a moment would tell that another has ended.
die() {
	local pid
	job=$(squeue -h -w n2 -o %A)
	doomed=("${daemons[3]}")
	for pid in /proc/[0-9]*; do
		! of_job "${pid#/proc/}" || doomed+=("${pid#/proc/}")
	done
	unset 'daemons[3]'
	kill -STOP "${doomed[@]}"
	kill -KILL "${doomed[@]}"
	[ ${#doomed[@]} -ge 5 ]
}
there=$tmp/home/vqlab-n2/results/both/rings
counts() { [ -d "$there/count.tmp" ] || [ -e "$there/count.json" ]; }
rm "$tmp/home/vqlab-n2"
mv "$tmp/home/away" "$tmp/home/vqlab-n2"
check 'the same again, with a host that has come back' submit 2
check 'which counts' until_true counts
check 'and dies' die
check 'before it is through' test ! -e "$there/count.json"
check 'its log is there until then' test "$(grep -l ': running configs/counted.ini into ' "$run"/slurm-[12].log | wc -l)" = 2
# As the cluster finds by itself when its SlurmdTimeout, five minutes, is over.
scontrol update NodeName=n2 State=DOWN Reason=died
check 'both jobs end' ended
check 'it is missed' grep -q '^vqlab: n2: no run of it is here: it failed, or died; the same command with RUN=results/both goes on' <(together)
check 'the other is the report' grep -q 'of 1 of 2 hosts' <(together)
check 'and has what it had' cmp "$tmp/n1/rings/count.json" "$run/n1/rings/count.json"

node
scontrol update NodeName=n2 State=RESUME
check 'the host is there again' until_true idle
check 'the same once more' submit 2
check 'ends, too' ended
check 'the late host has its run' test "$(cd "$run/n2/rings" && echo *)" = count.json
check 'the first counted nothing twice' cmp "$tmp/n1/rings/count.json" "$run/n1/rings/count.json"
agree 2
check 'of both' grep -q 'of 2 of 2 hosts' <(together)
tap_end
