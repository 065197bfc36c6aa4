#!/bin/bash
# The hooks on the source of each QEMU release that they are to serve, from the
# oldest to the newest: Debian's.  make matrix builds and runs them.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
cd "$(dirname "$0")/../.."

. runners/tests/tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tap_logs=("$work/err")
files=(hw/virtio/virtio.c include/hw/virtio/virtio.h hw/virtio/meson.build
	scripts/cocci-macro-file.h)

# skip NAME WHY: what this host cannot do.
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# shipped RELEASE: the files that apply-hooks needs, as QEMU ships them; 1 if
# the mirror has no such release, else it must be there.
shipped() {
	local src f
	src=$(QEMU_RELEASE=$1 runners/setup/qemu.sh --source 2>"$work/err") || return 1
	for f in "${files[@]}"; do
		mkdir -p "$work/$1/${f%/*}"
		if [ -f "$src/$f.vqlab-orig" ]; then
			cp "$src/$f.vqlab-orig" "$work/$1/$f"
		else
			cp "$src/$f" "$work/$1/$f"
		fi
	done
}

# added RELEASE: how many lines the hooks add to virtio.c, and how many they take
# from it that do not begin virtqueue_fill or virtqueue_flush, which get other names.
added() {
	{ diff "$work/$1/hw/virtio/virtio.c.vqlab-orig" "$work/$1/hw/virtio/virtio.c" || true; } |
		awk '/^>/ { more++ }
			/^</ && !/^< void virtqueue_(fill|flush)\(/ && !/^< +unsigned int len, unsigned int idx\)$/ { less++ }
			END { print more + 0, less + 0 }'
}

for r in $(cat variants/tests/releases); do
	if ! shipped "$r"; then
		skip "hooks find their places in QEMU $r" "$(tail -n 1 "$work/err")"
		continue
	fi
	check "hooks find their places in QEMU $r" variants/qemu/apply-hooks "$work/$r"
	counts=$(added "$r")
	check "and take but the names of two functions" [ "${counts#* }" = 0 ]
	# The same hooks everywhere, no more in one release than in another.
	check "as many as in the others (${counts% *})" [ "${counts% *}" = "${first:=${counts% *}}" ]
done

tap_end
