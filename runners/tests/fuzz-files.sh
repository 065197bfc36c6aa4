#!/bin/bash
# Plans, job files, journals and what else vqbench reads, and mutants of them.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
if [ -d "${1:-}" ]; then
	# Called by fuzz.sh: inputs to begin with, as fuzz-files.c takes them.
	for plan in configs/*.ini; do
		for says in '' '!fio: failed parsing bs=4q'; do
			printf 'p%s\0%s\0%s' "$(sed 's/^job=.*/job=j/' "$plan")" \
				"$(cat configs/fio/randread.fio)" "$says" >"$1/${plan##*/}-${#says}"
		done
	done
	printf 'p[plan]\nname=a\nvariants=off\nrings=split\n[disk d]\nbackend=nbdkit\n[workload w]\nkind=fio\njob=j\ndevice=d\nseconds=1\n\0[global]\nfilename=${VQLAB_DEVICE}\n[a]\nioengine=libaio\n\0' >"$1/small"
	printf 'j# vqlab journal 1: what identifies the run, then what happened\nplan abc\nseed 1\nbegun 2026-01-01T00:00:00Z\n2026-01-01T00:00:00Z start t\n' >"$1/journal"
	printf 't{"state":"ok","left_out":"no"}' >"$1/trial"
	printf 'r{"accel":{"name":"tcg","why":"asked for"}}' >"$1/run"
	printf 'm{"version":"10.0","firmware":["/usr/share/seabios"],"strategies":["bitmap"]}' >"$1/manifest"
	exit
fi
make -s --no-print-directory build/fuzz/fuzz-files >/dev/null || exit 1
exec runners/tests/fuzz.sh build/fuzz/fuzz-files "$0" 300
