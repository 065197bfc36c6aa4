#!/bin/bash
# Run a libFuzzer target for a while; speaks TAP.
# usage: fuzz.sh TARGET SECONDS [SEEDER]
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SEEDER DIR fills the corpus, which stays beside the target for the next run.
# An input that breaks the target is kept there, too.
set -uo pipefail
. runners/tests/tap.sh
target=$1 seconds=$2 seeder=${3:-}
log=$target.log
tap_logs=("$log")

seed() {
	mkdir -p "$target.corpus"
	[ -z "$seeder" ] || "$seeder" "$target.corpus"
}
fuzz() {
	"$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
		-max_len=65536 -artifact_prefix="$target-" "$target.corpus" >"$log" 2>&1 && return
	local input
	input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
	grep -E 'ERROR: |runtime error: |SUMMARY: ' "$log"
	[ -z "$input" ] || echo "again: $target $input"
	tap_logs=()
	return 1
}
worked() {
	local runs
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	[ "${runs:-0}" -ge 1000 ] || { echo "only ${runs:-no} inputs tried"; return 1; }
	echo "# $runs inputs" >&3
}
exec 3>&1
check "${target##*/}: inputs to begin with" seed
check "${target##*/}: nothing found in $seconds s" fuzz
[ "$tap_failed" -ne 0 ] || check "${target##*/}: it did try" worked
tap_end
