#!/bin/bash
# vqring on the real QEMU: rings of both formats and all sizes, and devices that break
# the rules.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
running=''
cleanup() {
	[ -z "$running" ] || kill "$running" 2>/dev/null
	rm -rf "$T"
}
trap cleanup EXIT
qemu=$(runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no QEMU'; exit 1; }
tap_logs=("$T/out" "$T/err")
ours=hash-table,array-window,bitmap,in-place,batch-used,in-place+round,batch-used+round
all=off,qemu,$ours
# QEMU 10.0's own order hangs when a packed ring is completely full.
full() { case $1 in split) echo $all ;; *) echo off,$ours ;; esac; }

# An entry an element, or fewer.
entries='r["used_entries"] == r["used"] or d["variant"][:10] == "batch-used" and r["used_entries"] < r["used"]'

# ring OPTIONS...: two turns of 3,000 elements for each variant; a busy host is not a
# device that hangs, and nothing is measured here, so nobody need wait
ring() {
	build/vqring run --together --qemu "$qemu" --stall 60000 --rounds 2 --elements 3000 --json "$T/json" "$@" \
		>"$T/out" 2>"$T/err"
}
# each RULE...: holds for each device d of the last run, and its ring r
each() {
	python3 - "$T/json" "$@" <<-'EOF'
		import json, sys
		path, *rules = sys.argv[1:]
		devices = [d for b in json.load(open(path))["boots"] for d in b["devices"]]
		assert devices
		for d in devices:
		    for rule in rules:
		        assert eval(rule, {}, {"d": d, "r": d["ring"]}), (d["label"], rule, d)
	EOF
}
# sound OPTIONS...: runs, and all is counted and in order
sound() {
	ring "$@" && each 'd["state"] == "ok"' 'r["used"] == r["added"] >= 6000' \
		"$entries" 'd["variant"] == "off" or r["reordered"] == 0'
}
# received OPTIONS...: the same of frames; buffers stay in the ring
received() {
	ring "$@" && each 'd["state"] == "ok"' 'r["used"] >= 6000' "$entries" \
		'r["used"] <= r["added"]' 'r["reordered"] == 0'
}
# caught STATE RULE LABEL OPTIONS...: this device is, within a second of its own
# (a hang: of --stall), and no other
caught() {
	local state=$1 rule=$2 label=$3
	shift 3
	ring "$@"
	[ $? -eq 1 ] || return 1
	each "d['state'] == ('$state' if d['label'] == '$label' else 'ok')" \
		"d['state'] == 'ok' or (d['rule'] == '$rule' and d['evidence'])"
}

# swapped OPTIONS...: broken-swap is caught at the first entry that is not in order
swapped() {
	caught broken order broken-swap "$@" &&
		each 'd["state"] == "ok" or 9700 < r["used_entries"] < 10300'
}

for f in split packed; do
	check "$f: all variants, polling" sound --variants $all --ring $f
	check "$f: notified" sound --variants $all --ring $f --kick
	check "$f: no event index, interrupts" sound --variants off,in-place --ring $f \
		--no-event-idx --interrupts --kick
	check "$f: event index, interrupts" sound --variants off,in-place --ring $f --interrupts --kick
	check "$f: ring of 2, chains of 2" sound --variants "$(full $f)" --ring $f --size 2 --chain 2 --kick
	check "$f: a chain as long as the ring" sound --variants "$(full $f)" --ring $f --size 64 \
		--chain 64 --segment 512 --kick
	check "$f: ring of 1024, indirect, nearly full" sound --variants $all --ring $f \
		--size 1024 --indirect --depth 1023 --chain 6 --segment 1024
	check "$f: completely full" sound --variants "$(full $f)" --ring $f --size 128 \
		--indirect --depth 128
	check "$f: three queues, first freed first, batches of 16" sound --variants $all --ring $f \
		--queues 3 --recycle first --batch 16
	check "$f: reads find each block's offset" sound --variants $all --ring $f --disk file
	check "$f: writes are read back" sound --variants off,qemu,in-place --ring $f --disk file \
		--load write
	check "$f: reads and writes mixed, chains of 2" sound --variants off,qemu,in-place --ring $f \
		--disk file --load randrw --chain 2
	# It swaps two of the first 10,000 or so: those, and not others later, are to be noticed.
	for load in 'read' 'write --disk file' 'randrw --disk file' tx rx; do
		# shellcheck disable=SC2086
		check "$f, ${load%% *}: broken-swap is caught, at once" swapped --ring $f --load $load \
			--variants broken-swap,in-place --elements 50000
	done
	check "$f: transmission" sound --variants $all --ring $f --load tx
	check "$f: transmission, chains of 4, batches" sound --variants $all --ring $f --load tx \
		--chain 4 --batch 16
	check "$f: reception" received --variants $all --ring $f --load rx
	check "$f: reception, chains of 3, ring of 1024" received --variants $all --ring $f \
		--load rx --chain 3 --segment 300 --size 1024 --depth 200 --recycle first
	check "$f: reception: broken-skip is caught" caught broken data broken-skip --ring $f \
		--load rx --segment 300 --elements 5000 --variants broken-skip,batch-used
	check "$f: A/A has labels of its own" sound --variants off,off,off --ring $f
