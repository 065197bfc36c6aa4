#!/bin/bash
# Another tool on the same process at the same time: bcc's funclatency must count
# the calls that vqprobe counts.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
export PATH=$PATH:/usr/sbin

# counted FUNCTION: calls that funclatency saw: the sum of its histogram
counted() {
	awk '$2 == "->" && $4 == ":" { n += $5 } END { print n + 0 }' "$T/$1"
}
for pair in virtqueue_fill:fills virtqueue_flush:flushes; do
	fn=${pair%:*}
	victim_start victim-nop5 split 256 30000 1 11
	stdbuf -oL funclatency -p "$victim_pid" ":$fn" >"$T/$fn" 2>&1 7>&- &
	other=$!
	until grep -q Tracing "$T/$fn" || ! kill -0 "$other" 2>/dev/null; do sleep 0.05; done
	probe_start --no-calibration
	echo go >&7
	# It prints when interrupted; keep the process until then.
	victim_done
	kill -INT "$other" || true
	wait "$other" || true
	victim_end
	probe_end
	mine=$(get "\$.queues[0].${pair#*:}")
	check "$fn: vqprobe counts $mine calls" [ "$mine" -gt 10000 ]
	check "$fn: funclatency counts $(counted "$fn")" [ "$mine" -eq "$(counted "$fn")" ]
done
tap_end
