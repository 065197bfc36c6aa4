# shellcheck shell=bash
# Sourced by the tests of several hosts, behind tap.sh: the clone that they get, and what is
# said of it.  $tmp is the test's folder, $run the run that is meant.
# SPDX-License-Identifier: GPL-2.0-or-later

# make_clone CONFIG HOST...: a clone in $tmp/clone, with the plan on standard input, and what is
# built, there and in the clones that the hosts have in $tmp/home: what is tested is not the
# compiler.
make_clone() {
	local at
	git clone -q . "$tmp/clone"
	cat >"$tmp/clone/$1"
	# Older than what is built.
	git -C "$tmp/clone" ls-files -z | (cd "$tmp/clone" && xargs -0 touch -h -d 2001-01-01)
	for at in clone "${@:2}"; do
		[ "$at" = clone ] || at=home/vqlab-$at
		mkdir -p "$tmp/$at"
		cp -a build "$tmp/$at/build"
	done
}

says() { grep -qE -- "$1" "$tmp/said"; }
fails() { ! "$@"; }

# agree CELLS: of two hosts, both report and count, so many cells.
agree() {
	check 'what they say together' grep -q '^vqlab: 2 runs together' "$run/report.txt"
	check 'that they count the same' grep -q "^count: $1 of $1 cells are the same on all hosts" "$run/report.txt"
}

# given NAME=VALUE COMMAND...: with that from make.
given() {
	local -x "$1"
	"${@:2}"
}

# refuses COMMAND...: what cannot go to a host is refused, before anything runs.
refuses() {
	local one
	for one in QEMU=/bin/true KERNEL=/boot/vmlinuz UNTIL=5% AGAINST=HEAD QEMU_SRC=/none; do
		check "$one is refused" fails given "$one" "$@"
		case $one in
		QEMU=*) check 'and what goes instead' says '^vqlab: QEMU=/bin/true: stays on this host, .*; QEMU_SRC=DIR, its source, goes there' ;;
		KERNEL=*) check 'with the remedy' says '^vqlab: KERNEL=/boot/vmlinuz: stays on this host, .*: make bench KERNEL= on each' ;;
		UNTIL=*) check 'as what it is' says '^vqlab: UNTIL=5%: is for one host' ;;
		AGAINST=*) check 'with what is missing' says '^vqlab: AGAINST=HEAD: of which tree' ;;
		*) check 'as no tree' says '^vqlab: QEMU_SRC=/none: no QEMU source tree there' ;;
		esac
	done
	check 'and nothing has run' test ! -e "$run"
}
