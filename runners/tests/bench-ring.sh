#!/bin/bash
# vqbench for real, without a guest: a plan's rings, killed, interrupted, left out.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/bench-lib.sh

plan=$tmp/rings.ini
cat >"$plan" <<-'END'
	[plan]
	name=rings
	variants=off;off2=off;in-place
	rings=split;packed
	blocks=1
	seed=1
	[workload count]
	kind=ring
	measure=count
	orders=shuffle:16
	elements=256
	[workload sent]
	kind=ring
	measure=count
	load=tx
	rings=packed
	elements=256
	[workload time]
	kind=ring
	measure=time
	orders=reverse:16
	rings=split
	seconds=1
END
go() { start "$run" --accel tcg "$@"; }

# -- killed while it counts, and gone on with -------------------------------------
run=$tmp/rings
# Both jobs of it run in valgrind.
valgrinds() { [ "$(descendants "$bench" | while read -r pid _; do
	readlink "/proc/$pid/exe"
done | grep -c /callgrind)" -ge 2 ]; }
no_process() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ -n "$(alive "$tmp/pids")" ] || return 0
		sleep 0.1
	done
	alive "$tmp/pids" | sed 's/^/left: /'
	return 1
}
mkdir "$tmp/tmpdir"
TMPDIR=$tmp/tmpdir go --counted
check 'vqring counts' until_true valgrinds
descendants "$bench" >"$tmp/pids"
kill -KILL "$bench"
finish 2>/dev/null
check 'SIGKILL of vqbench leaves no process' no_process
check 'nor a file elsewhere' rmdir "$tmp/tmpdir"
check 'what was cut off is no result' test ! -e "$run/rings/count.json" -a -d "$run/rings/count.tmp"
go --counted
finish
check 'the same command goes on' is "$status" 0
check 'and counts, and times nothing' is "$(ls "$run/rings")" $'count.json\nsent.json'
check 'no temporary folder is left' is "$(find "$run" -name '*.tmp')" ''
# cells NAME EXPRESSION: of the cells of rings/NAME.json, all c, by (label, ring)
cells() {
	field "$run/rings/$1.json" "(lambda c: $2)({(x['label'], x['ring']): x for x in t['cells']})"
}
check 'the labels are the plan'"'"'s' is "$(cells count 'sorted(c)')" \
	"[('in-place', 'packed'), ('in-place', 'split'), ('off', 'packed'), ('off', 'split'), ('off2', 'packed'), ('off2', 'split')]"
check 'for its variants' is "$(cells count 'c["off2", "split"]["variant"]')" off
check 'on the rings of the workload' is "$(cells sent 'sorted({k[1] for k in c})')" "['packed']"
# So few elements agree in what is done for each, and not always in all of a thread.
check 'each from two runs' is "$(cells count \
	'[all(x["state"] == "ok" and len(x["runs"]) == 2 for x in c.values()),
	  {x["order"] for x in c.values()}]')" "[True, {'shuffle:16'}]"
check 'off and off differ by less than 0.5 %' is "$(cells count \
	'all(abs(c["off2", r]["instructions"][f] / c["off", r]["instructions"][f] - 1) < 0.005
		for r in ("split", "packed") for f in ("virtqueue_fill", "virtqueue_push"))')" True
stat -c '%i %Y' "$run/rings/count.json" >"$tmp/before"

go
finish
check 'without --counted it goes on, too' is "$status" 0
check 'with what is timed' is "$(field "$run/rings/time-split-b01.json" \
	'[[d["label"], d["state"], len(d["turns"])] for b in t["boots"] for d in b["devices"]]')" \
	"[['off', 'ok', 5], ['off2', 'ok', 5], ['in-place', 'ok', 5]]"
check 'in the order that the plan asks for' is "$(field "$run/rings/time-split-b01.json" \
	'[t["order"], len(t["boots"]), t["boots"][0]["seed"] > 1]')" "['reverse:16', 1, True]"
