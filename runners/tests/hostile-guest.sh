#!/bin/bash
# Guests whose agent is the host's enemy: whatever it answers, a trial ends in a state
# with a reason, the next one goes on, and neither memory nor disk fills up.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: hostile-guest.sh [SEED...]
#
# A seed is the MiB of the plan's disk, of which hostile-agent.c draws what its two
# trials do, one without order and one in order.  Of make soak, HOSTILE_SECONDS of the
# environment: so long it takes seeds, drawn from HOSTILE_SEED; at least one.
set -uo pipefail
. runners/tests/tap.sh
make -s --no-print-directory build/runners/hostile-agent build/runners/agent >/dev/null || exit 1
seeds=("$@")
# A fio that the agent refuses, and letters that become controls everywhere; other digits
# in what fio says, and a full console before a power off.  Those that end by a limit of time are make soak's.
[ ${#seeds[@]} -gt 0 ] || seeds=(72 107)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
tap_logs=("$tmp/said")
qemu=$(runners/setup/qemu.sh) || exit 1
guest=$(runners/setup/guest.sh) || exit 1

# An archive behind another replaces its files.
mkdir -p "$tmp/guest" "$tmp/root/bin"
cp build/runners/hostile-agent "$tmp/root/bin/agent"
cp build/runners/agent "$tmp/root/bin/agent.real"
cp "$guest/manifest.json" "$guest/vmlinuz" "$tmp/guest"
(cd "$tmp/root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$tmp/more"
cat "$guest/initramfs.cpio" "$tmp/more" >"$tmp/guest/initramfs.cpio"
chmod 755 "$tmp/guest"
chmod 644 "$tmp"/guest/*

# watch PID: as long as it runs, the most memory of it and its vqbench children, in KiB, and
# the largest log.
watch() {
	local p most=0 largest=0 now
	while kill -0 "$1" 2>/dev/null; do
		for p in "$1" $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
			now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$p/status" 2>/dev/null)
			[ "${now:-0}" -le "$most" ] || most=$now
		done
		for now in $(stat -c %s "$tmp"/run/trials/*/*.log 2>/dev/null); do
			[ "$now" -le "$largest" ] || largest=$now
		done
		sleep 0.1
	done
	echo "$most $largest" >"$tmp/most"
}
# ends SEED: a run with it; vqbench's own exit status is that of a run.
ends() {
	sed -e "s,^job=,job=$PWD/configs/," -e '/^\[net/,/^$/d' -e '/^\[workload tcp/,$d' \
		-e "s/^size_mib=.*/size_mib=$1/" -e 's/^driver=.*/driver=none/' \
		-e 's/^stall_seconds=.*/stall_seconds=3/' configs/quick.ini >"$tmp/plan.ini"
	build/vqbench run "$tmp/plan.ini" -o "$tmp/run" --qemu "$qemu" --guest "$tmp/guest" \
		--variants off,array-window --accel tcg --together >"$tmp/said" 2>&1 &
	local pid=$!
	watch $pid
	wait $pid
	rc=$?
	[ $rc -le 1 ] || { echo "exit status $rc"; return 1; }
}
# judged: both trials, each in a state; a reason where that is not ok.
judged() {
	python3 - "$tmp/run/trials" "$tmp/run/journal" <<-'END'
	import json, sys
	journal = open(sys.argv[2]).read()
	for name in 'b01-split-off', 'b01-split-array-window':
	    t = json.load(open(f'{sys.argv[1]}/{name}/trial.json'))
	    console = open(f'{sys.argv[1]}/{name}/console.log', errors='replace').read()
	    did = [l for l in console.split('\n') if l.startswith('hostile: seed')]
	    print(f'# {did[0] if did else name}: {t["state"]}: {t["reason"][:100]}', file=sys.stderr)
	    assert did, 'no hostile agent'
	    assert t['state'] in ('ok', 'invalid', 'stalled', 'crashed', 'failed-to-start'), t['state']
	    assert t['state'] == 'ok' or t['reason'], 'no reason'
	    assert f' end {name} {t["state"]}\n' in journal, 'not in the journal'
	END
}
plain() {
	! LC_ALL=C grep -n "$(printf '[\001-\010\013-\037\177]')" "$tmp/said" "$tmp/run/journal" \
		"$tmp"/run/trials/*/trial.json
}
# Without such a guest vqbench needs 30 MiB; what a command says is 8 MiB at most, the
# console and QEMU's log 1 MiB each, at any time.
small() {
	local kib most largest
	kib=$(du -sk "$tmp/run" | cut -f1)
	read -r most largest <"$tmp/most"
	echo "# $kib KiB of disk, $most KiB of memory, a log of $largest bytes" >&3
	[ "$kib" -lt 40000 ] && [ "$largest" -le 1048576 ] && [ "$most" -lt 60000 ]
}
# vqreport reads what was kept, or names the file.
reported() {
	build/vqreport "$tmp/run" --no-plots >"$tmp/report" 2>&1
	[ $? = 0 ] || { cat "$tmp/report"; return 1; }
}

exec 3>&1
# try SEED
try() {
	check "$1: vqbench outlives it" ends "$1"
	check "$1: both trials end in a state, with a reason" judged
	grep '^# ' "$tap_said" >&3
	check "$1: no control character comes out" plain
	check "$1: it fills neither memory nor disk" small
	check "$1: the run can be reported" reported
	rm -rf "$tmp/run"
}
if [ -n "${HOSTILE_SECONDS:-}" ]; then
	RANDOM=$HOSTILE_SEED begun=$SECONDS seeds=()
	while
		try $((64 + RANDOM % 8128))
		[ $((SECONDS - begun)) -lt "$HOSTILE_SECONDS" ]
	do :; done
fi
for seed in "${seeds[@]}"; do
	try "$seed"
done
tap_end
