#!/bin/bash
# The text format and the strategies on mutated operations.
# SPDX-License-Identifier: GPL-2.0-or-later
make -s --no-print-directory build/fuzz/fuzz-ops build/vqreplay >/dev/null || exit 1
seeds=$(mktemp)
trap 'rm -f "$seeds"' EXIT
cat >"$seeds" <<'SEEDS'
#!/bin/sh
for ring in split:4 split:16 packed:5 packed:16; do
	for kind in in-order shuffle:4 reverse:4 straggler:3 full; do
		build/vqreplay --synth $kind --ring $ring --chain 3 --elements 24 --ops \
			-o "$1/$kind-$ring" || exit 1
	done
done
for shape in 0 1 2; do
	printf '\377\00'$shape'\0\1\1\0\0\2\2\0\2\2\1\5\4\2\1\2\5\1\1\0\6\1\1\0\7\1\5\377' \
		>"$1/events-$shape"
done
cat >"$1/all" <<'END'
ring split 8
pop 0 1
pop 1 1
pop 2 1
fill 2 5
unpop 3
rewind 1
detach 1
flush
reset
END
SEEDS
chmod +x "$seeds"
runners/tests/fuzz.sh build/fuzz/fuzz-ops "$seeds"