check 'with what the host did meanwhile' is "$(field "$run/rings/time-split-b01.json" \
	'[(len(b["host"]), h["seconds"] >= 3 and h["own_s"] > 1 and h["others_s"] >= 0 and h["waited_s"] >= 0,
	   b["before"]["load"]["1"] >= 0, b["after"]["settings"] == b["before"]["settings"])
	  for b in t["boots"] for h in b["host"]]')" '[(1, True, True, True)]'
check 'what was there is not counted again' is "$(stat -c '%i %Y' "$run/rings/count.json")" \
	"$(cat "$tmp/before")"
check 'the journal has it all' is "$(sed -n 's/^[^ ]* end //p' "$run/journal")" \
	$'count ok\nsent ok\ntime-split-b01 ok'
check 'run.json says what the rings are' is "$(field "$run/run.json" \
	'[[w["unit"], w["device"], w["ring"]["measure"], w["ring"]["load"]] for w in t["workloads"]]')" \
	"[['instructions', 'virtio-blk', 'count', 'read'], ['instructions', 'virtio-net', 'count', 'tx'], ['elements/s', 'virtio-blk', 'time', 'read']]"
go
finish
check 'nothing is run again' says '3 of 3 parts are there already'

# -- Ctrl-C ------------------------------------------------------------------------
run=$tmp/interrupted
go
check 'vqring counts again' until_true valgrinds
descendants "$bench" >"$tmp/pids"
kill -INT "$bench"
finish
check 'Ctrl-C ends vqbench with 130' is "$status" 130
check 'and leaves no process' no_process
check 'nor a temporary folder' is "$(find "$run" -name '*.tmp')" ''
check 'the journal tells' grep -q 'interrupted count by signal 2' "$run/journal"

# -- a device that breaks a rule is a result ----------------------------------------
sed '/^\[workload count/,/^elements/d; /^\[workload sent/,/^elements/d' "$plan" >"$tmp/time.ini"
run=$tmp/broken
plan=$tmp/time.ini go --variants off,broken-swap
finish
check 'a broken strategy ends no run' is "$status" 0
check 'it is caught, and off is not' is "$(field "$run/rings/time-split-b01.json" \
	'[[d["label"], d["state"]] for d in t["boots"][0]["devices"]]')" \
	"[['off', 'ok'], ['broken-swap', 'broken']]"

# -- what is missing is left out, with its reason -----------------------------------
left_out() { field "$run/rings/$1.json" 't["schema"] + ": " + t["left_out"]'; }
like() { [[ $1 =~ $2 ]] || { echo "is '$1', should be like '$2'"; return 1; }; }
mkdir "$tmp/bin" "$tmp/qemu"
chmod 755 "$tmp" "$tmp/qemu"
printf '#!/bin/sh\nexit 127\n' >"$tmp/bin/valgrind"
chmod 755 "$tmp/bin/valgrind"
run=$tmp/left-out
PATH=$tmp/bin:$PATH go
finish
check 'no valgrind: the run ends well' is "$status" 0
check 'the reason, and the remedy' like "$(left_out count)" \
	'^vqlab-left-out-1: valgrind is missing: make packages installs it$'
check 'in the journal, too' grep 'end sent left out: valgrind is missing' "$run/journal"
check 'and told at once' says 'count: left out: valgrind is missing'
check 'the rest goes on' is "$(field "$run/rings/time-split-b01.json" 'len(t["boots"])')" 1
go
finish
check 'the same command, with valgrind, counts' is "$(cells count 'len(c)')" 6

# Ours, but that it calls x-order something else.
LC_ALL=C sed 's/x-order/y-order/g' "$qemu/qemu-system-x86_64" >"$tmp/qemu/qemu-system-x86_64"
cp "$qemu/manifest.json" "$tmp/qemu"
chmod 755 "$tmp/qemu/qemu-system-x86_64"
run=$tmp/no-order
lab=$qemu
qemu=$tmp/qemu
sed '/^\[workload sent/,/^elements/d' "$plan" >"$tmp/read.ini"
plan=$tmp/read.ini go
finish
qemu=$lab
check 'a QEMU without x-order: the run ends well' is "$status" 0
check 'its own order is counted' is "$(cells count '[len(c), {x["order"] for x in c.values()}]')" \
	"[6, {'natural'}]"
