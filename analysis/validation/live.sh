#!/bin/bash
# Faults in a guest's run, each with the gate that has to see it: analysis/validation/live.sh OUT
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each phase of one boot has a fault of its own, so that a gate that falls always, or takes
# others with it, shows as well.
set -uo pipefail
. analysis/validation/lib.sh

# -- what is wrong on purpose --------------------------------------------------------
lab=$guest
# In the guest: an fio that does its work and then says something else (an archive behind
# another adds to its files, and replaces them).
mkdir -p "$tmp/guest" "$tmp/root/usr/bin" "$tmp/bin"
(cd "$tmp/root" && cpio -i --quiet usr/bin/fio) <"$lab/initramfs.cpio"
mv "$tmp/root/usr/bin/fio" "$tmp/root/usr/bin/real-fio"
cat >"$tmp/root/usr/bin/fio" <<'END'
#!/bin/sh
edit=
case $* in
*says-more*) edit='s/"io_bytes" : [1-9]/&0/' ;;
*says-longer*) edit='s/"runtime" : [1-9]/&0/' ;;
*says-nothing*) edit=d ;;
*fails*) exit 1 ;;
esac
real-fio "$@" | sed "$edit"
END
chmod 755 "$tmp/root/usr/bin/fio"
# other_guest: a folder like the lab's, with what lies in $tmp/root besides
other_guest() {
	cp "$lab/manifest.json" "$lab/vmlinuz" "$tmp/guest"
	(cd "$tmp/root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$tmp/more"
	cat "$lab/initramfs.cpio" "$tmp/more" >"$tmp/guest/initramfs.cpio"
	chmod 755 "$tmp/guest"
	chmod 644 "$tmp"/guest/*
}
# Of the disks' servers, by their size: one gives the data of other blocks, one errors.
cat >"$tmp/bin/nbdkit" <<END
#!/bin/sh
case \$* in
*size=101M*) exec $(command -v nbdkit) --filter=offset "\$@" offset=4096 range=100M ;;
*size=102M*) exec $(command -v nbdkit) --filter=error "\$@" error-pread=EIO error-pread-rate=10% ;;
esac
exec $(command -v nbdkit) "\$@"
END
# A vqprobe that is slow to read, and others whose summary says something else.
cat >"$tmp/vqprobe" <<END
#!/usr/bin/python3
import json, os, signal, subprocess, sys, time

def later(queues, names):
    for name in names:
        queues[0][name] += 1000

faults = {
    'probe-pops': lambda q: later(q, ['pops', 'fills', 'published', 'used_entries']),
    'probe-kept': lambda q: q[0].update(conserved=False),
    'probe-order': lambda q: later(q, ['order_violations']),
    'probe-length': lambda q: later(q, ['length_mismatches']),
}
args = sys.argv[1:]
path = args[args.index('--json') + 1] if '--json' in args else ''
fault = path[path.rfind('/vqprobe-') + 9:-len('-on.json')]
late = fault == 'probe-late'
p = subprocess.Popen(['$PWD/build/vqprobe'] + args + late * ['--buffer=4'], close_fds=False)
asked = False

def ask(*_):
    global asked
    asked = True
    p.send_signal(signal.SIGCONT)
    p.send_signal(signal.SIGINT)

signal.signal(signal.SIGINT, ask)
signal.signal(signal.SIGTERM, ask)
trace = args[args.index('-o') + 1] if '-o' in args else ''
while late and not asked and p.poll() is None:
    if os.path.exists(trace) and os.path.getsize(trace):
        p.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        p.send_signal(signal.SIGCONT)
    time.sleep(0.02)
status = p.wait()
if fault in faults and status == 0:
    summary = json.load(open(path))
    faults[fault](summary['queues'])
    json.dump(summary, open(path, 'w'))
sys.exit(status if status >= 0 else 1)
END
chmod 755 "$tmp/bin/nbdkit" "$tmp/vqprobe"

# -- plans ---------------------------------------------------------------------------
cat >"$tmp/common" <<'END'
	[a]
	filename=${VQLAB_DEVICE}
	rw=randread
	bs=4k
	ioengine=libaio
	direct=1
	iodepth=8
	clocksource=clock_gettime
	norandommap=1
	verify=pattern
	verify_pattern=%o
	verify_fatal=1
END
timed=$'time_based=1\nruntime=${VQLAB_SECONDS}'
# plan FILE VARIANT WORKLOAD:DISK...: one of fio for each, of a second
plan() {
	local file=$1 w name disk
	printf '%s\n' '[plan]' name=faults "variants=$2" rings=split blocks=1 stall_seconds=5 \
		seed=1 driver=none >"$file"
	shift 2
	for w; do
		echo "${w#*:}"
	done | sort -u | while read -r disk; do
		printf '%s\n' "[disk d$disk]" backend=nbdkit "size_mib=$disk" service=constant base_us=100
		[ "$disk" != 103 ] || echo hang_after=1000
	done >>"$file"
	for w; do
		name=${w%:*} disk=${w#*:}
		printf '%s\n' "$(cat "$tmp/common")" "$timed" >"$tmp/$name.fio"
		printf '%s\n' "[workload $name]" kind=fio "job=$name.fio" "device=d$disk" seconds=1 \
			summary=x
	done >>"$file"
}
# fell RUN TRIAL WORKLOAD [on|off]: the gates that fell for it, or what became of it
fell() {
	python3 - "$1/trials/$2/trial.json" "$3" "${4:-}" <<-'END'
		import json, re, sys
		path, workload, probes = sys.argv[1:]
		t = json.load(open(path))
		gates = [g["name"] for g in t["gates"]]
		fell = []
		phases = [p for p in t["phases"] if p["workload"] == workload and
		          (not probes or p["probes"] == (probes == "on"))]
		for p in phases:
		    if p["state"] not in ("ok", "invalid"):
		        fell.append(p["state"])
		    found = [g for g in re.findall(r"(?:^|; )([a-z]+): ", p["reason"]) if g in gates]
		    if p["state"] == "invalid" and not found:
		        found = ["load"] if not next(g for g in t["gates"] if g["name"] == "load")["ok"] else ["?"]
		    for g in found:
		        if g not in fell:
		            fell.append(g)
		print(", ".join(fell) if fell or not phases else "none")
	END
}
# boot NAME VARIANT OPTIONS...: runs $plan, whatever comes
boot() {
	run=$tmp/$1
	PATH=$tmp/bin:$PATH start "$run" --variants "$2" --accel tcg "${@:3}"
	finish
	keep "$run"
}

other_guest
plan "$tmp/phases.ini" in-place nothing:100 says-more:100 says-longer:100 says-nothing:100 \
	fails:100 ends-early:100 wrong-data:101 disk-errors:102 \
	probe-late:100 probe-pops:100 probe-kept:100 probe-order:100 probe-length:100
sed -i '/time_based/d; /runtime/d; $a size=1m' "$tmp/ends-early.fio"
guest=$tmp/guest plan=$tmp/phases.ini
boot phases in-place --vqprobe "$tmp/vqprobe"
echo 'faults in a guest: the phase, and the gates that fell'
seen() { row "$1" "$2" "$(fell "$run" b01-split-in-place "$3" "${4:-}")"; }
seen 'no fault' none nothing
seen 'guest: fio says more bytes' traffic says-more
seen 'guest: fio says a longer time' time says-longer
seen 'guest: fio says nothing' load says-nothing
seen 'guest: fio fails' load fails
seen 'guest: the load ends early' time ends-early
seen 'disk server: others'"'"' data' load wrong-data
seen 'disk server: errors' load disk-errors
seen 'probes: too slow, events lost' lost probe-late on
seen 'probes: 1000 elements more' counters probe-pops on
seen 'probes: an element lost' conservation probe-kept on
seen 'probes: one out of order' order probe-order on
seen 'probes: one of another length' length probe-length on
seen 'probes: none in that phase' none probe-order off

# -- what concerns a whole boot -------------------------------------------------------
echo 'faults of a boot'
# other_init LINES: that guest's init does this before it hands over
other_init() {
	(cd "$tmp/root" && cpio -iu --quiet init) <"$lab/initramfs.cpio"
	printf '%s\n' "$1" >"$tmp/lines"
	sed -i "/vqlab-init: up/r $tmp/lines" "$tmp/root/init"
	other_guest
}
# What the driver negotiated lacks bit 35.
other_init 'for f in /sys/bus/virtio/devices/*/features; do
	read -r b <$f; n=${f%/features}; n=/tmp/${n##*/}
	echo "${b:0:35}0${b:36}" >$n; mount --bind $n $f
done'
plan "$tmp/boot.ini" in-place nothing:100
plan=$tmp/boot.ini
boot features in-place
seen 'guest: lacks IN_ORDER' features nothing
# Its kernel's count of interrupts stands still.
other_init 'cat /proc/interrupts >/tmp/i; mount --bind /tmp/i /proc/interrupts'
sed 's/^driver=.*/driver=in-place/' "$tmp/boot.ini" >"$tmp/driver.ini"
plan=$tmp/driver.ini
boot driver in-place --counted
row 'guest: interrupts uncounted' driver "$(fell "$run" count-split-in-place nothing)"
guest=$lab
plan "$tmp/elements.ini" off probe-pops:100
plan=$tmp/elements.ini
boot elements off --vqprobe "$tmp/vqprobe"
row 'probes: 1000 more than QEMU' elements "$(fell "$run" b01-split-off probe-pops on)"
plan=$tmp/boot.ini
# A QEMU whose counters of the strategy cannot be found.
mkdir "$tmp/qemu"
LC_ALL=C sed 's/x-reorder-stats/y-reorder-stats/g' "$qemu/qemu-system-x86_64" >"$tmp/qemu/qemu-system-x86_64"
cp "$qemu/manifest.json" "$tmp/qemu"
chmod 755 "$tmp/qemu" "$tmp/qemu/qemu-system-x86_64"
lab_qemu=$qemu qemu=$tmp/qemu
boot path in-place
qemu=$lab_qemu
rm -r "$tmp/qemu"
seen 'QEMU: strategy not to be seen' path nothing
plan "$tmp/stall.ini" in-place lost:103
plan=$tmp/stall.ini
boot stall in-place
seen 'disk server: a request lost' stalled lost
# killed NAME CHILD: that process, once its load has begun
killed() {
	run=$tmp/$1
	start "$run" --variants in-place --accel tcg
	until_true loading "$run" b01-split-in-place && kill -KILL "$(child "$2")"
	finish
	keep "$run"
}
# Larger than what is read: fio ends a verified load after one pass.
plan "$tmp/killed.ini" in-place nothing:4096
sed -i 's/^seconds=.*/seconds=60/' "$tmp/killed.ini"
plan=$tmp/killed.ini
killed server nbdkit
seen 'disk server: killed' load nothing
killed crash qemu-system-x86_64
seen 'QEMU: killed' crashed nothing

# -- strategies that are wrong, in QEMU -------------------------------------------------
echo 'faults of a strategy, in a guest'
plan "$tmp/swap.ini" broken-swap nothing:4096
sed -i 's/^seconds=.*/seconds=7/' "$tmp/swap.ini"
sed -i 's/^iodepth=.*/iodepth=64/' "$tmp/nothing.fio"
plan=$tmp/swap.ini
boot swap broken-swap
row 'QEMU: two of 10,000 swapped' order "$(fell "$run" b01-split-broken-swap nothing on)"
printf '%s\n' '[plan]' name=skip variants=broken-skip rings=split blocks=1 seed=1 driver=none \
	'[net net0]' '[workload tcp-in]' kind=iperf3 direction=in device=net0 seconds=1 \
	summary=x >"$tmp/skip.ini"
plan=$tmp/skip.ini
boot skip broken-skip
row 'QEMU: a length in 100 lost' length "$(fell "$run" b01-split-broken-skip tcp-in)"
[ "$missed" -eq 0 ]
