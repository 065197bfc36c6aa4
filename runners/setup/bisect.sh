#!/bin/bash
# make bisect: the commit of a QEMU tree that changed what is counted; the answer is on stdout.
# QEMU_SRC, GOOD, BAD, MEASURE and CONFIG come from make.
# usage: bisect.sh
#        bisect.sh --step    is the revision that git has chosen good?  git bisect run asks
# SPDX-License-Identifier: GPL-2.0-or-later
#
# git chooses the revisions, in a repository in the cache that has the developer's objects and
# nothing else of him: his files, index, refs and bisection are neither read nor written.  Nothing is
# checked out there: qemu.sh builds from what git stores.
#
#   $CACHE/bisect/counts/KEY.json   what vqring said of a tree; KEY covers all that went into it
#   $CACHE/bisect/now/              of the bisection that runs
#     git/        that repository
#     made-with   what else a count depends on
#     sides       the counts of GOOD and BAD, with a blank between
#     revisions   what was found: a line for each, of revision, count, verdict, why; tabs between
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ $# -eq 0 ] || [ "$*" = --step ] || {
	echo "usage: runners/setup/bisect.sh    (make bisect calls it)" >&2
	exit 2
}
. runners/setup/with-make.sh
. runners/setup/cache.sh
. runners/setup/qemu-tree.sh

NOW=$CACHE/bisect/now COUNTS=$CACHE/bisect/counts
# Two counts of the same differ by less, runners/ring/RING.md.
LEVEL=0.005
FIGURES=(ring thread virtqueue_pop virtqueue_fill virtqueue_flush virtqueue_push)

# in_git ARG...: git about its own.
in_git() { git -C "$NOW/git" "$@"; }

# cells: what CONFIG counts, a line each: its name, and vqring's options.
cells() { build/vqbench plan --counted "$CONFIG"; }