check 'and the other is left out' is "$(field "$run/rings/count.json" \
	'[[l["order"], l["why"]] for l in t["left_out"]]')" \
	"[['shuffle:16', 'this QEMU has no x-order']]"
check 'it cannot be timed in the other' like "$(left_out time-split-b01)" '--order: this QEMU has no x-order'

# Debian 12's, 7.2, was built without qtest, and has no plugin.
qemu=$(QEMU=$(command -v qemu-system-x86_64) runners/setup/qemu.sh)
sed -e '/^\[net/,/^$/d' -e '/^\[workload tcp/,/^$/d' -e '/^driver=/d' \
	-e "s,^job=,job=$PWD/configs/," configs/quick.ini >"$tmp/old.ini"
run=$tmp/old
plan=$tmp/old.ini go --counted
finish
qemu=$lab
check 'a QEMU without qtest: the run ends well' is "$status" 0
check 'the ring is left out, in its words' like "$(left_out ring-read)" 'invalid accelerator qtest'
check 'no boot counts the driver' is "$(ls "$run/trials")" ''
check 'and run.json says why' like "$(field "$run/run.json" 't["no_driver"]')" \
	'guest-count.so: No such file or directory: only a QEMU that the lab built can count'

# -- as long as it may take, and more of it later ----------------------------------
cat >"$tmp/blocks.ini" <<-'END'
	[plan]
	name=blocks
	variants=off;in-place
	rings=split
	blocks=3
	seed=1
	[workload time]
	kind=ring
	measure=time
	seconds=1
