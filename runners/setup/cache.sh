# Where fetched and expensive things live; sourced by this folder's scripts.
# SPDX-License-Identifier: GPL-2.0-or-later
CACHE=${VQLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vqlab}
mkdir -p "$CACHE"
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# say WORDS...: progress, on stderr: stdout carries results between scripts.
say() { echo "vqlab: $*" >&2; }
die() { say "$@"; exit 1; }

# key FILE...: one short hash over the named files' contents.
key() { sha256sum -- "$@" | cut -d' ' -f1 | sha256sum | cut -c1-16; }
