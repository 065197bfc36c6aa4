#!/bin/bash
# From a built tree to a report: QEMU, the guest, the plan, the plots.
# CONFIG, RUN, BLOCKS, BUDGET, UNTIL and TUNE come from make, QEMU_SRC and AGAINST too; QEMU, QEMU_SRC and
# KERNEL pass through.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
[ $# -eq 0 ] || [ "$*" = --counted ] || {
	echo "usage: runners/setup/bench.sh [--counted]    (make bench and make count call it)" >&2
	exit 2
}
cd "$(dirname "$0")/../.."

. runners/setup/with-make.sh
. runners/setup/cache.sh
. runners/setup/qemu-tree.sh

[ -z "${HOSTS:-}${SLURM:-}" ] ||
	{ say "HOSTS= and SLURM= are of make bench, which counts, too: make count is of this host"; exit 2; }

[ -f "$CONFIG" ] || { say "CONFIG=$CONFIG: no such plan; see configs/"; exit 2; }
build/vqbench check "$CONFIG"

case ${TUNE:-1} in
1) ;;
*) say "TUNE=$TUNE: 1, or nothing"; exit 2 ;;
esac

# The tree against a revision of it: vqbench has both built.
which=()
if [ -n "${AGAINST:-}" ]; then
	check_against
	which=(--tree "$QEMU_SRC" --against "$AGAINST")
else
	qemu=$(runners/setup/qemu.sh)
	which=(--qemu "$qemu")
fi
guest=$(runners/setup/guest.sh)
run=${RUN:-results/$(date -u +%Y%m%d-%H%M%S)}

say "running $CONFIG into $run (interrupt at any time; RUN=$run resumes)"
# VQLAB_TOGETHER is for tests: they measure nothing, and wait for nobody.
with_us build/vqbench run "$CONFIG" -o "$run" "${which[@]}" --guest "$guest" \
	${BLOCKS:+--blocks "$BLOCKS"} ${BUDGET:+--budget "$BUDGET"} ${UNTIL:+--until "$UNTIL"} \
	${VQLAB_TOGETHER:+--together} ${TUNE:+--tune} "$@"
# Measured once: the report of the same run is the same again.
# A strategy that misorders, or a trace that cannot be read, is said there and in the
# report, and costs no report.
# What is counted has no traces.
[ $# -gt 0 ] || [ -e "$run/replay.json" ] || with_us analysis/replay/replay.sh --traces "$run" || :
with_us build/vqreport "$run" >/dev/null
cat "$run/report/report.txt"
say "report: $run/report/report.txt  all tables: $run/report/report-full.txt"
say "page: $run/report/index.html  plots: $run/report/plots/"
