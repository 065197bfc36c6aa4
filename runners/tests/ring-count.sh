#!/bin/bash
# vqring count on the real QEMU: what it counts repeats, and its parts fit together.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
qemu=$(runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no QEMU'; exit 1; }
tap_logs=("$T/out" "$T/err")

count() {
	build/vqring count --qemu "$qemu" --json "$T/json" "$@" >"$T/out" 2>"$T/err"
}
# holds RULE...: each is true of the cells, by (label, ring, order)
holds() {
	python3 - "$T/json" "$@" <<-'EOF'
		import json, sys
		path, *rules = sys.argv[1:]
		j = json.load(open(path))
		c = {(x["label"], x["ring"], x["order"]): x for x in j["cells"]}
		assert c
		names = {"j": j, "c": c, "each": list(c.values())}
		for rule in rules:
		    assert eval(f"({rule})", names), (rule, j["cells"])
	EOF
}

check 'two runs, two formats, two orders' count --variants off,qemu,in-place \
	--order in-order,shuffle:32
check 'no cell is left out' holds 'len(each) == 12 and not j["left_out"]'
check 'each cell from two runs that agree' holds 'all(x["agree"] for x in each)' \
	'all(len(x["runs"]) == 2 for x in each)'
check 'each element is pushed once' holds \
	'all(r["functions"]["virtqueue_push"]["calls"] == r["elements"] == 1024
		for x in each for r in x["runs"])'
check 'fill and flush are parts of push, pop and push of the thread' holds \
	'all(x["instructions"]["virtqueue_fill"] + x["instructions"]["virtqueue_flush"]
		< x["instructions"]["virtqueue_push"] for x in each)' \
	'all(x["instructions"]["virtqueue_pop"] + x["instructions"]["virtqueue_push"]
		< x["instructions"]["thread"] for x in each)'
check 'off costs the same in any order' holds \
	'all(c["off", r, "in-order"]["instructions"][f] == c["off", r, "shuffle:32"]["instructions"][f]
		for r in ("split", "packed") for f in ("virtqueue_fill", "virtqueue_push"))'
check 'the order is the one that was asked for' holds \
	'all(c["off", r, "in-order"]["traffic"]["depth_mean"] == 0 for r in ("split", "packed"))' \
	'all(11 < c["off", r, "shuffle:32"]["traffic"]["depth_mean"] < 16 for r in ("split", "packed"))'
check 'no window of it was cut' holds 'all(x["traffic"]["windows_cut"] == 0 for x in each)'
check 'in order, each element is published by itself' holds \
	'all(c["in-place", r, "in-order"]["traffic"]["index_stores"] == 1 for r in ("split", "packed"))' \
	'c["qemu", "split", "in-order"]["traffic"]["index_stores"] == 1'
check "out of order, QEMU's code and in-place publish as often" holds \
	'0 < c["qemu", "split", "shuffle:32"]["traffic"]["index_stores"] < 0.3' \
	'c["qemu", "split", "shuffle:32"]["traffic"]["index_stores"] ==
		c["in-place", "split", "shuffle:32"]["traffic"]["index_stores"]'
check 'a flush a round' count --variants in-place,batch-used,batch-used+round \
	--depth 32 --batch 32 --order in-order --runs 1
check '... is one, and writes one entry' holds \
	'all(c["batch-used-round", r, "in-order"]["traffic"][t] == 1 / 32
		for r in ("split", "packed") for t in ("used_entries", "index_stores"))' \
	'all(c["batch-used", r, "in-order"]["traffic"][t] == 1
		for r in ("split", "packed") for t in ("used_entries", "index_stores"))'
check '... push has what the round publishes for it' holds \
	'all(f["virtqueue_push"]["instructions"] > f["virtqueue_push"]["self"] +
		sum(x["instructions"] for x in f["virtqueue_push"]["callees"]) +
		0.9 * f["virtqueue_reorder_publish_round"]["instructions"]
		for r in ("split", "packed")
		for f in [c["batch-used-round", r, "in-order"]["runs"][0]["functions"]])'
check '... less than a flush for each' holds \
	'all(c["batch-used-round", r, "in-order"]["instructions"]["virtqueue_push"] <
		c["in-place", r, "in-order"]["instructions"]["virtqueue_push"] - 100
		for r in ("split", "packed"))'
