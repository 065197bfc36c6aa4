#!/bin/bash
# make bisect, on a history made here.  git and the script are real; what builds QEMU and what
# counts are stand-ins, which take from the file cost of a revision what it is to cost.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
tmp=$(mktemp -d)
running=
cleanup() {
	[ -z "$running" ] || kill -KILL -- "-$running" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
. runners/tests/tap.sh
tap_logs=("$tmp/out" "$tmp/said")
make -s --no-print-directory programs >/dev/null

# -- a lab with stand-ins ---------------------------------------------------------------
lab=$tmp/lab
mkdir -p "$lab/runners/setup" "$lab/build"
for f in bisect.sh cache.sh qemu-tree.sh with-make.sh; do
	ln -s "$PWD/runners/setup/$f" "$lab/runners/setup/"
done
ln -s "$PWD/build/vqbench" "$lab/build/"
ln -s "$PWD/variants" "$lab/"
cat >"$tmp/plan.ini" <<'END2'
[plan]
name=counts
variants=off;qemu
[workload read]
kind=ring
measure=count
orders=in-order;shuffle:32
END2
cat >"$lab/runners/setup/qemu.sh" <<'END2'
#!/bin/bash
cost=$(git -C "$QEMU_SRC" show "$QEMU_REV:cost") || exit 1
git -C "$QEMU_SRC" show -s --format=%s "$QEMU_REV" >>"$TMP_TEST/built"
case $cost in
error*)
	echo "building QEMU failed: ../x.c:1:2: $cost; the whole log is /x" | tee "$VQLAB_WHY" >&2
	exit 1 ;;
wait)
	if [ ! -e "$TMP_TEST/go" ]; then
		touch "$TMP_TEST/waiting"
		sleep 600
	fi ;;
esac
mkdir -p "$TMP_TEST/bin-$QEMU_REV"
echo "$cost" >"$TMP_TEST/bin-$QEMU_REV/cost"
echo "$TMP_TEST/bin-$QEMU_REV"
END2
cat >"$lab/build/vqring" <<'END2'
#!/usr/bin/python3
import json, sys
words = sys.argv
cost = open(words[words.index("--qemu") + 1] + "/cost").read().strip()
open(__import__("os").environ["TMP_TEST"] + "/options", "w").write(" ".join(words))
n = 1000 if cost == "wait" else 0 if cost == "hang" else float(cost)
json.dump({"left_out": [], "cells": [{"state": "stalled" if cost == "hang" else "ok",
    "evidence": "no completion", "difference": 0.001, "instructions": {"virtqueue_pop": 600,
    "virtqueue_push": n - 600, "virtqueue_fill": 1, "virtqueue_flush": 1, "thread": 5000}}]},
    open(words[words.index("--json") + 1], "w"))
sys.exit(cost == "hang")
END2
chmod +x "$lab/runners/setup/qemu.sh" "$lab/build/vqring"

# -- a tree whose developer is in the midst of something -------------------------------------
tree=$tmp/tree
mkdir -p "$tree/hw/virtio"
touch "$tree/hw/virtio/virtio.c"
git init -q -b main "$tree"
of_tree() { git -c user.name=t -c user.email=t@example.org -C "$tree" "$@"; }
# commit NAME COST: and a tag of that name.
commit() {
	echo "$2" >"$tree/cost"
	echo "$1" >"$tree/name"
	of_tree add .
	of_tree commit -qm "$1"
	of_tree tag "$1"
}
commit one 1000
commit two 1003
commit broken 'error: nowhere undeclared'
commit four 1002
commit slow 1100
commit six 1102
commit less 1001
commit eight 1001
commit waits wait
commit ten 1000
commit dear 2000
of_tree revert --no-edit dear >/dev/null
of_tree tag again
commit dearer 3000
commit unclear 'error: one'
commit dearest 4000
commit hangs hang
of_tree bisect start HEAD one >/dev/null 2>&1
echo changed >"$tree/name"
echo new >"$tree/new"
of_tree status >/dev/null
his() { (cd "$tree" && find . -type f -printf '%p %s %T@ ' -exec sha256sum {} + | sort) 2>/dev/null; }
his >"$tmp/before"

# bisect GOOD BAD [MEASURE]: its status; stdout in $tmp/out, the rest in $tmp/said.
bisect() {
	env --default-signal=INT TMP_TEST="$tmp" VQLAB_CACHE="$tmp/cache" QEMU_SRC="$tree" \
		CONFIG="$tmp/plan.ini" QEMU= GOOD="$1" BAD="$2" MEASURE="${3:-}" \
		"$lab/runners/setup/bisect.sh" >"$tmp/out" 2>"$tmp/said"
}
ends() { local want=$1 status=0; shift; "$@" || status=$?; [ "$status" -eq "$want" ] || { echo "exit $status"; return 1; }; }
says() { grep -qE -- "$1" "$tmp/said"; }
row() { grep -qE -- "^[0-9a-f]{12} +$1\$" "$tmp/out"; }
found() { [ "$(sed -n 's/^first bad commit: [0-9a-f]* //p' "$tmp/out")" = "$1" ]; }
nothing_left() { [ ! -e "$tmp/cache/bisect/now" ]; }

