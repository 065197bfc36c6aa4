#!/bin/bash
# vqreport on a run of which one file is hostile.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
key() { # FILE: what fuzz-run.c calls it
	case $1 in
	run.json) echo r ;;
	trials/*) echo t ;;
	rings/ring-read.json) echo c ;;
	rings/*) echo d ;;
	replay.json) echo p ;;
	esac
}
if [ -d "${1:-}" ]; then
	# Called by fuzz.sh: each file of the run as it should be.
	for f in run.json trials/b01-split-off/trial.json rings/ring-read.json \
		rings/ring-flat-split-b01.json replay.json; do
		{ printf %s "$(key "$f")" && cat "$VQLAB_FUZZ_RUN/$f"; } >"$1/${f//\//-}" || exit 1
	done
	exit
fi
make -s --no-print-directory build/fuzz/fuzz-run build/analysis/make-run build/vqreplay >/dev/null || exit 1
# On no disk: each input is a file there.
VQLAB_FUZZ_RUN=$(mktemp -d /dev/shm/vqlab-fuzz-XXXXXX)
export VQLAB_FUZZ_RUN
trap 'rm -rf "$VQLAB_FUZZ_RUN"' EXIT
build/analysis/make-run "$VQLAB_FUZZ_RUN" --blocks=1 --variants=off,qemu >/dev/null &&
	python3 analysis/tests/quiet.py make "$VQLAB_FUZZ_RUN" 1 &&
	python3 analysis/tests/rings.py make "$VQLAB_FUZZ_RUN" &&
	build/vqreplay --synth shuffle:4 --elements 64 --repeats 3 --instructions none \
		--json "$VQLAB_FUZZ_RUN/replay.json" >/dev/null || exit 1
# Small, so that there are many: two workloads on one ring, histograms of five values.
python3 - "$VQLAB_FUZZ_RUN" <<'END' || exit 1
import glob, json, os, shutil, sys

os.chdir(sys.argv[1])
for f in glob.glob('trials/*packed*'):
    shutil.rmtree(f)
for f in glob.glob('rings/ring-flat-split-b0[3-9].json'):
    os.remove(f)
few = ('made-up-tail', 'made-up-tcp')


def small(x):
    if isinstance(x, dict):
        return {k: small(v) for k, v in x.items()}
    if isinstance(x, list):
        x = [i for i in x if not isinstance(i, dict) or (
            i.get('ring', 'split') != 'packed' and i.get('label', 'off') in ('off', 'qemu') and
            i.get('order', 'in-order') in ('in-order', 'natural', *range(8)) and
            (i.get('workload') or few[0]) in few and
            i.get('name', few[0]) not in ('made-up-flat', 'made-up-mixed'))]
        return [small(i) for i in (x[:5] if x and isinstance(x[0], list) else x)]
    return x


for f in glob.glob('**/*.json', recursive=True):
    d = small(json.load(open(f)))
    if f == 'run.json':
        d['rings'] = ['split']
    json.dump(d, open(f, 'w'))
END
runners/tests/fuzz.sh build/fuzz/fuzz-run "$0" 100
