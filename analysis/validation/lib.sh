# shellcheck shell=bash
# Sourced by what plants faults: $out, where its data go; rows of the table; runs.
# SPDX-License-Identifier: GPL-2.0-or-later
. runners/tests/bench-lib.sh
. analysis/validation/row.sh
rm -f "$tap_said" # of tap.sh, which counts no check here
chmod 755 "$tmp"
out=$1
mkdir -p "$out"

# keep RUN: keeps what a run left, for whoever wants to look
keep() {
	cp "$tmp/said" "$1/said" 2>/dev/null
	rm -rf "${out:?}/$(basename "$1")"
	cp -r "$1" "$out"
}
