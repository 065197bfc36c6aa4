#!/bin/bash
# Three tools on virtqueue_flush at the same time: vqprobe, bcc's funclatency and
# perf's uprobe events must count the same calls, and find the same median within
# the error that calibration finds: make crosscheck
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: crosscheck.sh [SECONDS]
#
# Counts: the guest is paused by QMP's stop, which lets all requests end, while the
# tools come and go, so that the window is the same for all to the last call.
# Durations: each tool's own share, and that of the others whose handlers run within
# what it measures, is what it records for a flush that does next to nothing: the
# driver's, watched in the same way.  It is subtracted.  Its spread (5 to 95 %) is
# the error.  funclatency knows powers of 2 only: there its bucket must fit.
me=crosscheck
. probes/bench/lib.sh
seconds=${1:-8}
text=build/crosscheck.txt

watch_all() {
	slot=vqprobe && vqprobe_start "$1" "$2" && vqprobe_pid=$tool_pid
	slot=perf && perf_probe "$2" 'flush=virtqueue_flush' 'flushret=virtqueue_flush%return' &&
		run_perf "$1" && perf_pid=$tool_pid
	slot=funclatency && funclatency_start "$1" "$2" && funclatency_pid=$tool_pid
}
# unwatch_all NAME: counts and durations, into NAME.*
unwatch_all() {
	tool_cpu0=0
	slot=funclatency tool_pid=$funclatency_pid && funclatency_stop
	echo "$calls" >"$T/$1.funclatency.calls"
	awk '$2 == "->" && $4 == ":" { print $1, $3 + 1, $5 }' "$T/funclatency.out" |
		awk '{ n += $3; lo[NR] = $1; hi[NR] = $2; at[NR] = n }
		END { for (i = 1; i <= NR; i++) if (at[i] * 2 >= n) { print lo[i], hi[i]; exit } }' \
			>"$T/$1.funclatency"
	slot=perf tool_pid=$perf_pid && stop_tool
	perf script -i "$T/perf.data" -F tid,time,event --ns 2>/dev/null | tr -d : |
		awk '{ split($2, t, "."); ns = t[1] * 1000000000 + t[2] }
		$3 ~ /flush$/ { begun[$1] = ns; entries++; next }
		{ returns++; if ($1 in begun) print ns - begun[$1]; delete begun[$1] }
		END { print entries + 0, returns + 0 >calls }' calls="$T/$1.perf.calls" |
		sort -n >"$T/$1.durations"
	awk '{ v[NR] = $1 } END { print v[int(NR * 0.05) + 1], v[int(NR / 2) + 1], v[int(NR * 0.95) + 1] }' \
		"$T/$1.durations" >"$T/$1.perf"
	perf_unprobe
	slot=vqprobe tool_pid=$vqprobe_pid && vqprobe_stop
	json '$.sites[*]' | grep 'virtqueue_flush","kind":"entry"' | sed 's/.*"hits":\([0-9]*\).*/\1/' \
		>"$T/$1.vqprobe.calls"
	# [[1000,5],[1031,7],...]: all queues together
	json '$.queues[*].flush_ns' | tr -d '[' | tr ']' '\n' | sed 's/^,//' | awk -F, 'NF == 2' |
		sort -n | awk -F, '{ v[NR] = $1; n += $2; at[NR] = n }
		function q(p,    i) { for (i = 1; i <= NR; i++) if (at[i] >= p * n) return v[i] }
		END { print q(0.05), q(0.5), q(0.95) }' >"$T/$1.vqprobe"
	[ "$lost" = 0 ] || say "vqprobe lost $lost events"
}

make -s --no-print-directory all $B/victim-nop5 $B/probejson build/floor/floor >&2
say 'calibrating on the driver'
mkfifo "$T/in"
$B/victim-nop5 split 256 30000 1 1 <"$T/in" >"$T/truth" &
driver=$!
pids+=("$driver")
exec 7>"$T/in"
watch_all "$driver" "$PWD/$B/victim-nop5"
echo go >&7
victim_done() { [ -s "$T/truth" ]; }
until_true victim_done
unwatch_all driver
exec 7>&-
forget "$driver"

qemu_boot $((seconds + 60))
qmp '{"execute":"stop"}' >/dev/null
watch_all "$qemu_pid" "$exe"
qmp '{"execute":"cont"}' >/dev/null
say "watching for $seconds s"
sleep "$seconds"
qmp '{"execute":"stop"}' >/dev/null
unwatch_all qemu
qemu_end

read -r perf_in perf_out <"$T/qemu.perf.calls"
awk -v vq="$(cat "$T/qemu.vqprobe.calls")" -v fl="$(cat "$T/qemu.funclatency.calls")" \
	-v pin="$perf_in" -v pout="$perf_out" \
	-v v0="$(cat "$T/driver.vqprobe")" -v v1="$(cat "$T/qemu.vqprobe")" \
	-v p0="$(cat "$T/driver.perf")" -v p1="$(cat "$T/qemu.perf")" \
	-v f0="$(cat "$T/driver.funclatency")" -v f1="$(cat "$T/qemu.funclatency")" '
function check(ok, format, a, b, c) {
	printf "%-4s  " format "\n", ok ? "ok" : "FAIL", a, b, c
	failed += !ok
}
function abs(x) { return x < 0 ? -x : x }
BEGIN {
	split(v0, V0, " "); split(v1, V1, " "); split(p0, P0, " "); split(p1, P1, " ")
	split(f0, F0, " "); split(f1, F1, " ")
	print "virtqueue_flush          calls   recorded, ns     of that the   corrected"
	print "                                       median    probes, ns      median"
	printf "vqprobe           %12d %14d  %12d  %10d\n", vq, V1[2], V0[2], V1[2] - V0[2]
	printf "perf              %12d %14d  %12d  %10d\n", pin, P1[2], P0[2], P1[2] - P0[2]
	printf "funclatency       %12d %14s  %12s  %10s\n\n", fl, F1[1] "-" F1[2], F0[1] "-" F0[2], ""
	check(vq > 1000, "there was a load: %d calls", vq)
	check(vq == pin && pin == pout, "perf counts the same calls: %d entries and %d returns, vqprobe %d", pin, pout, vq)
	check(vq == fl, "funclatency counts the same calls: %d, vqprobe %d", fl, vq)
	# A bucket of the histogram of vqprobe is 1/32 wide.
	error = (V0[3] - V0[1]) / 2 + (P0[3] - P0[1]) / 2 + V1[2] / 32
	d = (P1[2] - P0[2]) - (V1[2] - V0[2])
	check(abs(d) <= error, "perf: medians differ by %d ns, the calibrated error is %d ns", d, error)
	want = V1[2] - V0[2]
	error = (V0[3] - V0[1]) / 2 + V1[2] / 32
	lo = want + F0[1] - error; hi = want + F0[2] + error
	d = hi < F1[1] ? F1[1] - hi : lo > F1[2] ? lo - F1[2] : 0
	check(d == 0, "funclatency: median expected at %d to %d ns, off by %d ns", lo, hi, d)
	exit failed > 0
}' | tee "$text"
