#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreport of several runs: made-up hosts that agree, and one that does not.
. analysis/tests/runs.sh

pooled() { build/vqreport "$@" >"$work/text"; }
says() { grep -qE -- "$1" "$work/text"; }
by_r() { Rscript --vanilla "$here/pool.R" "$work/text" "$@"; }

# refuses WORDS ARGUMENTS...: with status 2, and says why.
refuses() { exits 2 "^vqreport: .*$1" build/vqreport "${@:2}"; }

made() {
	build/analysis/make-run "$work/$1" --noise=0.04 "${@:2}" && python3 "$here/rings.py" make "$work/$1" &&
		build/vqreport "$work/$1" --no-plots >/dev/null
}

made one --blocks=6 --effect=qemu=0.7 || exit 1
made two --blocks=5 --seed=2 --effect=qemu=0.7 || exit 1
made three --blocks=7 --seed=3 --effect=qemu=0.7 --drop=b02-split-bitmap || exit 1
made other --blocks=6 --seed=4 --effect=qemu=0.4 || exit 1

check 'three hosts' pooled "$work/one" "$work/two" "$work/three"
check 'in 72 columns of ASCII' narrow "$work/text"
check 'are slower alike' says '^ +qemu +3 .* slower$'
check 'R finds their figures again' by_r "$work/one" "$work/two" "$work/three"
check 'what was counted is the same' says '^ring-read: ([0-9]+) of \1 cells are the same'
check 'a host of another mind' pooled "$work/one" "$work/two" "$work/other"
check 'has no common figure' says '^ +qemu +3 .* - +- +hosts differ$'
check 'R finds so, too' by_r "$work/one" "$work/two" "$work/other"
check 'as Markdown' sh -c 'build/vqreport --markdown "$0" "$1" | grep -q "^| qemu *|"' "$work/one" "$work/two"

python3 "$here/rings.py" edit "$work/two" "
for c in cells:
    if c['label'] == 'qemu' and c['order'] == 'shuffle:32':
        c['instructions']['virtqueue_push'] += 400"
check 'counts that are not the same' pooled "$work/one" "$work/two"
check 'stand in a table' says '^qemu +split +shuffle:32 +2 '

echo '[plan]' >"$work/two/plan.ini"
check 'another plan is refused' refuses 'different plans' "$work/one" "$work/two"
check 'but for --mixed' pooled --mixed "$work/one" "$work/two"
check 'which says so' says '^With 1: they are of different plans'
rm "$work/two/plan.ini"
for run in one two; do sed -i "1s/{/{\"identity\":{\"plan\":\"$run\"},/" "$work/$run/run.json"; done
check 'so is another job or program' refuses 'other fio jobs or programs' "$work/one" "$work/two"
sed -i 's/"plan":"two"/"plan":"one"/' "$work/two/run.json"
arm() {
	python3 -c 'import json, sys
o = json.load(open(sys.argv[1]))
o["arms"] = {v: {"version": "1", "source": "tree", "sha256": sys.argv[2], "hooks": False, "props": ""}
             for v in o["variants"][1:]}
json.dump(o, open(sys.argv[1], "w"))' "$work/$1/run.json" "$2"
}
arm one 1111
arm two 1111
check 'variants of one QEMU more' pooled "$work/one" "$work/two"
arm two 2222
check 'which is another one in each: refused' refuses 'the QEMU of qemu is another one in each' "$work/one" "$work/two"
sed -i 's/"sha256": *"[^"]*"/"sha256":"0123456789abcdef"/' "$work/two/run.json"
check 'another QEMU is refused' refuses 'different QEMUs' "$work/one" "$work/two"
check '--verify is of one run' refuses 'several runs' --verify "$work/one" "$work/two"
check '--mixed of one is nothing' refuses 'needs several' --mixed "$work/one"
check 'a folder that is no run' refuses 'run.json' "$work/one" "$work/nothing"
for run in three four; do
	build/analysis/make-run "$work/less-$run" --lower --blocks=6 --seed=${#run} || exit 1
done
check 'a load of which less is better' pooled "$work/less-three" "$work/less-four"
check 'is named, with what its ratios are' says '^faster: made-up-flat \(IOPS\)\.$'
tap_end
