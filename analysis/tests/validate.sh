#!/bin/bash
# What make validate rests on: off's noise in the reference runs, through the report's own
# statistics; and that it misses what is not as it should be.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
make -s --no-print-directory build/validate >/dev/null || exit 1
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
tap_logs=("$T/out")

# validate STATUS KIND FILE: exits so; lines of at most 72 columns, but for what names a file
validate() {
	build/validate "$2" "$3" >"$T/out" 2>&1
	[ $? -eq "$1" ] && ! grep -v "^validate: $T" "$T/out" | grep -E '^.{73}'
}
misses() { validate 1 ring "$T/ring.json" && grep -E "$1.*MISS$" "$T/out"; }
# ring BIAS: what vqring writes of eight times off in 60 boots, made up: the second of each
# pair is so much faster
ring() {
	python3 - "$T/ring.json" "$1" <<-'END'
		import json, random, sys
		random.seed(3)
		path, bias = sys.argv[1], float(sys.argv[2])
		def device(i):
		    speed = (1 + bias * (i % 2)) * random.gauss(1e6, 1e4)
		    turns = [{"elements": int(random.gauss(speed, 1e4) / 100), "seconds": 0.01} for _ in range(5)]
		    return {"label": "off" + f"-{i + 1}" * (i > 0), "variant": "off", "state": "ok", "turns": turns}
		load = {"device": "virtio-blk", "kind": "read", "size": 256, "depth": 64, "chain": 3}
		json.dump({"command": "run", "load": load,
		           "boots": [{"devices": [device(i) for i in range(8)]} for _ in range(60)]}, open(path, "w"))
	END
}

check "off's noise in a guest: no more alarms than promised, intervals hold" \
	validate 0 run results/aa
enough() { [ "$(grep -c "/10000: .* ok\$" "$T/out")" -ge 15 ]; }
check 'from thousands of drawn runs' enough
ring 0
check 'normal noise, made up: likewise' validate 0 ring "$T/ring.json"
ring 0.03
check 'one of two that should be alike is faster: an alarm too many' misses 'alarms, measured'
sed -i 's/"variant": "off"/"variant": "qemu"/' "$T/ring.json"
check 'what is not off is refused' validate 1 ring "$T/ring.json"
refused() { grep -qx 'validate: .*ring.json: qemu: is not off' "$T/out"; }
check 'and named' refused

# row_says ok|MISS WANTED SEEN: a line of the scripts ends so, and they know
row_says() {
	. analysis/validation/row.sh
	row fault "$2" "$3" >"$T/out"
	[[ $(cat "$T/out") == *" $1" ]] && case $1$missed in ok0 | MISS1) ;; *) return 1 ;; esac
}
check 'a gate that fell as it should' row_says ok traffic traffic
check 'and another behind it' row_says ok counters 'counters, elements'
check 'another instead is a miss' row_says MISS traffic time
check 'so is none' row_says MISS traffic none
check 'and nothing at all' row_says MISS traffic ''
check 'and one where there was no fault' row_says MISS none traffic
unknown() { ! RUN=$T/run ONLY=nonsense analysis/validation/validate.sh >"$T/out" 2>&1 && grep -q 'ONLY=nonsense' "$T/out"; }
check 'a part that is none is said' unknown
tap_end
