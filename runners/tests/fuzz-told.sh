#!/bin/bash
# What a trial's process, fio, iperf3, QEMU, vqprobe and perf say, and mutants of it.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
if [ -d "${1:-}" ]; then
	# Called by fuzz.sh: inputs to begin with, one each.
	job=(--name=j --ioengine=null --size=64k --rw=randrw --output-format=json)
	{ printf f && fio "${job[@]}"; } >"$1/fio"
	printf 'i{"end":{"sum_received":{"seconds":1.5,"bytes":99,"bits_per_second":528.0}}}' >"$1/iperf3"
	printf 'u{"end":{"sum_sent":{"packets":9},"sum_received":{"seconds":1.5,"bytes":99,"packets":9,"lost_packets":2},"sum_sent_bidir_reverse":{"packets":9},"sum_received_bidir_reverse":{"seconds":1.5,"bytes":99,"packets":9,"lost_packets":2}}}' >"$1/iperf3-udp"
	printf 'cnote\n{"a":[1,2.5]}' >"$1/command-json"
	printf 'ca = 1\r\nb=2e3 ms\n\033[31m a=nan' >"$1/command-text"
	printf 'i{"error":"unable to connect: Connection refused"}' >"$1/iperf3-error"
	printf 'p965.77,msec,task-clock,965770000,100.00,0.9,CPUs\n12,,context-switches,1,100.00,,\n' \
		>"$1/perf"
	printf 'j{"return":{"status":"running","l":[1,"\\u001b[2J",{"a\\n":null}]}}' >"$1/json"
	printf 'f{"jobs":[{"jobname":"a","error":0,"job_start":1,"read":{"total_ios":5,"io_bytes":20480,"runtime":10,"clat_ns":{"mean":9.5,"percentile":{"50.000000":7,"99.000000":8}}},"write":{"total_ios":0}}]}' >"$1/fio-small"
	printf 'v{"events":1,"queues":[{"device":"disk-a","index":0,"pops":1},{"device":"net0"}]}' >"$1/vqprobe"
	# The greeting, qmp_capabilities, and what the calls of fuzz-told.c ask for.
	printf '%s\n' 'q{"QMP":{}}' '{"return":{}}' '{"event":"RESET","data":{}}' \
		'{"return":{"status":"running"}}' \
		'{"return":[{"qdev":"/machine/peripheral/disk-a/x","stats":{"rd_operations":5,"rd_bytes":20480}}]}' \
		'{"return":{"inuse":3,"vring-num":256}}' '{"return":"text"}' '{"error":{"desc":"no"}}' >"$1/qmp"
	# A message of each kind: kind, code, length, text.
	printf 'm\0\0\0\0\0\0\0\0\4\0\0\0boot\1\0\0\0\3\0\0\0\3\0\0\0gat\2\0\0\0\1\0\0\0\0\0\0\0' \
		>"$1/messages"
	printf 'f{ "\n\nerror hi" 2 }' >"$1/empty-word"
	printf 'f{ "\nstate ok forged \033[31m" 2 }' >"$1/forged"
	exit
fi
make -s --no-print-directory build/fuzz/fuzz-told >/dev/null || exit 1
exec runners/tests/fuzz.sh build/fuzz/fuzz-told "$0"
