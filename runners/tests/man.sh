#!/bin/bash
# The man pages name the options that the tools have: all of them, no others.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pages are compared as they are written, not as they are rendered, so no
# man program is needed: an option is ".It Fl o , Fl -out Ns = Ns Ar DIR" where
# --help says "-o, --out=DIR".
set -uo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

. runners/tests/tap.sh

# in_help: options, with their arguments, that lines of --help begin with
in_help() { sed -nE 's/^  (vqbench )?((-., )?--[a-z][a-z-]*(=[A-Z,]+)?)( .*)?$/\2/p'; }
# in_list PAGE: those that items of its lists stand for
in_list() {
	sed -nE 's/^\.It (Fl .*)/\1/p' "$1" |
		sed -e 's/ Ns = Ns Ar /=/' -e 's/ ,/,/' -e 's/Fl /-/g'
}
# in_text PAGE: long options named anywhere in it
in_text() { grep -oE '(Fl -|--)[a-z][a-z-]*' "$1" | sed 's/^Fl -/--/'; }

# complete PAGE COMMAND...: the page lists what the commands' --help do
complete() {
	local page=$1 command
	shift
	for command; do $command --help | in_help; done | sort -u >"$tmp/help"
	[ -s "$tmp/help" ] || { echo "$*: no options?"; return 1; }
	in_list "$page" | sort -u >"$tmp/page"
	diff --label=--help --label="$page" -u "$tmp/help" "$tmp/page"
}
# known PAGE COMMAND...: the page names no long option that none of them has
known() {
	local page=$1 command
	shift
	for command; do $command --help; done | grep -oE -e '--[a-z][a-z-]*' | sort -u >"$tmp/help"
	in_text "$page" | sort -u >"$tmp/page"
	[ -s "$tmp/page" ] && ! comm -13 "$tmp/help" "$tmp/page" | grep .
}

# page PAGE COMMAND...
page() {
	check "$1 lists every option as --help does" complete "$@"
	check "$1 names no other option" known "$@"
}

page probes/vqprobe.1 build/vqprobe
page runners/vqbench.1 build/vqbench 'build/vqbench run' 'build/vqbench check'
page runners/ring/vqring.1 build/vqring 'build/vqring run' 'build/vqring count' 'build/vqring random'
page analysis/report/vqreport.1 build/vqreport
page analysis/mail/vqmail.1 build/vqmail
page analysis/replay/vqreplay.1 build/vqreplay
tap_end
