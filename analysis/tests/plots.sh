#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plots stand alone: no panel is empty, whatever of a run was not measured; the script and
# the data beside each draw it again; the first of them says what each strategy costs.
. analysis/tests/runs.sh
make -s --no-print-directory build/vqmail >/dev/null || exit 1
run=$work/run
plots=$run/report/plots

holds() { python3 "$here/plots.py" "$@"; }
# Nothing is said: gnuplot failed at none.
drawn() { build/vqreport "$@" 2>&1 >/dev/null | { ! grep .; }; }
title() { grep -q "^TITLE\[[0-9]*\] = '$2'\$" "$1"; }
# Of what stands in $work/hand alone: $1, a script in that folder, in both formats.
by_hand() { (cd "$work/hand" && gnuplot "$1.gp" && gnuplot -e "FORMAT = 'svg'" "$1.gp"); }
# Points are data, and no script names the folder that it was made in.
is_script() { ! grep -nE '^[-+.0-9]+( |$)' "$1" && ! grep -nF "$work" "$1"; }

# -- everything that a run can have -------------------------------------------------
build/analysis/make-run "$run" --blocks=6 --noise=0.2 \
	--variants=off,qemu,hash-table,in-place,batch-used || exit 1
python3 "$here/rings.py" make "$run" || exit 1
check 'all plots of a run' drawn "$run"
check 'have data in each panel, and PNG, SVG and CSV' holds full "$plots"
# The folder is copied, and of the run it was made of nothing is left meanwhile.
cp -r "$plots" "$work/hand"
rm "$work/hand"/*.png "$work/hand"/*.svg "$work/hand"/*.csv
mv "$run" "$work/away"
for p in "$work/hand"/*.gp; do
	p=$(basename "$p" .gp)
	check "$p: a script without points" is_script "$work/hand/$p.gp"
	check "$p: the script and its data alone, by hand" by_hand "$p"
	check "$p: draws both" test -s "$work/hand/$p.png" -a -s "$work/hand/$p.svg"
	check "$p: the same picture" holds same "$work/away/report/plots/$p.png" "$work/hand/$p.png"
done
mv "$work/away" "$run"
mkdir "$work/else"
check 'from another folder' sh -c "cd '$work/else' && gnuplot ../hand/depth.gp"
check 'the same bytes' cmp "$work/else/depth.png" "$work/hand/depth.png"
sed -i 's/^1 \([0-9]\)/1.4 \1/; s/^2 \([0-9]\)/2.4 \1/' "$work/hand/throughput.dat"
check 'other data' by_hand throughput
check 'another picture' sh -c "! python3 '$here/plots.py' same '$plots/throughput.png' '$work/hand/throughput.png'"
rm "$work/hand/depth.dat"
check 'without its data a script fails' sh -c "! (cd '$work/hand' && gnuplot depth.gp)"
check 'the first counts both ring formats' holds has "$plots/answer.gp" COUNTED 2
check 'in order and out of it' holds has "$plots/answer.gp" ORDERS 2
check 'and times both' holds has "$plots/answer.gp" RINGS 2
check 'of the workload with the most out of order' \
	holds has "$plots/answer.gp" TIMED_TITLE 'timed in a guest: made-up-tail'
check 'it stands first in index.html' sh -c \
	'grep -o "<figure id=\"plot-[a-z-]*" "$0" | head -1 | grep -q "plot-answer$"' "$run/report/index.html"
check 'before all tables' sh -c 'grep -n "<table>\|id=\"plot-answer" "$0" | head -1 | grep -q plot-answer' \
	"$run/report/index.html"
check 'a mail' build/vqmail --from=a@example.org --to=b@example.org "$run"
check 'has it first' sh -c 'grep -o "filename=[a-z-]*.png" "$0" | head -1 | grep -q answer' "$run/report/mail.eml"

# -- what was not measured --------------------------------------------------------------
cp -r "$run" "$work/one"
holds only "$work/one" split
check 'one ring format' drawn "$work/one"
check 'no panel of it is empty' holds full "$work/one/report/plots"
check 'one is timed' holds has "$work/one/report/plots/answer.gp" RINGS 1
cp -r "$run" "$work/counted"
rm -r "$work"/counted/trials/b0*
check 'counted only' drawn "$work/counted"
check 'no panel of it is empty' holds full "$work/counted/report/plots"
check 'nothing is timed' holds has "$work/counted/report/plots/answer.gp" RINGS 0
build/analysis/make-run "$work/timed" --blocks=3
check 'guests only' drawn "$work/timed"
check 'no panel of it is empty' holds full "$work/timed/report/plots"
check 'nothing is counted' holds has "$work/timed/report/plots/answer.gp" COUNTED 0
# As a quick plan has it: one variant, one order, and all of it cheaper than off.
cp -r "$run" "$work/few"
python3 "$here/rings.py" edit "$work/few" "
d['cells'] = [c for c in cells if c['label'] in ('off', 'qemu') and c['order'] == 'shuffle:32'
              and c['ring'] == 'split']
d['cells'][1]['instructions']['virtqueue_push'] -= 300"
check 'one cell, and cheaper than off' drawn "$work/few"
check 'no panel of it is empty' holds full "$work/few/report/plots"
check 'it is of that order' holds has "$work/few/report/plots/answer.gp" 'ORDER[1]' shuffle:32
# The first workload of this one ran on split rings alone, and it alone in six blocks.
check 'the reference run' drawn results/reference -o "$work/kept"
check 'no panel of it is empty' holds full "$work/kept/plots"
check 'what ran on packed rings is there' title "$work/kept/plots/throughput.gp" 'tcp-out, packed ring'
check 'what did not is not' sh -c '! grep -q "randread-tail, packed ring" "$0"/*.gp' "$work/kept/plots"
check 'the answer is of a workload with verdicts' grep -q '^timed,randread-tail,' "$work/kept/plots/answer.csv"
# One who is killed while he draws could tidy up nothing.
mkdir "$work/killers" "$work/tmp"
printf '#!/bin/sh\nkill -KILL $PPID\n' >"$work/killers/gnuplot"
chmod +x "$work/killers/gnuplot"
killed() { ! env PATH="$work/killers:$PATH" TMPDIR="$work/tmp" build/vqreport "$run" -o "$work/cut" 2>/dev/null; }
check 'vqreport is killed in mid-drawing' killed
check 'no file of it is left elsewhere' rmdir "$work/tmp"
check 'nor one that is no part of a report' test -z "$(find "$work/cut" -name '*.tmp' -o -name '*.vqlab-*')"
mkdir "$work/replay"
build/vqreplay --json "$work/replay/replay.json" --synth shuffle:8 --synth in-order --ring split:64 \
	--elements 2000 --repeats 2 --instructions none >/dev/null
check 'a replay without instructions, on split rings' drawn "$work/replay"
check 'has the panel of its time alone' holds has "$work/replay/report/plots/replay-depth.gp" PANELS 1
# In whatever order sources were named: curves go from left to right.
rising() {
	awk '/^# d/ { x = 0 } /^# / { on = /^# d/ } on && /^[0-9]/ { n++; if ($1 < x) exit 1; x = $1 }
		END { exit !(n > 9) }' "$1"
}
mkdir "$work/mixed"
build/vqreplay --json "$work/mixed/replay.json" --synth shuffle:64 --synth in-order --synth shuffle:8 \
	--synth shuffle:8@split:1024 --synth shuffle:8@split:64 --elements 2000 --repeats 1 \
	--instructions none >/dev/null
check 'a replay of sources in any order' drawn "$work/mixed"
for p in replay-depth replay-size; do
	check "$p: its curves go to the right" rising "$work/mixed/report/plots/$p.dat"
done
tap_end
