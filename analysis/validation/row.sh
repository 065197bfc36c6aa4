# shellcheck shell=bash
# Sourced by what plants faults.
# SPDX-License-Identifier: GPL-2.0-or-later
missed=0

# row WHAT WANTED SEEN: a line of the table, as row.h has it; ok if the first of what was
# SEEN (with commas between) is the WANTED one, else $missed is 1
row() {
	local verdict=ok
	[ "${3%%,*}" = "$2" ] || verdict=MISS missed=1
	printf '  %-29.29s %-12.12s %-22.22s %s\n' "$1" "$2" "${3:-nothing}" "$verdict"
}
