#!/bin/bash
# make soak: each strategy and ring format against the oracle, for many operations.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SOAK_OPS, SOAK_SEED and SOAK_STRATEGIES of the environment: how many for each strategy
# and format, the seed of all (else one is drawn), and which strategies (else all).  What
# has ended is noted in build/variants/soaked; the same seed goes on behind it, unless the
# program has changed.
set -euo pipefail
export LC_ALL=C.UTF-8
soak=build/variants/soak done=build/variants/soaked
ops=${SOAK_OPS:-1000000000} seed=${SOAK_SEED:-$SRANDOM}
[[ $ops =~ ^[1-9][0-9]*$ ]] || { echo "make soak: SOAK_OPS=$ops: no number" >&2; exit 2; }
[[ $seed =~ ^[0-9]+$ && $seed -le 4294967295 ]] ||
	{ echo "make soak: SOAK_SEED=$seed: no number of 32 bits" >&2; exit 2; }
program=$(sha256sum <"$soak" | cut -c1-16)
cases=$("$soak" -l | grep '/oracle-')
if [ -n "${SOAK_STRATEGIES:-}" ]; then
	some=''
	for s in $SOAK_STRATEGIES; do
		some+=$(grep "^/reorder/$s/" <<<"$cases")$'\n' ||
			{ echo "make soak: SOAK_STRATEGIES: $s: no such strategy" >&2; exit 2; }
	done
	cases=$some
fi
touch "$done"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
echo "make soak SOAK_SEED=$seed SOAK_OPS=$ops does the same, and goes on" >&2
for case in $cases; do
	key="$program $seed $ops $case"
	if ! grep -q "^$key " "$done"; then
		begin=$EPOCHREALTIME
		VQLAB_TEST_SEED=$seed VQLAB_TEST_OPS=$ops "$soak" --tap -p "$case" >"$said" 2>&1 ||
			{ cat "$said"; exit 1; }
		n=$(sed -n 's/^# \([0-9]*\) operations$/\1/p' "$said")
		grep -q '^ok 1 ' "$said" && [ "$n" -ge "$ops" ] || { cat "$said"; exit 1; }
		echo "$key $n $(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $begin }")" >>"$done"
	fi
	awk -v key="$key" 'index($0, key " ") == 1 {
		printf "%-38s seed %s: %s operations, %s s\n", $4, $2, $5, $6; exit }' "$done"
done