# -- what cannot be ------------------------------------------------------------------------
check 'a MEASURE that is none' ends 2 bisect one six read/split/in-order/quemu
check 'says so' says 'MEASURE=read/split/in-order/quemu: nothing that .*/plan.ini counts: name one of each'
check 'and what there is' says '^  read / split / in-order shuffle:32 / off qemu$'
check 'a figure that is none' ends 2 bisect one six read/split/in-order/off/ringg
check 'says so, too' says 'if it is not the first: / ring thread virtqueue_pop '
check 'a revision that is none' ends 2 bisect one nosuch
check 'is named' says 'nosuch: no such revision in'
check 'a side that does not build' ends 1 bisect broken six
check 'is said, with the first error' says 'GOOD=broken cannot be counted: building QEMU failed: \.\./x.c:1:2: error: nowhere undeclared$'
check 'a side that hangs' ends 1 bisect one hangs
check 'is said' says 'BAD=hangs cannot be counted: stalled: no completion'
check 'no difference but what counts have' ends 1 bisect one two
check 'is refused, with both counts' says 'GOOD counts 1000.0, BAD 1003.0: 0.30 % apart, and counts of the same may be 0.50 % apart'
check 'so is another figure, which did not change' ends 1 bisect one six read/split/in-order/qemu/thread
check 'by its name' says 'read/split/in-order/qemu/thread: GOOD counts 5000.0, BAD 5000.0'
check 'nothing is left' nothing_left

# -- what is found --------------------------------------------------------------------------
rm -rf "$tmp/built" "$tmp/cache"
check 'a commit that costs, behind one that does not build' ends 0 bisect one slow
check 'is found' found slow
check 'what does not build has a row' row '- +skipped +broken'
check 'with the first error of the compiler' grep -q '^    building QEMU failed: ../x.c:1:2: error: nowhere' "$tmp/out"
check 'what does has its count' row '1002\.0 +\+2\.0 +good +four'
check 'on both sides' row '1100\.0 +\+100\.0 +bad +slow'
order() { sed -n 's/^[0-9a-f]\{12\} .* //p' "$tmp/out" | tr '\n' ' '; }
check 'the oldest first' grep -qE '^one (two )?broken four slow $' <(order)
check 'it was counted as the plan says' grep -q -- '--load=read --ring=split --order=in-order .*--variants=off' "$tmp/options"
mv "$tmp/built" "$tmp/first"
check 'once more' ends 0 bisect one slow
check 'what failed is built again, and nothing else' test "$(cat "$tmp/built")" = broken
check 'a commit that saves' ends 0 bisect slow eight
check 'is found, too' found less
check 'one beside one that does not build' ends 1 bisect dearer dearest
check 'cannot be told from it' test "$(grep -c '^cannot be told apart: .* \(unclear\|dearest\)$' "$tmp/out")" -eq 2

# -- Ctrl-C ---------------------------------------------------------------------------------
# Of a terminal it comes to all of a group.
env --default-signal=INT setsid bash -c 'echo $$ >"$1/group"; shift; "$@"' bash "$tmp" \
	env TMP_TEST="$tmp" VQLAB_CACHE="$tmp/cache" QEMU_SRC="$tree" CONFIG="$tmp/plan.ini" QEMU= \
	GOOD=less BAD=dear MEASURE= "$lab/runners/setup/bisect.sh" >"$tmp/out" 2>"$tmp/said" &
outer=$!
until [ -e "$tmp/waiting" ] || ! kill -0 $outer 2>/dev/null; do sleep 0.1; done
running=$(cat "$tmp/group")
check 'one that builds' test -e "$tmp/waiting" -a -d "$tmp/cache/bisect/now/git"
kill -INT -- "-$running"
wait $outer
check 'it ends' test $? -ne 0
gone() { local i; for ((i = 0; i < 300; i++)); do kill -0 -- "-$running" 2>/dev/null || return 0; sleep 0.1; done; return 1; }
check 'with all that it began' gone
running=
check 'and leaves no repository' nothing_left
touch "$tmp/go"
rm "$tmp/built"
check 'the same command' ends 0 bisect less dear
check 'finds it' found dear
check 'and counts neither side again' test "$(grep -cx 'less\|dear' "$tmp/built")" -eq 0
rm "$tmp/built"
check 'of a commit that was reverted' ends 0 bisect dear again
check 'the count is that of the tree before' test ! -e "$tmp/built"
his >"$tmp/after"
check 'nothing of the developer'"'"'s has changed, his own bisection included' cmp "$tmp/before" "$tmp/after"
tap_end
