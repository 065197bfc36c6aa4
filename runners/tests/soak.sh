#!/bin/bash
# The second part of make soak: each fuzzer for long, and guests that are the host's enemy.
# usage: soak.sh FUZZER.sh...
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SOAK_SECONDS of the environment: for each fuzzer, and for the guests (3600); 0: none.
# What the fuzzers learn stays in the cache, fuzz/, for the next time.  What the guests do
# is drawn from SOAK_SEED, or from any.
set -euo pipefail
export LC_ALL=C.UTF-8
seconds=${SOAK_SECONDS:-3600}
[[ $seconds =~ ^[0-9]+$ ]] || { echo "make soak: SOAK_SECONDS=$seconds: no number" >&2; exit 2; }
seed=${SOAK_SEED:-$SRANDOM}
cache=${VQLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vqlab}
if [ "$seconds" -gt 0 ]; then
	FUZZ_SECONDS=$seconds FUZZ_CORPUS=$cache/fuzz HOSTILE_SECONDS=$seconds HOSTILE_SEED=$seed \
		runners/tests/run-tests "$@" runners/tests/hostile-guest.sh
fi
