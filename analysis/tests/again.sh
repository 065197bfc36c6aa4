#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every statistic of a report, computed again by R from the run's own files (again.R): of the
# run that the tree keeps, and of made-up runs whose blocks call for each kind of interval.
. analysis/tests/runs.sh
again() { Rscript --vanilla "$here/again.R" "$1"; }

# made NAME OPTIONS...: a run of that name, with its report.
made() {
	build/analysis/make-run "$work/$1" "${@:2}" && build/vqreport "$work/$1" --no-plots
}

# As again, and each of the words in the summary.
again_with() {
	local word
	again "$1" || return
	for word in "${@:2}"; do
		grep -q "\"$word\"" "$1/report/summary.json" || { echo "none is $word"; return 1; }
	done
}

# differs RUN WHAT: R finds another figure, and says of what.
differs() {
	local rc=0
	again "$1" >"$work/said" || rc=$?
	cat "$work/said"
	[ "$rc" = 1 ] && grep -q "$2.* in the summary, .* here$" "$work/said"
}

edit() {
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
exec(sys.argv[2])
json.dump(d, open(sys.argv[1], "w"))' "$1" "$2"
}

# edited CODE: a run whose summary is another.
edited() {
	rm -rf "$work/edited"
	cp -r "$work/range" "$work/edited"
	edit "$work/edited/report/summary.json" "
c = [c for c in d['cells'] if c['variant'] == 'qemu' and c['ring'] == 'split'][0]
$1"
}

cp -r results/reference "$work/kept"
check 'a report of the run that is kept' build/vqreport "$work/kept" --no-plots
check 'R finds its figures again' again "$work/kept"

made student --blocks=5 --noise=0.05 --effect=qemu=0.6 --udp || exit 1
check "intervals by Student's t" again_with "$work/student" student-t slower
made range --blocks=7 --noise=0.05 --effect=qemu=0.7 --stall=b02-split-hash-table --lower || exit 1
check 'intervals that are the range, a trial less' again_with "$work/range" range slower
made within --blocks=12 --noise=0.01 --effect=qemu=1.3 || exit 1
check 'intervals between order statistics' \
	again_with "$work/within" order-statistics faster equivalent
made looked --blocks=13 --noise=0.02 --effect=qemu=0.7 --until=5 --stall=b02-split-hash-table || exit 1
check 'of a run that was looked at after each block' \
	again_with "$work/looked" each-block slower equivalent unresolved
made looked-few --blocks=5 --until=5 || exit 1
check 'or too early for an interval' again_with "$work/looked-few" none unresolved
made one --blocks=1 || exit 1
check 'no interval of one block' again_with "$work/one" 'one block'

cp -r "$work/student" "$work/udp"
edit "$work/udp/report/summary.json" "
c = [c for c in d['cells'] if c['workload'] == 'made-up-tcp' and c['variant'] == 'bitmap'][0]
c['packets_to_off']['ratio'] *= 1.0001; c['lost_share']['median'] += 1e-4"
check 'packets a second' differs "$work/udp" 'ratio, .* bitmap packets_to_off: '
check 'what was lost' differs "$work/udp" 'packets, '
edited "c['to_off']['ratio'] *= 1 + 3e-6"
check 'a ratio three millionths off' differs "$work/edited" 'ratio, .* split qemu to_off: '
edited "c['to_off']['ci_low'] *= 1.0001"
check 'an interval' differs "$work/edited" 'interval, .* split qemu to_off: '
edited "c['to_off']['p_holm'] = c['to_off']['p']"
check "a p without Holm's correction" differs "$work/edited" 'p by Holm, .* split qemu to_off: '
edited "c['to_off']['p_equivalence'] *= 0.99"
check 'a test of equivalence' differs "$work/edited" 'equivalence, .* split qemu to_off: '
edited "c['to_off']['verdict'] = 'faster'"
check 'a verdict' differs "$work/edited" 'verdict, .* split qemu to_off: faster'
edited "c['to_off']['detectable_slowdown'] *= 1.2"
check 'what would have been seen' differs "$work/edited" 'detectable, .* split qemu to_off: '
cp -r "$work/looked/." "$work/range"
edited "c['to_off']['p'] *= 1.0001; c['to_off']['p_holm'] *= 1.0001"
check 'a p of a run that was looked at' differs "$work/edited" 'p, .* split qemu to_off: '
edited "c['ordering']['elements'] += 1"
check 'a sum' differs "$work/edited" 'elements, .* split qemu: '
cp -r "$work/range" "$work/trial"
edit "$work/trial/trials/b01-split-off/trial.json" "
for p in d['phases']: p['throughput'] *= 1.5"
check 'a trial that was changed after the report' differs "$work/trial" 'ratio, '
tap_end
