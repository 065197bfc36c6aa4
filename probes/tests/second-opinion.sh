#!/bin/bash
# Another tool on the same process at the same time: bcc's funclatency must count
# the calls that vqprobe counts.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
export PATH=$PATH:/usr/sbin

# counts FUNCTION: calls that funclatency saw: the sum of its histogram
counted() {
	awk -F: '/->/ { split($2, a, " "); n += a[1] } END { print n + 0 }' "$T/$1"
}
for fn in virtqueue_fill virtqueue_flush; do
	victim_start victim-nop5 split 256 30000 1 11
	funclatency -p "$victim_pid" "$B/victim-nop5:$fn" >"$T/$fn" 2>&1 7>&- &
	other=$!
	# It says that it is tracing once it is attached; stdout is buffered, so
	# ask the process instead: is there a probe at the function?
	address=$(nm $B/victim-nop5 | awk -v f="$fn" '$3 == f { print $1 }')
	for _ in $(seq 200); do
		byte=$(dd if="/proc/$victim_pid/mem" bs=1 skip=$((16#$address)) count=1 \
			2>/dev/null | od -An -tx1)
		[ "$byte" = ' 0f' ] || break
		sleep 0.05
	done
	probe_start --no-calibration
	echo go >&7
	# Its figures come at the end, when the victim may be gone already.
	exec 7>&-
	wait "$victim_pid" || true
	probe_end
	kill -INT "$other"
	wait "$other" || true
	mine=$(get "\$.sites[?(@.function == '$fn')].hits" 2>/dev/null | head -n 1 || true)
	[ -n "$mine" ] || mine=$(get '$.queues[0].'"${fn#virtqueue_}"es 2>/dev/null ||
		get '$.queues[0].'"${fn#virtqueue_}"s)
	ok "$fn: $mine calls by vqprobe, $(counted $fn) by funclatency" \
		[ "$mine" -eq "$(counted $fn)" ]
	victim_pid=''
done
finish
