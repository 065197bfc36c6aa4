#!/bin/bash
# `make replay`: made-up orders through every strategy, and RUN's traces if there
# are any; tables and plots.
# usage: replay.sh [RUN]
#        replay.sh --traces RUN    those only, into RUN/replay.json, for its report
# Exits 1 if a strategy published out of order, or if something could not be
# replayed; what could be is there all the same, and the report says which.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."

say() { echo "vqlab: $*" >&2; }

# list_traces RUN: fills `arguments` of vqreplay, with the traces of those phases
# that count.
list_traces() {
	local list
	list=$(build/vqreport --traces "$1") || return 1
	mapfile -t arguments <<<"$list"
}

# replay JSON REPEATS ARGUMENTS...: what vqreplay found becomes JSON, whatever it was.
replay() {
	local json=$1 repeats=$2 status=0
	shift 2
	rm -f "$json.new"
	build/vqreplay --repeats="$repeats" --json "$json.new" "$@" || status=$?
	[ ! -e "$json.new" ] || mv "$json.new" "$json"
	case $status in
	0) ;;
	1) say "replay: a strategy published out of order, or failed: see above and the report's section Replay" ;;
	*) say "replay: vqreplay ended with $status: not all was replayed, see above" ;;
	esac
	return "$status"
}

if [ "${1:-}" = --traces ]; then
	run=$2
	list_traces "$run" || exit 0 # it said why
	say "replaying $((${#arguments[@]} - 1)) of the run's traces"
	# Beside a run it is its instructions that count, and they repeat.
	replay "$run/replay.json" 7 "${arguments[@]}" >/dev/null
	exit
fi

run=${1:-}
out=${run:+$run/replay}
out=${out:-results/replay-$(date -u +%Y%m%d-%H%M%S)}
mkdir -p "$out"
arguments=()
[ -z "$run" ] || list_traces "$run" || :
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
status=0
replay "$out/replay.json" 11 --elements=65536 "${orders[@]}" ${arguments[@]+"${arguments[@]}"} \
	>"$out/replay.txt" || status=$?
[ ! -e "$out/replay.json" ] || build/vqreport "$out"
exit "$status"
