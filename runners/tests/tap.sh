# shellcheck shell=bash
# Sourced by shell tests: one check, one TAP line.
# SPDX-License-Identifier: GPL-2.0-or-later
export LC_ALL=C.UTF-8
tap_count=0 tap_failed=0
tap_said=$(mktemp)
# What else to show when a check fails: files that commands leave behind.
tap_logs=()

# check NAME COMMAND...: passes if the command succeeds; it runs in this shell.
# What it printed is shown only when it failed.
check() {
	local name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$tap_said" 2>&1; then
		echo "ok $tap_count - $name"
	else
		echo "not ok $tap_count - $name"
		sed 's/^/# /' "$tap_said" "${tap_logs[@]}" 2>/dev/null | cut -c1-600 | head -n 100
		tap_failed=1
	fi
}

# tap_end: the plan; fails if a check did.  A test that dies prints none.
tap_end() {
	rm -f "$tap_said"
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}
