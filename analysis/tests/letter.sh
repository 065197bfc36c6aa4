#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# report.txt, the report as a mail: it fits, what was found stands first, and nothing is in
# it that summary.json does not say, held to that by code of its own, letter.py, which is
# held to see each digit that is another one.
. analysis/tests/runs.sh

# made NAME OPTION...: a made-up run, with rings if NAME says so.
made() {
	local run=$work/$1
	shift
	build/analysis/make-run "$run" "$@" || exit 1
	case $run in *rings*) python3 "$here/rings.py" make "$run" || exit 1 ;; esac
}
reported() { build/vqreport --no-plots "$work/$1" >/dev/null; }
holds() { python3 "$here/letter.py" "$1" "$work/$2/report"; }
# says NAME TEXT: in the letter, whatever the lines end with
says() { tr '\n' ' ' <"$work/$1/report/report.txt" | tr -s ' ' | grep -qF -- "$2"; }
lacks() { ! says "$@"; }
lines() { [ "$(wc -l <"$work/$1/report/report.txt")" "$2" "$3" ]; }
letter() {
	reported "$1" || exit 1
	check "$2" holds check "$1"
}

# Of a run with everything that a report can have.
many=off,qemu,hash-table,array-window,bitmap,in-place,batch-used
made all-rings --blocks=6 --noise=0.02 --effect=qemu=0.7 --variants=$many --stall=b02-split-bitmap
letter all-rings 'a run with everything: report.txt says what the summary says'
check 'the check sees each digit, sign and verdict that is another, each line that lacks' \
	holds doctor all-rings
check 'a stall stands before all figures' says all-rings \
	'made-up, 2001-02-03 FINDINGS: no figure below outweighs these. - bitmap, split ring: stalled in 1 of 6 boots'
check 'a counting boot that stalled is a finding' says all-rings 'stalled in its counting boot: made up'
check 'a resolved verdict is in the answer' says all-rings 'made-up-tail: of 12, 2 slower (qemu, 0.7'
check 'what is counted leads' says all-rings 'counted Order costs least with '
check 'all tables are in report-full.txt' grep -q '^What this run cannot tell' "$work/all-rings/report/report-full.txt"

made few-rings --blocks=3 --noise=0.2
letter few-rings 'of few blocks, nothing resolved'
check 'the check sees each change there, too' holds doctor few-rings
check 'what is unresolved is called that' says few-rings 'live Throughput in a guest, TCG, 3 blocks. Unresolved: 32 of all 32;'
check 'with a table that says it' grep -q '^qemu .* unresolved .* unresolved$' "$work/few-rings/report/report.txt"
cp -r "$work/few-rings" "$work/counted-rings" && rm -rf "$work"/counted-rings/trials/b0* "$work/counted-rings/report"
letter counted-rings 'of a run that was counted alone'
check 'says that' says counted-rings 'live Nothing was timed in a guest.'
check 'and nothing of throughput' lacks counted-rings 'Throughput in a guest'

# What two runs may differ by, 0.5 % of off's 3521, decides nothing: 30 is more, 10 is not.
cp -r "$work/few-rings" "$work/level-rings"
python3 "$here/rings.py" edit "$work/level-rings" "
at = {(c['label'], c['ring'], c['order']): c.get('instructions') for c in cells}
for order, less in ('in-order', 30), ('shuffle:32', 10):
    own, qemu = (at[label, 'split', order] for label in ('array-window', 'qemu'))
    own['virtqueue_push'] = qemu['virtqueue_pop'] + qemu['virtqueue_push'] - own['virtqueue_pop'] - less"
letter level-rings 'of strategies that are level'
check 'only what is more is less' says level-rings 'fewest, or level to 0.5 %, in 3 of 4 orders'

cp -r "$work/few-rings" "$work/two-rings"
python3 "$here/rings.py" edit "$work/two-rings" "
d['cells'] = [c for c in cells if c['label'] in ('off', 'array-window')]"
letter two-rings 'one strategy beside off'
check 'costs, and is not the least' says two-rings 'counted One strategy keeps order: array-window on split rings (+105 to +120 instructions an element over off), with'