END
plan=$tmp/blocks.ini
run=$tmp/blocks
rings_there() { ls "$run/rings" | tr '\n' ' '; }
# Of each ring of a run: seed and rates, which no second run has.
kept() { sha256sum "$run"/rings/*-b0[1-3].json; }
go --budget 1s
finish
check 'a budget below a block: the run ends well' is "$status" 0
check 'after one' is "$(rings_there)" 'time-split-b01.json '
check 'and says what did not fit' says 'block 2 and what follows do not fit into the budget'
check 'the report says how many there are' sh -c \
	'build/vqreport --no-plots "$0" >/dev/null && grep -q "2 of 3 boots not run" "$0/report/report-full.txt"' "$run"
go --budget 1h
finish
check 'one that lasts: all of them' is "$status $(rings_there)" \
	'0 time-split-b01.json time-split-b02.json time-split-b03.json '
kept >"$tmp/kept"
go --blocks 4
finish
check 'a run gets more blocks' is "$status $(rings_there)" \
	'0 time-split-b01.json time-split-b02.json time-split-b03.json time-split-b04.json '
check 'beside those that it has' is "$(kept)" "$(cat "$tmp/kept")"
check 'run.json has as many' is "$(field "$run/run.json" '[t["blocks"], t["identity"]["blocks"]]')" "[4, '4']"
check 'the journal says so' grep -q 'Z extended to blocks 4$' "$run/journal"
go
finish
check 'fewer are refused' is "$status" 2
check 'with both numbers' says 'begun with another number of blocks (4, now 3)'
go --blocks 4
finish
check 'the same go on' is "$status" 0
for budget in 0m 5 -1s 1d 99999h ' ' m; do
	go --budget "$budget"
	finish
	check "a budget of '$budget' is none" is "$status" 2
done
check 'and is told what is one' says '--budget: not a time as 90s, 30m or 2h'

# -- as many blocks as its figures ask for ------------------------------------------
sed '/^rings=split$/!s/off;.*/off;off2=off/' "$tmp/blocks.ini" >"$tmp/until.ini"
plan=$tmp/until.ini
run=$tmp/until
go --until 50% --blocks 2
finish
check 'too few for an interval: all of them' is "$status $(rings_there)" \
	'0 time-split-b01.json time-split-b02.json '
check 'after each is said what is open' says 'after block 1: 0 comparisons resolved, 0 within 50 %, 1 open: time split off2 to off, too few blocks'
check 'after the last, too' says 'after block 2: .* 1 open'
check 'run.json has the rule' is "$(field "$run/run.json" 't["until"]["percent"]')" 50.0
go --until 40%
finish
check 'another rule is refused' is "$status" 2
check 'with the reason' says 'was begun with --until 50%: its intervals are for that'
go --until 50.00000001%
finish
check 'but not one that is kept as the same' is "$status" 0
# Six more that were as the first.
for b in 3 4 5 6 7 8; do
	cp "$run/rings/time-split-b01.json" "$run/rings/time-split-b0$b.json"
done
go --blocks 20
finish
check 'it goes on under its rule' says 'after block 8: .* 0 open'
check 'which ends it' is "$status $(rings_there | wc -w)" '0 8'
check 'as it says' says 'that is enough: no more blocks'
mkdir "$run/trials/b01-split-broken"
echo '{' >"$run/trials/b01-split-broken/trial.json"
go
finish
check 'what cannot be judged is a failure' is "$status" 1
check 'in the words of vqreport' says '^vqbench: .*/vqreport: exit status 2: vqreport: .*b01-split-broken/trial.json'
rm -r "$run/trials/b01-split-broken"
check 'the report knows both' sh -c \
	'build/vqreport --no-plots "$0" >/dev/null && tr "\n" " " <"$0/report/report.txt" | grep -q "of at most 20, .* after 8: "' "$run"
for until in 5 0% 100% 99.9999999% -1% % 5%%; do
	go --until "$until"
	finish
	check "'$until' is no rule" is "$status" 2
done
plan=$tmp/blocks.ini
run=$tmp/blocks
go --until 5%
finish
check 'no rule for a run that has begun' is "$status" 2
check 'and is told why' says 'was begun without --until: its intervals are for that'

# -- the same processors, or none of what it has ------------------------------------
# As if it had been begun where there were cores enough for each part, or on others.
printf '\n[machine]\npin=auto\n' | cat "$tmp/blocks.ini" - >"$tmp/pin.ini"
plan=$tmp/pin.ini
run=$tmp/pin
go --blocks 1
finish
check 'a run with pin=auto' is "$status" 0
check 'says which processors are whose, or why not' grep -q "^vqbench: \(not \)\?pinned: ." "$tmp/said"
check 'keeps that' is "$(sed -n '/^begun/q; s/^pin //p' "$run/journal" | wc -l)" 1
sed -i '/^begun/,$!s/^pin .*/pin vCPU 9/' "$run/journal"
go --blocks 2
finish
check 'on other processors it is refused' is "$status" 2
check 'with the reason' says 'was begun with another place on the host.s processors (vCPU 9, now .*): go on with the same, or take another folder'
check 'and runs nothing' is "$(rings_there)" 'time-split-b01.json '

# -- who measures on this host ------------------------------------------------------
# This test, or, if the lock cannot be had, really somebody else.
exec 9>>/run/lock/vqlab.lock
flock --timeout 60 9
build/vqring run --qemu "$qemu" --variants off --rounds 1 >"$tmp/said" 2>&1 9>&- &
bench=$!
check 'vqring waits, and says for whom' until_true \
	says 'vqring: waiting for another that measures on this host (.*); --together'
kill -TERM "$bench"
finish
run=$tmp/together
plan=$tmp/time.ini go --variants off 9>&-
check 'vqbench, which has it, lets vqring not wait' until_true test -e "$run/rings/time-split-b01.json"
kill -TERM "$bench" 2>/dev/null
finish
exec 9>&-
tap_end
