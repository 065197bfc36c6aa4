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

# -- a run that is killed in its second trial, and gone on with ---------------
plan=configs/quick.ini
order=($(build/vqbench run $plan --dry-run | awk '!/^#/ { print $1 }'))
run=$tmp/quick
start "$run"
check 'the second trial gets to a load' until_true loading "$run" "${order[1]}"
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

# refused NAME OPTION...: the run goes on with other tools only in another folder.
refused() {
	local name=$1
	shift
	start "$run" "$@"
	finish
	[ "$status" -eq 2 ] && says "was begun with another $name (.*, now .*): go on with the same"
}
another() { cp "$1" "$2" && echo >>"$2"; }
mkdir "$tmp/other-qemu" "$tmp/other-guest" "$tmp/other-build"
chmod 755 "$tmp" "$tmp"/other-*
another build/vqprobe "$tmp/vqprobe"
another build/runners/latency.so "$tmp/latency.so"
another build/vqbench "$tmp/other-build/vqbench"
another "$qemu/qemu-system-x86_64" "$tmp/other-qemu/qemu-system-x86_64"
another "$guest/vmlinuz" "$tmp/other-guest/vmlinuz"
cp "$qemu/manifest.json" "$tmp/other-qemu"
cp "$guest/manifest.json" "$tmp/other-guest"
ln -s "$guest/initramfs.cpio" "$tmp/other-guest"
check 'another vqprobe is refused' refused vqprobe --vqprobe "$tmp/vqprobe"
check 'another plugin, too' refused 'nbdkit plugin (latency.so)' --plugin "$tmp/latency.so"
check 'another QEMU of the same name and version' refused 'QEMU program' --qemu "$tmp/other-qemu"
check 'another kernel of the same name and version' refused 'guest kernel' --guest "$tmp/other-guest"
sed -i 's/"sha256": *"./&f/' "$tmp/other-qemu/manifest.json"
check 'a QEMU made of other sources' refused 'QEMU (.*QEMU program' --qemu "$tmp/other-qemu"
"$tmp/other-build/vqbench" run $plan -o "$run" --qemu "$qemu" --guest "$guest" \
	--vqprobe build/vqprobe --plugin build/runners/latency.so >"$tmp/said" 2>&1
check 'another vqbench' is $? 2
check 'which says so' says 'another vqbench (.*, now '
rm -r "$tmp"/other-* "$tmp/vqprobe" "$tmp/latency.so"

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
check 'and says what the parts of the run have in common' is "$(field "$run/run.json" \
	'[len(t["identity"][k]) for k in ("vqbench", "vqprobe", "plugin", "program",
		"kernel", "image", "plan")]')" '[64, 64, 64, 64, 64, 64, 64]'

# -- QEMU killed ---------------------------------------------------------------
# Phases that are longer than any delay on the way to their end.
sed -e 's/^seconds=.*/seconds=60/' -e "s,^job=,job=$PWD/configs/," configs/quick.ini >"$tmp/long.ini"
plan=$tmp/long.ini
run=$tmp/interrupt
trial=$run/trials/b01-split-bitmap/trial.json
start "$run" --variants bitmap --accel tcg
check 'a trial gets to a load' until_true loading "$run" b01-split-bitmap
check 'its processes are seen again' record
kill -KILL "$(child qemu-system-x86_64)"
finish
check 'a killed QEMU ends no run' is "$status" 0
check 'it is a result' is "$(state_of "$run" b01-split-bitmap)" crashed
check 'with the signal in its reason' \
	is "$(field "$trial" '"killed by signal 9" in t["reason"]')" True
check 'and nothing is left of it' nothing_left

# -- and again; Ctrl-C, twice --------------------------------------------------
start "$run" --variants bitmap --again best
finish
check 'a state that is none is bad usage' is "$status" 2
start "$run" --variants bitmap --again stalled,invalid
finish
check 'no trial has the state: nothing is run again' is "$status" 0
check 'as is said' says '1 of 1 trials are there already'
start "$run" --variants bitmap --again invalid,crashed
check 'the trial is run again' until_true loading "$run" b01-split-bitmap
record
kill -INT "$bench"
kill -INT "$bench" 2>/dev/null
finish
check 'Ctrl-C ends vqbench with 130' is "$status" 130
check 'Ctrl-C leaves no process, tap or namespace' nothing_left
check 'nor a temporary folder' is "$(find "$run" -name '*.tmp')" ''
check 'the journal tells' grep -q 'interrupted b01-split-bitmap by signal 2' "$run/journal"
check 'of the state before, too' grep -q 'start b01-split-bitmap again, was crashed' "$run/journal"
check 'the first result is kept' is "$(state_of "$run" b01-split-bitmap)" crashed

# -- make is killed ------------------------------------------------------------
# make's own pid alone, as a batch system or a careless kill does it.
run=$tmp/made
VQLAB_TOGETHER=1 CONFIG=$plan RUN=$run make -s --no-print-directory bench >"$tmp/said" 2>&1 &
bench=$!
makes() { loading "$run" "$(basename "$run"/trials/*.tmp .tmp)"; }
check 'make bench gets to a load' until_true makes
check 'its processes are seen, too' record
kill -KILL "$bench"
finish 2>/dev/null
check 'SIGKILL of make leaves no process, tap or namespace' nothing_left
ended() { grep -q 'interrupted b01-split-.* by signal 15' "$run/journal"; }
check 'the run can go on' ended

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

