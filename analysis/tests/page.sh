#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# index.html as a browser sees it: of a run with everything that a report can have, of one
# whose guest said what would be markup, and of a replay; in a headless Chromium, page.py.
. analysis/tests/runs.sh
make -s --no-print-directory build/vqreplay >/dev/null || exit 1
run=$work/run

# What page.py finds is one check a line.
look() {
	python3 "$here/page.py" "$2" >"$work/found" 2>"$work/said" || {
		cat "$work/said"
		return 1
	}
	[ "$(wc -l <"$work/found")" -ge 20 ] || return 1
}
each() {
	local name
	check "$1 is looked at" look "$1" "$2"
	while IFS= read -r line; do
		name=${line%%: *}
		check "$1: $name" test "${line#"$name: "}" = ok
		[ "${line#"$name: "}" = ok ] || echo "# $line" | cut -c1-600
	done <"$work/found"
}
holds() { grep -qF -- "$1" "$2"; }
lacks() { ! grep -qF -- "$1" "$2"; }
before() {
	awk -v a="$1" -v b="$2" 'index($0, a) && !x { x = NR } index($0, b) && !y { y = NR }
		END { exit !(x && y && x < y) }' "$3"
}

# A run with all kinds of sections, one of its trials stalled.
build/analysis/make-run "$run" --blocks=3 --noise=0.2 --stall=b02-split-hash-table || exit 1
python3 "$here/rings.py" make "$run" || exit 1
page=$run/report/index.html
check 'a report' build/vqreport "$run"
each 'its page' "$page"
check 'findings stand before all tables' before 'id="findings"' '<table>' "$page"
check 'what was counted before what was timed' before 'id="what-order-costs-counted-virtio-blk"' \
	'id="throughput-relative-to-off"' "$page"
check 'the stalled trial has its evidence' holds 'made up: no completion' "$page"
check 'a trial links to its file' holds 'href="../trials/b01-split-off/trial.json"' "$page"
plots() {
	local p
	for p in "$run"/report/plots/*.svg; do
		p=$(basename "$p" .svg)
		[ "$(grep -c "<figure id=\"plot-$p\">" "$page")" = 1 ] || { echo "$p"; return 1; }
	done
}
check 'every plot stands in it once' plots
small() { ! find "$run/report/plots" ! -name '*.csv' -size +100k | grep .; }
check 'no plot takes more than 100 KiB' small
check 'the same trials again' build/vqreport "$run" -o "$work/again"
check 'give the same page' cmp "$page" "$work/again/index.html"
check 'without plots' build/vqreport --no-plots "$run"
check 'there are none in it' lacks '<figure' "$page"

# What a guest, a disk or a QEMU said is text, whatever it looks like.
python3 - "$run" <<'END' || exit 1
import json
import sys

EVIL = '"></td><script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(1)>&amp;\''


def edit(path, change):
    d = json.load(open(path))
    change(d)
    json.dump(d, open(path, 'w'))


def run(d):
    d['host']['os'] = d['qemu']['version'] = EVIL
    for w in d['workloads']:
        w['summary'] = EVIL


edit(sys.argv[1] + '/run.json', run)
edit(sys.argv[1] + '/trials/b02-split-hash-table/trial.json', lambda d: d.update(reason=EVIL))
END
check 'hostile text is in the run' holds '<img src' "$run/trials/b02-split-hash-table/trial.json"
check 'a report of it' build/vqreport "$run"
each 'its page, too' "$page"
check 'shows it' holds '&lt;img src=http://192.0.2.1/x onerror=alert(1)&gt;' "$page"
check 'and is not made of it' lacks '<img' "$page"

# A replay alone has a page as well.
mkdir "$work/replay"
check 'a replay' build/vqreplay --json "$work/replay/replay.json" --synth shuffle:8 --synth in-order \
	--elements 2000 --repeats 2 --instructions none
check 'its report' build/vqreport "$work/replay"
check 'has a page' holds '<figure' "$work/replay/report/index.html"
tap_end
