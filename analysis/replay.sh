#!/bin/bash
# `make replay`: made-up orders through every strategy, and RUN's traces if there
# are any; tables and plots.
# usage: replay.sh [RUN]
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/.."
run=${1:-}

say() { echo "vqlab: $*" >&2; }

# traces RUN: of each workload and ring the first of off, and of an ordered
# queue: qemu if it is there.
traces() {
	local file key order seen=' '
	for file in "$1"/trials/*-{off,qemu,*}/vqprobe-*-on.vqt; do
		[[ $file =~ /b[0-9]+-([a-z]+)-([^/]+)/vqprobe-(.*)-on\.vqt$ && -e $file ]] || continue
		[ "${BASH_REMATCH[2]}" = off ] && order=off || order=ordered
		key="${BASH_REMATCH[1]}-$order-${BASH_REMATCH[3]}"
		[[ $seen == *" $key "* ]] && continue
		seen+="$key "
		printf '%s\n' "$file"
	done
}

# --traces RUN: those only, into RUN/replay.json, for the report of the run.
if [ "$run" = --traces ]; then
	run=$2
	mapfile -t files < <(traces "$run")
	[ ${#files[@]} -gt 0 ] || { say "$run: no traces to replay"; exit 0; }
	say "replaying ${#files[@]} of the run's traces"
	build/vqreplay --repeats=11 --json "$run/replay.json.new" "${files[@]}" >/dev/null
	mv "$run/replay.json.new" "$run/replay.json"
	exit 0
fi

out=${run:+$run/replay}
out=${out:-results/replay-$(date -u +%Y%m%d-%H%M%S)}
mkdir -p "$out"
files=()
[ -z "$run" ] || mapfile -t files < <(traces "$run")
orders=()
for ring in split packed; do
	for kind in in-order reverse:2 shuffle:4 shuffle:8 shuffle:32 shuffle:128 shuffle:256 \
		straggler:32 reverse:256 full; do
		orders+=(--synth="$kind@$ring:256")
	done
done
for ring in split packed; do
	for size in 16 64 256 1024 4096 16384 32768; do
		orders+=(--synth="shuffle:16@$ring:$size")
	done
done

say "replaying into $out: a few minutes"
build/vqreplay --repeats=11 --elements=65536 --json "$out/replay.json" "${orders[@]}" \
	"${files[@]}" >"$out/replay.txt"
build/vqreport "$out"
