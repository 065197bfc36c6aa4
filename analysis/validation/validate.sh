#!/bin/bash
# make validate: does the lab find what was planted, and nothing where nothing was?
# SPDX-License-Identifier: GPL-2.0-or-later
#
# RUN=DIR    where its data go (results/validate-DATE)
# ONLY=PART  counts, noise, slowed, faults or live alone, or several with blanks
#
# Exits 1 if a line of the table is a miss.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. runners/setup/cache.sh
parts=${ONLY:-counts noise slowed faults live}
for part in $parts; do
	[[ $part =~ ^(counts|noise|slowed|faults|live)$ ]] || {
		say "ONLY=$part: not one of counts, noise, slowed, faults, live"
		exit 2
	}
done
qemu=$(runners/setup/qemu.sh) && runners/setup/guest.sh >/dev/null || exit 1
out=${RUN:-results/validate-$(date -u +%Y%m%d-%H%M%S)}
mkdir -p "$out" || exit 1
failed=0
# Whoever ends this script means all that it began.
with_us() { setpriv --pdeathsig TERM -- "$@"; }

# measured NAME OPTIONS...: vqring writes $out/NAME.json
measured() {
	with_us build/vqring "${@:2}" --qemu "$qemu" --json "$out/$1.json" >"$out/$1.log" 2>&1 || {
		tail -n 3 "$out/$1.log" >&2
		return 1
	}
}
same24=$(printf 'off,%.0s' {1..23})off
counts() {
	local planted=array-window,array-window,planted-20,planted-100,planted-500,planted-2000
	measured counts count --variants $planted --ring split,packed --order in-order,shuffle:32 &&
		build/validate counts "$out/counts.json"
}
# Of each of 12 pairs 17 comparisons of 6 boots.
noise() {
	measured noise run --variants "$same24" --boots 102 --rounds 5 --turn 5 --stall 60000 \
		${VQLAB_TOGETHER:+--together} && build/validate ring "$out/noise.json" || failed=1
	build/validate run results/aa
}
slowed() {
	measured slowed run --variants array-window,slowed-200,slowed-600 --boots 20 \
		--order in-order --stall 60000 ${VQLAB_TOGETHER:+--together} &&
		build/validate slowed "$out/slowed.json"
}
faults() { with_us analysis/validation/faults.sh "$out/faults"; }
live() { with_us analysis/validation/live.sh "$out/live"; }

exec 3>&1 > >(tee "$out/table.txt")
printed=$!
printf '  %-29s %-12s %s\n' 'what' 'wanted' 'seen'
for part in $parts; do
	"$part" || failed=1
done
exec >&3
wait "$printed"
lines=$(grep -c ' ok$' "$out/table.txt")
misses=$(grep -c ' MISS$' "$out/table.txt")
echo "$lines as wanted, $misses missed; data and table: $out" | tee -a "$out/table.txt"
[ "$failed" -eq 0 ] && [ "$misses" -eq 0 ] && [ "$lines" -gt 0 ]
