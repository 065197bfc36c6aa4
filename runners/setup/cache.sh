# Where fetched and expensive things live; sourced by this folder's scripts.
# SPDX-License-Identifier: GPL-2.0-or-later
export LC_ALL=C.UTF-8
unset LANGUAGE

# say WORDS...: progress, on stderr: stdout carries results between scripts.  Of what fails,
# the last words are why: who calls reads them in the file VQLAB_WHY.
say() {
	echo "vqlab: $*" >&2
	[ -z "${VQLAB_WHY:-}" ] || echo "$*" >"$VQLAB_WHY"
}
die() { say "$@"; exit 1; }

# find_cache: sets CACHE, an absolute name: the scripts change folders.
find_cache() {
	CACHE=${VQLAB_CACHE:-${XDG_CACHE_HOME:+$XDG_CACHE_HOME/vqlab}}
	CACHE=${CACHE:-${HOME:+$HOME/.cache/vqlab}}
	[ -n "$CACHE" ] || die "no place for what is built and fetched: HOME is not set; set it, or VQLAB_CACHE=DIR"
	CACHE=$(realpath -m -- "$CACHE")
	mkdir -p -- "$CACHE" || die "$CACHE: cannot be made: set VQLAB_CACHE=DIR to another place"
}
find_cache
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# key FILE...: one short hash over the named files' contents.
key() { sha256sum -- "$@" | cut -d' ' -f1 | sha256sum | cut -c1-16; }
