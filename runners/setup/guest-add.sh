#!/bin/bash
# A guest with programs of the user's own in it; prints the folder that holds it.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: guest-add.sh GUEST [--program FILE PLACE]... [--package NAME]...
#
# GUEST is a folder of guest.sh's.  FILE, of this host, goes to PLACE in the guest, with all
# libraries that ldd names at the places that it names.  Of Debian packages of this host's
# release, with those that they depend on, all files go there but documentation; their
# scripts are not run.  The image is the guest's with another archive behind it, whose files
# go before those of the first (the kernel takes any number, one after the other).  Such
# folders are keyed by all that they are made from.
# Exit status 2: what is asked for cannot be put into a guest.
set -euo pipefail
usage() {
	echo "usage: runners/setup/guest-add.sh GUEST [--program FILE PLACE]... [--package NAME]..." >&2
	exit 2
}
[ $# -ge 3 ] || usage
BASE=$1
shift
PROGRAMS=() PLACES=() PACKAGES=()
while [ $# -gt 0 ]; do
	case $1 in
	--program)
		[ $# -ge 3 ] || usage
		PROGRAMS+=("$2") PLACES+=("$3")
		shift 3
		;;
	--package)
		[ $# -ge 2 ] || usage
		PACKAGES+=("$2")
		shift 2
		;;
	*) usage ;;
	esac
done
. "$(dirname "$0")/cache.sh"
. "$TOP/runners/setup/apt.sh"

GUEST=$CACHE/guest
WORK=
cleanup() { [ -z "$WORK" ] || rm -rf "$WORK"; }
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
refuse() { say "$@"; exit 2; }

[ -e "$BASE/initramfs.cpio" ] && [ -e "$BASE/manifest.json" ] || refuse "$BASE: no guest: runners/setup/guest.sh makes one"

# libraries PROGRAM: the files that it is linked with, one a line; none if it is static.
libraries() {
	local said
	said=$(ldd "$1" 2>&1) || {
		case $said in
		*'not a dynamic executable'* | *'statically linked'*) return 0 ;;
		esac
		refuse "$1: ldd: ${said%%$'\n'*}"
	}
	! grep -q 'not found' <<<"$said" ||
		refuse "$1: needs $(grep 'not found' <<<"$said" | sed 's/^[[:space:]]*//; s/ =>.*//' | paste -sd ' '), which this host lacks"
	grep -o '/[^ ]*' <<<"$said" || :
}

