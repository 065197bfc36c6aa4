#!/bin/bash
# vqbench with variants of several QEMUs: what they are, what they are given, what is said of
# those that cannot be.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/bench-lib.sh

# What is made of these goes with them.
export VQLAB_CACHE=$tmp/cache

# Its program as a distribution's would be: the manifest with the lab's strategies is elsewhere.
mkdir "$tmp/plain" "$tmp/tree"
chmod 755 "$tmp" "$tmp/plain"
cp "$(readlink -f "$qemu/qemu-system-x86_64")" "$tmp/plain/qemu-system-x86_64"
# A tree that has no chance.
mkdir -p "$tmp/tree/hw/virtio" "$tmp/tree/subprojects"
echo 'int broken;' >"$tmp/tree/hw/virtio/virtio.c"
touch "$tmp/tree/hw/virtio/meson.build" "$tmp/tree/subprojects/none"
(cd "$tmp/tree" && git init -q . && git add . &&
	git -c user.name=t -c user.email=t@example.org commit -qm one) || exit 1
touch "$tmp/tree/changed"

# Each processor of the guest has a queue of its own, and a process.
sed '/^iodepth=/a numjobs=2\ncpus_allowed=0-1\ncpus_allowed_policy=split' \
	configs/fio/randread.fio >"$tmp/two.fio"

plan=$tmp/arms.ini
cat >"$plan" <<END
[plan]
name=arms
variants=base;plain;broken
baseline=base
blocks=1
seed=1
driver=none

[machine]
cpus=2

[variant base]
strategy=off

[variant plain]
strategy=qemu
binary=plain/qemu-system-x86_64
props=event_idx=off,num-queues=1

[variant broken]
strategy=off
source=tree
revision=HEAD

[disk d]
backend=nbdkit
base_us=100
iothread=io
props=num-queues=4

[workload read]
kind=fio
job=two.fio
iodepth=8;64
device=d
seconds=1

[workload counted]
kind=ring
measure=count
load=read
orders=natural
elements=64

[workload timed]
kind=ring
measure=time
load=read
orders=natural
seconds=1
END

# -- what cannot be is said before anything boots --------------------------------
# refused WHY SED-ARGUMENT: check and run say so, with exit status 2.
refused() {
	local way
	sed "$2" "$plan" >"$tmp/wrong.ini"
	for way in 'check' "run -o $tmp/none --guest $guest"; do
		# shellcheck disable=SC2086
		build/vqbench $way "$tmp/wrong.ini" --qemu "$qemu" >"$tmp/said" 2>&1
		is $? 2 && says "$1" || return
	done
	[ ! -e "$tmp/none" ]
}
check 'a property that no device has, with the nearest' refused \
	'wrong.ini:[0-9]*: \[variant plain\] props: evnt_idx: .*no such property; near it: event_idx' \
	's/event_idx=/evnt_idx=/'
check 'a value that QEMU does not take, in its words' refused \
	'\[variant plain\] props: .*num-queues.*many' 's/num-queues=1/num-queues=many/'
check 'a program that is not there' refused \
	'\[variant plain\] binary: .*no such program' 's,^binary=.*,binary=none,'
check 'a program that is no QEMU' refused \
	'\[variant plain\] binary: .*this is no QEMU' 's,^binary=.*,binary=/bin/true,'
check 'a folder that is no tree' refused \
	'\[variant broken\] source: .*no QEMU source tree there' 's,^source=.*,source=plain,'
check 'a revision that is not there' refused \
	'\[variant broken\] source: nosuch: no such revision in' 's/^revision=.*/revision=nosuch/'
check 'a property that a disk has not' refused \
	'\[disk d\] props: num_queues: .*no such property; near it: num-queues' \
	's/^props=num-queues/props=num_queues/'
check 'a value that QEMU does not take of a disk, too' refused \
	'\[disk d\] props: .*num-queues.*some' 's/^props=num-queues=4/props=num-queues=some/'
check 'the variants are checked without their QEMUs, too' \
	build/vqbench check configs/arms.ini

start "$tmp/none" --variants broken
finish
check 'a run without any QEMU fails' is "$status" 1
check 'with why' says 'no variant has a QEMU: QEMU cannot be built with .*no include/hw/virtio/virtio.h'

