#!/bin/bash
# The trace reader on mutated traces.
# SPDX-License-Identifier: GPL-2.0-or-later
make -s --no-print-directory build/fuzz/fuzz-trace build/fuzz/fuzz-trace-seeds >/dev/null || exit 1
exec runners/tests/fuzz.sh build/fuzz/fuzz-trace build/fuzz/fuzz-trace-seeds