# Verdicts.
made aa --noise=0.01 --variants=off,off2 --blocks=8
letter aa 'off against off'
check 'is equivalent where tests say so' says aa 'made-up-tail: of 2, 2 equivalent.'
check 'and no faster or slower' sh -c '! grep -q "faster\|slower" "$0"' "$work/aa/report/report.txt"
made plain --blocks=6 --noise=0.02 --effect=qemu=0.7
letter plain 'a slower strategy, without rings'
check 'the check sees each change in that' holds doctor plain
check 'is slower, with its ratios' says plain 'made-up-tail: of 8, 2 slower (qemu, 0.691 to 0.698 of off)'
made axes --blocks=6 --noise=0.02 --effect=qemu=0.7
sed -i -e 's/"made-up-tail"/"made-up-tail@iothread=a,b"/g' "$work"/axes/run.json "$work"/axes/trials/*/trial.json
letter axes 'a cell of an axis'
check 'the check sees each change in that, too' holds doctor axes
check 'its whole name is above its table' sh -c \
	'grep -A1 "^made-up-tail@iothread=a,b:$" "$0" | grep -q "^made-up-tail *split"' "$work/axes/report/report.txt"
check 'the most disordered workload is the first table' sh -c \
	'grep "95 % CI" "$0" | head -1 | grep -q "^made-up-tail "' "$work/plain/report/report.txt"
made looked-rings --blocks=9 --noise=0.02 --effect=qemu=0.7 --until=5
letter looked-rings 'a run whose figures ended it'
check 'says so' says looked-rings 'until Judged after each block, of at most 99, by intervals and tests that allow for that; after 9: '
check 'and how to do it again' says looked-rings 'configs/made-up.ini UNTIL=5% BLOCKS=99'
check 'the check sees each change in that' holds doctor looked-rings
made blocks --blocks=6 --noise=0.02
sed -i '1s/{/{"blocks_of_plan":3,/' "$work/blocks/run.json"
letter blocks 'a run of more blocks than its plan has'
check 'says how to do it again with as many' says blocks 'configs/made-up.ini BLOCKS=6 more'
check 'the check sees each change in that' holds doctor blocks
sed -i '1s/"blocks_of_plan":3/"blocks_of_plan":6/' "$work/blocks/run.json"
letter blocks 'a run of as many as its plan has'
check 'needs nothing for that' says blocks 'configs/made-up.ini more'
made lower --blocks=6 --noise=0.02 --effect=qemu=0.7 --lower
letter lower 'a load of which less is better'
check 'says of what its ratios are' says lower 'above 1 is faster: made-up-flat (IOPS).'
check 'the check sees each change in that' holds doctor lower
check 'so do its tables' sh -c 'tr "\n" " " <"$0" | grep -q "faster: made-up-flat (IOPS)[.] *Left out"' "$work/lower/report/report-full.txt"
made one --blocks=1
letter one 'a single block'
check 'claims nothing' says one 'live Unresolved: no two blocks with a pair, so no verdict.'
made bare --variants=qemu,bitmap
letter bare 'a run without off'
check 'says so' says bare 'The plan has no variant named off'
made bad --blocks=6 --bad=b02-split-off/made-up-flat
letter bad 'a gate that fell'
check 'stands first' says bad '- off, split ring: invalid in 1 of 6 boots, first in b02-split-off: made up: a gate fell'

made once --blocks=6 --noise=0.02 --effect=qemu=0.7
python3 - "$work"/once/trials/b0[2-6]-*/trial.json <<'END'
import json, sys
for path in sys.argv[1:]:
    t = json.load(open(path))
    t['phases'] = [p for p in t['phases'] if p['workload'] != 'made-up-tail']
    json.dump(t, open(path, 'w'))
END
letter once 'the most disordered workload in one block only'
check 'is no table, and has no ratio' says once 'No two blocks, so no verdict: made-up-tail.'
check 'nor is it forgotten' says once 'Of one block, without a verdict: 8.'
check 'the check sees each change in that' holds doctor once

# It fits, whatever there is.
made wide-rings --blocks=2 --noise=0.02 \
	--variants=off,qemu,hash-table,array-window,bitmap,a-strategy-with-a-very-long-label,$(seq -s, -f 'own-%g' 1 20)
letter wide-rings 'many strategies, one with a long name'
check 'what has no room is counted' says wide-rings 'more strategies in report-full.txt.'
check 'and the room is used' lines wide-rings -gt 70
cp -r "$work/few-rings" "$work/evil-rings"
python3 "$here/rings.py" edit "$work/evil-rings" "
for c in cells:
    if c['label'] == 'qemu': c['label'] = 'q\x1b[31m\u00e9' * 900
    if c['order'] == 'in-order': c['order'] = 'From here\n>' * 2000
    if c['state'] != 'ok': c['evidence'] = '\x00\x07%s%n\nFrom >' * 3000"
sed -i 's/"made up: no completion"/"\\nFrom me\\n>quoted\\t\\u00e9 '"$(printf 'x%.0s' {1..500})"'"/' \
	"$work"/evil-rings/trials/count-packed-bitmap/trial.json
reported evil-rings
mailable() {
	! LC_ALL=C grep -nP '[^\x20-\x7e]|^From |^>|^.{73}| $' "$work/$1/report/report.txt" && lines "$1" -le 80
}
check 'what a guest and a QEMU said breaks no mail' mailable evil-rings

mkdir -p "$work/kept"
build/vqreport --no-plots results/reference -o "$work/kept/report" >/dev/null
check 'the run that the tree keeps' holds check kept
tap_end
