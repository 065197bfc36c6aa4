#!/bin/bash
# vqprobe -- COMMAND: what it starts is watched from its first pop on, gets what it would
# have got without vqprobe, and ends with it.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
. probes/tests/lib.sh
tap_logs=("$T/out" "$T/err")
more_cleanup() {
	[ ! -S "$T/tmux" ] || tmux kill-server 2>/dev/null || true
	cleanup
}
trap more_cleanup EXIT
tmux() { command tmux -S "$T/tmux" -f /dev/null "$@"; }
victim=$V/victim-nop5

as_without() {
	local what='env -u _ -u SHLVL -u OLDPWD -u PWD | sort; ulimit -Sn; trap; ls /proc/self/fd | wc -l'
	export LANGUAGE=de DEBUGINFOD_URLS=http://127.0.0.1:1/ LC_ALL=C
	ulimit -Sn 777
	bash -c "$what" >"$T/want" </dev/null
	build/vqprobe -- bash -c "$what; exec $victim split 64 10 1 1" </dev/null 2>"$T/err" | head -n "$(wc -l <"$T/want")" >"$T/out"
	cmp "$T/want" "$T/out"
}
in_subshell() { ("$@"); }
check 'environment, limits and descriptors are those of vqprobe' in_subshell as_without

# start OPTIONS... -- COMMAND...: vqprobe in the background, until it watches
start() {
	rm -f "$T/ready" "$T/in"
	mkfifo "$T/ready" "$T/in"
	: >"$T/out"
	# A background job would ignore SIGINT, and so would what it starts.
	env --default-signal=INT build/vqprobe --ready-fd 8 --json-lines "$@" <"$T/in" >"$T/out" 2>"$T/err" 7>&- 8>"$T/ready" &
	probe_pid=$!
	exec 7>"$T/in"
	[ "$(head -c 1 "$T/ready")" = 1 ]
}
started() { pgrep -P "$probe_pid"; }
over() { ! readlink "/proc/$1/exe"; }
# ends STATUS COMMAND...: after it vqprobe ends so, and so does what it started
ends() {
	local want=$1 rc=0 pid
	shift
	pid=$(started)
	"$@"
	until_true over "$probe_pid" || return 1
	wait "$probe_pid" || rc=$?
	probe_pid=''
	exec 7>&-
	cat "$T/err"
	echo "exit $rc"
	[ "$rc" = "$want" ] && ! kill -0 "$pid" 2>/dev/null && grep -q '"type":"summary"' "$T/out"
}
close_input() { exec 7>&-; }
# What has no name yet when its process ends has none: it is named when events are taken.
named() { grep -q '"type":"interval".*"device":"disk-0"' "$T/out"; }
from_the_first() {
	start 50ms -- "$@" || return 1
	# As a guest's driver does.
	printf 'resets\ngo\n' >&7
	until_true named && ends 0 close_input || return 1
	grep '^{"device"' "$T/out" >"$T/truth"
	grep '"type":"summary"' "$T/out" >"$T/p.json"
	agrees && is '$.queues[*].in_flight_start' 0
}
check 'every figure, from the first pop on' from_the_first $victim split 256 50000 2 1
check 'a binary whose address is not known before' from_the_first $V/victim-pie split 256 20000 1 2
check 'a script that ends in exec' from_the_first sh -c "sleep 0; exec $victim split 256 20000 1 3"

to_both() { start -- $victim split 64 10 1 1 && ends "$2" kill "-$1" "$probe_pid"; }
check 'SIGINT is passed on, the summary comes, the status is that of the command' to_both INT 130
check 'SIGTERM likewise' to_both TERM 143
dies() { start -- $victim split 64 10 1 1 && ends 139 kill -SEGV "$(started)"; }
check 'a command that a signal ends: 128 and the signal' dies
by_itself() { start -- $victim split 64 10 1 1 && ends 0 close_input; }
check 'a command that ends: its status' by_itself
duration() { start -d 200ms -- $victim split 64 10 1 1 && ends 0 true; }
check '--duration ends the command' duration
deaf() {
	start -- bash -c "trap '' INT TERM; exec $victim split 64 10 1 1" || return 1
	kill -INT "$probe_pid"
	# It goes on, since what it watches does.
	until_true intervals 2 && ends 137 kill -INT "$probe_pid"
}
intervals() { [ "$(grep -c '"type":"interval"' "$T/out")" -ge "$1" ]; }
check 'a command that ignores signals: the second one is SIGKILL' deaf

# What vqprobe's sudden end must not do is harm a guest.
survives() {
	local pid
	start -- $victim split 64 1000 1 1 || return 1
	pid=$(started)
	kill -KILL "$probe_pid"
	wait "$probe_pid" 2>/dev/null || true
	probe_pid=''
	echo go >&7
	until_true grep -q '"pops":' "$T/out" || return 1
	exec 7>&-
	until_true gone "$pid"
}
gone() { ! kill -0 "$1" 2>/dev/null; }
check 'vqprobe is killed: what it watched goes on unharmed' survives

key() {
	tmux new-session -d -x 80 -y 24 "build/vqprobe --ready-fd 8 -- $victim split 64 10 1 1 \
		8>$T/ready2; echo exit \$? >$T/exit; cat"
	rm -f "$T/exit"
	until_true screen_has 'rates and percentiles' && tmux send-keys C-c && until_true [ -s "$T/exit" ]
	cat "$T/exit"
	[ "$(cat "$T/exit")" = 'exit 130' ] && ! pgrep -f "^$victim split 64 10 1 1"
}
screen_has() { tmux capture-pane -p | grep -q -- "$1"; }
check 'Ctrl-C ends both' key

check 'no such command: 127, as a shell has it' fails 127 'none: cannot be started: No such file' \
	build/vqprobe -- "$T/none"
check 'what is no program: 126' fails 126 'cannot be started: Permission denied' build/vqprobe -- ./Makefile
check 'a command that is no QEMU' fails 2 'no function virtqueue_pop' build/vqprobe -- true
check 'no command' fails 2 'a command is needed' build/vqprobe --
check 'a command and a process' fails 2 'one of --pid' build/vqprobe -p 1 -- true
check 'a command and a trace' fails 2 'one of --pid' build/vqprobe --from x -- true
check '--plan of a command' fails 2 'start nothing' build/vqprobe --plan -- true
check '--follow a command' fails 2 'needs --name or --all' build/vqprobe --follow -- true
check '-daemonize' fails 2 'leave it out' build/vqprobe -- qemu-system-x86_64 -daemonize
check "the command's options are its own" fails 127 "$T/none: cannot" build/vqprobe -- "$T/none" --json --nonsense
tap_end
