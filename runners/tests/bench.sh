#!/bin/bash
# vqbench for real: QEMU, the guest, probes; killed, interrupted, stalled.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Waiting is always for a condition, and gives up only when what is waited for
# cannot come any more, or after a time no sane machine needs.
set -uo pipefail
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

# start DIR OPTIONS...: vqbench in the background; its pid in $bench.
start() {
	local dir=$1
	shift
	build/vqbench run "$plan" -o "$dir" --qemu "$qemu" --guest "$guest" "$@" >"$tmp/said" 2>&1 &
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
loaded() { [ -n "$(child perf)" ]; }
# A perf that runs belongs to a phase of trial ID.
in_phase_of() { [ -d "$1/trials/$2.tmp" ] && loaded; }

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

# -- a run that is killed in its second trial, and gone on with ---------------
plan=configs/quick.ini
order=($(build/vqbench run $plan --dry-run | awk '!/^#/ { print $1 }'))
run=$tmp/quick
start "$run"
check 'the second trial gets to a load' until_true in_phase_of "$run" "${order[1]}"
check 'its processes are seen' record
check 'the first trial is kept' is "$(state_of "$run" "${order[0]}")" ok
stat -c '%i %Y' "$run/trials/${order[0]}/trial.json" >"$tmp/before"
kill -KILL "$bench"
finish 2>/dev/null
check 'SIGKILL of vqbench leaves no process, tap or namespace' nothing_left
check 'the trial that was cut off is no result' \
	test ! -e "$run/trials/${order[1]}" -a -e "$run/trials/${order[1]}.tmp"

start "$run" --seed 99
finish
check 'another seed is refused' is "$status" 2
check 'and the message says so' says 'another seed (1, now 99)'

start "$run"
finish
check 'the same command goes on' is "$status" 0
check 'the second trial is there' is "$(state_of "$run" "${order[1]}")" ok
check 'the first one was not run again' \
	is "$(stat -c '%i %Y' "$run/trials/${order[0]}/trial.json")" "$(cat "$tmp/before")"
check 'no temporary folder is left' is "$(find "$run" -name '*.tmp')" ''
check 'every gate of every trial holds' is "$(for t in "${order[@]}"; do
	field "$run/trials/$t/trial.json" 'all(g["ok"] for g in t["gates"]) and len(t["gates"])'
done | sort -u)" 11
check 'loads, perf and probes have results' is "$(field "$run/trials/b01-split-array-window/trial.json" \
	'[len(t["phases"]), min(p["throughput"] for p in t["phases"]) > 0,
	  min(p["cpu_s"] for p in t["phases"]) > 0,
	  all((p["probe"] is not None) == p["probes"] for p in t["phases"]),
	  min(p["strategy"]["fills"] for p in t["phases"]) > 0]')" '[4, True, True, True, True]'
traces() {
	field "$1" '" ".join(p["trace"] for p in t["phases"] if p["probes"])'
}
check 'phases with probes keep their traces, and no others' \
	is "$(cd "$run/trials/${order[0]}" && echo *.vqt)" \
	"$(traces "$run/trials/${order[0]}/trial.json" | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//')"
check 'and the report finds the trials in them' \
	grep '4 phases agree with their traces' <(build/vqreport --verify "$run")
check 'run.json counts the trials' is "$(field "$run/run.json" 't["trials_planned"]')" 2

# -- Ctrl-C, twice -------------------------------------------------------------
# Phases that are longer than any delay on the way to their end.
sed -e 's/^seconds=.*/seconds=60/' -e "s,^job=,job=$PWD/configs/," configs/quick.ini >"$tmp/long.ini"
plan=$tmp/long.ini
run=$tmp/interrupt
start "$run" --variants bitmap --accel tcg
check 'a trial gets to a load' until_true loaded
check 'its processes are seen again' record
kill -INT "$bench"
kill -INT "$bench" 2>/dev/null
finish
check 'Ctrl-C ends vqbench with 130' is "$status" 130
check 'Ctrl-C leaves no process, tap or namespace' nothing_left
check 'nor a temporary folder' is "$(find "$run" -name '*.tmp')" ''
check 'the journal tells' grep -q 'interrupted b01-split-bitmap by signal 2' "$run/journal"

# -- QEMU killed ---------------------------------------------------------------
start "$run" --variants bitmap
check 'the trial gets to a load again' until_true loaded
record
kill -KILL "$(child qemu-system-x86_64)"
finish
check 'a killed QEMU ends no run' is "$status" 0
check 'it is a result' is "$(state_of "$run" b01-split-bitmap)" crashed
check 'with the signal in its reason' \
	is "$(field "$run/trials/b01-split-bitmap/trial.json" '"killed by signal 9" in t["reason"]')" True
check 'and nothing is left of it' nothing_left

