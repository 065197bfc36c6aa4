# shellcheck shell=bash
# Sourced by bench-probes.sh and crosscheck.sh: a process to watch, and tools that
# watch it.  Each tool: start PID EXE, which returns when it is attached, and stop.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
B=build/probes
T=$(mktemp -d)
pids=() # of what must not outlive us
uprobes=''
say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 1; }
cleanup() {
	local p
	for p in "${pids[@]}"; do kill -KILL "$p" 2>/dev/null || true; done
	perf_unprobe
	[ "${stats_were:-}" = '' ] || sysctl -qw kernel.bpf_stats_enabled="$stats_were"
	[ -z "$mounted" ] || umount /sys/kernel/tracing || true
	rm -rf "$T"
}
mounted=''
trap cleanup EXIT
trap 'exit 130' INT TERM

[ "$(id -u)" -eq 0 ] || die 'root is needed: perf and bpftrace have no less'
if [ ! -e /sys/kernel/tracing/uprobe_events ]; then
	mount -t tracefs tracefs /sys/kernel/tracing ||
		die '/sys/kernel/tracing: cannot be mounted: perf needs it'
	mounted=yes
fi

# until_true COMMAND...: what is not so after a minute never will be
until_true() {
	local end=$((SECONDS + 60))
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || die "waited in vain for: $*"
		sleep 0.02
	done
}
ended() { ! kill -0 "$1" 2>/dev/null; }
cpu_ns() { build/floor/floor "$1" cpu; }
forget() { wait "$1" 2>/dev/null || true; }

# --- the tools ----------------------------------------------------------------
# tool_pid: of the one that runs; tool_cpu: ns that it took; calls: what it saw;
# slot: what its output is called, where several run
tool_pid='' slot=tool
run_tool() {
	: >"$T/$slot.out"
	: >"$T/$slot.err"
	# A process of its own, not a shell around it.
	"$@" >"$T/$slot.out" 2>"$T/$slot.err" 5>&- 6>&- 7>&- 8>&- 9>&- &
	tool_pid=$!
	pids+=("$tool_pid")
}
tool_says() { grep -q "$1" "$T/$slot.out" "$T/$slot.err" || ended "$tool_pid"; }
attached() {
	until_true tool_says "$1"
	ended "$tool_pid" && die "$(cat "$T/$slot.out" "$T/$slot.err")"
	return 0
}
# stop_tool: interrupts it and waits for its end
stop_tool() {
	tool_cpu=$(cpu_ns "$tool_pid")
	kill -INT "$tool_pid"
	until_true ended "$tool_pid"
	forget "$tool_pid"
	tool_cpu=$((tool_cpu - tool_cpu0))
}

none_start() { :; }
none_stop() { calls=- tool_cpu=0; }

floor_start() {
	run_tool build/floor/floor "$1"
	attached READY
}
floor_stop() { stop_tool; calls=-; }

vqprobe_start() {
	local probes=${3:---durations}
	run_tool build/vqprobe -p "$1" "$probes" --no-calibration --trust-guest --json "$T/p.json" --ready-fd 1
	attached 1
}
json() { $B/probejson get "$T/p.json" "$1"; }
vqprobe_stop() {
	stop_tool
	calls=$(json '$.events') lost=$(json '$.lost_events')
}

bpftrace_start() {
	build/floor/floor "$1" layout >"$T/layout.sed"
	sed -f "$T/layout.sed" -e '/^\/\//d' probes/bench/gather.bt >"$T/gather.bt"
	run_tool bpftrace -p "$1" "$T/gather.bt"
	# It says so before it attaches: the last site of the script tells.
	attached Attaching
	until_true site_is_on "$1" virtqueue_rewind
}
bpftrace_stop() {
	stop_tool
	calls=$(grep -c '^[PFU] ' "$T/$slot.out") || true
}

funclatency_start() {
	run_tool stdbuf -oL funclatency -p "$1" :virtqueue_flush
	attached Tracing
}
funclatency_stop() {
	stop_tool
	calls=$(awk '$2 == "->" && $4 == ":" { n += $5 } END { print n + 0 }' "$T/$slot.out")
}

