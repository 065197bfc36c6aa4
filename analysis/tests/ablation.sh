#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreport's section "What in-order is for": a made-up run whose figures are known, each
# printed figure held to them, and the words to rules.
. analysis/tests/runs.sh
run=$work/run
plain=$run/report/report-full.txt
holds() { python3 "$here/rings.py" "$@"; }
says() { tr '\n' ' ' <"$plain" | tr -s ' ' | grep -qF -- "$1"; }
edited() { holds edit "$run" "$1" && build/vqreport "$run" --no-plots >/dev/null; }

build/analysis/make-run "$run" --blocks=3 --noise=0.2 --variants=off,qemu,in-place,batch-used,batch-used+round &&
	python3 "$here/rings.py" make "$run" || exit 1
check 'a run with one used entry a batch' build/vqreport "$run"
check 'each printed figure is that of the files' holds ablation "$run"
check 'in 72 columns of ASCII' narrow "$plain"
check 'the plot of both effects' test -s "$run/report/plots/order-and-batch.png"
check 'the least and the longest batch' says 'Elements a used entry: 1.0 to 63.'
check 'what costs more in each cell pays nothing back' says 'pays that back in 0 of 4'
check 'a ratio whose interval leaves 1 out' says 'ring-flat, split ring: +'
check 'few blocks say nothing' says '8 ratios of fewer than 6 blocks'

edited "
for c in cells:
    if c['label'] == 'batch-used' and c['ring'] == 'split':
        c['instructions']['virtqueue_push'] -= 105
    if c['label'] == 'batch-used' and c['order'] == 'in-order':
        c['instructions']['virtqueue_push'] = [x for x in cells if x['label'] == 'in-place' and
            (x['ring'], x['order']) == (c['ring'], c['order'])][0]['instructions']['virtqueue_push'] + 5"
check 'a saving, and what is below the agreement of runs' says \
	'one entry a batch saves in 3 (65 to 85), nothing in 1; both costs in 1 (67), nothing in 3'
check 'paid back where the sum is none or less' says 'pays that back in 3 of 4'
check 'an edited file is printed as it is' sh -c 'grep -q "^  in-order .* +55 *+12 *+67 " "$0"' "$plain"

edited "
for c in cells:
    c['agree'] = c['label'] != 'in-place'"
check 'runs that differ are marked' grep -q '^  in-order .*~' "$plain"

edited "
for c in cells:
    if c['label'] == 'batch-used' and 'traffic' in c: c['traffic']['used_entries'] = 1.0"
check 'the variant itself is enough' grep -q '^What in-order is for' "$plain"
rm -r "$run"
build/analysis/make-run "$run" --blocks=3 && python3 "$here/rings.py" make "$run" &&
	edited "
for c in cells:
    if 'traffic' in c: c['traffic']['used_entries'] = 1.0"
check 'no section where each element has its entry' sh -c '! grep -q "^What in-order is for" "$0"' "$plain"
check 'nor in the summary' sh -c '! grep -q ablation "$0"' "$run/report/summary.json"
tap_end