# -- a disk that stops answering -----------------------------------------------
sed -e 's/^stall_seconds=.*/stall_seconds=3/' -e 's/^base_us=/hang_after=2000\n&/' \
	-e "s,^job=,job=$PWD/configs/," configs/quick.ini >"$tmp/stall.ini"
plan=$tmp/stall.ini
run=$tmp/stall
start "$run" --variants hash-table --accel tcg
finish
trial=$run/trials/b01-split-hash-table/trial.json
check 'a stalled guest ends no run' is "$status" 0
check 'it is a result, too' is "$(state_of "$run" b01-split-hash-table)" stalled
check 'with what was seen in its reason' is "$(field "$trial" \
	'all(w in t["reason"] for w in ("disk-tail", "in flight", "randread-tail"))')" True

# -- a strategy that swaps two elements in 10,000 -------------------------------
# Only with workload randread-tail, and long enough for 10,000 requests.
sed -e "s,^job=,job=$PWD/configs/," -e 's/^seconds=.*/seconds=7/' \
	-e '/^\[net/d' -e '/^\[workload tcp/,$d' configs/quick.ini >"$tmp/broken.ini"
plan=$tmp/broken.ini
run=$tmp/broken
# And with a perf that now and then finds one of QEMU's threads gone.
mkdir "$tmp/bin"
cat >"$tmp/bin/perf" <<-END
	#!/bin/sh
	echo >>$tmp/perfs
	[ \$((\$(wc -l <$tmp/perfs) % 3)) = 0 ] || { echo 'No such process' >&2; exit 255; }
	exec $(command -v perf) "\$@"
END
chmod 755 "$tmp/bin/perf"
PATH=$tmp/bin:$PATH start "$run" --variants broken-swap
finish
check 'perf is asked again' is "$(wc -l <"$tmp/perfs")" 6
trial=$run/trials/b01-split-broken-swap/trial.json
check 'a wrong strategy ends no run' is "$status" 0
check 'its trial is invalid' is "$(state_of "$run" b01-split-broken-swap)" invalid
check 'because of the order in which elements came' is "$(field "$trial" \
	'[g["name"] for g in t["gates"] if not g["ok"]]')" "['order']"

# -- what cannot be run --------------------------------------------------------
run=$tmp/none
plan=configs/quick.ini
start "$run" --variants off,best
finish
check 'an unknown variant is bad usage' is "$status" 2
mkdir "$tmp/guest"
cp "$guest/manifest.json" "$tmp/guest"
chmod 755 "$tmp" "$tmp/guest"
build/vqbench run $plan -o "$run" --qemu "$qemu" --guest "$tmp/guest" >"$tmp/said" 2>&1
check 'a missing kernel is a failure' is $? 1
check 'which is named' says 'guest/vmlinuz: No such file'
mkdir "$tmp/plain"
ln -s "$(readlink -f "$qemu/qemu-system-x86_64")" "$tmp/plain/qemu-system-x86_64"
echo '{"version":"x","sha256":"y","hooks":false,"strategies":[]}' >"$tmp/plain/manifest.json"
build/vqbench run $plan --dry-run --qemu "$tmp/plain" --variants off,qemu,bitmap >"$tmp/said" 2>&1
check 'a QEMU without hooks runs off and qemu' is \
	"$(grep -o '^b01-split-[a-z]*' "$tmp/said" | sort | tr '\n' ' ')" 'b01-split-off b01-split-qemu '
check 'and the rest is left out with a word' says 'bitmap (split) is left out'
rm "$tmp/plain/qemu-system-x86_64"
cp /bin/true "$tmp/plain/qemu-system-x86_64"
build/vqbench run $plan --dry-run --qemu "$tmp/plain" >"$tmp/said" 2>&1
check 'a QEMU without virtio is a failure' is $? 1
check 'which says what to do' says 'no virtio-blk-pci'
# On a file system of its own, which goes with the mount namespace.
mkdir "$tmp/small"
# In a mount namespace of its own; a chroot cannot be made private, so the disk
# is taken away in any case.
small() {
	unshare -m --propagation unchanged sh -c 'mount --make-rprivate / 2>&-
		mount -t tmpfs -o size=20m t "$1/small" || exit
		build/vqbench run configs/default.ini -o "$1/small/r" --qemu "$2" --guest "$3" \
			--accel tcg
		rc=$?
		ls "$1"/small/r/trials/*/trial.json
		umount "$1/small"
		exit $rc' sh "$tmp" "$qemu" "$guest" >"$tmp/said" 2>&1
}
small
check 'a full disk is a failure' is $? 1
check 'with the remedy' says 'No space left on device: free some space'
check 'and no result' says 'trial.json.: No such file'
check 'none of these left a folder' test ! -e "$run"
tap_end
