#!/bin/bash
# What every tool does with what it prints and writes: nothing is lost in silence, and
# nothing is harmed that was there before.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
make -s --no-print-directory build/vqreplay build/vqreport build/vqbench \
	build/vqring build/runners/guest-run >/dev/null
tap_logs=("$T/out" "$T/err")
: >"$T/out"
: >"$T/err"
trace=$T/trace
build/vqreplay --synth=shuffle:16 --elements 1000 -o "$trace"

# full COMMAND...: with nowhere to print to it fails, and says why, once
full() {
	local rc=0
	"$@" >/dev/full 2>"$T/err" || rc=$?
	[ "$rc" = 1 ] || { echo "exit $rc, not 1"; return 1; }
	[ "$(grep -c 'No space left on device' "$T/err")" = 1 ]
}
for tool in vqprobe vqreplay vqreport vqbench vqring runners/guest-run; do
	check "$tool --help to a full disk" full build/$tool --help
	check "$tool --version to a full disk" full build/$tool --version
done
check 'vqbench run --help to a full disk' full build/vqbench run --help
check 'vqring run --help to a full disk' full build/vqring run --help
check 'vqbench check to a full disk' full build/vqbench check configs/default.ini
check 'vqprobe --from: a table to a full disk' full build/vqprobe --from "$trace"
check 'vqprobe --from: JSON to a full disk' full build/vqprobe --from "$trace" --json-lines
check 'vqreplay --print to a full disk' full build/vqreplay --variant off --print "$trace"
check 'vqreplay to a full disk' full build/vqreplay --repeats 1 --instructions none "$trace"
check 'vqreplay --ops to a full disk' full build/vqreplay --ops "$trace"
check 'vqprobe --check to a full disk' full build/vqprobe --check
victim_start victim-nop5 split 64 1000 1 1
check 'vqprobe --plan to a full disk' full build/vqprobe --plan -p "$victim_pid"
check 'vqprobe: the table to a full disk' full build/vqprobe --no-calibration -p "$victim_pid" -d 0.3
# Its end is the proof: it was told to go on for an hour.
check 'vqprobe --json-lines to a full disk: it ends at once' full \
	build/vqprobe --no-calibration -p "$victim_pid" --interval 50ms -d 1h --json-lines
reader_goes() {
	local rc=0
	build/vqprobe --no-calibration -p "$victim_pid" --interval 50ms -d 1h --json-lines \
		2>"$T/err" | head -n 1 >"$T/out" || rc=$?
	[ "$rc" = 1 ] && grep -q 'standard output: Broken pipe' "$T/err" && grep -q '}$' "$T/out"
}
check 'vqprobe --json-lines: so it does when its reader goes' reader_goes
victim_end

# --- files that are none --------------------------------------------------------
in_place() {
	ln -sf /dev/null "$T/null"
	"$@" "$T/null" >/dev/null && [ -L "$T/null" ] && [ "$(readlink "$T/null")" = /dev/null ] &&
		[ -c /dev/null ]
}
check 'vqprobe --json: a device remains one' in_place build/vqprobe --from "$trace" --json
check 'vqreplay --json: a device remains one' in_place build/vqreplay --repeats 1 \
	--instructions none --synth=in-order --elements 1000 --json
check 'vqreplay -o: a device remains one' in_place build/vqreplay "$trace" -o
linked() {
	: >"$T/real" && ln -sf real "$T/link"
	build/vqprobe --from "$trace" --json "$T/link" && [ -L "$T/link" ] && [ -s "$T/real" ]
}
check 'vqprobe --json: what a link leads to is written' linked
fifo() {
	rm -f "$T/fifo" && mkfifo "$T/fifo"
	cat "$T/fifo" >"$T/out" &
	build/vqprobe --from "$trace" --json "$T/fifo" && wait $! && [ -p "$T/fifo" ] &&
		grep -q '"type":"summary"' "$T/out"
}
check 'vqprobe --json: a FIFO is written to' fifo
stdout() {
	build/vqprobe --from "$trace" --json /dev/stdout >"$T/out" && grep -q '^{.*}$' "$T/out"
}
check 'vqprobe --json /dev/stdout' stdout
no_litter() { [ "$(find "$T" -name '*.tmp' -o -name '*.json.*' | wc -l)" = 0 ]; }
check 'no temporary file is left' no_litter
check 'a summary for a full disk' fails 1 'full: No space left' \
	build/vqprobe --from "$trace" --json /dev/full

