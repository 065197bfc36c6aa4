#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The other forms of a report: every figure as CSV, what plots show as CSV, Markdown. Each
# is held to summary.json or to index.html.
. analysis/tests/runs.sh
run=$work/run

prints() { build/vqreport "$2" "$run" >"$work/$1"; }
holds() { python3 "$here/forms.py" "$@"; }

build/analysis/make-run "$run" --blocks=6 --noise=0.2 --drop=b03-packed-bitmap \
	--variants=off,qemu,in-place,batch-used,bitmap || exit 1
python3 "$here/rings.py" make "$run" || exit 1
check 'a report' build/vqreport "$run"
check '--csv' prints figures --csv
check 'has every figure of summary.json, as it is there' holds figures "$run/report" "$work/figures"
check 'what stands beside plots is what they show' holds plots "$run/report"
check '--markdown' prints markdown --markdown
check 'has the tables of index.html' holds markdown "$run/report" "$work/markdown"
check 'only one of them' exits 2 'only one of' build/vqreport --csv --markdown "$run"
check 'neither writes a report' sh -c 'rm -r "$0/report" && build/vqreport --csv "$0" >"$1" && test ! -e "$0/report"' \
	"$run" "$work/again"
check 'the same trials give the same figures' cmp "$work/figures" "$work/again"

# Names and evidence cannot end a cell, a row or a line, or be a link or an element.
python3 - "$run" <<'END' || exit 1
import json
import sys
path = sys.argv[1] + '/run.json'
d = json.load(open(path))
d['host']['os'] = '[x](http://192.0.2.1) <b>*a*</b> | `c`'
d['workloads'][0]['unit'] = 'a,"b"'
json.dump(d, open(path, 'w'))
END
check 'hostile text as Markdown' prints markdown --markdown
check 'is text' grep -qF '\[x\](http://192.0.2.1) \<b\>\*a\*\</b\> \| \`c\`' "$work/markdown"
check 'and as CSV' prints figures --csv
check 'a cell' grep -qF ',"a,""b""",' "$work/figures"
tap_end
