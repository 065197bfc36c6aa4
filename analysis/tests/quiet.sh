#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which trials a report calls disturbed, and what it says is left without them: held to the
# rule written a second time, and to the report of a run that never had those trials.
. analysis/tests/runs.sh

quiet() { python3 "$here/quiet.py" "$@"; }
reported() { build/vqreport --no-plots "$work/$1" >/dev/null; }
# says FORM NAME TEXT: whatever the lines end with
says() { tr '\n' ' ' <"$work/$2/report/$1.txt" | tr -s ' ' | grep -qF -- "$3"; }
silent() { ! grep -iq "$2" "$work/$1/report"/*; }
made() {
	build/analysis/make-run "$work/$1" --blocks=6 --noise=0.02 --effect=qemu=0.7 || exit 1
}
# slow NAME TRIAL: of that trial, the throughput, to a third
slow() {
	python3 -c 'import json, sys
t = json.load(open(sys.argv[1]))
for p in t["phases"]: p["throughput"] /= 3
json.dump(t, open(sys.argv[1], "w"))' "$work/$1/trials/$2/trial.json"
}
# apart NAME: the same run without the trials that the rule names, in NAME-rest
apart() {
	cp -r "$work/$1" "$work/$1-rest"
	quiet trials "$work/$1" >"$work/named"
	while read -r id _; do rm -r "$work/$1-rest/trials/$id"; done <"$work/named"
	reported "$1-rest"
}

made none
reported none
check 'of a run without records, nothing is said' silent none 'disturbed\|quiet'
check 'and that it is not known' says report-full none 'What else used the host meanwhile is not known.'

made calm
quiet calm "$work/calm"
reported calm
check 'a quiet host' says report-full calm 'with a record of what the host did: 60; on a disturbed host: 0,'
check 'needs no line in the mail' sh -c '! grep -q "^noise" "$0"' "$work/calm/report/report.txt"
check 'how it was set is said' says report-full calm 'set to governor performance, vulnerable 0'

check 'and that nothing was pinned' says report-full calm 'pinned no: made up: no cores'
sed 's/"turbo": null/"turbo": "on"/' "$work/calm/run.json" >"$work/other.json"
cp -r "$work/calm" "$work/set" && cp "$work/other.json" "$work/set/run.json"
build/vqreport compare "$work/calm" "$work/set" >"$work/compared"
check 'two runs: what differs in how their hosts were set' \
	test "$(grep -c '^only [AB] *turbo' "$work/compared")" = 2

made drawn
quiet make "$work/drawn" 10
for id in $(quiet trials "$work/drawn" | awk '/-off/ { print $1 }' | head -2); do
	slow drawn "$id"
done
apart drawn
reported drawn
check 'the rule, and the verdicts without those trials' quiet holds "$work/drawn" "$work/drawn-rest"
check 'there was a trial of each kind' \
	test "$(awk '{ print $2 }' "$work/named" | sort -u | tr '\n' ' ')" = 'memory others settings steal '
check 'the mail says what the summary says' python3 "$here/letter.py" doctor "$work/drawn/report"
check 'verdicts change' says report drawn 'noise '
check 'by names and numbers' grep -Eq '^made-up-.* [(][0-9][)] +[a-z ]+ [(][0-9][)]$' "$work/drawn/report/report-full.txt"

# -- boots of timed rings, by the same rule ------------------------------------------------
made rings
quiet calm "$work/rings"
python3 "$here/rings.py" make "$work/rings"
reported rings
check 'of boots without records, nothing is said' sh -c \
	'! grep -q "Boots without a guest" "$0"/*' "$work/rings/report"
quiet boots "$work/rings" 4
cp -r "$work/rings" "$work/rings-rest"
quiet lost "$work/rings-rest" >"$work/lost"
while read -r file _; do rm "$file"; done <"$work/lost"
reported rings
reported rings-rest
check 'the rule, and the ratios without those boots' quiet rings "$work/rings" "$work/rings-rest"
check 'boots were disturbed in several ways' test "$(awk '{ print $2 }' "$work/lost" | sort -u | wc -l)" -ge 2
check 'they are named' says report-full rings "- ring-flat, split ring, block $(sed -n '1s/.*-b0*\([0-9]*\)[.].*/\1/p' "$work/lost"): $(sed -n '1s/.* //p' "$work/lost")"
check 'how many there were' says report-full rings "Boots without a guest: 7; with such a record: 7; on a disturbed host: $(wc -l <"$work/lost"),"
check 'a ratio is on another side of 1' grep -Eq '^ring-flat +split +qemu +below 1 [(][0-9][)] +unresolved [(][0-9][)]$' "$work/rings/report/report-full.txt"
check 'the mail says so' says report rings 'boots without a guest ran on a disturbed host; ratios on another side of 1 without them: 2 of 2.'
check 'and the rule, how it is meant of boots' says report-full rings 'Of a boot without a guest, what a phase is to a trial'
check 'in the words of the summary' python3 "$here/letter.py" check "$work/rings/report"

made one
quiet calm "$work/one"
quiet stolen "$work/one" 2
reported one
check 'a verdict that is none for want of blocks is told from another one' says report one \
	'50 of 60 trials ran on a disturbed host; without them 56 of 56 verdicts are others, 56 of them for want of two blocks.'
check 'by the report, too' says report-full one 'are others, 56 of them for want of two blocks (pairs'
check 'in the words of the summary, of these' python3 "$here/letter.py" check "$work/one/report"

quiet stolen "$work/calm"
reported calm
check 'where every trial is disturbed, none is left' says report calm 'noise Every trial, 60, ran on a disturbed host'
check 'which the mail must say' python3 "$here/letter.py" check "$work/calm/report"
tap_end