# A FIFO without a reader: opened before anything else, and never waited for.
no_reader() {
	rm -f "$T/fifo" && mkfifo "$T/fifo"
	victim_start victim-nop5 split 64 1000 1 1
	fails 1 'fifo: .*start its reader first' build/vqprobe --no-calibration -p "$victim_pid" \
		-d 1h -o "$T/fifo" && victim_end
}
check 'vqprobe -o: a FIFO that nobody reads' no_reader
full_trace() {
	victim_start victim-nop5 split 64 1000 1 1
	fails 1 '/dev/full: No space left on device: the trace is incomplete' \
		build/vqprobe --no-calibration -p "$victim_pid" -d 1h -o /dev/full && victim_end
}
check 'vqprobe -o: a full disk ends the watch' full_trace

# --- what is asked for cannot be ------------------------------------------------
for time in inf nan 1e30 1e400 1e-9 0 0x1p0 99999999999h -1 1.5x ''; do
	check "vqprobe -d '$time'" fails 2 'a time from 1us to a year' build/vqprobe -p 1 -d "$time"
done
check 'vqprobe: a trace and a summary into one file' fails 2 'one file' \
	build/vqprobe -p $$ -o "$T/same" --json "$T/same"
check 'vqprobe: the summary over the trace that is read' fails 2 'overwrite' \
	build/vqprobe --from "$trace" --json "$T/./trace"
check 'vqprobe --ready-fd: no such descriptor' fails 2 'no descriptor' build/vqprobe -p $$ --ready-fd 77
check 'vqprobe --ready-fd -1' fails 2 'no descriptor' build/vqprobe -p $$ --ready-fd -1
check 'vqprobe: no escape from the name of a file' fails 2 'n?\[31mone: No such file' \
	build/vqprobe --from $'n\e[31mone'
check 'vqreport -o: an empty name' fails 2 'name of a folder' build/vqreport results/reference -o ''
check 'vqreport: an empty name' fails 2 'folder of a run' build/vqreport ''

# --- other descriptors, other languages ----------------------------------------
closed() { build/vqprobe --from "$trace" --json "$T/c.json" <&- >&- 2>&- && [ -s "$T/c.json" ]; }
check 'vqprobe with no descriptor open' closed
if ! locale -a | grep -qi '^de_DE.utf-\?8$'; then
	mkdir "$T/locale" && localedef -i de_DE -f UTF-8 "$T/locale/de_DE.UTF-8" && export LOCPATH=$T/locale
fi
comma() {
	LC_ALL=de_DE.UTF-8 printf '%.1f' 1 | grep -q ',' || LC_ALL=de_DE.UTF-8 locale decimal_point |
		grep -q ,
}
check 'a locale with a decimal comma is there' comma
german() {
	build/vqprobe --from "$trace" >"$T/c" && build/vqprobe --from "$trace" --json "$T/c.json"
	LC_ALL=de_DE.UTF-8 build/vqprobe --from "$trace" >"$T/out" &&
		LC_ALL=de_DE.UTF-8 build/vqprobe --from "$trace" --json "$T/de.json"
	cmp "$T/c" "$T/out" && cmp "$T/c.json" "$T/de.json" &&
		LC_ALL=de_DE.UTF-8 build/vqreplay --repeats 3 --instructions none "$trace" \
			--json "$T/r.json" >"$T/out" && ! grep -E '[0-9],[0-9]{1,2}( |$)' "$T/out"
}
check 'LC_ALL=de_DE.UTF-8: the same bytes' german
tap_end
