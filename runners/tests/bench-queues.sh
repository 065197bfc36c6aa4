#!/bin/bash
# vqbench for real: nets and disks of several queues, disks that several threads serve.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/bench-lib.sh

# The plan that is shipped, and each pair of a net's queues for a second.
cat >"$tmp/by-turns.sh" <<'END'
#!/bin/busybox sh
for cpu in 0 1; do
	iperf3 -c "$VQLAB_HOST" -A $cpu -P 2 -t 1 -f m || exit 1
done
END
chmod +x "$tmp/by-turns.sh"
plan=$tmp/devices.ini
from=configs/devices.ini guest_plan "$plan" -e 's/^variants=.*/variants=in-place/' \
	-e '/^name=/a skip=by-turns@queues=1'
cat >>"$plan" <<'END'

[workload by-turns]
kind=command
device=net0
program=by-turns.sh
figure=regex:([0-9.]+) Mbits/sec .*receiver
unit=Mbit/s
seconds=2
END

# A QEMU as they were before 9.0.
mkdir "$tmp/old"
chmod 755 "$tmp" "$tmp/old"
cp "$qemu/manifest.json" "$tmp/old"
LC_ALL=C sed 's/iothread-vq-mapping/iothread-vq-nothing/g' "$qemu/qemu-system-x86_64" \
	>"$tmp/old/qemu-system-x86_64"
chmod 755 "$tmp/old/qemu-system-x86_64"
build/vqbench check "$plan" --qemu "$tmp/old" >"$tmp/said" 2>&1
check 'two threads are refused where QEMU has no mapping' is $? 2
check 'with the place, and what to do' \
	says '\[disk tail-3\] iothread: a,b: this QEMU.s disks have no iothread-vq-mapping'
sed -i.good 's/^props=num-queues=2/props=num-queues=two/' "$plan"
build/vqbench check "$plan" --qemu "$qemu" >"$tmp/said" 2>&1
check 'a value that QEMU does not take is said in its words, of a mapping, too' \
	says '\[disk tail-[1-3]\] props: .*num-queues'
mv "$plan.good" "$plan"

run=$tmp/run
start "$run"
finish
check 'a run of nets and disks with several queues' is "$status" 0
trial=$run/trials/b01-split-in-place
# On a busy host two processes begin apart, and the gate on time may fall, as it should.
check 'its gates hold' is "$(field "$trial/trial.json" \
	'[(g["name"], g["detail"]) for g in t["gates"] if not g["ok"] and g["name"] != "time"]')" '[]'
check 'no load was at work for longer than its phase was' is "$(field "$trial/trial.json" \
	'[p["workload"] for p in t["phases"] if p["counted"]["busy_s"] > p["wall_s"]]')" '[]'

# queues WORKLOAD EXPRESSION: of the queues that did more than begin a connection.
queues() {
	field "$trial/trial.json" "(lambda qs: $2)([q for p in t['phases']
		if p['probes'] and p['workload'] == '$1' for q in p['probe']['queues'] if q['fills'] > 100])"
}
indexes='sorted(q["index"] for q in qs)'
check 'a net of one queue has a pair' is "$(queues tcp-both@queues=1 "$indexes")" '[0, 1]'
check 'of two, both pairs work' is "$(queues by-turns@queues=2 "$indexes")" '[0, 1, 2, 3]'
check 'QEMU has been given them' \
	grep -q 'tap,id=tap-net0-2,fds=[0-9]*:[0-9]*,.* virtio-net-pci,id=net0-2,[^ ]*,mq=on' "$trial/qemu.log"

read="randread@iothread"
threads='sorted(set(t[0] for q in qs for t in q["threads"]))'
check 'the disk works with two queues' is "$(queues "$read=a" "$indexes")" '[0, 1]'
check 'one thread completes both' is "$(queues "$read=a" "len($threads)")" 1
check 'two threads complete one each' \
	is "$(queues "$read=a,b" "[len(q['threads']) for q in qs] + [len($threads)]")" '[1, 1, 2]'
check 'one of which is the other disk'"'"'s, too' \
	is "$(queues "$read=a,b" "$(queues "$read=a" "$threads")[0] in $threads")" True
check 'and none is the main loop' \
	is "$(queues "$read=a,b" "$(queues "$read=none" "$threads")[0] in $threads")" False
tap_end
