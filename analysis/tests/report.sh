#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreport as a whole, on made-up runs with known effects, and on the run that
# the tree keeps: its report must come out again, byte for byte.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
report=$top/build/vqreport
make_run=$top/build/analysis/make-run
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Of a run: all scripts that load its variables, but for those of a replay and of rings.
plots=$(cd "$top/analysis/plots" && grep -l "^load 'vars.gp'" -- *.gp | sed '/^replay/d; /^counted/d; /^order-and-batch/d; /^order-cost\.gp/d; s/\.gp$//')
. "$top/runners/tests/tap.sh"

# Row of the glance table: verdict VARIANT in group WORKLOAD, split ring.
verdict_is() {
	awk -v w="$2" -v v="$3" -v want="$4" '
		$0 == w { on = 1; next }
		on && $1 == v { print; exit $3 == want ? 0 : 1 }' "$1/report-full.txt"
}

no_line_too_long() {
	! grep -nE '^.{73,}$' "$1/report-full.txt" && ! LC_ALL=C grep -nP '[^\x20-\x7e]' "$1/report-full.txt"
}

plots_drawn() {
	local p
	for p in $plots; do
		file -b "$1/plots/$p.png" | grep -q 'PNG image data, [0-9]\{3,4\} x' || return 1
		[ "$(stat -c %s "$1/plots/$p.png")" -gt 8000 ] || return 1
		[ "$(stat -c %s "$1/plots/$p.svg")" -gt 8000 ] || return 1
		# Title, caption with the version, n: text that a reader needs.
		grep -q '</svg>' "$1/plots/$p.svg" || return 1
		grep -q 'QEMU 0.0.0, TCG, 2 host cores' "$1/plots/$p.svg" || return 1
		grep -q 'n = ' "$1/plots/$p.svg" || return 1
	done
}

exits() {
	local want=$1 said=$2 got=0
	shift 2
	"$@" >"$work/out" 2>&1 || got=$?
	cat "$work/out"
	[ "$got" = "$want" ] && grep -q "$said" "$work/out"
}

json() {
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
cell = {(c["workload"], c["ring"], c["variant"]): c for c in d["cells"]}
assert eval(sys.argv[2]), sys.argv[2]' "$1/summary.json" "$2"
}

same_report() {
	diff -r "$1" "$2"
}

# The reference's plots are another gnuplot's if this host has another one.
same_as_kept() {
	local version
	version=$(gnuplot --version | sed 's/^gnuplot \([^ ]*\) patchlevel \(.*\)$/\1 patchlevel \2/')
	if ! grep -q "GNUPLOT $version" "$1"/plots/throughput.svg; then
		echo "# drawn by another gnuplot than $version: plots not compared" >&3
		diff "$1/report.txt" "$2/report.txt" && diff "$1/report-full.txt" "$2/report-full.txt" && diff "$1/summary.json" "$2/summary.json"
		return
	fi
	diff -r "$1" "$2"
}
exec 3>&1

# A run of known effects, one of its trials stalled.
"$make_run" "$work/run" --noise=0.02 --effect=qemu=0.7 --stall=b02-split-hash-table || exit 1
check 'a report of a run' "$report" "$work/run"
check 'the same trials again' "$report" "$work/run" -o "$work/again"
check 'give the same bytes' same_report "$work/run/report" "$work/again"
# Another order of directory entries: newest first on most file systems.
mkdir -p "$work/other/trials"
cp "$work/run/run.json" "$work/other"
for t in $(ls -r "$work/run/trials"); do cp -r "$work/run/trials/$t" "$work/other/trials"; done
check 'a copy made in reverse' env LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo "$report" "$work/other"
check 'gives the same bytes in another locale' same_report "$work/run/report" "$work/other/report"
check 'at most 72 columns, all ASCII' no_line_too_long "$work/run/report"
check 'all plots, SVG and PNG' plots_drawn "$work/run/report"
check 'the stalled trial is listed with its reason' \
	grep -q '^- b02-split-hash-table: stalled, 0 of its 4 phases count: made up' "$work/run/report/report-full.txt"