# find_measure: of MEASURE sets CELL, FIGURE, OPTIONS (as a shell reads them) and QEMU_HOOKS.
find_measure() {
	local all line
	[ -f "$CONFIG" ] || { say "CONFIG=$CONFIG: no such plan; see configs/"; exit 2; }
	all=$(cells)
	[ -n "$all" ] || { say "CONFIG=$CONFIG: counts nothing on rings: it has no kind=ring with measure=count"; exit 2; }
	CELL=${MEASURE:-${all%% *}} FIGURE=ring
	[[ $CELL != */*/*/*/* ]] || { FIGURE=${CELL##*/}; CELL=${CELL%/*}; }
	line=$(awk -v cell="$CELL" '$1 == cell' <<<"$all")
	[ -n "$line" ] && [[ " ${FIGURES[*]} " == *" $FIGURE "* ]] || {
		say "MEASURE=$MEASURE: nothing that $CONFIG counts: name one of each, LOAD/RING/ORDER/VARIANT"
		cut -d' ' -f1 <<<"$all" | awk -F / '
			{ for (i = 2; i <= 4; i++)
				if (!seen[$1, i, $i]++) list[$1, i] = list[$1, i] " " $i }
			!listed[$1]++ { names[++n] = $1 }
			END { for (k = 1; k <= n; k++)
				print "  " names[k] " /" list[names[k], 2] " /" list[names[k], 3] \
					" /" list[names[k], 4] }' >&2
		echo "and behind it, if it is not the first: / ${FIGURES[*]}" >&2
		exit 2
	}
	OPTIONS=${line#* }
	# As vqbench does: the lab's own code only where it is what is measured.
	case $OPTIONS in
	*--variants=off\'* | *--variants=qemu\'*) QEMU_HOOKS=off ;;
	*) QEMU_HOOKS= ;;
	esac
	export FIGURE OPTIONS QEMU_HOOKS
}

# figure FILE: of what vqring said, instructions an element, and by what share its QEMUs differ.
figure() {
	python3 - "$1" "$FIGURE" 2>"$NOW/why" <<-'END'
	import json, sys
	said = json.load(open(sys.argv[1]))
	if not said["cells"]:
	    sys.exit("; ".join(left["why"] for left in said["left_out"]) or "nothing was counted")
	cell = said["cells"][0]
	if cell["state"] != "ok":
	    sys.exit(f"{cell['state']}: {cell.get('evidence', '')}")
	counts = cell["instructions"]
	if sys.argv[2] != "ring":
	    n = counts.get(sys.argv[2])
	elif counts["virtqueue_push"] is not None:
	    n = counts["virtqueue_pop"] + counts["virtqueue_push"]
	else:   # who calls its two halves
	    n = counts["virtqueue_pop"] + counts["virtqueue_fill"] + counts["virtqueue_flush"]
	if n is None:
	    sys.exit(f"{sys.argv[2]} is not called")
	print(f"{n:.1f} {cell['difference']:.6f}")
	END
}

# count REVISION: the same of it, counted or kept; else fails, with why in $NOW/why.
count() {
	local kept folder options
	kept=$COUNTS/$({ of_tree rev-parse "$1^{tree}"; cat "$NOW/made-with"; } | sha256sum | cut -c1-16).json
	if [ ! -f "$kept" ]; then
		folder=$(QEMU_REV=$1 VQLAB_WHY=$NOW/why runners/setup/qemu.sh) || return 1
		rm -f "$NOW/count.json"
		eval "options=($OPTIONS)"
		with_us build/vqring count --qemu "$folder" "${options[@]}" --json "$NOW/count.json" \
			>/dev/null 2>"$NOW/why" || [ -f "$NOW/count.json" ] || return 1
		figure "$NOW/count.json" >/dev/null || return 1
		mv "$NOW/count.json" "$kept"
	fi
	figure "$kept"
}

# why: the end of what was said, without who said it.
why() { { tail -n 1 "$NOW/why" 2>/dev/null || echo interrupted; } | sed 's/^vq[a-z]*: //; s/; the whole log is .*//' | tr '\t' ' '; }

# note REVISION COUNT VERDICT [WHY]
note() {
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-}" >>"$NOW/revisions"
	say "$(of_tree show -s --format='%h %s' "$1"): $2 $3${4:+: $4}"
}

# step: what git bisect run wants to know, by the exit status; 255 ends it: what failed is no
# verdict.
step() {
	local n verdict revision
	# git's variables are of the repository that it runs in, and not of the developer's.
	# shellcheck disable=SC2046
	unset $(git rev-parse --local-env-vars)
	revision=$(in_git rev-parse --verify BISECT_HEAD)
	say "counting $(of_tree show -s --format='%h %s' "$revision")"
	n=$(count "$revision") || { note "$revision" - skipped "$(why)"; exit 125; }
	verdict=$(awk -v n="${n% *}" '{ middle = ($1 + $2) / 2
		print (n > middle) == ($2 > middle) ? "bad" : "good" }' "$NOW/sides")
	note "$revision" "${n% *}" "$verdict"
	case $verdict in
	good) exit 0 ;;
	bad) exit 1 ;;
	esac
}

# side WORD REVISION: its count; there is no bisection without.
side() {
	local n
	n=$(count "$2") || die "$1=${!1} cannot be counted: $(why)"
	echo "$n"
}

# find_sides: GOOD and BAD counted, and different.
find_sides() {
	local good bad
	say "counting GOOD=$GOOD"
	good=$(side GOOD "$good_revision")
	note "$good_revision" "${good% *}" good
	say "counting BAD=$BAD"
	bad=$(side BAD "$bad_revision")
	note "$bad_revision" "${bad% *}" bad
	awk -v level=$LEVEL 'BEGIN { good = ARGV[1]; bad = ARGV[3]
		for (i = 2; i <= 4; i += 2) if (ARGV[i] > level) level = ARGV[i]
		share = bad > good ? bad / good - 1 : good / bad - 1
		if (share > level) exit
		printf "%.2f %% apart, and counts of the same may be %.2f %% apart\n", share * 100, level * 100
		exit 1 }' "${good% *}" "${good#* }" "${bad% *}" "${bad#* }" >"$NOW/apart" ||
		die "$CELL/$FIGURE: GOOD counts ${good% *}, BAD ${bad% *}: $(cat "$NOW/apart"); so there is nothing to find. Another MEASURE= may tell them apart: .../thread is all of the device's thread"
	echo "${good% *} ${bad% *}" >"$NOW/sides"
}

