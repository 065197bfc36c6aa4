#!/bin/bash
# Faults that need no guest, each with the rule that has to see it: analysis/validation/faults.sh OUT
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. analysis/validation/lib.sh

# -- the lab's own driver, on a live QEMU ------------------------------------------------
# caught LABEL OPTIONS...: the rule by which vqring caught that device, and no other
caught() {
	local label=$1
	shift
	build/vqring run --qemu "$qemu" --together --stall 20000 --rounds 1 --json "$out/caught.json" \
		"$@" >"$tmp/said" 2>&1
	python3 - "$out/caught.json" "$label" <<-'END'
		import json, sys
		path, label = sys.argv[1:]
		devices = [d for b in json.load(open(path))["boots"] for d in b["devices"]]
		wrong = {d["label"]: d["rule"] for d in devices if d["state"] != "ok"}
		print(wrong.get(label, "none") if set(wrong) <= {label} else wrong)
	END
}
echo 'faults without a guest: the rule of vqring'
row 'no fault' none "$(caught in-place --variants off,in-place --elements 20000)"
for f in split packed; do
	row "QEMU: two swapped, $f" order "$(caught broken-swap --ring $f \
		--variants broken-swap,in-place --elements 50000)"
	row "QEMU: a length lost, $f" data "$(caught broken-skip --ring $f --load rx --segment 300 \
		--variants broken-skip,batch-used --elements 5000)"
done
row "QEMU: hangs on a full ring" progress "$(caught qemu --ring packed \
	--variants off,qemu --size 64 --indirect --depth 64 --stall 3000 --elements 3000)"
row 'disk: zeroes instead of data' data "$(caught off --variants off --elements 3000 \
	--disk driver=null-co,read-zeroes=on,size=16777216 --content offsets)"

# -- devices that break one rule each, of the tests' own ---------------------------------
# units NAME WANTED PROGRAM PATTERN: so many of its cases pass, of all that it has
units() {
	build/runners/"$3" --tap >"$tmp/units" 2>&1
	row "$1" "$2" "$(grep -cE "^ok [0-9]+ $4" "$tmp/units") of $(sed -n 's/^1\.\.//p' "$tmp/units")"
}
echo 'devices and trials that break a rule each, in memory'
units 'devices, 20 break a rule each' '23 of 23' test-ring-rules /rules/
units 'gates of a boot, of probes' '2 of 2' test-gates /gates
units 'gates of loads, of a driver' '7 of 7' test-gates-load /gates
units 'gates of a network' '5 of 5' test-gates-net /gates

# -- what a run keeps --------------------------------------------------------------------
# doctored WHAT: whether vqreport --verify sees it in $tmp/run
doctored() {
	local seen=none
	build/vqreport --verify "$tmp/run" >"$tmp/said" 2>&1 || seen=verify
	row "$1" "${2:-verify}" "$seen"
	rm -rf "$tmp/run"
	cp -r results/reference "$tmp/run"
}
edit() { python3 -c 'import json, sys
t = json.load(open(sys.argv[1]))
exec(sys.argv[2])
json.dump(t, open(sys.argv[1], "w"))' "$tmp/run/$1" "$2"; }
echo 'records that were doctored: vqreport --verify'
cp -r results/reference "$tmp/run"
trace=$tmp/run/trials/b01-split-qemu/$(cd results/reference/trials/b01-split-qemu && printf '%s\n' *.vqt | head -n 1)
doctored 'no fault' none
truncate -s $(($(stat -c %s "$trace") / 2)) "$trace"
doctored 'trace: cut short'
printf damage | dd of="$trace" bs=1 seek=1000 conv=notrunc 2>/dev/null
doctored 'trace: six bytes damaged'
edit trials/b01-split-qemu/trial.json \
	'[p for p in t["phases"] if p["probe"]][0]["probe"]["queues"][0]["fills"] += 1'
doctored 'trial: one fill more'
edit rings/ring-read.json 't["cells"][5]["instructions"]["virtqueue_fill"] += 1'
doctored 'counts: an instruction more'
[ "$missed" -eq 0 ]
