#!/bin/bash
# make install: each tool from there, with an empty environment and another folder; its
# completions in bash and zsh; and away again.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
tap_logs=("$T/out")
D="$T/a dest"
tools='vqprobe vqbench vqring vqreport vqreplay vqmail'
# The make that runs the tests exports where it would install.
mk() { env -u PREFIX -u DESTDIR -u ZSHDIR make -s --no-print-directory "$@"; }
version=$(sed -n 's/^VERSION *:= *//p' Makefile)

says() { grep -qE -e "$1" "$T/out"; }
fails() {
	local want=$1 rc
	shift
	"$@" >"$T/out" 2>&1
	rc=$?
	[ "$rc" -eq "$want" ] || { echo "exit $rc, should be $want"; return 1; }
}
# bare COMMAND...: as somebody has it who has nothing else.
bare() { (cd / && env -i PATH=/usr/bin:/bin HOME="$T" "$@"); }

check 'NEWS is of this version' sh -c 'head -n 1 NEWS | grep -q "^vqlab $0[, ]"' "$version"
check 'a PREFIX in this folder is refused' fails 2 mk install PREFIX=here
check 'and named' says 'PREFIX=here: must be an absolute path'
check 'make install' mk install DESTDIR="$D" PREFIX=/opt/vq
bin="$D/opt/vq/bin" share="$D/opt/vq/share"
check 'all tools' test "$(ls "$bin" | sort | xargs)" = "$(tr ' ' '\n' <<<"$tools" | sort | xargs)"
versions() {
	local t
	for t in $tools; do [ "$(bare "$bin/$t" --version)" = "$t (vqlab) $version" ] || { echo "$t"; return 1; }; done
}
check 'each says this version' versions
check 'a plan' bare "$bin/vqbench" check "$share/vqlab/configs/quick.ini"
check 'one with a program of its own' bare "$bin/vqbench" check "$share/vqlab/configs/loads.ini"
check 'a replay' bare "$bin/vqreplay" --synth=full --elements=256 --repeats=3 --instructions=none
cp -r results/reference "$T/run"
rm -r "$T/run/report"
check 'a report, with plots' bare "$bin/vqreport" "$T/run"
check 'the same as from the tree' cmp "$T/run/report/report.txt" results/reference/report/report.txt
check 'a mail of it' bare "$bin/vqmail" --from=a@example.org --to=b@example.org --plots=ascii "$T/run"
check 'vqprobe says what it can do here' bare sh -c '"$0" --check; [ $? -le 1 ]' "$bin/vqprobe"
# The disk's plugin is found: what is missing is a QEMU.
check 'a run without a QEMU' fails 1 bare "$bin/vqbench" run "$share/vqlab/configs/quick.ini" -o "$T/r" \
	--qemu "$T/none" --guest "$T/none"
check 'misses nothing of its own' says "^vqbench: $T/none"
mv "$D/opt/vq/lib" "$D/opt/vq/lib.away"
check 'without the plugin' fails 1 bare "$bin/vqbench" run "$share/vqlab/configs/quick.ini" -o "$T/r" \
	--qemu "$T/none" --guest "$T/none"
check 'it would' says 'latency.so is missing'
mv "$D/opt/vq/lib.away" "$D/opt/vq/lib"
# By content the same sources, so the same results: nothing is built.
same_folder() {
	[ "$("$share/vqlab/runners/setup/$1")" = "$("runners/setup/$1")" ]
}
check 'QEMU, by the scripts that are installed' same_folder qemu.sh
check 'and the guest' same_folder guest.sh
pages() {
	local t
	for t in $tools; do
		grep -q "^.Os vqlab $version$" "$share/man/man1/$t.1" || return 1
	done
	! grep -nE '(^|[^/])\b(build/vq|runners/|probes/T|configs/)' "$share"/man/man1/*
}
check 'manual pages name what is installed' pages
named() {
	grep -ohE '/opt/vq/share/[A-Za-z/.-]*[A-Za-z/]' "$share"/man/man1/* | sort -u >"$T/named"
	[ "$(wc -l <"$T/named")" -ge 4 ] || return 1
	while read -r f; do [ -e "$D$f" ] || { echo "$f"; return 1; }; done <"$T/named"
}
check 'and that is there' named

# -- completions -------------------------------------------------------------------------
# in_bash WORD...: what bash offers for the last of them, a line each.
in_bash() {
	bare bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
		"_$1" && printf "%s\n" "${COMPREPLY[@]}"' "$share/bash-completion/completions/$1" "$@"
}
# in_help PROGRAM [COMMAND]: the options that its --help lists, with = where they take one.
in_help() { "build/$1" ${2:+"$2"} --help | sed -nE 's/^  (-., )?(--[a-z-]+=?).*/\2/p' | sort; }
# in_zsh TOOL [COMMAND]: the options that it hands to zsh.
in_zsh() {
	bare zsh -fc '_arguments() { print -rl -- "$@" }
		words=($1 $2 x) CURRENT=$((${#words})); . "$0"' "$share/../share/zsh/site-functions/_$1" "$1" "${2:-}" |
		sed -nE 's/^(--[a-z-]+=?)\[.*/\1/p' | sort
}
complete() {
	in_help "$@" >"$T/help"
	[ -s "$T/help" ] || return 1
	in_bash "$@" -- | grep '^--' | sort | diff "$T/help" - && in_zsh "$@" | diff "$T/help" -
}
for t in vqprobe vqreport vqreplay vqmail 'vqbench run' 'vqbench check' 'vqring run' 'vqring count'; do
	# shellcheck disable=SC2086
	check "bash and zsh offer the options of $t" complete $t
done
offers() { [ "$(in_bash "${@:2}" | sort | xargs)" = "$1" ]; }
check 'the commands of vqbench' offers 'check' vqbench c
mkdir "$T/files" && touch "$T/files/one" && mkdir "$T/files/two"
check 'files, where an option takes one' offers "$T/files/one $T/files/two" vqprobe --json = "$T/files/"
check 'folders, where it takes those' offers "$T/files/two" vqreport -o "$T/files/"
check 'nothing where it takes neither' offers '' vqprobe --pid = 1
syntax() { local f; for f in "$share"/zsh/site-functions/_*; do zsh -n "$f" || return 1; done; }
check 'what zsh gets is zsh' syntax

# -- and away ------------------------------------------------------------------------------
touch "$share/vqlab/mine"
check 'make uninstall' mk uninstall DESTDIR="$D" PREFIX=/opt/vq
check 'leaves what is not ours, and no more' test "$(cd "$D" && find . -type f)" = ./opt/vq/share/vqlab/mine
check 'nor our folders' test -z "$(find "$D" -depth -type d -empty -path '*vqlab*')"
tap_end
