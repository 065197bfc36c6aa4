#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreport compare, on made-up runs whose differences are known.
. analysis/tests/runs.sh

compared() { build/vqreport compare "$@" >"$work/text"; }
says() { grep -qE -- "$1" "$work/text"; }
by_r() { Rscript --vanilla "$here/compare.R" "$1" "$2" "$work/text"; }

# refuses WORDS ARGUMENTS...: with status 2, and says why.
refuses() { exits 2 "^vqreport: .*$1" build/vqreport compare "${@:2}"; }

made() {
	build/analysis/make-run "$work/$1" --noise=0.03 "${@:2}" && python3 "$here/rings.py" make "$work/$1" &&
		build/vqreport "$work/$1" --no-plots >/dev/null
}

made a --blocks=6 --effect=qemu=0.7 || exit 1
made b --blocks=8 --effect=qemu=0.5 --seed=2 --variants=off,qemu,hash-table,in-place --created=2026-11-26T00:00:00Z || exit 1
# As after a change that made one strategy dearer where it reorders.
python3 "$here/rings.py" edit "$work/b" "
for c in cells:
    if c['label'] == 'qemu' and c['order'] == 'shuffle:32':
        c['instructions']['virtqueue_push'] += 400" && build/vqreport "$work/b" --no-plots >/dev/null || exit 1
python3 - "$work/b/run.json" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
d['qemu']['version'] = '0.0.1'
d['workloads'][1]['summary'] = 'another'
json.dump(d, open(sys.argv[1], 'w'))
EOF

check 'two runs' compared "$work/a" "$work/b"
check 'in 72 columns of ASCII' narrow "$work/text"
check 'what made them differs' says '^ +0\.0\.1$'
check 'a variant that one has' says '^- only B has the variant in-place'
check 'a workload that is another' says '^- the workload .* is another in both'
check 'a strategy that got slower' says '^ +qemu +0\.[67].* lower$'
check 'a count that changed' says '^qemu +split +shuffle:32 .* \+400 +\+400$'
check 'R finds every figure again' by_r "$work/a" "$work/b"
check 'a run and itself' compared "$work/a" "$work/a"
check 'differ in nothing' sh -c '! grep -E " (higher|lower)$|^- only|another" "$0" && grep -q "1\.000 " "$0"' "$work/text"
check 'as Markdown' sh -c 'build/vqreport compare --markdown "$0" "$1" | grep -q "^| qemu *|"' "$work/a" "$work/b"
# Both are held to qemu, by their plans.
for run in a b; do
	mkdir "$work/to-$run"
	cp -r "$work/$run"/. "$work/to-$run"
	python3 - "$work/to-$run/run.json" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
d['baseline'] = ['qemu']
json.dump(d, open(sys.argv[1], 'w'))
EOF
done
check 'two runs that are held to another than off' compared "$work/to-a" "$work/to-b"
check 'are compared by it' says '^Throughput in a guest, ratio to each run.s own qemu$'
check 'which stands first' says '^ +qemu itself '
check 'and off among the others' says '^ +off +1\.[34].* higher$'
check 'nothing is said of an off that is none' sh -c '! grep -E "(own|to|over) off|off itself" "$0"' "$work/text"
check 'one that is held to another' compared "$work/a" "$work/to-b"
check 'is told' sh -c 'grep -A1 "^baseline *off$" "$0" | grep -q "^ *qemu$"' "$work/text"
check 'one run is too few' refuses 'needed are the folders of two runs' "$work/a"
check 'a folder that is no run' refuses 'run.json' "$work/a" "$work/nothing"
check 'a margin that is none' refuses 'must lie between' --margin=0 "$work/a" "$work/b"
for run in a b; do
	build/analysis/make-run "$work/less-$run" --lower --blocks=6 --seed=${#run} || exit 1
done
check 'a load of which less is better' compared "$work/less-a" "$work/less-b"
check 'is named, with what its ratios are' says '^faster: made-up-flat \(IOPS\)\.$'
check 'and others are not' sh -c 'build/vqreport compare "$0" "$0" >"$1" && ! grep -q "Less is better" "$1"' "$work/a" "$work/text"
echo '{' >"$work/b/run.json"
check 'a broken file' refuses "run.json" "$work/a" "$work/b"
tap_end