check 'and counted' grep -q '60 of 60 planned, 59 ok, 1 stalled' "$work/run/report/report-full.txt"
check 'and in no ratio' json "$work/run/report" \
	'cell["made-up-tail", "split", "hash-table"]["to_off"]["n"] == 5'
check 'the known effect is found' verdict_is "$work/run/report" made-up-tail qemu slower
check 'to within its interval' json "$work/run/report" \
	'all(c["to_off"]["ci_low"] < 0.7 < c["to_off"]["ci_high"] for c in [cell["made-up-tail", "split", "qemu"]])'
check 'and none where there is none' json "$work/run/report" \
	'not any(c["to_off"]["verdict"] in ("faster", "slower") for c in d["cells"] if c["variant"] != "qemu")'
check 'the interval is said to be what it is' json "$work/run/report" \
	'all(c["to_off"]["interval"] == "range" and abs(c["to_off"]["ci_coverage"] - 0.96875) < 1e-5 for c in [cell["made-up-tail", "split", "qemu"]])'
check 'in the report, too' grep -q 'covers the true median 96.9 %' "$work/run/report/report-full.txt"

# off against off must come out even.
"$make_run" "$work/aa" --noise=0.01 --variants=off,off2 --blocks=8
check 'an A/A run' "$report" "$work/aa" --no-plots
check 'finds no difference' verdict_is "$work/aa/report" made-up-tail off2 equivalent
check 'without plots when asked' test ! -e "$work/aa/report/plots/depth.svg"

# Looked at after each block: intervals that allow for it, and no block is missing.
"$make_run" "$work/until" --noise=0.02 --effect=qemu=0.7 --blocks=12 --until=5
check 'a run that its figures ended' "$report" "$work/until" --no-plots
check 'lacks nothing' grep -q '120 of 120 planned, 120 ok' "$work/until/report/report-full.txt"
check 'has intervals for that' json "$work/until/report" \
	'all(c["to_off"]["interval"] == "each-block" for c in d["cells"] if c["variant"] != "off")'
check 'and says which' sh -c 'tr "\n" " " <"$0" | grep -q "The number of blocks was not set before: .* after 99 blocks the run would .* It has 12: "' \
	"$work/until/report/report-full.txt"
until_says() { "$report" --until-check "$work/until" | python3 -c "import json, sys; d = json.load(sys.stdin); print(d); sys.exit(not ($1))"; }
check 'what is open, for vqbench' until_says 'd["blocks"] == 12 and 0 < len(d["open"]) < 10 and d["resolved"] > 45'
sed -i 's/"percent":5/"percent":8/' "$work/until/run.json"
check 'is less where less is asked' until_says 'd["open"] == [] and d["within"] > 0'
# Of a figure of which less is better the ratio is the inverse: as much is resolved, the other way.
"$make_run" "$work/upper" --noise=0.06 --effect=qemu=0.7 --blocks=12 --until=5
"$make_run" "$work/lower" --noise=0.06 --effect=qemu=0.7 --blocks=12 --until=5 --lower
mirrored() {
	"$report" --until-check "$work/upper" >"$work/upper.json"
	"$report" --until-check "$work/lower" >"$work/lower.json"
	python3 - "$work/upper.json" "$work/lower.json" <<-'END'
	import json, sys
	a, b = (json.load(open(x)) for x in sys.argv[1:])
	assert [a[x] for x in ("resolved", "within")] == [b[x] for x in ("resolved", "within")], (a, b)
	def bounds(d):
	    for text in d["open"]:
	        what, lo, to, hi = text.rsplit(" ", 3)
	        yield what, float(lo), float(hi)
	flat = 0
	for (x, lo, hi), (y, low, high) in zip(bounds(a), bounds(b)):
	    lower = x.startswith("made-up-flat")
	    flat += lower
	    if lower:
	        low, high = 1 / high, 1 / low
	    assert x == y and abs(lo - low) < 0.002 and abs(hi - high) < 0.002, (x, lo, hi, low, high)
	assert flat, a
	END
}
check 'less is better: after each block as much is open' mirrored
check 'and a report' "$report" "$work/lower" --no-plots
check 'has the opposite verdict' verdict_is "$work/lower/report" made-up-flat qemu faster
sed -i 's/"percent":8/"percent":800/' "$work/until/run.json"
check 'no share' exits 2 'run.json: until: percent: is not between 0 and 100' "$report" "$work/until"
check 'a run whose blocks were set before has none' exits 2 'its number of blocks was set before' "$report" --until-check "$work/run"

