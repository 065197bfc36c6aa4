#!/bin/bash
# make doctor: says what there is, and fails when something is missing.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
tap_logs=("$T/out")
make -s --no-print-directory programs >/dev/null

# An empty cache: nothing to boot, so this is quick.
healthy() { VQLAB_CACHE=$T/cache runners/setup/doctor.sh >"$T/out" 2>&1; }
check 'this host will do' healthy
verdicts() { ! grep -Ev '^((ok     |limited|missing)  [^:]+: .|doctor: )' "$T/out"; }
check 'each line is a verdict' verdicts
says() { grep -q "$1" "$T/out"; }
check 'what is not built is limited, with the remedy' says '^limited  QEMU: .*make qemu'
check 'so is what depends on it' says '^limited  KVM: not tried'
check 'vqprobe has its say' says '^ok       BPF: the programs load'
check 'nothing is missing' says '^doctor: everything that is needed works'
builds_nothing() { [ -z "$(ls "$T/cache")" ]; }
check 'nothing was built or fetched' builds_nothing

# A chroot's mounts cannot be made private, so the disk is taken away in any case.
full() {
	! unshare --mount --propagation unchanged bash -c 'mount --make-rprivate / 2>&-
		mount -t tmpfs -o size=1m none "$0" || exit 0
		VQLAB_CACHE=$0 runners/setup/doctor.sh
		rc=$?
		umount "$0"
		exit $rc' "$T/cache" >"$T/out" 2>&1
}
check 'a full disk: exit 1' full
check 'a full disk: said, with the remedy' says '^missing  disk: 0 GiB free .*VQLAB_CACHE'
check 'and said at the end' says '^doctor: something is missing'
no_privilege() {
	chmod 755 "$T"
	! VQLAB_CACHE=$T setpriv --reuid 64001 --regid 64001 --clear-groups \
		runners/setup/doctor.sh >"$T/out" 2>&1
}
check 'an ordinary user: exit 1' no_privilege
check 'an ordinary user: what is missing' says '^missing  .*run as root'
tap_end
