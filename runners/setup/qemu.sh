#!/bin/bash
# Provide the QEMU under test; prints the folder that holds it.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: runners/setup/qemu.sh            (stdout: one line, the folder)
#        runners/setup/qemu.sh --source   its unpacked source; builds nothing
#        runners/setup/qemu.sh --known    the folder if it is there, else nothing; builds nothing
#
#   QEMU=BINARY    use this one as it is; without vqlab's strategies
#   QEMU_SRC=DIR   build a developer's tree; it is copied, never written to
#   QEMU_REV=REV   of that git tree this revision, instead of what lies in it
#   QEMU_HOOKS=off with the disk x-order, but the tree's own code on virtqueues
#   neither        Debian's source package, a release of the list below
#   QEMU_RELEASE=N.N   of that release, in $CACHE/qemu-N.N unless it is the
#                  one of that list; for tests of what must work on several
#
# The folder holds qemu-system-x86_64 and manifest.json.  In $CACHE/qemu:
#
#   release       the Debian version that was chosen; remove the file to
#                 choose again
#   tree-KEY/     src/ and build/ of one source, one compiler, one set of
#                 flags: stays, so that a change is an incremental build
#   bin-KEY/      one result; KEY covers all that it was made from
#   build.log     what the last build said
set -euo pipefail
. "$(dirname "$0")/cache.sh"
. "$(dirname "$0")/apt.sh"
. "$(dirname "$0")/qemu-tree.sh"
. "$(dirname "$0")/qemu-build.sh"

# Debian releases in the order of preference, as patterns.
RELEASES=('10.0.*' '10.2.*' '7.2*')

