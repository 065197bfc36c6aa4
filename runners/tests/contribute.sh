#!/bin/bash
# The README's examples of a strategy, a workload and a plot, followed line by line in a
# copy of the tree.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
tap_logs=("$T/out")

# example N: the Nth run of indented lines in README.md's section, as they stand there.
# Between two of them is text.
sed -n '/^## Contributing$/,/^## The folders$/p' README.md | awk -v to="$T/example" '
	/^    / { if (!on) n++; on = 1; sub(/^    /, ""); print > (to n); next }
	/^$/ { if (on) print > (to n); next }
	{ on = 0 }'
check 'the README has three examples' test "$(find "$T" -name 'example*' | wc -l)" -eq 3

# What is built is shared until an example builds it anew.
mkdir "$T/tree"
{ git ls-files 2>/dev/null || find . -path ./build -prune -o -type f -printf '%P\n'; } |
	cpio --quiet -pdm "$T/tree"
cp -a build "$T/tree/build"
rm -rf "$T/tree/build/deb"
follow() {
	(cd "$T/tree" && bash -eu "$T/example$1") >"$T/out" 2>&1
}
check 'a strategy' follow 1
check 'is tested' grep -q '^ok .*/reorder/mine' "$T/out"
check 'and replayed' grep -qE '^mine +[0-9.]+ ' "$T/out"
check 'a workload' follow 2
check 'is in the plan, for each variant' grep -q 'mine.ini: good: 5 workloads, 3 variants' "$T/out"
check 'a plot' follow 3
check 'is drawn' grep -q '</svg>' "$T/tree/build/waiting/plots/waiting.svg"
check 'beside all others' test "$(find "$T/tree/build/waiting/plots" -name '*.svg' | wc -l)" -gt 3
styled() { (cd "$T/tree" && make -s format-check); }
check 'all in the style of their room' styled
tap_end