check 'of virtio-net there are no rounds' count --variants batch-used+round --load tx --ring split \
	--elements 256 --runs 1
check 'A/A, without x-order: the same to the digit' count --variants off,off --elements 256 \
	--order natural --ring split
check '... in each function' holds \
	'all(c["off", "split", "natural"]["instructions"][f] == c["off-2", "split", "natural"]["instructions"][f]
		for f in ("virtqueue_fill", "virtqueue_flush", "virtqueue_push"))'
wrong_order() {
	count --variants off --order natural,sideways
	[ $? -eq 2 ] && grep 'sideways: not one of' "$T/err"
}
check 'an order that nobody knows is named' wrong_order
cut() {
	count --variants off --order shuffle:32 --elements 96 --batch 48 --depth 48 --ring split &&
		holds 'each[0]["traffic"]["windows_cut"] > 0' && grep 'windows cut' "$T/out"
}
check 'windows that batches do not fill: said' cut
caught() {
	! count --variants off,broken-swap --order reverse:16 --elements 20480 --batch 32 --depth 32 \
		--size 128 || return 1
	holds 'c["off", "split", "reverse:16"]["state"] == "ok"' \
		'c["broken-swap", "split", "reverse:16"]["state"] == "broken"' \
		'"oldest" in c["broken-swap", "split", "reverse:16"]["evidence"]' \
		'c["broken-swap", "packed", "reverse:16"]["state"] == "not-run"'
}
check 'a strategy that breaks a rule is caught, and not run again' caught
# When it is told to end, so do its QEMUs, and no file stays.
interrupted() {
	local pid qemus
	mkdir "$T/tmp"
	TMPDIR=$T/tmp build/vqring count --qemu "$qemu" --elements 100000 >"$T/out" 2>"$T/err" &
	pid=$!
	until qemus=$(pgrep -f "callgrind-out-file=$T/tmp/") && [ "$(wc -l <<<"$qemus")" -ge 2 ]; do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	kill -TERM "$pid"
	wait "$pid"
	[ $? -eq 143 ] && ! pgrep -f "callgrind-out-file=$T/tmp/" && [ -z "$(ls "$T/tmp")" ]
}
check 'told to end, it leaves nothing behind' interrupted
# A QEMU that tells vqring to end as soon as it is asked for x-order, before anything is counted.
mkdir "$T/qemu" "$T/early"
chmod 755 "$T" "$T/qemu"
cp "$qemu/manifest.json" "$T/qemu"
cc -xc -o "$T/qemu/qemu-system-x86_64" - <<'END' || exit 1
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	if (strstr(argv[argc - 1], "x-order"))
		return kill(getppid(), SIGTERM);
	return puts("QEMU emulator version 10.0.0 drive= in_order= packed= x-reorder=") < 0;
}
END
early() {
	TMPDIR=$T/early build/vqring count --qemu "$T/qemu" --order shuffle:16 >"$T/out" 2>"$T/err"
	[ $? -eq 143 ]
}
check 'nor does it before it counts' early
check '... not a file' rmdir "$T/early"
# Killed, it leaves its folder to the next one, which leaves alone that of one at work.
pipes() { [ "$(find "$T/early" -type p | wc -l)" -ge 2 ]; }
killed() {
	local pid rc
	mkdir "$T/early"
	TMPDIR=$T/early build/vqring count --qemu "$qemu" --elements 100000 >"$T/out" 2>"$T/err" &
	pid=$!
	until pipes; do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	early
	rc=$?
	kill -KILL "$pid"
	wait "$pid"
	while pgrep -f "callgrind-out-file=$T/early/"; do sleep 0.1; done
	[ "$rc" -eq 0 ] && pipes
}
check 'killed, it leaves its folder, but not another at work' killed
check 'the next one starts' early
check '... and removes it' rmdir "$T/early"
no_valgrind() {
	mkdir -p "$T/bin"
	printf '#!/bin/sh\nexit 127\n' >"$T/bin/valgrind"
	chmod +x "$T/bin/valgrind"
	! PATH=$T/bin:$PATH build/vqring count --qemu "$qemu" >"$T/out" 2>"$T/err" &&
		grep 'valgrind is missing' "$T/err"
}
check 'no valgrind: said, with the remedy' no_valgrind
tap_end