# table: what was counted, oldest first.
table() {
	local good
	good=$(cut -d' ' -f1 "$NOW/sides")
	echo "$CELL, instructions an element: $FIGURE"
	printf '%-12s %10s %8s  %s\n' revision count 'to good' ''
	# GOOD is not of the range, nor is a merge base that git wanted to know.
	awk -F '\t' -v OFS='\t' 'NR == FNR { place[$1] = FNR; next }
		{ print $1 in place ? place[$1] : 0, $0 }' \
		<(in_git rev-list --reverse --topo-order "$good_revision..$bad_revision") \
		"$NOW/revisions" | sort -s -n -k 1,1 | cut -f 2- |
		while IFS=$'\t' read -r revision n verdict why; do
			printf '%-12s %10s %8s  %-7s  %s\n' \
				"$(of_tree rev-parse --short=12 "$revision")" "$n" \
				"$([ "$n" = - ] || awk "BEGIN { printf \"%+.1f\", $n - $good }")" "$verdict" \
				"$(of_tree show -s --format=%s "$revision" | cut -c1-40)"
			[ -z "$why" ] || echo "    $why" | cut -c1-200
		done
}

# told WORDS: the commits of which git says so.
told() { in_git bisect log | sed -n "s/^# $1: \\[\\([0-9a-f]*\\)\\] /\\1 /p"; }

# bisect: sets status, git's.
bisect() {
	status=0
	in_git bisect start "$bad_revision" "$good_revision" >&2
	# With one commit between them there is nothing to run.
	[ -n "$(told 'first bad commit')" ] ||
		in_git bisect run "$TOP/runners/setup/bisect.sh" --step >&2 || status=$?
}

# answer: what was found; fails if that is not one commit.
answer() {
	local one
	one=$(told 'first bad commit')
	[ -z "$one" ] || { echo "first bad commit: $one"; return; }
	told 'possible first bad commit' | sed 's/^/cannot be told apart: /'
	die "no single commit was found (git bisect ended with $status): see above"
}

if [ "$*" = --step ]; then
	trap 'exit 255' ERR
	base=$BISECTED
	step
	exit 255
fi

[ -n "${QEMU_SRC:-}" ] && [ -n "${GOOD:-}" ] && [ -n "${BAD:-}" ] || {
	say "make bisect: of which tree, between which revisions? QEMU_SRC=DIR GOOD=REV BAD=REV"
	exit 2
}
[ -z "${QEMU:-}" ] || { say "QEMU=$QEMU: a bisection is of the tree QEMU_SRC=$QEMU_SRC alone"; exit 2; }
find_tree
find_revision "$GOOD"
good_revision=$REVISION
find_revision "$BAD"
bad_revision=$REVISION
find_measure
mkdir -p "$COUNTS"
exec 7>"$CACHE/bisect/lock"
flock -n 7 || { say "waiting for another bisection"; flock 7; }
trap 'rm -rf "$NOW"; [ -z "${make_watcher:-}" ] || kill "$make_watcher" 2>/dev/null' EXIT
rm -rf "$NOW"
mkdir "$NOW"
{ "${CC:-cc}" --version; echo "$OPTIONS $QEMU_HOOKS"; key build/vqring runners/setup/qemu* variants/*.[ch] variants/qemu/*; } >"$NOW/made-with"
export BISECTED=$base
borrow_objects "$NOW/git"
in_git update-ref --no-deref HEAD "$bad_revision" # it wants to be somewhere
find_sides
bisect
table
answer
