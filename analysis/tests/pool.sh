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

# What the hosts did meanwhile, by the rule as quiet.py has it.
check 'of hosts without a record nothing is said' sh -c \
	'build/vqreport "$0" "$1" | grep -c "disturbed host\|quiet?" | grep -qx 0' "$work/three" "$work/other"
for run in drawn:5 shaken:6 still:7 stolen:8; do
	made "${run%:*}" --blocks=6 --seed="${run#*:}" --effect=qemu=0.7 || exit 1
	case $run in
	still*) python3 "$here/quiet.py" calm "$work/still" ;;
	stolen*) python3 "$here/quiet.py" calm "$work/stolen" && python3 "$here/quiet.py" stolen "$work/stolen" ;;
	*) python3 "$here/quiet.py" make "$work/${run%:*}" "${run#*:}" ;;
	esac
	cp -r "$work/${run%:*}" "$work/${run%:*}-rest"
	python3 "$here/quiet.py" trials "$work/${run%:*}" | grep ^b >"$work/named-${run%:*}"
	while read -r id _; do rm -r "$work/${run%:*}-rest/trials/$id"; done <"$work/named-${run%:*}"
done
# Of qemu, which is the slower one, what was disturbed is three times as fast.
grep -h -- -qemu "$work/named-drawn" "$work/named-shaken" >"$work/fast"
while read -r id _; do
	for run in drawn shaken; do
		! grep -q "^$id " "$work/named-$run" || python3 -c 'import json, sys
t = json.load(open(sys.argv[1]))
for p in t["phases"]: p["throughput"] *= 3
json.dump(t, open(sys.argv[1], "w"))' "$work/$run/trials/$id/trial.json"
	done
done <"$work/fast"
check 'hosts that others disturbed' pooled "$work/drawn" "$work/shaken" "$work/still"
check 'in 72 columns, too' narrow "$work/text"
joined() { tr '\n' ' ' <"$work/text" | tr -s ' ' | grep -qF -- "$1"; }
# counted NUMBER NAME: as many as the rule names, and of these six, with what it was
counted() {
	joined "$1 $(wc -l <"$work/named-$2") of 60 trials on a disturbed host: b0" || return 1
	tr '\n' ' ' <"$work/text" | tr -s ' ' | sed "s/.* $1 [0-9]* of 60 trials//; s/ more, .*//" |
		grep -oE 'b0[0-9]-[a-z-]+ \([a-z]+\)' | tr -d '()' >"$work/listed"
	[ "$(wc -l <"$work/listed")" = 6 ] && ! grep -vxFf "$work/named-$2" "$work/listed"
}
check 'the trials of the first are named' counted 1 drawn
check 'and those of the second' counted 2 shaken
check 'those beyond six are counted' joined " and $(($(wc -l <"$work/named-drawn") - 6)) more, which its own report tells"
check 'of the third there are none' joined '3 0 of 60 trials on a disturbed host'
build/vqreport "$work/drawn-rest" "$work/shaken-rest" "$work/still" >"$work/rest"
check 'the verdicts that are others without them' python3 "$here/pool.py" "$work/text" "$work/rest"
check 'some are' joined 'made-up-tail split qemu unresolved slower'
check 'a quiet host and one without a record' pooled "$work/still" "$work/other"
check 'which is not known' joined '2 not known: the run has no record'
check 'nor is anything judged' sh -c '! grep -q "Without them" "$0"' "$work/text"
check 'a host of which nothing is left' pooled "$work/drawn" "$work/stolen"
check 'is not judged without' joined 'Of run 2 no trial is left to be judged without them.'

for run in three four; do
	build/analysis/make-run "$work/less-$run" --lower --blocks=6 --seed=${#run} || exit 1
done
check 'a load of which less is better' pooled "$work/less-three" "$work/less-four"
check 'is named, with what its ratios are' says '^faster: made-up-flat \(IOPS\)\.$'
tap_end
