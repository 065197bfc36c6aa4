#!/bin/bash
# From a built tree to a report: QEMU, the guest, the plan, the plots.
# CONFIG and RUN come from make; QEMU, QEMU_SRC and KERNEL pass through.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
cd "$(dirname "$0")/../.."
. runners/setup/cache.sh

[ -f "$CONFIG" ] || { say "CONFIG=$CONFIG: no such plan; see configs/"; exit 2; }
build/vqbench check "$CONFIG"

qemu=$(runners/setup/qemu.sh)
guest=$(runners/setup/guest.sh)
run=${RUN:-results/$(date -u +%Y%m%d-%H%M%S)}

say "running $CONFIG into $run (interrupt at any time; RUN=$run resumes)"
build/vqbench run "$CONFIG" -o "$run" --qemu "$qemu" --guest "$guest"
# Measured once: the report of the same run is the same again.
# A strategy that misorders, or a trace that cannot be read, is said there and in the
# report, and costs no report.
[ -e "$run/replay.json" ] || analysis/replay.sh --traces "$run" || :
build/vqreport "$run"
say "report: $run/report/report.txt  plots: $run/report/plots/"