Q=$CACHE/qemu
if [ -n "${QEMU_RELEASE:-}" ]; then
	[[ $QEMU_RELEASE =~ ^[0-9]+\.[0-9]+$ ]] || {
		say "QEMU_RELEASE=$QEMU_RELEASE: this is no release: name one such as 7.2 or 10.0"
		exit 2
	}
	RELEASES=("$QEMU_RELEASE[.+]*")
	unset QEMU QEMU_SRC QEMU_REV QEMU_HOOKS
	# shellcheck disable=SC2053
	v=$(cat "$Q/release" 2>/dev/null) && [[ ${v#*:} == ${RELEASES[0]} ]] ||
		Q=$CACHE/qemu-$QEMU_RELEASE
fi
mkdir -p "$Q"
LOG=$Q/build.log

# choose_release: the versions the mirror knows, best first, one a line.
choose_release() {
	local known pattern v
	known=$(apt_private apt-cache showsrc qemu | sed -n 's/^Version: //p' | sort -u)
	for pattern in "${RELEASES[@]}"; do
		# Newest first: sort -V agrees with dpkg on these.
		for v in $(sort -rV <<<"$known"); do
			# shellcheck disable=SC2053
			[[ ${v#*:} == $pattern ]] && echo "$v"
		done
	done
	return 0
}

# fetch_release DIR: fetches and unpacks the best release that is served into
# DIR/src and stores its version in DIR/version.  DIR does not exist before.
fetch_release() {
	local dir=$1 v first='' why=''
	rm -rf "$dir.tmp"
	apt_setup
	for v in $(choose_release); do
		: "${first:=$v}"
		mkdir -p "$dir.tmp/deb"
		say "fetching QEMU $v, Debian's source package"
		if (cd "$dir.tmp/deb" &&
			apt_private apt-get source --download-only "qemu=$v") >"$LOG" 2>&1; then
			[ "$v" = "$first" ] ||
				say "QEMU $first is not served by the mirror; taking $v instead"
			# apt has compared the files with its signed lists.
			dpkg-source --no-check -x "$dir.tmp/deb"/*.dsc "$dir.tmp/src" >>"$LOG" 2>&1 ||
				build_failed "unpacking QEMU $v"
			rm -rf "$dir.tmp/deb"
			echo "$v" >"$dir.tmp/version"
			mv "$dir.tmp" "$dir"
			return
		fi
		rm -rf "$dir.tmp"
		why=$(grep -E '^(E|Err):?' "$LOG" | tail -n 1)
		say "cannot fetch QEMU $v: ${why:-see $LOG}"
	done
	die "no QEMU${QEMU_RELEASE:+ $QEMU_RELEASE} source package can be fetched: check the network and the mirror in the host's apt configuration, or set QEMU_SRC or QEMU"
}

# need_room TREE: as much as a build in that tree takes, before it begins: what fails for it later
# fails as whatever the compiler was about to write.
need_room() {
	local free need=200
	if [ -n "${QEMU_SRC:-}" ]; then
		[ -d "$1" ] || need=$((need + $(tree_mib)))
	elif [ ! -d "$1" ] && [ ! -d "$Q/new" ]; then
		need=$((need + 450))
	fi
	free=$(df -P -BM "$Q" | awk 'NR == 2 { print int($4) }')
	[ "$free" -ge "$need" ] ||
		die "$CACHE: $free MiB are free, and $source needs about $need to be built: free some space, or set VQLAB_CACHE=DIR to another disk"
}

# finish DIR: makes the folder of a result visible, in one step.
finish() {
	local dir=$1
	rm -rf "$dir"
	mv "$dir.tmp" "$dir"
}

# given: QEMU=BINARY.
given() {
	local bin dir version
	bin=$(realpath -e "$QEMU" 2>/dev/null) && [ -f "$bin" ] && [ -x "$bin" ] || {
		say "QEMU=$QEMU: no such program: name a qemu-system-x86_64 binary"
		exit 2
	}
	dir=$Q/bin-given-$(stat -c '%n %s %Y %i' "$bin" | sha256sum | cut -c1-16)
	if [ ! -f "$dir/manifest.json" ]; then
		version=$("$bin" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p')
		[ -n "$version" ] || {
			say "QEMU=$QEMU: this is no QEMU: --version does not say so"
			exit 2
		}
		# Of this one device: for a list of all, QEMU loads each module that it finds.
		"$bin" -machine none -device virtio-blk-pci,help 2>/dev/null | grep ' drive=' >/dev/null || {
			say "QEMU=$QEMU: it has no virtio-blk-pci device; vqlab needs an x86_64 QEMU with virtio"
			exit 2
		}
		rm -rf "$dir.tmp"
		mkdir "$dir.tmp"
		ln -s "$bin" "$dir.tmp/qemu-system-x86_64"
		manifest "$bin" "$version" "binary $bin" false '' '' >"$dir.tmp/manifest.json"
		finish "$dir"
	fi
	echo "$dir"
}

# show DIR: prints the result that is asked for, given the folder of a build.
show() {
	case $want in
	source) realpath "$1/tree/src" ;;
	*) echo "$1" ;;
	esac
}

# from_source ARG...: a developer's tree, or Debian's.
from_source() {
	local recipe ours source id tree dir base of
	# What decides whether objects can be used again at all.
	recipe=$({ printf '%s\n' "${CONFIGURE[@]}" "$CFLAGS_QEMU" "$LDFLAGS_QEMU"
		"${CC:-cc}" --version; cat "$SETUP/qemu-cc"; } | sha256sum)
	ours=$(cd "$TOP/variants" && key *.c *.h qemu/* "$SETUP/qemu-build.sh" "${COUNTER[@]}")

	if [ -n "${QEMU_SRC:-}" ]; then
		find_tree
		source="tree $base"
		if [ -n "${QEMU_REV:-}" ]; then
			find_revision "$QEMU_REV"
			source+=" at $(of_tree rev-parse --short=12 "$REVISION")"
			id="tree $base revision $REVISION"
		else
			check_subprojects "$base"
			id="$source $(tree_state "$base")"
		fi
		[ "${QEMU_HOOKS:-}" != off ] || id+=" without hooks"
	elif [ -f "$Q/release" ]; then
		source="Debian $(cat "$Q/release")"
		id=$source
	else
		source='' id=''
	fi

	if [ "$want" = source ] && [ -z "${QEMU_SRC:-}" ] && [ -n "$id" ]; then
		# Whatever it was unpacked for; a build there need not have ended.
		for tree in "$Q"/tree-*; do
			[ "Debian $(cat "$tree/version" 2>/dev/null)" = "$id" ] || continue
			echo "$tree/src"
			return
		done
	fi
	dir=$Q/bin-$(echo "$id $recipe $ours" | sha256sum | cut -c1-16)
	if [ -n "$id" ] && [ -f "$dir/manifest.json" ]; then
		touch "$dir"
		show "$dir"
		return
	fi
	[ "$want" != known ] || return 0

	# Builds take turns; the second usually finds the first's result.
	exec 9>"$Q/lock"
	flock -n 9 || { say "waiting for another build of QEMU"; flock 9; }
	if [ -z "$source" ]; then
		if [ ! -f "$Q/release" ]; then
			rm -rf "$Q/new"
			fetch_release "$Q/new"
			source="Debian $(cat "$Q/new/version")"
		else
			source="Debian $(cat "$Q/release")"
		fi
		id=$source
		dir=$Q/bin-$(echo "$id $recipe $ours" | sha256sum | cut -c1-16)
	fi
	[ -f "$dir/manifest.json" ] && { show "$dir"; return; }

	# All revisions of a tree share one, so that the next is an incremental build.
	of=$source
	[ -z "${QEMU_REV:-}" ] || of="revisions of $base"
	tree=$Q/tree-$(echo "$of $recipe" | sha256sum | cut -c1-16)
	need_room "$tree"
	if [ -n "${QEMU_REV:-}" ]; then
		mkdir -p "$tree/src"
		say "exporting $REVISION of $base"
		export_revision "$tree/revision"
		"$SETUP/qemu-sync" "$tree/revision" "$tree/src" || die "cannot copy $REVISION"
		rm -rf "$tree/revision"
	elif [ -n "${QEMU_SRC:-}" ]; then
		mkdir -p "$tree/src"
		say "copying $base"
		"$SETUP/qemu-sync" "$base" "$tree/src" || die "cannot copy $base"
	elif [ -d "$Q/new" ]; then
		rm -rf "$tree"
		mv "$Q/new" "$tree"
		echo "${source#Debian }" >"$Q/release"
	elif [ ! -d "$tree" ]; then
		fetch_release "$tree"
		[ "$(cat "$tree/version")" = "${source#Debian }" ] || {
			# What was built before is served no longer: choose again.
			rm -rf "$tree" "$Q/release"
			exec 9>&-
			exec "$0" "$@"
		}
	fi
	[ "$want" = source ] && { echo "$tree/src"; return; }
	build "$tree" "$dir" "$source"
	tidy
	echo "$dir"
}

# tidy: keeps the results used last; a tree a release no longer needs is small
# beside the time that it saves, so trees stay.
tidy() {
	local old
	mapfile -t old < <(ls -dt "$Q"/bin-* | tail -n +13)
	[ ${#old[@]} -eq 0 ] || rm -rf "${old[@]}"
}

case $*${QEMU:+ QEMU} in
'') want=build; from_source ;;
--source) want=source; from_source "$@" ;;
--known) want=known; from_source ;;
' QEMU') given ;;
*)
	echo "usage: runners/setup/qemu.sh [--source|--known]    (neither with QEMU=)" >&2
	exit 2
	;;
esac
