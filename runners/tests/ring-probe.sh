#!/bin/bash
# vqprobe, watching the QEMU that vqring drives, counts what vqring counts.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
ring='' probe=''
cleanup() {
	[ -z "$probe" ] || kill "$probe" 2>/dev/null
	[ -z "$ring" ] || kill "$ring" 2>/dev/null
	rm -rf "$T"
}
trap cleanup EXIT
qemu=$(runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no QEMU'; exit 1; }
tap_logs=("$T/held" "$T/err" "$T/probe.err")

# held WHEN: vqring has printed that it waits there; sets pid
held() {
	local line
	while IFS= read -r line <&6; do
		[[ $line == *"process "*"$1"* ]] || continue
		pid=${line#*process }
		pid=${pid%%,*}
		return 0
	done
	return 1
}
# both OPTIONS...: vqring runs, vqprobe watches
both() {
	rm -f "$T"/{in,out,ready,ring.json,probe.json}
	mkfifo "$T/in" "$T/out" "$T/ready"
	build/vqring run --together --qemu "$qemu" --stall 60000 --rounds 2 --elements 3000 --hold --json "$T/ring.json" \
		"$@" <"$T/in" >"$T/out" 2>"$T/err" &
	ring=$!
	exec 7>"$T/in" 6<"$T/out"
	held before || return 1
	build/vqprobe -p "$pid" --trust-guest --durations --json "$T/probe.json" --ready-fd 8 8>"$T/ready" 6<&- 7>&- \
		2>"$T/probe.err" >"$T/held" &
	probe=$!
	[ "$(head -c 1 "$T/ready")" = 1 ] || return 1
	echo >&7
	held after || return 1
	kill -INT "$probe"
	wait "$probe" || return 1
	probe=''
	exec 7>&-
	cat <&6 >"$T/held"
	wait "$ring" || return 1
	ring=''
}
# same RULE...: true for each device: d vqring's, r its ring, p vqprobe's queue
same() {
	python3 - "$T/ring.json" "$T/probe.json" "$@" <<-'EOF'
		import json, sys
		ring, probe, *rules = sys.argv[1:]
		probe = json.load(open(probe))
		assert probe["lost_events"] == 0
		seen = {q["device"]: q for q in probe["queues"] if q["pops"]}
		devices = json.load(open(ring))["boots"][0]["devices"]
		assert len(devices) == len(seen)
		for d in devices:
		    for rule in rules:
		        names = {"d": d, "r": d["ring"], "p": seen[d["label"]]}
		        assert eval(f"({rule})", names), (rule, names)
	EOF
}
counts='p["pops"] == p["fills"] == p["published"] == r["used"]'
sound='p["conserved"] and p["in_flight_end"] == 0 and p["length_mismatches"] == 0'

for f in split packed; do
	check "$f: watched" both --variants off,qemu,in-place,batch-used --ring $f --order shuffle:32
	check "$f: the same elements" same "$counts" "$sound" "p['ring'] == '$f'"
	check "$f: the used entries that the driver reads, and fewer where several share one" same \
		'p["used_entries"] == r["used_entries"]' \
		'(p["used_entries"] < p["published"] / 2) == (d["variant"] == "batch-used")'
	check "$f: in order where it was negotiated" same 'p["in_order"] == (d["variant"] != "off")' \
		'p["order_violations"] == r["reordered"]'
	check "$f: what off returns out of order, the others stash" same \
		'p["stashed"] == (r["reordered"] or p["stashed"]) > 4500'
done
check 'virtio-net: watched' both --variants off,in-place,batch-used --load tx
check 'virtio-net: the same frames' same "$counts" "$sound" 'p["used_entries"] == r["used_entries"]'
tap_end