# interpreter SCRIPT: what its first line asks for must be in the guest.
interpreter() {
	local line words name
	IFS= read -r line <"$1" || :
	[[ $line != *$'\r' ]] || refuse "$1: its first line ends in a carriage return, which the kernel takes for a part of the name"
	read -r -a words <<<"${line#\#!}"
	name=${words[0]:-}
	[ "${name##*/}" != env ] || name=${words[1]:-}
	case $name in
	-* | *=*) refuse "$1: its first line has more for env than a name, $name: busybox's, in the guest, may not know it: name the interpreter" ;;
	esac
	[ -n "$name" ] || refuse "$1: its first line names no interpreter"
	case $name in
	/*) grep -qxF "${name#/}" "$WORK/base" || refuse "$1: runs by $name, which the guest lacks" ;;
	*) grep -qxE "(usr/)?bin/$name" "$WORK/base" || refuse "$1: runs by $name, which the guest lacks" ;;
	esac
}

mkdir -p "$GUEST"
exec 9>"$GUEST/lock"
flock -n 9 || {
	say "waiting for another script that makes a guest"
	flock 9
}
WORK=$(mktemp -d "$GUEST/.making.XXXXXX")
cpio -t --quiet <"$BASE/initramfs.cpio" | sed 's,^\./,,' >"$WORK/base"

# apt_of_guest ARGS...: apt-get on the packages, as if none were installed.
apt_of_guest() {
	apt_private apt-get install -y --no-install-recommends -t "$(. /etc/os-release && echo "$VERSION_CODENAME")" \
		-o Dir::State::status="$WORK/status" -o Debug::NoLocking=1 "$@" "${PACKAGES[@]}" 2>"$WORK/apt"
}

# find_packages: "FILE SIZE HASH" of each that is needed, one a line, to $WORK/debs.
find_packages() {
	: >"$WORK/status"
	apt_setup || exit 1
	# What is fetched already is not printed: so from where nothing is.
	mkdir -p "$WORK/none/partial"
	apt_of_guest --print-uris -o Dir::Cache::archives="$WORK/none" >"$WORK/uris" || {
		local why
		why=$(sed -n 's/^E: //p' "$WORK/apt" | sed -n 1p)
		refuse "packages ${PACKAGES[*]}: ${why:-apt-get cannot find what they need}"
	}
	sed -n "s/^'[^']*' //p" "$WORK/uris" >"$WORK/debs"
}

# unpack_packages TO
unpack_packages() {
	local deb rest p
	say "fetching $(wc -l <"$WORK/debs") packages for the guest"
	apt_of_guest --download-only >"$WORK/log" ||
		die "packages ${PACKAGES[*]}: $(sed -n 's/^E: //p' "$WORK/apt" | sed -n 1p)"
	while read -r deb rest; do
		dpkg-deb -x "$CACHE/apt/cache/archives/$deb" "$1" || die "$deb: cannot be unpacked"
	done <"$WORK/debs"
	rm -rf "$1"/usr/share/{doc,man,locale,info,lintian,bug,bash-completion}
	# What the lab's guest rests on.
	for p in init bin/busybox bin/agent bin/vqlab-links; do
		rm -f "$1/$p"
	done
}

: >"$WORK/debs"
[ ${#PACKAGES[@]} = 0 ] || find_packages

# "FILE<tab>PLACE", one a line, of all that is copied; and what tells this guest from others.
: >"$WORK/files"
for i in "${!PROGRAMS[@]}"; do
	program=${PROGRAMS[i]}
	printf '%s\t%s\n' "$program" "${PLACES[i]}" >>"$WORK/files"
	: >"$WORK/libraries"
	if [ "$(head -c 2 "$program" | tr -d '\0')" = '#!' ]; then
		[ -s "$WORK/debs" ] || interpreter "$program"
	else
		libraries "$program" >"$WORK/libraries"
		sed 's/.*/&\t&/' "$WORK/libraries" >>"$WORK/files"
	fi
	echo "${PLACES[i]} $(sha256sum <"$program")"
	# As guest.sh: a library is told by name, size and date.
	[ ! -s "$WORK/libraries" ] || xargs -d '\n' stat -Lc '%n %s %Y' <"$WORK/libraries"
done >"$WORK/inputs"
{
	cat "$WORK/debs"
	sha256sum "$BASE/manifest.json" "$0" | cut -c1-64
	stat -Lc '%n %s %Y' "$BASE/initramfs.cpio"
} >>"$WORK/inputs"
name=$(key "$WORK/inputs")

make_image() {
	local out=$1 root=$WORK/root file place
	mkdir -p "$root" "$out"
	[ ! -s "$WORK/debs" ] || unpack_packages "$root"
	while IFS=$'\t' read -r file place; do
		mkdir -p "$root$(dirname "$place")"
		cp -L "$file" "$root$place"
	done < <(sort -u "$WORK/files")
	find "$root" -exec touch -hd @0 {} +
	cp --reflink=auto "$BASE/vmlinuz" "$out/vmlinuz"
	cp --reflink=auto "$BASE/initramfs.cpio" "$out/initramfs.cpio"
	(cd "$root" && find . -mindepth 1 | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet) >>"$out/initramfs.cpio"
	# What the first one says, and what was added.
	{
		sed '$d' "$BASE/manifest.json" | sed '$s/$/,/'
		printf ' "added": "%s"\n}\n' "$(added | paste -sd, | sed "s/,/, /g" | sed 's/[\\"]/\\&/g')"
	} >"$out/manifest.json"
}

# added: programs, each with the start of its hash; packages that were asked for, with versions.
added() {
	local i p
	for i in "${!PROGRAMS[@]}"; do
		printf '%s (%.12s)\n' "${PLACES[i]##*/}" "$(sha256sum <"${PROGRAMS[i]}")"
	done
	for p in "${PACKAGES[@]}"; do
		awk -F_ -v p="$p" '$1 == p { print $1, $2 }' "$WORK/debs"
	done
}

if [ ! -e "$GUEST/$name/manifest.json" ]; then
	say "making the guest image with what the plan adds"
	make_image "$WORK/image"
	rm -rf "${GUEST:?}/$name"
	mv "$WORK/image" "$GUEST/$name"
fi
touch "$GUEST/$name"
echo "$GUEST/$name"
