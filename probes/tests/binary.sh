#!/bin/bash
# Whatever the binary's fate and wherever its symbols are: vqprobe finds both.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
server_pid=''
more_cleanup() {
	[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || true
	cleanup
}
trap more_cleanup EXIT

# Separate debug information, as distributions make it; and only a symbol table,
# compressed, as Fedora puts it into the binary.
id=$(readelf -n $B/victim-pie | awk '/Build ID/ { print $3 }')
objcopy --only-keep-debug $B/victim-pie "$T/victim.debug"
objcopy --strip-all --add-gnu-debuglink="$T/victim.debug" $B/victim-pie "$T/victim"
strip -o "$T/mini" $B/victim-nop5
nm $B/victim-nop5 | awk '$2 ~ /[tT]/ { print $3 }' >"$T/functions"
objcopy --only-keep-debug --strip-debug --keep-symbols="$T/functions" $B/victim-nop5 \
	"$T/mini.symbols"
xz -kf "$T/mini.symbols"
objcopy --add-section .gnu_debugdata="$T/mini.symbols.xz" "$T/mini"

# program FILE [WRAPPER...]: what run starts
program() {
	file=$1
	shift
	wrapper=("$@")
}
# run [VQPROBE'S...]: the victim does its work while vqprobe watches
run() {
	rm -f "$T/in" "$T/truth"
	mkfifo "$T/in"
	"${wrapper[@]}" "$file" split 256 20000 2 41 <"$T/in" >"$T/truth" &
	victim_pid=$!
	exec 7>"$T/in"
	until started; do
		kill -0 "$victim_pid" || return 1
		sleep 0.02
	done
	"${meanwhile[@]}"
	probe_start --no-calibration "$@" || { cat "$T/err"; exec 7>&-; return 1; }
	echo go >&7
	victim_done
	probe_end TERM && victim_end
}
# Has the victim taken the wrapper's place?
started() { [ "$(tr '\0' ' ' <"/proc/$victim_pid/cmdline" | grep -c "split 256")" = 1 ] &&
	grep -q "$(basename "$file")" "/proc/$victim_pid/maps"; }
meanwhile=(true)
wrapper=()
from() { is '$.layout' "\"$1\"" && agrees; }

cp $B/victim-pie "$T/gone"
program "$T/gone"
meanwhile=(rm "$T/gone")
check 'the file was deleted: watched' run
check 'the file was deleted: every figure, offsets from its own DWARF' from DWARF
cp $B/victim-pie "$T/replaced"
program "$T/replaced"
meanwhile=(mv "$T/replaced.new" "$T/replaced")
cp /bin/true "$T/replaced.new"
check 'another file has its name: watched' run
check 'another file has its name: every figure' from DWARF
meanwhile=(true)

program $V/victim-pie /lib64/ld-linux-x86-64.so.2
check 'started by the dynamic linker: watched' run
check 'started by the dynamic linker: every figure' from DWARF

check 'debug file beside the binary: watched' eval 'program "$T/victim"; run'
check 'debug file beside the binary: offsets are from it' from DWARF
mv "$T/victim.debug" "$T/elsewhere"
check 'no debug file: watched' run
check 'no debug file: offsets are from the code' from code

program "$T/mini"
check 'symbols in .gnu_debugdata only: watched' run
check 'symbols in .gnu_debugdata only: every figure' from code

# A container: another root, in which the binary and its debug file are.
in_container() {
	local root=$T/root
	mkdir -p "$root/usr/lib/debug/.build-id/${id:0:2}" "$root/lib64" "$root/lib" "$root/proc"
	cp "$T/victim" "$root/victim"
	cp "$T/elsewhere" "$root/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
	ldd "$T/victim" | grep -o '/[^ ]*' | while read -r lib; do
		mkdir -p "$root$(dirname "$lib")"
		cp -L "$lib" "$root$lib"
	done
	# Of its own namespace, which need not be told to keep its mounts: it makes none.  In a
	# chroot there is no mount at the root whose propagation could be set.
	program /victim unshare --mount --propagation unchanged --root="$root"
	run
}
check 'in another mount namespace: watched' in_container
check 'in another mount namespace: offsets are from the debug file there' from DWARF

# debuginfod, on loopback, only when asked for.
mkdir -p "$T/srv/buildid/$id"
cp "$T/elsewhere" "$T/srv/buildid/$id/debuginfo"
python3 -u -c '
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.HTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()' "$T/srv" >"$T/port" 2>"$T/requests" &
server_pid=$!
until [ -s "$T/port" ]; do sleep 0.02; done
export DEBUGINFOD_URLS="http://127.0.0.1:$(cat "$T/port")" DEBUGINFOD_CACHE_PATH=$T/cache
program "$T/victim"
check 'a debuginfod that nobody asked for: watched' run
unasked() { from code && [ ! -s "$T/requests" ]; }
check 'a debuginfod that nobody asked for: not asked' unasked
check 'with --debuginfod: watched' run --debuginfod
check 'with --debuginfod: offsets are from what it sent' from DWARF
kill "$server_pid"
# One that takes the connection and never answers: a signal ends vqprobe all the same.
python3 -u -c '
import signal, socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
taken = s.accept()
print("taken", flush=True)
signal.pause()' >"$T/silent" &
server_pid=$!
until [ -s "$T/silent" ]; do sleep 0.02; done
silent() {
	local rc=0
	victim_start victim-stripped split 8 100 1 1
	DEBUGINFOD_URLS="http://127.0.0.1:$(head -n 1 "$T/silent")" \
		DEBUGINFOD_CACHE_PATH=$T/empty build/vqprobe -p "$victim_pid" --debuginfod &
	probe_pid=$!
	until_true grep -q taken "$T/silent" || return 1
	kill -TERM "$probe_pid"
	wait "$probe_pid" || rc=$?
	probe_pid=''
	victim_end
	[ "$rc" -eq $((128 + 15)) ]
}
check 'a debuginfod that does not answer: SIGTERM ends it' silent
unset DEBUGINFOD_URLS
check '--debuginfod without a server' fails 2 'DEBUGINFOD_URLS names no server' \
	build/vqprobe -p $$ --debuginfod
tap_end
