#!/bin/bash
# `make install` and `make uninstall`: what is built in build/, with its manual pages,
# shell completions, documentation, and what the tools need of the tree at run time: plans,
# and the scripts and sources by which QEMU and the guest are made.
# usage: install.sh [--uninstall]    PREFIX, DESTDIR, ZSHDIR in the environment
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   bin/             the tools
#   lib/vqlab/       what only they run: the nbdkit plugin, guest-run
#   share/vqlab/     configs/, and of variants/ and runners/ what goes into QEMU and the
#                    guest, where the tree has them: the scripts find it as they do there
set -euo pipefail
case $* in
'' | --uninstall) ;;
*) echo "usage: runners/install/install.sh [--uninstall]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/../.."
umask 022
: "${PREFIX:=/usr/local}" "${DESTDIR:=}" "${ZSHDIR:=$PREFIX/share/zsh/site-functions}"
case $PREFIX$ZSHDIR in
/*) ;;
*) echo "vqlab: PREFIX=$PREFIX: must be an absolute path" >&2; exit 2 ;;
esac

# Each tool, and its page.
PAGES=(probes/vqprobe.1 runners/vqbench.1 runners/ring/vqring.1 analysis/report/vqreport.1
	analysis/replay/vqreplay.1 analysis/mail/vqmail.1)
DOCS=(README.md NEWS runners/TRIAL.md runners/ring/RING.md variants/REORDER.md)
DATA=(configs/*.ini configs/fio/*.fio configs/loads/* variants/*.[ch] variants/qemu/* runners/guest/*
	runners/guest-count/plugin.c runners/guest-count/protocol.h runners/setup/apt.sh
	runners/setup/cache.sh runners/setup/guest* runners/setup/qemu*)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a page says of the tree, said of what is installed.
page() {
	sed -E -e 's,\bbuild/vq,vq,g' -e "s,^\.Os$,.Os vqlab $VERSION," \
		-e "s,(^|[ (\"'])(configs/|runners/setup/),\1$PREFIX/share/vqlab/\2,g" \
		-e "s,(^|[ ])(runners/latency.so),\1$PREFIX/lib/vqlab/\2,g" \
		-e "s,\b(runners|runners/ring|variants)/([A-Z]+\.md),$PREFIX/share/doc/vqlab/\2,g" \
		-e "s,\bprobes/(TRACE\.md),$PREFIX/share/doc/vqprobe/\1,g" "$1"
}

# "MODE FILE TARGET" for all that is installed.
list() {
	local p t
	for p in "${PAGES[@]}"; do
		t=$(basename "$p" .1)
		[ "$1" != made ] || {
			page "$p" >"$work/$t.1"
			runners/install/completions.sh bash "build/$t" >"$work/$t"
			runners/install/completions.sh zsh "build/$t" >"$work/_$t"
		}
		echo "755 build/$t $PREFIX/bin/$t"
		echo "644 $work/$t.1 $PREFIX/share/man/man1/$t.1"
		echo "644 $work/$t $PREFIX/share/bash-completion/completions/$t"
		echo "644 $work/_$t $ZSHDIR/_$t"
	done
	echo "755 build/runners/guest-run $PREFIX/lib/vqlab/guest-run"
	echo "644 build/runners/latency.so $PREFIX/lib/vqlab/runners/latency.so"
	echo "644 probes/TRACE.md $PREFIX/share/doc/vqprobe/TRACE.md"
	for p in "${DOCS[@]}"; do echo "644 $p $PREFIX/share/doc/vqlab/${p##*/}"; done
	for p in "${DATA[@]}"; do
		[ -x "$p" ] && t=755 || t=644
		echo "$t $p $PREFIX/share/vqlab/$p"
	done
}

if [ "${1:-}" = --uninstall ]; then
	list names >"$work/list"
	while read -r _ _ target; do rm -f -- "$DESTDIR$target"; done <"$work/list"
	# Folders that are ours alone, and empty now: what somebody put there stays.
	for dir in lib/vqlab share/vqlab share/doc/vqlab share/doc/vqprobe; do
		[ ! -d "$DESTDIR$PREFIX/$dir" ] ||
			find "$DESTDIR$PREFIX/$dir" -depth -type d -empty -delete
	done
	exit
fi
list made >"$work/list"
while read -r mode file target; do
	install -D -m "$mode" -- "$file" "$DESTDIR$target"
done <"$work/list"
echo "vqlab: installed below $DESTDIR$PREFIX"
