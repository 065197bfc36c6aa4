#!/bin/bash
# Signals to vqbench and to what it starts, at random moments of real runs: interrupt.py, as
# make interrupt calls it (TRIES and SEED of the environment), or a few for make test, from a
# seed that is always the same.
# usage: interrupt.sh [--table]
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
export PYTHONDONTWRITEBYTECODE=1
interrupt() {
	python3 runners/tests/interrupt.py --qemu "$qemu" --guest "$guest" "$@"
}

if [ "${1:-}" = --table ]; then
	for number in TRIES SEED; do
		[[ ${!number:-} =~ ^[0-9]{0,9}$ ]] ||
			{ echo "make interrupt: $number=${!number}: no number" >&2; exit 2; }
	done
	qemu=$(runners/setup/qemu.sh) && guest=$(runners/setup/guest.sh) || exit 1
	interrupt --tries "${TRIES:-100}" ${SEED:+--seed "$SEED"}
	exit
fi

. runners/tests/bench-lib.sh
# Of a plan with one trial, whose load is fio.  QEMU, make and vqring are killed in bench.sh and
# bench-ring.sh.
sed -e 's/^variants=.*/variants=in-place/' -e '/^\[net /,/^$/d' -e '/^\[workload tcp-out/,$d' \
	runners/tests/interrupt.ini >"$tmp/plan.ini"
some() {
	interrupt --plan "$tmp/plan.ini" --accel tcg --kinds vqbench,nbdkit,vqprobe --tries 3 \
		--seed 36 >"$tmp/said" 2>&1
}
check 'nothing is left, lost, or another afterwards' some
check 'after three tries' is "$(sed '1,/^kind/d' "$tmp/said" | awk '{ print $1, $2, $3 }' | sort)" \
	$'nbdkit INT 1\nvqbench TERM 1\nvqprobe KILL 1'
tap_end
