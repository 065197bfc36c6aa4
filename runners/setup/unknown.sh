#!/bin/bash
# For make: which variable was meant?  Prints one line, without characters that
# make would expand.
# usage: unknown.sh NAME KNOWN...
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
name=$1
shift

# What other tools call these.
case ${name^^} in
PLAN | INI | JOB) near=CONFIG ;;
DIR | OUT | OUTPUT | RESULT | RESULTS) near=RUN ;;
SRC | SOURCE | TREE) near=QEMU_SRC ;;
VMLINUZ | BZIMAGE | LINUX) near=KERNEL ;;
CACHE) near=VQLAB_CACHE ;;
*)
	# The fewest letters to change, add or take away; a guess that is far off
	# would only mislead.
	near=$(printf '%s\n' "$@" | awk -v a="${name^^}" '
		function least(x, y, z) { x = x < y ? x : y; return x < z ? x : z }
		{ for (j = 0; j <= length($0); j++) d[0, j] = j
		  for (i = 1; i <= length(a); i++) {
			d[i, 0] = i
			for (j = 1; j <= length($0); j++)
				d[i, j] = least(d[i - 1, j] + 1, d[i, j - 1] + 1,
					d[i - 1, j - 1] + (substr(a, i, 1) != substr($0, j, 1)))
		  }
		  n = d[length(a), length($0)]
		  if (NR == 1 || n < best) { best = n; near = $0 } }
		END { if (best <= 2 && best * 2 < length(a)) print near }')
	;;
esac
echo "$name=: no variable of vqlab's: ${near:+did you mean $near=? }make help lists them"
