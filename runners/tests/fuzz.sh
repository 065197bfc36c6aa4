#!/bin/bash
# Run a libFuzzer target for a while; speaks TAP.
# usage: fuzz.sh TARGET SEEDER [LEAST]
# SPDX-License-Identifier: GPL-2.0-or-later
#
# FUZZ_SECONDS of the environment: how long (20; make soak takes more).  SEEDER DIR fills
# the corpus; so do the inputs that found faults, tests/seeds/NAME of a room.
# The corpus stays beside the target for the next run, or in FUZZ_CORPUS/NAME.  LEAST: how
# many inputs there must be (100): that it ran, not how fast this host is.  An input that
# breaks the target is kept beside it.
set -uo pipefail
. runners/tests/tap.sh
target=$1 seeder=$2 least=${3:-100} seconds=${FUZZ_SECONDS:-20}
name=${target##*/}
log=$target.log corpus=${FUZZ_CORPUS:+$FUZZ_CORPUS/$name}
: "${corpus:=$target.corpus}"
tap_logs=("$log")
# What GLib only complains of is a fault, too.
export G_DEBUG=fatal-criticals
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz.sh: FUZZ_SECONDS=$seconds: no number from 1 on" >&2; exit 2; }

seed() {
	local found
	mkdir -p "$corpus" && "$seeder" "$corpus" || return 1
	for found in */tests/seeds/"$name"/*; do
		[ ! -e "$found" ] || cp "$found" "$corpus/"
	done
}
fuzz() {
	"$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
		-max_len=65536 -artifact_prefix="$target-" "$corpus" >"$log" 2>&1 && return
	local input
	input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
	grep -E 'ERROR: |runtime error: |CRITICAL|SUMMARY: ' "$log"
	[ -z "$input" ] || echo "again: $target $input"
	tap_logs=()
	return 1
}
worked() {
	local runs
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	[ "${runs:-0}" -ge "$least" ] || { echo "only ${runs:-no} inputs tried"; return 1; }
	echo "# $runs inputs" >&3
}
exec 3>&1
check "$name: inputs to begin with" seed
check "$name: nothing found in $seconds s" fuzz
[ "$tap_failed" -ne 0 ] || check "$name: it did try" worked
tap_end
