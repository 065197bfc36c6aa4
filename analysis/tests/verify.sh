#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreport --verify: trials that are what their traces say, and doctored ones.
set -u
make -s --no-print-directory build/vqreport build/vqprobe build/analysis/make-run \
	build/probes/make-trace >/dev/null || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. runners/tests/tap.sh
run=$work/run
trial=$run/trials/b01-split-off

# Every phase with probes gets a trace, and what vqprobe makes of it.
build/analysis/make-run "$run" --blocks=1 --variants=off,qemu || exit 1
i=0
for t in "$run"/trials/*; do
	for w in tail flat mixed tcp; do
		i=$((i + 1))
		build/probes/make-trace "$t/made-up-$w.vqt" $i 3000 &&
			build/vqprobe --from "$t/made-up-$w.vqt" --json "$t/made-up-$w.json" || exit 1
	done
done
cat >"$work/edit.py" <<'PY'
import json, sys
# edit.py TRIAL CODE: runs CODE with the trial as t, its phases with probes as p
path = sys.argv[1] + '/trial.json'
t = json.load(open(path))
p = [x for x in t['phases'] if x['probes']]
exec(sys.argv[2])
json.dump(t, open(path, 'w'))
PY
edit() { python3 "$work/edit.py" "$@"; }
for t in "$run"/trials/*; do
	edit "$t" "
for x, d in zip(p, ('disk0', 'disk1', 'disk0', 'disk1')):
    name = x['workload']
    s = json.load(open('$t/' + name + '.json'))
    s['queues'] = [q for q in s['queues'] if q['device'] == d]
    x['device'], x['probe'], x['trace'] = d, s, name + '.vqt'
" || exit 1
done
cp -r "$run" "$work/fresh"

# says STATUS LINE...: verify exits so, and these are its lines, each a pattern
says() {
	local want=$1 got=0 line
	shift
	build/vqreport --verify "$run" >"$work/out" 2>&1 || got=$?
	cat "$work/out"
	[ "$got" -eq "$want" ] || { echo "exit $got, not $want"; return 1; }
	[ "$(wc -l <"$work/out")" -eq $# ] || { echo "not $# lines"; return 1; }
	for line; do
		grep -qx -- "$line" "$work/out" || { echo "no line: $line"; return 1; }
	done
}
# doctored NAME CODE LINE...: after CODE on the trial, these lines
doctored() {
	local name=$1 code=$2
	shift 2
	edit "$trial" "$code" || exit 1
	check "$name" says 1 "$@"
	rm -rf "$run"
	cp -r "$work/fresh" "$run"
}
at=b01-split-off/made-up-tail
all='15 phases agree with their traces, 1 does not'

check 'all is well' says 0 '16 phases agree with their traces, 0 do not'
check 'no report is written' test ! -e "$run/report"
doctored 'a count' "p[0]['probe']['queues'][0]['fills'] += 1" \
	"$at: queue 0: fills: trace says [0-9]*, trial.json [0-9]*" "$all"
doctored 'two figures of two queues' "
p[0]['probe']['queues'][0]['stash_max'] = 1
p[0]['probe']['queues'][3]['hold_sum_ns'] -= 1" \
	"$at: queue 0: stash_max: trace says [0-9]*, trial.json 1" \
	"$at: queue 3: hold_sum_ns: trace says [0-9]*, trial.json [0-9]*" "$all"
doctored 'a time' "p[0]['probe']['queues'][2]['stash_time_mean'] *= 1.00001" \
	"$at: queue 2: stash_time_mean: trace says [0-9.]*, trial.json [0-9.]*" "$all"
doctored 'a bin of a histogram' "p[0]['probe']['queues'][1]['depth'][2][1] += 5" \
	"$at: queue 1: depth: trace says \[2,[0-9]*\], trial.json \[2,[0-9]*\], in place 2" "$all"
doctored 'a histogram cut short' "del p[0]['probe']['queues'][1]['hold_ns'][-1]" \
	"$at: queue 1: hold_ns: trace says \[.*\], trial.json nothing, in place [0-9]*" "$all"
doctored 'a verdict' "p[0]['probe']['queues'][1]['in_order'] = True" \
	"$at: queue 1: in_order: trace says false, trial.json true" "$all"
doctored 'a queue left out' "del p[0]['probe']['queues'][1]" \
	"$at: queues: trace says 4, trial.json 3" "$at: queue 1: in the trace only" "$all"
doctored 'lost events kept quiet' "p[0]['probe']['lost_events'] = 9" \
	"$at: lost_events: trace says 0, trial.json 9" "$all"
another_phase() {
	edit "$trial" "p[0]['trace'] = 'made-up-flat.vqt'"
	build/vqreport --verify "$run" >"$work/out" 2>&1 && return 1
	grep -q "^$at: queue 0: fills: trace says" "$work/out" && tail -n 1 "$work/out" | grep -qx "$all"
}
check 'the trace of another phase' another_phase
rm -rf "$run" && cp -r "$work/fresh" "$run"
doctored 'a trace from elsewhere' "p[0]['trace'] = '../b01-split-qemu/made-up-tail.vqt'" \
	"$at: trace: .* is no file of the trial's folder" "$all"

cut=$trial/made-up-tail.vqt
truncate -s $(($(stat -c %s "$cut") / 2)) "$cut"
cut_short() {
	build/vqreport --verify "$run" >"$work/out" 2>&1 && return 1
	cat "$work/out"
	grep -qx "$at: .*made-up-tail.vqt: ends early: the last events are missing" "$work/out" &&
		grep -q "^$at: events: trace says" "$work/out" && tail -n 1 "$work/out" | grep -qx "$all"
}
check 'a trace cut short' cut_short
printf damage | dd of="$cut" bs=1 seek=100 conv=notrunc 2>/dev/null
check 'a damaged trace' says 1 "$at: .*made-up-tail.vqt: damaged" "$all"
rm -rf "$run" && cp -r "$work/fresh" "$run"

edit "$trial" "p[0]['trace'] = None; del p[1]['trace']; p[2]['probe'] = None; p[2]['state'] = 'stalled'"
check 'what cannot be compared is said' says 0 "$at: no trace was kept" \
	'b01-split-off/made-up-flat: no trace was kept' \
	'b01-split-off/made-up-mixed: no summary that a trace could be held to' \
	'13 phases agree with their traces, 0 do not, 2 have no trace, 1 has no summary'
rm -rf "$run" && cp -r "$work/fresh" "$run"
rm "$run"/trials/b01-split-off/*tail.vqt
check 'so is a trace that was left out of a copy' says 0 "$at: its trace is not here" \
	'15 phases agree with their traces, 0 do not, 1 has no trace'
for t in "$run"/trials/*; do
	edit "$t" "for x in p: x['trace'] = None"
done
nothing() {
	build/vqreport --verify "$run" 2>"$work/err" && return 1
	grep -q 'nothing was verified' "$work/err"
}
check 'a run without traces passes for nothing' nothing
edit "$trial" "t['id'] = '../../elsewhere'"
check 'a trial of another name is refused' says 2 \
	'vqreport: .*/b01-split-off/trial.json: id: is not the folder.s name'
tap_end
