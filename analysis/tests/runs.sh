# shellcheck shell=bash
# Sourced by the tests of reports, instead of tap.sh: $here, where what they run lies, $work, and
# what several of them ask.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
make -s --no-print-directory build/vqreport build/analysis/make-run >/dev/null || exit 1
here=$PWD/analysis/tests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. runners/tests/tap.sh
export PYTHONDONTWRITEBYTECODE=1

# exits STATUS TEXT COMMAND...: it does, and says so
exits() {
	local want=$1 said=$2 got=0
	shift 2
	"$@" >"$work/out" 2>&1 || got=$?
	cat "$work/out"
	[ "$got" = "$want" ] && grep -q -- "$said" "$work/out"
}
# narrow FILE: in 72 columns of ASCII
narrow() { ! grep -nE '^.{73,}$' "$1" && ! LC_ALL=C grep -nP '[^\x20-\x7e]' "$1"; }