# -- much that goes wrong, in one boot -------------------------------------------
# Each workload is hit by something; the others are good, and stay so.
cat >"$tmp/common" <<-'END'
	[global]
	filename=${VQLAB_DEVICE}
	rw=randread
	bs=4k
	ioengine=libaio
	direct=1
	iodepth=8
	clocksource=clock_gettime
	norandommap=1
END
timed='time_based=1
runtime=${VQLAB_SECONDS}'
# job NAME LINES...: a job file
job() { printf '%s\n' "$(cat "$tmp/common")" "${@:2}" >"$tmp/$1.fio"; }
job good "$timed" '[a]'
job stones "$timed" '[a]' '[b]' stonewall
job early size=1m '[a]'
job idle "$timed" thinktime=30000000 thinktime_blocks=64 '[a]'
for w in long doomed victim; do cp "$tmp/good.fio" "$tmp/$w.fio"; done
{
	printf '%s\n' '[plan]' name=sick 'variants=off' rings=split blocks=1 stall_seconds=3 seed=1
	printf '%s\n' '[net net0]'
	for d in a:256 b:64; do
		printf '%s\n' "[disk ${d%:*}]" backend=nbdkit "size_mib=${d#*:}" service=constant base_us=100
	done
	for w in good:1:a stones:1:a early:2:a idle:20:a doomed:1:a long:60:a victim:60:b; do
		IFS=: read -r name seconds disk <<<"$w"
		printf '%s\n' "[workload $name]" kind=fio "job=$name.fio" "device=$disk" \
			"seconds=$seconds" summary=x
	done
	printf '%s\n' '[workload tcp]' kind=iperf3 direction=in device=net0 seconds=1 summary=x
} >"$tmp/sick.ini"
plan=$tmp/sick.ini
run=$tmp/sick
id=b01-split-off
# The one that ends the trial comes last; a load that is cut off must not go on
# beside the next ones, so it comes before a good one.
phases() { build/vqbench run "$plan" --dry-run --seed "$1" | awk '!/^#/ { $1 = ""; print }'; }
# Such a seed, or the next one, should the schedule change.
for ((seed = 72; seed < 1000; seed++)); do
	read -ra list < <(phases "$seed")
	[[ ${list[*]} =~ long/.*good/.*victim/[a-z]*$ && ${list[*]: -2} =~ victim.*victim ]] && break
done
cat >"$tmp/vqprobe" <<-END
	#!/bin/sh
	case "\$*" in *vqprobe-doomed-on*) kill -KILL \$\$ ;; esac
	exec $PWD/build/vqprobe "\$@"
END
chmod 755 "$tmp/vqprobe"
# server SIZE: the nbdkit of the disk of that size
server() {
	descendants "$bench" | while read -r pid _; do
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "^nbdkit .*size=$1M" && echo "$pid"
	done
}
seed_of() { tr '\0' '\n' <"/proc/$(server "$1")/cmdline" | sed -n 's/^seed=//p'; }
nobody() {
	local p
	for p in "$(child qemu-system-x86_64)" "$(server 256)" "$(child iperf3)"; do
		grep -qx 'Uid:	65534	65534	65534	65534' "/proc/$p/status" &&
			grep -qx 'Gid:	65534	65534	65534	65534' "/proc/$p/status" &&
			grep -qx 'Groups:	 *' "/proc/$p/status" &&
			grep -qx 'CapEff:	0*' "/proc/$p/status" &&
			grep -qx 'NoNewPrivs:	1' "/proc/$p/status" || return 1
	done
}
start "$run" --seed "$seed" --accel tcg --vqprobe "$tmp/vqprobe"
for phase in "${list[@]}"; do
	case $phase in
	long/on)
		check 'a load runs with probes' until_true loading "$run" $id long-on
		check 'QEMU, nbdkit and iperf3 are nobody, and may become nothing else' nobody
		check 'QEMU may write no large files' grep -q '^Max file size  *268435456 *268435456 ' \
			"/proc/$(child qemu-system-x86_64)/limits"
		check 'each disk has a seed of its own' is "$(seed_of 64)" $(($(seed_of 256) + 1))
		kill -INT "$(child vqprobe)"
		;;
	long/off)
		check 'a load runs without probes' until_true loading "$run" $id long-off
		kill -KILL "$(child perf)"
		;;
	victim/*)
		check 'a load runs on the second disk' until_true loading "$run" $id victim-${phase#*/}
		kill -KILL "$(server 64)"
		break
		;;
	esac