done
check 'packed ring of 100' sound --variants off,in-place --ring packed --size 100
check "QEMU's own order hangs on a full packed ring" caught stalled progress qemu --ring packed \
	--variants off,qemu,in-place --size 64 --indirect --depth 64 --stall 5000
check 'a disk of zeroes is not one of offsets' caught broken data off --variants off \
	--disk driver=null-co,read-zeroes=on,size=16777216 --content offsets

# timed RULE OPTIONS...: three short rounds in six boots; the rule, of the JSON j and of p,
# where a boot's threads ran, holds
timed() {
	local rule=$1
	shift
	build/vqring run --together --qemu "$qemu" --stall 60000 --rounds 3 --turn 2 --boots 6 --json "$T/json" "$@" \
		>"$T/out" 2>"$T/err" || return 1
	python3 - "$T/json" "$rule" <<-'EOF'
		import json, sys
		j = json.load(open(sys.argv[1]))
		p_none = not j["boots"][0]["place"]["realtime"]
		for b in j["boots"]:
		    assert eval(sys.argv[2], {}, {"j": j, "p": b["place"]}), b["place"]
		    assert len(b["handover_ns"]) == (2 if b["place"]["driver"] is not None else 0), b["handover_ns"]
		apart = [b["handover_ns"] for b in j["boots"] if b["handover_ns"]]
		limit = 1.5 * min([min(h) for h in apart], default=0)
		assert j["near"]["boots"] == sum(max(h) < limit for h in apart)
		assert j["far"]["boots"] == sum(min(h) >= limit for h in apart)
		turns = [t for b in j["boots"] for d in b["devices"] for t in d["turns"]]
		assert len(turns) == 6 * 3 * len(j["boots"][0]["devices"])
		assert sum(t["elements"] for t in turns) > 0
		for t in turns:
		    assert t["seconds"] >= 0.002, t
		    assert t["device_waited"] >= 0 and t["driver_away"] >= -1e-3 and t["stolen"] >= 0, t
		pairs = {(r["label"], r["to"]): r for r in j["ratios"]}
		assert set(pairs) == {("off-2", "off"), ("in-place", "off"), ("in-place", "off-2")}
		for r in pairs.values():
		    assert r["boots"] <= 6, r
		    # Beside a busy host a whole boot may complete nothing: then there is no number.
		    assert p_none or (r["boots"] == 6 and 0 < r["lo"] <= r["ratio"] <= r["hi"]), r
	EOF
}
# bare RULE OPTIONS...: the same, without the right to choose for others
bare() {
	[ "$(id -u)" -eq 0 ] || return 0
	setpriv --inh-caps=-sys_nice --bounding-set=-sys_nice \
		build/vqring run --together --qemu "$qemu" --stall 60000 --rounds 1 --turn 2 --json "$T/json" "${@:2}" &&
		python3 -c 'import json, sys
p = json.load(open(sys.argv[1]))["boots"][0]["place"]
sys.exit(not eval(sys.argv[2]))' "$T/json" "$1"
}
three='--variants off,off,in-place'
apart='p["driver"] is None and p["why"]'
[ "$(nproc)" -lt 2 ] || apart='p["driver"] != p["device"] is not None'
check 'timed: each ratio with its interval, on processors of their own' timed "$apart" $three
check 'timed: frames, in the main loop' timed "$apart" $three --load rx
check 'timed: no processors are taken where not wanted' \
	timed 'p["driver"] is None and not p["realtime"] and "no-pin" in p["why"]' $three --no-pin
