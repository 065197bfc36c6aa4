#!/bin/bash
# What vqring counts, held to costs that are known: strategies that execute so many
# instructions more in fill (variants/planted.c), and pairs that differ in nothing.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
qemu=$(runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no QEMU'; exit 1; }
tap_logs=("$T/out" "$T/err")

count() {
	build/vqring count --qemu "$qemu" --json "$T/json" \
		--variants array-window,array-window,planted-20,planted-100,planted-500 \
		"$@" >"$T/out" 2>"$T/err"
}
# holds RULE...: each is true of every ring and order (r, o); more(LABEL, FUNCTION) is what
# LABEL executes there beyond array-window, and near(A, B) is within 2 % of B
holds() {
	python3 - "$T/json" "$@" <<-'END'
		import json, sys
		path, *rules = sys.argv[1:]
		cells = {}
		for x in json.load(open(path))["cells"]:
		    assert x["state"] == "ok" and x["agree"], x
		    cells.setdefault((x["ring"], x["order"]), {})[x["label"]] = x["instructions"]
		assert cells
		for where, c in cells.items():
		    def more(label, f):
		        return c[label][f] - c["array-window"][f]
		    def near(a, b):
		        return abs(a - b) <= 0.02 * b
		    def same(a, b):
		        return all(abs(a[f] - b[f]) < 0.005 * max(a[f], b[f]) for f in a)
		    for rule in rules:
		        assert eval(rule, {"more": more, "near": near, "same": same, "c": c}), (where, rule, c)
	END
}
# found LABEL N: that many more in fill, so in push, and none in flush; pop looks into an
# empty ring more or less often, as time has it
found() {
	holds "near(more('$1', 'virtqueue_fill'), $2)" "near(more('$1', 'virtqueue_push'), $2)" \
		"abs(more('$1', 'virtqueue_flush')) <= 0.02 * $2" \
		"abs(more('$1', 'virtqueue_pop')) < 0.005 * c['$1']['virtqueue_pop']"
}
planted() {
	check "$1: counted, and the runs agree" count "${@:2}"
	check "$1: an A/A pair differs by less than 0.5 % in every figure" holds \
		'same(c["array-window"], c["array-window-2"])'
	for n in 20 100 500; do
		check "$1: $n instructions in fill are found to within 2 %, and nowhere else" \
			found planted-$n $n
	done
	check "$1: the thread's sum has the 500, too, to within the 0.5 % that runs may differ by" holds \
		'abs(more("planted-500", "thread") - 500) < 0.005 * c["array-window"]["thread"]'
	# What holds nothing would hold this, too.
	check "$1: what is not there is not found" not_found
}
not_found() { ! found planted-100 103 && ! found planted-20 21 && ! found array-window-2 20; }
planted 'virtio-blk' --order in-order,shuffle:32
# make validate takes the same from the report's code, and is not to believe everything.
validates() { build/validate counts "$T/json" >"$T/out" 2>"$T/err"; }
check 'make validate finds them, too' validates
doctored() {
	python3 - "$T/json" <<-'END' && ! validates && grep 'planted-20: more in fill.*MISS$' "$T/out"
		import json, sys
		j = json.load(open(sys.argv[1]))
		next(c for c in j["cells"] if c["label"] == "planted-20")["instructions"]["virtqueue_fill"] += 1
		json.dump(j, open(sys.argv[1], "w"))
	END
}
check 'and misses one in 20' doctored
# What QEMU's loop does for a network is as time has it; of more elements it is less for each.
planted 'virtio-net' --load tx --elements 4096
tap_end