done
finish
rm "$tmp/vqprobe"
trial=$run/trials/$id/trial.json
check 'none of this ends the run' is "$status" 0
check 'the trial is invalid' is "$(state_of "$run" $id)" invalid
# of WORKLOAD ON: the states of its phases (or of one), then its reasons
of() {
	field "$trial" "(' '.join(p['state'] for p in t['phases'] if p['workload'] == '$1' and p['probes'] in ($2,)) + ': ' +
		'; '.join(p['reason'] for p in t['phases'] if p['workload'] == '$1' and p['probes'] in ($2,)))"
}
like() { [[ $1 =~ $2 ]] || { echo "is '$1', should be like '$2'"; return 1; }; }
check 'good phases stay good' is "$(of good True,False)$(of tcp True,False)" 'ok ok: ; ok ok: ; '
stones="time: the load says that it ran [0-9.]+ s, but was at work for "
check 'sections one after the other' like "$(of stones True,False)" "^invalid invalid: $stones.*; $stones"
early='time: the load ended after 0\.[0-9]* s of 2'
check 'a load that ended early' like "$(of early True,False)" "^invalid invalid: $early.*; $early"
idle='the load stood still with nothing outstanding .*no request completed on disk-a for'
check 'a load that pauses is no stall' like "$(of idle True,False)" "^invalid invalid: $idle.*; $idle"
check 'a vqprobe that ended early' like "$(of long True)" \
	'^invalid: vqprobe ended before it was told to: exit status 0'
check 'a perf that was killed' like "$(of long False)" '^invalid: perf stat: killed by signal 9'
check 'a vqprobe that was killed at its start' like "$(of doomed True)" \
	'^invalid: vqprobe did not get ready: killed by signal 9'
check 'without it the workload is good' is "$(of doomed False)" 'ok: '
check 'a disk server that was killed is named' like "$(of victim True,False)" \
	'^invalid: the server of disk b ended: killed by signal 9'
check 'what fio did is what QEMU counted' is "$(field "$trial" \
	'[p["bytes"] == p["counted"]["bytes"] and p["ios"] == p["counted"]["reads"]
		for p in t["phases"] if p["state"] == "ok" and p["kind"] == "fio"]')" '[True, True, True]'

# -- a disk server that does not start -------------------------------------------
run=$tmp/unserved
plan=configs/quick.ini
start "$run" --variants off,qemu --blocks 3 --accel tcg --plugin /bin/true
finish
check 'where nothing works the run ends after a block' is "$status" 1
check 'the first one' is "$(ls "$run/trials")" $'b01-split-off\nb01-split-qemu'
check 'and says why' says 'nothing worked in block 1, so the run ends: b01-.*nbdkit: error: '
check 'its trials did not start' is "$(state_of "$run" b01-split-off)" failed-to-start
check 'for what nbdkit says' is "$(field "$run/trials/b01-split-off/trial.json" \
	'"the server of disk tail ended: exit status 1: nbdkit: error: " in t["reason"]')" True

# -- somebody else measures -----------------------------------------------------
# This test, or, if the lock cannot be had, really somebody else.
run=$tmp/waits
exec 9>>/run/lock/vqlab.lock
flock --nonblock 9
build/vqbench run $plan -o "$run" --qemu "$qemu" --guest "$guest" >"$tmp/said" 2>&1 9>&- &
bench=$!
check 'a second vqbench waits, and says for whom' until_true \
	says 'waiting for another vqbench, which measures on this host (.*); --together'
kill -TERM "$bench"
finish
exec 9>&-
check 'it can be ended' is "$status" 143
check 'and has run nothing' is "$(ls "$run/trials")" ''

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
# is taken away in any case.  What stands in "$4" runs beside vqbench.
small() {
	unshare -m --propagation unchanged bash -c 'mount --make-rprivate / 2>&-
		mount -t tmpfs -o size=20m t "$1/small" || exit
		cd "$5" || exit
		eval "$4" &
		build/vqbench run "$6" -o "$1/small/r" --qemu "$2" --guest "$3" \
			--accel tcg --together --variants off --seed "$7"
		rc=$?
		kill $! 2>&-
		wait
		ls "$1"/small/r/trials/*/trial.json
		umount "$1/small"
		exit $rc' sh "$tmp" "$qemu" "$guest" "$1" "$PWD" "$plan" "$2" >"$tmp/said" 2>&1
}
plan=configs/default.ini
small true 1
check 'a full disk is a failure' is $? 1
check 'with the remedy' says 'No space left on device: free some space'
check 'and no result' says 'trial.json.: No such file'
# It fills up while vqprobe writes its trace.
sed -e '/^\[net/,/^$/d' -e '/^\[workload tcp/,$d' "$tmp/long.ini" >"$tmp/one.ini"
plan=$tmp/one.ini
for ((seed = 1; seed < 1000; seed++)); do
	read -ra list < <(phases "$seed")
	[ "${list[0]}" != randread-tail/on ] || break
done
small 'until grep -qs enabled "$1"/small/r/trials/*.tmp/perf-*.log; do sleep 0.1; done
	dd if=/dev/zero of="$1/small/fill" bs=4k 2>&-' "$seed"
check 'a disk that fills up in a phase ends the run' is $? 1
check 'with the remedy, too' says 'No space left on device: free some space'
check 'and this is no result either' says 'trial.json.: No such file'
check 'none of these left a folder' test ! -e "$run"
tap_end
