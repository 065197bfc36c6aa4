#!/bin/bash
# The host's end of the guest's line, and a guest's that does whatever it likes.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
if [ -d "${1:-}" ]; then
	# Called by fuzz.sh: inputs to begin with.  A command is two bytes; see fuzz-link.c.
	ok='\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
	hello='\6\4\1\0\0\0'
	printf "$hello"'\0\0\7\3abc\3\40'"$ok" >"$1/run"
	printf '\0\1\3\40'"$ok"'\3\40'"$ok" >"$1/put"
	printf '\0\2\3\40'"$ok" >"$1/poweroff"
	printf '\0\377\5\377\5\375\1\1\3\40'"$ok" >"$1/much"
	printf '\0\0\16\5abcde\26\5abcde\2\6\361vqL\0\0' >"$1/damaged"
	printf '\0\0\3\44\4\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\33[2J' >"$1/refused"
	exit
fi
make -s --no-print-directory build/fuzz/fuzz-link >/dev/null || exit 1
exec runners/tests/fuzz.sh build/fuzz/fuzz-link "$0" 100
