#!/bin/bash
# The structure that README.md's table of folders promises: who includes whom, no
# circle of calls between files, and files and folders of a size to be read.  And that
# `make test` runs all tests that there are.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
cd "$(dirname "$0")/../.."
. runners/tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Of git where there is one, so that what lies about is not judged.
{ git ls-files 2>/dev/null || find . -path ./build -prune -o -type f -printf '%P\n'; } >"$work/all"
grep -E '\.(c|h|inc)$' "$work/all" | grep -v /tests/ >"$work/code"

# included: "FILE INCLUDED" for each quoted include, as it is written.
included() {
	xargs grep -H '^#include "' <"$work/code" | sed 's/^\([^:]*\):#include "\([^"]*\)".*/\1 \2/'
}
included >"$work/included"

# What is made while building, or QEMU's own.
foreign() {
	case $2 in
	*.skel.h | *-resource.h) return 0 ;;
	esac
	case $1 in
	variants/qemu/* | runners/guest-count/plugin.c) return 0 ;;
	esac
	return 1
}

# crossings: "FILE INCLUDED", from the top, of those that are files of ours.
crossings() {
	while read -r file included; do
		if [ -f "$(dirname "$file")/$included" ]; then
			echo "$file $(dirname "$file")/$included"
		elif [ -f "$included" ]; then
			echo "$file $included"
		fi
	done <"$work/included"
}
crossings >"$work/crossings"

# "FOLDER FOLDER...": a folder of the README's table, and those that it may include.
sed -n 's/^| `\([a-z/-]*\)\/` | .* | \(.*\) |$/\1 \2/p' README.md | tr -d '`,' |
	sed 's|/ | |g; s|/$||' >"$work/folders"

folders_differ() {
	sed 's|/[^/]*$||' "$work/code" | sort -u >"$work/there"
	cut -d' ' -f1 "$work/folders" | sort -u >"$work/listed"
	comm -23 "$work/there" "$work/listed" | sed 's/^/README.md lacks /'
	comm -13 "$work/there" "$work/listed" | sed 's/^/README.md: no code is in /'
}

# A file of another folder is named from the top; one of the same, by its name alone.
unnamed() {
	while read -r file included; do
		if foreign "$file" "$included"; then
			continue
		fi
		case $included in
		*/*) [ -f "$included" ] && [ "$(dirname "$included")" != "$(dirname "$file")" ] ;;
		*) [ -f "$(dirname "$file")/$included" ] ;;
		esac || echo "$file: $included"
	done <"$work/included"
}

# Includes that the table does not allow.
against() {
	awk 'function folder(f) { sub("/[^/]*$", "", f); return f }
	NR == FNR { for (i = 2; i <= NF; i++) may[$1, $i]; next }
	{
		from = folder($1); to = folder($2)
		if (from != to && !((from, to) in may)) print $1 ": " $2
	}' "$work/folders" "$work/crossings"
}

# calls: "FILE FILE" where the first uses a symbol that the second defines.
calls() {
	sed -n 's|\(.*\)\.c$|build/\1.o|p' "$work/code" | while read -r o; do
		[ ! -f "$o" ] || nm -A "$o"
	done | sed 's/:/ /' | awk '
	{ symbol = $NF; type = $(NF - 1) }
	type ~ /^[TDBRV]$/ && symbol != "main" { where[symbol] = $1 }
	type == "U" { user[++n] = $1; used[n] = symbol }
	END {
		for (i = 1; i <= n; i++)
			if (used[i] in where && where[used[i]] != user[i])
				print user[i], where[used[i]]
	}' | sort -u
}
calls >"$work/calls"

# What remains when files that call none, or that none calls, are taken away again and
# again: circles, and what lies between two of them.
circles() {
	awk '{ from[NR] = $1; to[NR] = $2 }
	END {
		do {
			split("", calls); split("", called); gone = 0
			for (i in from) { calls[from[i]]; called[to[i]] }
			for (i in from)
				if (!(to[i] in calls) || !(from[i] in called)) { delete from[i]; gone = 1 }
		} while (gone)
		for (i in from) print from[i], "calls", to[i]
	}' "$work/calls" | sed 's|build/\([^ ]*\)\.o|\1.c|g'
}

# Scripts of plots that a run has drawn have its data in them.
long() {
	grep -E '\.(c|h|sh|gp|inc)$' "$work/all" | grep -v '^results/' | xargs wc -l |
		awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines" }'
}

crowded() {
	for room in variants probes runners analysis; do
		n=$(sed -n "s|^$room/\([^/]*\)\.[ch]$|\1|p" "$work/code" | sort -u | wc -l)
		[ "$n" -le 12 ] || echo "$room: $n"
	done
}

# What make test runs, one a line.
env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory \
	--eval='print-tests: ; @printf "%s\\n" $(TESTS)' print-tests >"$work/tests"

# Scripts that it cannot run; of git, which others get, where there is one.
not_executable() {
	grep -v '^build/' "$work/tests" | while read -r t; do
		case $(git ls-files -s -- "$t" 2>/dev/null) in
		100755*) ;;
		'') [ -x "$t" ] || echo "$t" ;;
		*) echo "$t" ;;
		esac
	done
}

# A script there is a test, or others source or run it.
forgotten() {
	local t name
	grep -E '\.(sh|mk)$' "$work/all" | xargs grep -H '^[^#]' >"$work/lines"
	grep '/tests/[^/]*\.sh$' "$work/all" | grep -vxFf "$work/tests" | while read -r t; do
		awk -v t="$t" '
			index($0, t ":") != 1 && index(substr($0, index($0, ":")), t) { found = 1 }
			END { if (!found) print t }' "$work/lines"
	done
	grep '/tests/test-[^/]*\.c$' "$work/all" | while read -r t; do
		name=${t##*/}
		grep -qx "build/.*/${name%.c}" "$work/tests" || echo "$t"
	done
}

# What a test makes for itself when it is run alone, but make test does not: two tests would make
# it at the same time.
made_twice() {
	env -u MAKEFLAGS -u MAKELEVEL make -s --no-print-directory \
		--eval='print: ; @printf "%s\\n" $(TESTS) $(TOOLS) $(TESTED)' print >"$work/made"
	grep '/tests/[^/]*\.sh$' "$work/all" | while read -r t; do
		sed -n ':a; /\\$/ { N; s/\\\n//; ba }; s/^\t*make -s --no-print-directory //p' "$t" |
			tr ' ' '\n' | sed -n 's|^\$B/|build/probes/|; /^build\//p' | grep -vxFf "$work/made" |
			sed "s|^|$t: |"
	done
}

# none NAME COMMAND: passes if COMMAND finds nothing.
none() {
	"$2" >"$work/found" 2>&1
	tap_logs=("$work/found")
	check "$1" test ! -s "$work/found"
}

check "the README has a table of folders" test "$(wc -l <"$work/folders")" -gt 10
check "there are includes between folders" test "$(wc -l <"$work/crossings")" -gt 100
check "there are calls between files" test "$(wc -l <"$work/calls")" -gt 200
none "the table has the folders that there are" folders_differ
none "includes say which folder a name is from" unnamed
none "no include is of a folder that the table does not allow" against
none "no circle of calls between files" circles
none "no file of more than 400 lines" long
check "there are tests" test "$(wc -l <"$work/tests")" -gt 80
none "each test that is a script can be run" not_executable
none "no test is forgotten" forgotten
none "make test makes first what tests make" made_twice
none "no room with more than 12 files of code at its top" crowded
tap_end