# Nothing stands beside QEMU's own order.
"$make_run" "$work/two" --variants=off,qemu --blocks=2
"$report" "$work/two" --no-plots >/dev/null
check 'of no table there is but a head' sh -c '! grep -q "to qemu" "$0"' "$work/two/report/report-full.txt"

# What cannot be said is said.
"$make_run" "$work/one" --blocks=1
check 'a single block gets a report' "$report" "$work/one"
check 'that claims nothing' grep -q 'No two blocks with a pair' "$work/one/report/report-full.txt"
check 'in 72 columns' no_line_too_long "$work/one/report"
"$make_run" "$work/bare" --variants=qemu,bitmap
check 'a run without off gets a report' "$report" "$work/bare"
check 'that says so' grep -q 'no variant named off' "$work/bare/report/report-full.txt"
"$make_run" "$work/unseen" --blocks=1 --unwatched=made-up-tcp
check 'a workload without probes' "$report" "$work/unseen" --no-plots
check 'is not said to be in order' \
	sh -c '! tr "\n" " " <"$0" | grep -q "Completions came in order"' "$work/unseen/report/report-full.txt"
check 'but not to be known' grep -q '^- No phase with probes counts of: made-up-tcp' "$work/unseen/report/report-full.txt"
check 'where it is in order, that is said' grep -q '^- Completions came in order' "$work/one/report/report-full.txt"
"$make_run" "$work/lower" --effect=qemu=0.7 --lower
check 'a figure of which less is better' "$report" "$work/lower" --no-plots
check 'is faster where it is less' verdict_is "$work/lower/report" made-up-flat qemu faster
check 'and others are not' verdict_is "$work/lower/report" made-up-tail qemu slower
check 'as is said' grep -q '^Less IOPS is better' "$work/lower/report/report-full.txt"
"$make_run" "$work/udp" --blocks=2 --udp
check 'a load of datagrams' "$report" "$work/udp" --no-plots
check 'has packets a second, and what was lost' \
	test "$(sed -n '/^packets .* lost %$/,/^Packets/p' "$work/udp/report/report-full.txt" | grep -Ec '^  off +[0-9]+  1 +20.0$')" = 2
check 'at a rate of the plan, which limits what can be said' sh -c \
	'tr "\n" " " <"$1" | tr -s " " | grep -q -- "- made-up-tcp is sent at a rate that the plan sets: a variant that is equivalent" && ! grep -q "at a rate that" "$2"' \
	- "$work/udp/report/report-full.txt" "$work/run/report/report-full.txt"
check 'costs what a packet costs' grep -q '^ */1k pkt .* /pkt ' "$work/udp/report/report-full.txt"
check 'in 72 columns, too' no_line_too_long "$work/udp/report"
# One bad workload takes nothing from the others, where phases are judged one by one.
"$make_run" "$work/bad" --blocks=6 --bad=b02-split-off/made-up-flat
check 'a trial with one bad workload' "$report" "$work/bad" --no-plots
n_pairs() { json "$work/bad/report" "cell['$1', 'split', 'qemu']['to_off']['n'] == $2"; }
check 'that workload lacks the pair' n_pairs made-up-flat 5
check 'the others have it' n_pairs made-up-tail 6
check 'and their order was measured' json "$work/bad/report" \
	'cell["made-up-tail", "split", "off"]["ordering"]["trials"] == 6 and cell["made-up-flat", "split", "off"]["ordering"]["trials"] == 5'
