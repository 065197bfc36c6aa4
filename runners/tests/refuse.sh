#!/bin/bash
# What cannot run is refused before anything is run, and what the caller's shell
# does to a process does not matter.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
chmod 755 "$T"
tap_logs=("$T/out")
qemu=$(runners/setup/qemu.sh) || exit 1
guest=$(runners/setup/guest.sh) || exit 1

says() { grep -qE -e "$1" "$T/out"; }
fails() {
	local want=$1 rc
	shift
	"$@" >"$T/out" 2>&1
	rc=$?
	[ "$rc" -eq "$want" ] || { echo "exit $rc, should be $want"; return 1; }
}
# plan FILE SCRIPT: the quick plan, without what needs no guest, changed by sed.
plan() {
	sed -e "s,^job=,job=$PWD/configs/," -e 's/^driver=.*/driver=none/' \
		-e '/^# Without a guest/,$d' -e "$2" configs/quick.ini >"$T/$1"
}
vqbench() { build/vqbench "$@"; }

# -- against a QEMU -------------------------------------------------------------
plan 64.ini 's/^size_mib=/queue_size=64\n&/'
plan 1024.ini 's/^size_mib=/queue_size=1024\n&/; s/^\[net net0\]/&\nqueue_size=1024/'
plan net.ini 's/^\[net net0\]/&\nqueue_size=256/'
check 'sizes are good by themselves' fails 0 vqbench check "$T/64.ini"
# The lab's, 10.0.13, takes queue-size and makes the largest rings.
check 'a QEMU that ignores queue_size: check fails' fails 2 vqbench check "$T/64.ini" --qemu "$qemu"
check 'at its line' says '64.ini:[0-9]+: \[disk tail\] queue_size: 64: .* makes rings of 1024'
check 'so does a run, for a net' fails 2 vqbench run "$T/net.ini" --dry-run --qemu "$qemu"
check 'at its line, too' says 'net.ini:[0-9]+: \[net net0\] queue_size: 256: .* rings of 1024'
check 'the size that it makes is good' fails 0 vqbench check "$T/1024.ini" --qemu "$qemu"
# Debian 12's own, 7.2, makes what it is asked for.
other=$(QEMU=$(command -v qemu-system-x86_64) runners/setup/qemu.sh)
check 'on a QEMU that heeds it, 64 is good' fails 0 vqbench check "$T/64.ini" --qemu "$other"
check 'what it lacks is left out of the count' says 'good: 2 workloads, 2 variants, 1 trials'
plan count.ini 's/^driver=none/driver=off/'
check 'a QEMU in which nothing can be counted' fails 1 vqbench run "$T/count.ini" -o "$T/nothing" \
	--counted --together --accel tcg --qemu "$other" --guest "$guest" --variants off
check 'is told why' says "the guest's driver is not counted: .* only a QEMU that the lab built can count"
check 'and what then' says '^vqbench: nothing is left that can be counted; without --counted'
plan packed.ini 's/^kind=/rings=packed\n&/; s/^rings=split/rings=split;packed/'
check 'rings without a workload: refused' fails 2 vqbench run "$T/packed.ini" --dry-run --rings split
check 'with the reason' says "none of the plan's workloads is for these rings"

# -- against vqring: what it refuses -----------------------------------------------
# ring FILE LINE...: a plan with a ring of these lines
ring() {
	printf '%s\n' '[plan]' name=r 'variants=off;qemu' 'rings=split;packed' '[workload r]' \
		kind=ring "${@:2}" >"$T/$1"
}
ring good.ini measure=count size=64 chain=2 depth=16
check 'a ring that can be' fails 0 vqbench check "$T/good.ini"
check 'is counted as such' says 'good: 1 workloads, 2 variants, 0 trials, 1 of vqring'
ring 12.ini measure=time size=12
check 'a split ring of 12: check fails' fails 2 vqbench check "$T/12.ini"
check 'at its line, in the words of vqring' says '12.ini:6: \[workload r\] kind: on split rings: .*power of two'
check 'so does a run' fails 2 vqbench run "$T/12.ini" --dry-run
ring deep.ini measure=count size=8 chain=4 depth=4
check 'more in flight than the ring holds' fails 2 vqbench check "$T/deep.ini"
check 'likewise' says 'deep.ini:6: .*on split rings: .*does not hold as many'
ring 12p.ini measure=count size=12 rings=packed chain=3 depth=4
check 'a packed ring of 12 is good' fails 0 vqbench check "$T/12p.ini"
check 'what is counted alone' fails 0 vqbench run "$T/12.ini" --dry-run --counted --rings packed
check 'may be nothing' says '^# plan r, seed [0-9]*, 0 trials$'

# -- against nothing ------------------------------------------------------------------
plain() { ! LC_ALL=C grep -q $'\e' "$T/out"; }
check 'a plan that is not there' fails 2 vqbench check $'n\e[31mone'
check 'is named without its escapes' plain
check 'and with the rest' says 'n\?\[31mone'
cp "$T/64.ini" "$T/$(printf 'g\033[31mood.ini')"
check 'a good plan of such a name' fails 0 vqbench check "$T/$(printf 'g\033[31mood.ini')"
check 'is named without them, too' plain
mkdir "$T/here"
nowhere() { (cd "$T/here" && "$OLDPWD/build/vqbench" run "$T/64.ini" -o '' "$@"); }
check 'an empty -o is refused' fails 2 nowhere --qemu "$other" --guest "$guest"
check 'and named' says '^vqbench: -o: '
check 'and nothing is written' rmdir "$T/here"
no_vqprobe() {
	vqbench run "$T/64.ini" -o "$T/unused" --qemu "$other" --guest "$guest" --vqprobe "$1"
}
for f in /bin/false /bin/true "$T"; do
	check "$f is no vqprobe: refused before anything runs" fails 2 no_vqprobe "$f"
	check 'and named' says "^vqbench: $f: does not answer --version as vqprobe does"
done
check 'no run was begun' test ! -e "$T/unused"
for o in '--seed -1' '--blocks 0' '--blocks 100'; do
	# shellcheck disable=SC2086
	check "$o is refused" fails 2 vqbench run "$T/64.ini" --dry-run $o
	check 'and named' says "^vqbench: ${o% *}: not a number"
done

# -- descriptors and locales ------------------------------------------------------
plan one.ini 's/^seconds=.*/seconds=1/; /^\[net/,/^$/d; /^\[workload tcp/,$d'
# A program that prints numbers as a German perf does, unless it is told not to.
mkdir "$T/bin"
cat >"$T/bin/perf" <<END
#!/bin/sh
[ "\$LC_ALL" = C.UTF-8 ] || { echo '<not counted>,,task-clock,965,77' >&2; exit 1; }
exec $(command -v perf) "\$@"
END
chmod 755 "$T/bin/perf"
run() {
	PATH=$T/bin:$PATH LC_ALL=de_DE.UTF-8 LANGUAGE=de build/vqbench run "$T/one.ini" -o "$T/run" --together \
		--qemu "$qemu" --guest "$guest" --variants off --accel tcg "$@"
}
closed() { run <&- >&-; }
check 'a run with closed descriptors, in a German locale' fails 0 closed
state() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["state"])' "$1"; }
ok() { [ "$(state "$T/run/trials/b01-split-off/trial.json")" = ok ]; }
check 'its trial is good' ok
check 'its messages are not in a file of the run' says '1/1.*: ok'
tap_end
