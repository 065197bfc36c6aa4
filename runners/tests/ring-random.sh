#!/bin/bash
# Random drivers on the real QEMU: no strategy is caught, and what is known to hang is.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# VQLAB_TEST_SECONDS=N: that long, from a seed of its own, which it prints.
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
qemu=$(runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no QEMU'; exit 1; }
tap_logs=("$T/out" "$T/err")
ours=off,hash-table,array-window,bitmap,in-place,batch-used,in-place+round,batch-used+round

# random OPTIONS...; a busy host is not a device that hangs
random() {
	build/vqring random --qemu "$qemu" --stall 60000 --json "$T/json" "$@" >"$T/out" 2>"$T/err"
}
# holds RULE...: of the last result, j; devices d, and those that were caught c
holds() {
	python3 - "$T/json" "$@" <<-'END'
		import json, sys
		path, *rules = sys.argv[1:]
		j = json.load(open(path))
		d = [x for b in j["boots"] for x in b["devices"]]
		names = {"j": j, "d": d, "c": [x for x in d if x["state"] != "ok"], "sum": sum, "all": all,
		         "all_of": lambda what: sum(x[what] for x in d)}
		for rule in rules:
		    assert eval(rule, names), (rule, j)
	END
}
sound() { random "$@" && holds 'not c' 'all_of("lives") > 0'; }

if [ -n "${VQLAB_TEST_SECONDS:-}" ]; then
	seed=${VQLAB_TEST_SEED:-$RANDOM}
	echo "# VQLAB_TEST_SEED=$seed"
	check "$VQLAB_TEST_SECONDS s from seed $seed, what is known avoided" sound --seed "$seed" \
		--seconds "$VQLAB_TEST_SECONDS" --avoid full,odd-size
	check "$VQLAB_TEST_SECONDS s from seed $seed, without QEMU's own order" sound --seed "$seed" \
		--seconds "$VQLAB_TEST_SECONDS" --variants $ours
	tap_end
	exit
fi

check 'what is known avoided: none is caught' sound --seed 1 --boots 3 --operations 150 \
	--avoid full,odd-size
check '... and no ring was completely full' holds 'all_of("completely_full") == 0'
check "without QEMU's own order: none is caught" sound --seed 1 --boots 4 --operations 150 \
	--variants $ours
check '... though rings were full, slept on, and reset in flight' holds \
	'all_of("completely_full") > 100' 'all_of("sleeps") > 20' 'all_of("resets_in_flight") > 20'
check '... each did what was asked for' holds 'all(x["operations"] == 150 for x in d)'
for load in randrw tx rx; do
	check "only $load, on packed rings" sound --seed 7 --load $load --ring packed --operations 150 \
		--variants off,in-place
done
# hangs: a full packed ring is found, whatever the version; its life again does the same.
hangs() {
	random --variants qemu --ring packed --load read --seed 1 --stall 2000
	[ $? -eq 1 ] && holds 'c and all(x["rule"] == "progress" and x["state"] == "stalled" for x in c)' &&
		grep -e 'again: --seed [0-9]* --life [0-9]* --variants qemu' "$T/out"
}
again() {
	local options
	read -ra options < <(sed -n '0,/^ *again: /s/^ *again: //p' "$T/out")
	cp "$T/json" "$T/before"
	random "${options[@]}" --ring packed --load read --stall 2000
	[ $? -eq 1 ] && python3 - "$T/before" "$T/json" <<-'END'
		import json, sys
		caught = [next(d for b in json.load(open(p))["boots"] for d in b["devices"] if d["state"] != "ok")
		          for p in sys.argv[1:]]
		for what in "driver", "life", "operation", "last_operations":
		    assert caught[0][what] == caught[1][what], (what, caught)
	END
}
check "QEMU's own order hangs on full packed rings: found" hangs
check '... and again, by the options that were printed' again
# refused WORDS OPTIONS...: exit 2, and these words
refused() {
	local words=$1
	shift
	random "$@"
	[ $? -eq 2 ] && grep -e "$words" "$T/err"
}
check 'a number of boots and a time' refused 'says how many' --boots 2 --seconds 2
check 'one life of several boots' refused "that one's --seed" --life 2 --boots 2
check 'to avoid what has no name' refused 'odd-size, or both' --avoid empty
check 'what is drawn cannot be asked for' refused 'Unknown option' --depth 4
tap_end