check 'timed: nor by a root who may not place another user, and then none at all' \
	bare 'p["driver"] is None and "CAP_SYS_NICE" in p["why"]' $three
check 'timed: nor where the disk has threads of its own' \
	timed 'p["driver"] is None and "disk" in p["why"]' $three --disk file
# What the JSON says of processors, the kernel says of the threads.
where() {
	local qemu_pid='' driver device
	build/vqring run --together --qemu "$qemu" $three --rounds 20000 --turn 1 >"$T/out" 2>"$T/err" &
	running=$!
	read -r driver device < <(python3 -c 'import json, sys
p = json.load(open(sys.argv[1]))["boots"][0]["place"]
print(p["driver"], p["device"])' "$T/placed")
	[ "$driver" != None ] || driver=$(sed -n 's/Cpus_allowed_list:\t//p' /proc/self/status) device=$driver
	while kill -0 "$running"; do
		qemu_pid=$(pgrep -P "$running") &&
			[ "$(grep -l "^Cpus_allowed_list:.$device$" /proc/"$qemu_pid"/task/*/status | wc -l)" -ge 3 ] && break
	done
	grep "^Cpus_allowed_list:.$driver$" /proc/"$running"/status /proc/"$qemu_pid"/status || return 1
	kill -INT "$running"
	wait "$running"
	running=''
	! kill -0 "$qemu_pid" 2>"$T/err"
}
timed "$apart" $three && cp "$T/json" "$T/placed"
check 'timed: the threads are where it says, and Ctrl-C ends all' where
# refused WORDS OPTIONS...: exit 2, and these words
refused() {
	local words=$1
	shift
	ring "$@"
	[ $? -eq 2 ] && grep -e "$words" "$T/err"
}
check 'a split ring of 12' refused 'power of two' --size 12
check 'more in flight than the ring holds' refused 'does not hold as many' --size 8 --depth 4
check 'a block request of one segment' refused 'two segments at least' --chain 1 --indirect
check 'a variant that this QEMU has not' refused 'fastest' --variants off,fastest
check 'more devices than QEMU has places for' refused 'room for 24' \
	--variants "$(printf 'off,%.0s' {1..24})off"
check 'a word that is no load' refused 'not one of' --load trim
check 'a time and a number of elements' refused 'how long a turn is' --turn 5
check 'polling and sleeping' refused 'nothing polls' --kick --poll 5
check 'a disk of virtio-net' refused 'virtio-net has none' --load tx --disk file
check 'the content of a disk whose content is known' refused 'is known' --content offsets
check 'the size of a disk that has one' refused 'a size of its own' --disk driver=null-co --disk-mib 4
check 'a backend of virtio-blk' refused 'QEMU serves virtio-blk' --backend vhost-user=x
check 'a backend of no kind' refused 'vhost-vdpa=PATH' --load tx --backend x
check 'a backend without a path' refused 'path is empty' --load tx --backend vhost-user=
check 'a backend that would be more options' refused 'a comma' --load tx --backend vhost-user=x,y
check 'the seed of no order' refused 'no x-order' --order-seed 5
check 'two orders at once' refused 'run takes one' --order shuffle:4,reverse:4
check 'one order twice' refused 'there twice' --order shuffle:4,shuffle:4
check 'an order that nobody knows' refused 'sideways: not one of' --order sideways
check 'no descriptor at all' refused 'not a number from 1' --size 0
unwritable() {
	build/vqring run --together --qemu "$qemu" --json "$T/none/json" >"$T/out" 2>"$T/err"
	[ $? -eq 2 ] && grep "$T/none/json: No such file" "$T/err" && [ ! -s "$T/out" ]
}
check 'a result that cannot be written: said before anything runs' unwritable
no_memory() {
	ring --variants off --memory 16 --depth 64 --indirect --segment 1048576
	[ $? -eq 1 ] && grep 'raise --memory' "$T/out"
}
check 'memory that does not hold the buffers: said, with the remedy' no_memory
not_started() {
	! ring --variants off --disk driver=nothing && grep -i 'nothing' "$T/err"
}
check "QEMU does not start: in its words" not_started
no_backend() {
	! ring --variants off --load tx --backend "vhost-user=$T/none%" && grep "$T/none0" "$T/err"
}
check 'nor with a backend that is not there, whose % is the number of the device' no_backend
tap_end