# -- and a run of what there is --------------------------------------------------
run=$tmp/run
start "$run"
finish
check 'a run of two QEMUs and one that does not build' is "$status" 0
# On a busy host the two processes begin apart, and the gate on time may fall, as it should.
gates() { field "$run/trials/$1/trial.json" '[g["name"] for g in t["gates"] if not g["ok"] and g["name"] != "time"]'; }
check 'the gates of the first hold' is "$(gates b01-split-base)" '[]'
check 'of the second, too: in order, without hooks, watched' is "$(gates b01-split-plain)" '[]'
check 'it had the properties of its own' \
	grep -q 'virtio-blk-pci,[^ ]*,event_idx=off,num-queues=1,in_order=on' "$run/trials/b01-split-plain/qemu.log"
check 'the first had the disk'"'"'s' \
	grep -q 'virtio-blk-pci,[^ ]*,iothread=thread-io,num-queues=4,in_order=off' "$run/trials/b01-split-base/qemu.log"
queues() {
	field "$1" '[sorted(q["index"] for q in p["probe"]["queues"] if q["pops"])
		for p in t["phases"] if p["probes"]]'
}
check 'with both depths of the axis' is "$(field "$run/trials/b01-split-base/trial.json" \
	'sorted(p["workload"] for p in t["phases"] if p["probes"])')" "['read@iodepth=64', 'read@iodepth=8']"
check 'which the guest ran' is "$(grep -ho '"iodepth" : "[0-9]*"' \
	"$run"/trials/b01-split-base/fio-read@iodepth=*-off.json | sort -u | tr -d '"\n')" 'iodepth : 64iodepth : 8'
check 'and used one queue for each processor' is "$(queues "$run/trials/b01-split-base/trial.json")" '[[0, 1], [0, 1]]'
check 'where the second had but one' is "$(queues "$run/trials/b01-split-plain/trial.json")" '[[0], [0]]'
check 'run.json tells them apart' is "$(field "$run/run.json" \
	'[t["arms"]["base"]["hooks"], t["arms"]["plain"]["hooks"], t["arms"]["plain"]["props"],
	  t["arms"]["base"]["sha256"] == t["arms"]["plain"]["sha256"], t["baseline"]]')" \
	"[True, False, 'event_idx=off,num-queues=1', True, ['base']]"
check 'the tree that does not build is a result, with why' is "$(field "$run/run.json" \
	'[(l["variant"], "no include/hw/virtio/virtio.h" in l["why"]) for l in t["left_out"]]')" \
	"[('broken', True)]"
check 'that tree is as it was' is "$(git -C "$tmp/tree" status --porcelain)" '?? changed'
check 'rings are counted on both' is "$(field "$run/rings/counted.json" \
	'[(c["label"], c["variant"], c["state"]) for c in t["cells"]]')" \
	"[('base', 'off', 'ok'), ('plain', 'qemu', 'ok')]"
check 'and timed in one boot, there and back' is "$(field "$run/rings/timed-split-b01.json" \
	'sorted((d["label"], len(d["turns"])) for d in t["boots"][0]["devices"])')" \
	"[('base', 5), ('plain', 5)]"
check 'with what the host did, each time' is "$(field "$run/rings/timed-split-b01.json" \
	'[[h["own_s"] > 0 for h in b["host"]] for b in t["boots"]]')" '[[True, True, True, True]]'
build/vqreport "$run" >/dev/null
check 'the report holds them to the baseline, by its label' \
	grep -q 'plain over base: ' <(tr -s '\n ' ' ' <"$run/report/report.txt")
check 'and says what each is' grep -q '^qemus .*base: ' "$run/report/report.txt"
check 'with its properties' grep -q 'plain: .*no hooks, *event_idx=off' \
	<(tr -s '\n ' ' ' <"$run/report/report.txt")
check 'and why one is missing' grep -q 'broken: none: ' "$run/report/report.txt"
check 'no sentence is of an off that the plan has not' \
	is "$(grep -cE "(over|to|of) off\b|\boff's" "$run/report/report.txt")" 0
check 'nor a word in a plot' \
	is "$(cat "$run"/report/plots/*.gp | grep -cE "'off: |(over|to|of) off\b|\boff''s")" 0

echo >>"$tmp/plain/qemu-system-x86_64"
start "$run"
finish
check 'another program of a variant is refused' is "$status" 2
check 'by its name' says 'was begun with another QEMU or properties of a variant'
tap_end
