#!/bin/bash
# Build each QEMU release that vqlab serves and run what concerns the hooks: a part of
# make matrix.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: matrix.sh     (RELEASES="N.N ..."; else those of variants/tests/releases)
#
# A build takes minutes, once; a run about four, two of them random drivers.  Prints what each test says and
# in the end a line for each release.  Exit 1 if one failed.
set -euo pipefail
cd "$(dirname "$0")/../.."

read -ra releases <<<"${RELEASES:-$(cat variants/tests/releases)}"

export VQLAB_TEST_SECONDS=${VQLAB_TEST_SECONDS:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rc=0
for r in "${releases[@]}"; do
	export QEMU_RELEASE=$r
	if dir=$(runners/setup/qemu.sh); then
		version=$(sed -n 's/^ *"source": "\(.*\)",$/\1/p' "$dir/manifest.json")
		runners/tests/run-tests variants/tests/hooks.sh variants/tests/refuse.sh \
			runners/tests/ring-random.sh build/variants/tests/test-qemu 2>&1 | tee "$work/log" || rc=1
		said=$(tail -n 1 "$work/log")
	else
		version=$r said='not built' rc=1
	fi
	echo "QEMU $version: $said" >>"$work/verdicts"
done
cat "$work/verdicts"
exit $rc
