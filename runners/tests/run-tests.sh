#!/bin/bash
# run-tests, held to tests that are known to be good, bad, in each other's way, or for ever.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
run=''
cleanup() {
	[ -z "$run" ] || kill "$run" 2>/dev/null
	rm -rf "$T"
}
trap cleanup EXIT
tap_logs=("$T/out")

# a NAME: a test, of the commands on standard input
a() {
	{ printf '#!/bin/bash\nT=%q\n' "$T"; cat; } >"$T/$1"
	chmod +x "$T/$1"
}
# of OPTIONS-AND-NAMES...: what run-tests says of these
of() {
	local words=()
	for w; do case $w in --*) words+=("$w") ;; *) words+=("$T/$w") ;; esac; done
	runners/tests/run-tests "${words[@]}" >"$T/out" 2>&1
}
ends() { tail -n 1 "$T/out" | grep -x "$1"; }
a good <<<'printf "ok 1 - a\nok 2 - b # SKIP why\n1..2\n"'
a bad <<<'printf "ok 1 - a\nnot ok 2 - b\n1..2\n"; exit 1'
a planless <<<'echo ok 1 - a'
a short <<<'printf "ok 1 - a\n1..2\n"'
a failing <<<'printf "ok 1 - a\n1..1\n"; exit 3'
a killed <<<'printf "ok 1 - a\n1..1\n"; kill -KILL $$'
a files <<<'printf "ok 1 - a\n1..1\n"; touch $TMPDIR/left'
a processes <<'END'
setsid sleep 1000 >&- 2>&- &
printf 'ok 1 - a\n1..1\n'
END
# Each waits for the other in the middle of what it says.
mkfifo "$T/one" "$T/other"
a first <<'END'
echo ok 1 - a
echo >$T/one; read <$T/other
printf 'ok 2 - b\n1..2\n'
END
a second <<'END'
echo ok 1 - c
read <$T/one; echo ok 2 - d; echo >$T/other
echo 1..2
END

good() { of good && ends '1 passed, 0 failed, 1 skipped'; }
check 'what passes, and what is skipped' good
no_good() {
	local t
	for t in bad planless short failing killed files processes; do
		! of good "$t" good || { echo "$t passes"; return 1; }
		ends '[0-9]* passed, 1 failed, [0-9]* skipped' || { echo "$t"; return 1; }
	done
}
check 'what fails, says too little, dies, or leaves something behind fails, and once' no_good
check 'a process that was left is named, and ended' grep -q '^process [0-9]*: sleep 1000' "$T/out"
together() { of --lanes=2 first second good && ends '5 passed, 0 failed, 1 skipped'; }
check 'two run beside each other' together
says() { [ "$(grep -A 2 "^== $T/$1$" "$T/out" | tail -n 2)" = "$2" ]; }
whole() { says first $'ok 1 - a\nok 2 - b' && says second $'ok 1 - c\nok 2 - d'; }
check 'what each says is in one piece' whole
alone() {
	of --lanes=2 --alone="$T/good $T/bad" good first second || return 1
	grep '^==' "$T/out" | tail -n 1 | grep -x "== $T/good"
}
no_lanes() { ! of --lanes=0 good && ends 'run-tests: LANES=0: not a number from 1 to 99'; }
check 'no lane at all is none' no_lanes
check 'one that is to be alone runs when the others have ended' alone
a hangs <<'END'
setsid sleep 1000 &
echo ok 1 - begun
echo $! >$T/sleeps
wait
END
ended() {
	runners/tests/run-tests "$T/hangs" "$T/good" >"$T/out" 2>&1 &
	run=$!
	until [ -s "$T/sleeps" ]; do sleep 0.05; done
	kill -TERM "$run"
	wait "$run"
	[ $? -eq 130 ] || return 1
	run=''
	grep "^# $T/hangs has run for [0-9]* s$" "$T/out" && grep '^    ok 1 - begun' "$T/out" &&
		! grep -qz sleep "/proc/$(cat "$T/sleeps")/cmdline"
}
check 'told to end, it names those that run, and leaves nothing' ended
check 'which is a failure' grep -q "^not ok - $T/hangs: cut off" "$T/out"
tap_end
