#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreport on what was counted and on rings without a guest: a made-up run whose figures
# are known, each printed figure held to them; devices that were caught; hostile files.
. analysis/tests/runs.sh
run=$work/run
plain=$run/report/report-full.txt

build/analysis/make-run "$run" --blocks=3 --noise=0.2 || exit 1
python3 "$here/rings.py" make "$run" || exit 1

holds() { python3 "$here/rings.py" "$@"; }
# says TEXT: in the report, whatever the lines end with
says() { tr '\n' ' ' <"$plain" | tr -s ' ' | grep -qF -- "$1"; }
copy() {
	rm -rf "$work/copy"
	cp -r "$run" "$work/copy"
	rm -rf "$work/copy/report"
}

check 'a run with rings' build/vqreport "$run"
check 'in 72 columns of ASCII' narrow "$plain"
check 'what order costs, counted, stands before throughput' sh -c \
	'grep -n "^What order costs, counted: virtio-blk\|^Throughput relative" "$0" | head -1 | grep -q counted' "$plain"
check 'device: each printed figure is that of the JSON' holds device "$run"
check 'ring traffic: likewise' holds traffic "$run"
check 'by function: likewise' holds parts "$run"
check 'driver: likewise' holds driver "$run"
check 'timed: likewise, with the interval' holds timed "$run"
check 'beside each live verdict stands its counted figure' holds live "$run"
check 'summary.json: likewise' holds summary "$run"
check 'a cell whose runs differ is marked' grep -q '^  hash-table .*~+' "$plain"
check 'a caught device has its evidence' says '- bitmap, split ring, reverse:8: stalled: made up: used index stands at 17'
check 'where off was caught, nothing is over it' says '- off, packed ring, reverse:8: broken: made up: id 3'
check 'a job without a result is said' says '- shuffle:32, run 2 was not counted: made up: killed'
check 'windows that were cut are said' says 'x-order cut 3 windows short'
check 'what could not be counted says why' says '- ring-tx: no valgrind (made up)'
check 'boots that are missing are said' says '- ring-flat, split ring: 1 of 8 boots not run'
check 'a counting boot that failed is said' says '- count-packed-bitmap, counting: stalled: made up'
check 'a device caught in one boot' says 'qemu: broken: order: made up: entry 5'
check 'by what it was counted' says 'by callgrind (valgrind-made-up)'
check 'and that it is no time' says 'These are instructions and not time'
check 'the plot of cost over depth' test -s "$run/report/plots/counted-depth.png"
check 'with names at its curves' grep -q 'array-window' "$run/report/plots/counted-depth.svg"
check 'the same run again' build/vqreport "$run" -o "$work/again"
check 'gives the same bytes' diff -r "$run/report" "$work/again"

copy
holds edit "$work/copy" "
for c in cells:
    if c['state'] == 'ok': c['traffic']['used_entries'] = 1.0"
check 'one used entry an element, everywhere' build/vqreport "$work/copy" --no-plots
check 'is a sentence and no table' sh -c \
	'grep -q "^Used entries: one an element" "$0" && ! grep -q ", used entries$" "$0"' "$work/copy/report/report-full.txt"

# A plan that was only counted; a run without rings has its own test, report.sh.
copy
rm -rf "$work"/copy/trials/b0*
check 'a run that is counted and not timed' build/vqreport "$work/copy" --no-plots
check 'has the same counted figures' holds device "$work/copy"
check 'and no table of throughput' sh -c '! grep -q "^Throughput relative" "$0"' "$work/copy/report/report-full.txt"
rm -rf "$work/copy/rings" "$work"/copy/trials/count-*
check 'nothing at all is no run' exits 2 'no finished trial' build/vqreport "$work/copy" --no-plots

# Held to their runs.
check 'verify: cells are what their runs say' exits 0 '^38 counted cells are what their runs say, 0 are not' \
	build/vqreport --verify "$run"
copy
holds edit "$work/copy" "cells[0]['instructions']['virtqueue_push'] += 1"
check 'verify: a doctored figure is found' exits 1 '^ring-read/off, split, in-order: virtqueue_push: its runs say' \
	build/vqreport --verify "$work/copy"
copy
holds edit "$work/copy" "[c for c in cells if c.get('agree') is False][0]['agree'] = True"
check 'verify: a doctored agreement, too' exits 1 'agree: its runs say 0, the cell 1' \
	build/vqreport --verify "$work/copy"

# Bad files: the place is named, and nothing crashes.
broken() {
	copy
	holds edit "$work/copy" "$3" || exit 1
	check "$1" exits 2 "$2" build/vqreport "$work/copy" --no-plots
}
broken 'no number' 'ring-read.json: virtqueue_push: is not a number' "cells[1]['instructions']['virtqueue_push'] = 'x'"
broken 'not finite' 'ring-read.json: ' "cells[1]['instructions']['virtqueue_push'] = float('nan')"
broken 'infinite' 'ring-read.json: ' "cells[1]['instructions']['thread'] = 1e999"
broken 'huge' 'thread: is too much' "cells[1]['instructions']['thread'] = 1e300"
broken 'negative' 'index_stores: is not a finite number >= 0' "cells[1]['traffic']['index_stores'] = -1"
broken 'a cell twice' 'cells: one label, ring and order twice' "cells.append(cells[0])"
broken 'no state' 'state: missing' "del cells[2]['state']"
broken 'no cells' 'cells: missing' "del d['cells']"
broken 'no traffic' 'traffic: missing' "del cells[2]['traffic']"
broken 'labels without end' 'label: are more than 64' \
	"cells.extend(dict(cells[0], label='l%d' % i) for i in range(90))"
broken 'another tool' 'command: is not what' "d['tool'] = 'other'"
broken 'another command' 'command: is not what' "d['command'] = 'run'"
copy
echo '{"tool":' >"$work/copy/rings/ring-flat-split-b02.json"
check 'a file cut short' exits 2 'ring-flat-split-b02.json: ' build/vqreport "$work/copy" --no-plots
copy
sed -i 's/"seconds": 0.2[0-9]*/"seconds": 0/' "$work/copy/rings/ring-flat-split-b02.json"
check 'a turn of no time' exits 2 'b02.json: seconds: is no time that a turn takes' build/vqreport "$work/copy" --no-plots
copy
holds edit "$work/copy" "
for c in cells:
    if c['label'] == 'qemu': c['label'] = 'q\x1b[31m\u00e9' * 900
    if c['order'] == 'in-order': c['order'] = 'o\n' * 2000
    if c['state'] != 'ok': c['evidence'] = '\x00\x07%s%n' * 3000"
check 'names and evidence of a hostile file' build/vqreport "$work/copy" --no-plots
check 'stay within 72 columns of ASCII' narrow "$work/copy/report/report-full.txt"
copy
holds edit "$work/copy" "d['cells'] = []"
check 'no cell at all' build/vqreport "$work/copy" --no-plots

tap_end