# perf_probe EXE EVENT...: defines uprobe events in a group of ours
perf_probe() {
	local exe=$1 e
	shift
	uprobes=vqlab$$
	for e; do
		perf probe -q -x "$exe" -a "$uprobes:$e" >"$T/perf.log" 2>&1 || die "$(cat "$T/perf.log")"
	done
}
perf_unprobe() {
	[ -z "$uprobes" ] || perf probe -q -d "$uprobes:*" >/dev/null 2>&1 || true
	uprobes=''
}
perf_start() {
	perf_probe "$2" 'pop=virtqueue_pop vq=%di' 'popret=virtqueue_pop%return elem=$retval' \
		'fill=virtqueue_fill vq=%di elem=%si' 'fillret=virtqueue_fill%return' \
		'flush=virtqueue_flush vq=%di' 'flushret=virtqueue_flush%return'
	run_perf "$1"
}
run_perf() {
	local ack
	rm -f "$T/ctl" "$T/ack"
	mkfifo "$T/ctl" "$T/ack"
	exec 8<>"$T/ctl" 9<>"$T/ack"
	run_tool perf record -q -k CLOCK_MONOTONIC -e "$uprobes:*" -p "$1" -o "$T/perf.data" \
		-D -1 --control "fifo:$T/ctl,$T/ack"
	echo enable >&8
	read -r -t 60 ack <&9 || die "perf record does not answer: $(cat "$T/$slot.err")"
	exec 8>&- 9>&-
}
perf_samples() {
	perf report --stats -i "$T/perf.data" 2>/dev/null | awk '$1 == "SAMPLE" { print $3; exit }'
}
perf_stop() {
	stop_tool
	perf_unprobe
	calls=$(perf_samples)
	calls=$((${calls:-0} / 2))
}

# site_is_on PID FUNCTION: has the code been changed there?  (No PIE: both are ours.)
site_is_on() {
	local exe address there
	exe=$(readlink "/proc/$1/exe")
	address=$((16#$(nm "$exe" | awk -v f="$2" '$3 == f { print $1; exit }')))
	there=$(dd "if=/proc/$1/mem" bs=1 skip=$address count=1 2>/dev/null | od -An -tx1)
	[ "$there" != ' 0f' ]
}

# --- a real QEMU under fio ----------------------------------------------------
# qemu_boot SECONDS [QEMU]: boots it, or ours, starts fio for so long; qemu_pid
qemu_boot() {
	local qemu guest
	qemu=$(QEMU=${2:-} runners/setup/qemu.sh 2>"$T/log") || die "$(cat "$T/log")"
	guest=$(runners/setup/guest.sh 2>"$T/log") || die "$(cat "$T/log")"
	exe=$(readlink -f "$qemu/qemu-system-x86_64")
	rm -f "$T/qmp.in" "$T/qmp.out"
	mkfifo "$T/qmp.in" "$T/qmp.out"
	exec 5<>"$T/qmp.in" 6<>"$T/qmp.out"
	truncate -s 256M "$T/load.img"
	build/runners/guest-run --qemu "$qemu" --guest "$guest" --limit $(($1 + 60)) \
		--console "$T/console" --qemu-arg=-drive \
		--qemu-arg="if=none,id=l,format=raw,file=$T/load.img,aio=threads" \
		--qemu-arg=-device --qemu-arg=virtio-blk-pci,drive=l,serial=load,id=disk-load \
		--qemu-arg=-chardev --qemu-arg="pipe,id=q,path=$T/qmp" \
		--qemu-arg=-mon --qemu-arg=chardev=q,mode=control \
		--qemu-arg=-trace --qemu-arg="enable=virtio_notify_irqfd_deferred_fn,file=$T/qemu.log" \
		-- fio --name=x --filename=/dev/vqlab/load --direct=1 --ioengine=libaio --iodepth=32 \
		--bs=4k --rw=randread --time_based --runtime="$1" --norandommap --output-format=terse \
		>"$T/fio" 2>"$T/log" 5>&- 6>&- &
	guest_run=$!
	pids+=("$guest_run")
	until_true pgrep -P "$guest_run"
	qemu_pid=$(pgrep -P "$guest_run")
	pids+=("$qemu_pid")
	qmp '{"execute":"qmp_capabilities"}' >/dev/null
	say "waiting for the guest's fio"
	until_true load_runs
}
# qmp COMMAND: its answer, one line
qmp() {
	local line
	echo "$1" >&5
	while read -r -t 60 line <&6; do
		case $line in
		*'"return"'*) echo "$line"; return ;;
		*'"error"'*) die "QMP: $line" ;;
		esac
	done
	die "QMP: no answer: $(cat "$T/log")"
}
# ios: requests that the disk has completed
ios() {
	qmp '{"execute":"query-blockstats"}' | grep -o '"qdev": "[^"]*disk-load[^}]*\|"rd_operations": [0-9]*' |
		awk '/rd_operations/ { n = n < $2 ? $2 : n } END { print n + 0 }'
}
load_runs() { [ "$(ios)" -gt 2000 ]; }
qemu_end() {
	qmp '{"execute":"quit"}' >/dev/null || true
	until_true ended "$qemu_pid"
	forget "$guest_run"
	exec 5>&- 6>&-
}
