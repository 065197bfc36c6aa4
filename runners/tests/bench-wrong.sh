#!/bin/bash
# vqbench for real: what goes wrong in a trial beside the strategy, and what cannot run.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/bench-lib.sh

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
# Sections, several jobs of one of them, another engine, and one report of all.
job good "$timed" group_reporting '[a]' numjobs=2 ioengine=io_uring '[b]' bs=16k
# A program of one's own, with a library that is no other's in the guest.
cc -O2 -x c - -o "$tmp/own" -lpng <<-'END' || exit 1
	#define _GNU_SOURCE
	#include <fcntl.h>
	#include <png.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <time.h>
	#include <unistd.h>

	int main(int argc, char **argv)
	{
		int fd = open(getenv("VQLAB_DEVICE"), O_RDONLY | O_DIRECT), n = 0;
		time_t end = time(NULL) + atoi(argv[1]) + 1;
		void *page;

		if (fd < 0 || argc != 3 || strcmp(argv[2], "two words") || png_access_version_number() < 1 ||
		    posix_memalign(&page, 4096, 4096))
			return 1;
		for (; time(NULL) < end; n++)
			if (pread(fd, page, 4096, n % 1000 * 4096L) != 4096)
				return 2;
		printf("{\"own\":[{\"reads/s\":%d}]}\n", n);
		return 0;
	}
END
{
	printf '%s\n' '[plan]' name=sick 'variants=off' rings=split blocks=1 stall_seconds=3 seed=1 driver=none
	printf '%s\n' '[net net0]'
	for d in a:256 b:64; do
		printf '%s\n' "[disk ${d%:*}]" backend=nbdkit "size_mib=${d#*:}" service=constant base_us=100
	done
	for w in good:1:a stones:1:a early:2:a idle:20:a doomed:1:a long:60:a victim:60:b; do
		IFS=: read -r name seconds disk <<<"$w"
		printf '%s\n' "[workload $name]" kind=fio "job=$name.fio" "device=$disk" \
			"seconds=$seconds" summary=x
	done
	printf '%s\n' '[workload udp]' kind=iperf3 direction=both device=net0 seconds=1 summary=x \
		protocol=udp rate=1 packet=200
	printf '%s\n' '[workload own]' kind=command device=a program=own seconds=1 unit=reads/s \
		'args=${VQLAB_SECONDS} "two words"' figure=/own/0/reads~1s
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
check 'good phases stay good' is "$(of good True,False)$(of udp True,False)$(of own True,False)" \
	'ok ok: ; ok ok: ; ok ok: ; '
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

check "a program's figure is what it printed, of the requests that QEMU counted" is "$(field "$trial" \
	'[p["unit"] == "reads/s" and 0 <= p["counted"]["reads"] - p["throughput"] <= 16
		for p in t["phases"] if p["workload"] == "own"]')" '[True, True]'
check "a guest with it tells it from others" is "$(field "$run/run.json" \
	't["guest"]["added"].split()[0] == "own" and [w["sha256"] for w in t["workloads"] if w["name"] == "own"]' |
	tr -d "[]'")" "$(sha256sum <"$tmp/own" | cut -d' ' -f1)"
check 'datagrams are counted each way, and packets a second' is "$(field "$trial" \
	'[min(p["counted"]["packets_to_host"], p["counted"]["packets_to_guest"]) > 300 and p["packets_per_s"] > 600 and
	  p["datagrams"]["received"] > 0 for p in t["phases"] if p["workload"] == "udp"]')" '[True, True]'

# -- a disk server that does not start -------------------------------------------
run=$tmp/unserved
plan=$tmp/guest.ini
guest_plan "$plan"
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
flock --timeout 60 9
build/vqbench run $plan -o "$run" --qemu "$qemu" --guest "$guest" >"$tmp/said" 2>&1 9>&- &
bench=$!
check 'a second vqbench waits, and says for whom' until_true \
	says 'vqbench: waiting for another that measures on this host (.*); --together'
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
# Where vqprobe is tried beforehand, since that QEMU is not the lab's.
mkdir "$tmp/temporary"
cat >"$tmp/vqprobe" <<-END
	#!/bin/sh
	[ "\$1" != --version ] || exec $PWD/build/vqprobe --version
	kill -KILL \$PPID
END
chmod 755 "$tmp/vqprobe"
TMPDIR=$tmp/temporary build/vqbench run $plan -o "$run" --qemu "$tmp/plain" --guest "$guest" \
	--variants off --vqprobe "$tmp/vqprobe" >"$tmp/said" 2>&1
check 'vqbench that is killed there' is $? 137
check 'leaves nothing behind' is "$(ls -A "$tmp/temporary")" ''
rm "$tmp/plain/qemu-system-x86_64"
cp /bin/true "$tmp/plain/qemu-system-x86_64"
build/vqbench run $plan --dry-run --qemu "$tmp/plain" >"$tmp/said" 2>&1
check 'a QEMU without virtio is a failure' is $? 1
check 'which says what to do' says 'no virtio-blk-pci'
# What cannot be put into a guest is said before anything boots.
cc -shared -o "$tmp/libgone.so" -x c - <<<'int gone(void) { return 0; }'
cc -o "$tmp/lost" -x c - -L"$tmp" -lgone <<<'int gone(void); int main(void) { return gone(); }'
rm "$tmp/libgone.so"
printf '#!/usr/bin/perl\n' >"$tmp/script"
chmod 755 "$tmp/script"
for program in lost script; do
	sed "s/^program=own/program=$program/" "$tmp/sick.ini" >"$tmp/cannot-$program.ini"
	build/vqbench run "$tmp/cannot-$program.ini" -o "$run" --qemu "$qemu" --guest "$guest" \
		--together >"$tmp/said" 2>&1
	check "$program: bad input" is $? 2
	case $program in
	lost) check 'which names the library' says '/lost: needs libgone.so, which this host lacks' ;;
	script) check 'which names the interpreter' says '/script: runs by /usr/bin/perl, which the guest lacks' ;;
	esac
done
sed "s/^.plan.$/[machine]\nmemory_mib=256\n&/" "$tmp/sick.ini" >"$tmp/tight.ini"
mkdir "$tmp/large"
cp "$guest/manifest.json" "$guest/vmlinuz" "$tmp/large"
{ cat "$guest/initramfs.cpio"; head -c 20m /dev/zero; } >"$tmp/large/initramfs.cpio"
VQLAB_CACHE=$tmp/cache build/vqbench run "$tmp/tight.ini" -o "$run" --qemu "$qemu" --guest "$tmp/large" \
	--together >"$tmp/said" 2>&1
check 'a guest that its memory cannot hold' is $? 2
check 'which says how much it takes' says 'tight.ini:2: \[machine\] memory_mib: 256: the guest .* takes [0-9]* to boot'
rm -r "$tmp/cache" "$tmp/large"
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
plan=$tmp/default.ini
from=configs/default.ini guest_plan "$plan"
small true 1
check 'a full disk is a failure' is $? 1
check 'with the remedy' says 'No space left on device: free some space'
check 'and no result' says 'trial.json.: No such file'
# It fills up while vqprobe writes its trace.
long_plan "$tmp/long.ini"
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