check 'the trial is listed' grep -q '^- b02-split-off: invalid, 6 of its 8 phases count: made up' "$work/bad/report/report-full.txt"
check 'and the phases that do not count' sh -c '[ "$(grep -c "^- b02-split-off, made-up-flat with probes" "$0")" = 2 ]' "$work/bad/report/report-full.txt"
sed -i 's/"counted":null,//g' "$work/bad/trials/b02-split-off/trial.json"
check 'judged as a whole' "$report" "$work/bad" --no-plots
check 'it takes all with it' n_pairs made-up-tail 5
"$make_run" "$work/gap" --blocks=6 --drop=b03-packed-bitmap
rm -rf "$work/gap/trials/b03-packed-bitmap"
check 'a run that was interrupted' "$report" "$work/gap" --no-plots
check 'names what never ran' grep -q '1 planned trial never ran' "$work/gap/report/report-full.txt"

# Plots: of off alone, of many variants, with long names; what fails costs no other.
"$make_run" "$work/off" --variants=off --blocks=1
check 'plots of off alone' "$report" "$work/off"
check 'are drawn' test -s "$work/off/report/plots/hold.png"
"$make_run" "$work/many" --blocks=1 \
	--variants=off,my-second-strategy-with-a-very-long-label,$(seq -s, -f 'own-%g' 1 20)
check 'plots of many variants' "$report" "$work/many"
check 'long names are cut in the middle' grep -q 'my-second-strateg\.\.\.y-long-label' "$work/many/report/plots/depth.svg"
colours() { [ "$(grep -o '#[0-9a-f]\{6\}' "$1" | sort -u | wc -l)" -ge 12 ]; }
check 'their looks differ' colours "$work/many/report/plots/depth.svg"
mkdir "$work/fake"
# The script is on its standard input.
printf '#!/bin/sh\nscript=$(cat)\ncase $script in *"PLOT = '"'stash'"'"*) echo "empty y range" >&2; exit 1 ;; esac
printf "%%s\\n" "$script" | exec %s "$@"\n' "$(command -v gnuplot)" >"$work/fake/gnuplot"
chmod +x "$work/fake/gnuplot"
check 'a plot that fails is said' exits 0 'plot stash not drawn: gnuplot: stash.gp failed: empty y range' \
	env PATH="$work/fake:$PATH" "$report" "$work/off"
check 'the others are drawn' test -s "$work/off/report/plots/hold.png" -a -s "$work/off/report/plots/order-cost-time.svg"
check 'and of it no old one is left' test ! -e "$work/off/report/plots/stash.png" -a ! -e "$work/off/report/plots/stash.dat"
echo '<fontconfig/>' >"$work/fonts.conf"
check 'no font: said, with the remedy' exits 0 'no text: install package fonts-dejavu-core' \
	env FONTCONFIG_FILE="$work/fonts.conf" "$report" "$work/off" -o "$work/again"
check 'with fonts, nothing is said of them' sh -c '! "$0" "$1" -o "$2" 2>&1 | grep -q font' "$report" "$work/off" "$work/again"

# Bad input: exit 2 and the place.
check 'no such run' exits 2 'run.json: cannot be read: No such file' "$report" "$work/none"
check 'no folder given' exits 2 'needed is the folder of a run' "$report"
check 'a bad margin' exits 2 'between 0 and 100' "$report" --margin=-1 "$work/run"
check 'an unknown option' exits 2 'bad option' "$report" --frobnicate
check '--version' exits 0 'vqreport (vqlab) [0-9]' "$report" --version
check '--help' exits 0 'margin=PCT' "$report" --help
echo '{"schema":"vqlab-trial-1"}' >"$work/gap/trials/b01-split-off/trial.json"
check 'a broken trial' exits 2 'b01-split-off/trial.json: id: missing' "$report" "$work/gap"
check 'a full or missing disk' exits 1 'cannot be made' "$report" "$work/run" -o /proc/report
check 'no gnuplot' exits 1 'package gnuplot-nox' env PATH="$work" "$report" "$work/run" -o "$work/again"

# The run that the tree keeps. Once it is there, so must its report be.
kept=$top/results/reference
check 'the reference run' "$report" "$kept" -o "$work/kept"
check 'gives the report that the tree keeps' same_as_kept "$kept/report" "$work/kept"

tap_end
