#!/bin/bash
# The lab on the QEMUs and kernels that Debian serves now, old and new: tables.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: matrix.sh     make matrix calls it; in the environment, with blanks between:
#   ONLY     of: rings guests probes vhost-user hooks       (all)
#   RELEASES  of QEMU, built with the strategies             (variants/tests/releases)
#   KERNELS   Debian releases whose cloud kernels are booted (bookworm trixie sid trixie-backports)
#
# MATRIX.md says what the tables mean and has those of a run.  stdout: the tables; stderr:
# progress, and each thing that is not as it should be.  What was run leaves its logs in
# build/matrix.  Exit 1 if anything was not as it should be, or could not be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
. runners/setup/cache.sh
. runners/setup/apt.sh
. runners/matrix/packages.sh

known=(rings guests probes vhost-user hooks)
read -ra parts <<<"${ONLY:-${known[*]}}"
read -ra releases <<<"${RELEASES:-$(cat variants/tests/releases)}"
read -ra kernels <<<"${KERNELS:-bookworm trixie sid trixie-backports}"
for p in "${parts[@]}"; do
	[[ " ${known[*]} " == *" $p "* ]] || {
		say "ONLY=$p: not one of ${known[*]}"
		exit 2
	}
done
asked() { [[ " ${parts[*]} " == *" $1 "* ]]; }

logs=build/matrix
mkdir -p "$logs"
work=$(mktemp -d)
chmod 755 "$work" # QEMU runs as nobody
cleanup() { rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
amiss=0
# missed WORDS...: something that should be part of the tables is not
missed() {
	say "$@"
	amiss=$((amiss + 1))
}

mkdir -p "$M"
exec 9>"$M/lock"
flock -n 9 || {
	say 'waiting for another make matrix'
	flock 9
}
apt_setup

# The QEMUs, in the order of the tables: their versions, which they are, folders.
versions=() whiches=() dirs=() modules=()
# add WHICH DIR [MODULES]
add() {
	versions+=("$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' "$2/manifest.json")")
	whiches+=("$1") dirs+=("$2") modules+=("${3:-}")
}
for r in "${releases[@]}"; do
	if dir=$(QEMU_RELEASE=$r runners/setup/qemu.sh); then
		add built "$dir"
	else
		missed "QEMU $r: not built"
	fi
done
read -r newest newest_version < <(newest_qemu)
say "the newest QEMU that is served: $newest_version, in $newest"
# As a package, without the strategies: Debian's older ones have no qtest, so that the
# ring driver finds no way in.
if bin=$(packaged_qemu "$newest" "$work") &&
	dir=$(QEMU_MODULE_DIR=$(modules_of "$bin") VQLAB_CACHE=$work/cache QEMU=$bin runners/setup/qemu.sh); then
	add package "$dir" "$(modules_of "$bin")"
else
	missed "$newest's QEMU: not to be had"
fi
[ ${#dirs[@]} -gt 0 ] || die 'no QEMU at all'

# table TITLE SCRIPT: its heading
table() { printf '\n%s\n' "$1" && "runners/matrix/$2" --head; }
# row I SCRIPT ARGS...: with that QEMU's modules
row() {
	local i=$1 script=$2
	shift 2
	QEMU_MODULE_DIR=${modules[i]} "runners/matrix/$script" "$@" || amiss=$((amiss + 1))
}
of() { echo "${versions[$1]}-${whiches[$1]}"; }

# The kernels: labels and folders of their guests.
guests=()
if asked guests || asked probes; then
	for suite in "${kernels[@]}"; do
		if k=$(packaged_kernel "$suite") && g=$(KERNEL=$k runners/setup/guest.sh 2>"$work/said"); then
			guests+=("$g")
		else
			missed "$suite's kernel: not to be had: $(tail -n 1 "$work/said")"
		fi
	done
fi

if asked rings; then
	table 'Rings without a guest: 11 loads on all that the QEMU has' rings.sh
	for i in "${!dirs[@]}"; do
		row "$i" rings.sh "${versions[i]}" "${whiches[i]}" "${dirs[i]}" "$logs/rings-$(of "$i")"
	done
fi
if asked guests; then
	table 'Guests: the quick plan' guests.sh
	for g in "${guests[@]}"; do
		for i in "${!dirs[@]}"; do
			row "$i" guests.sh "${versions[i]}" "${whiches[i]}" "${dirs[i]}" "$g" \
				"$logs/guest-${g##*/}-$(of "$i")"
		done
	done
fi
if asked probes; then
	table 'Probes: what vqprobe counts of what vqring drives' probes.sh
	for i in "${!dirs[@]}"; do
		row "$i" probes.sh "${versions[i]}" "${dirs[i]}" "$logs/probes-$(of "$i")"
	done
	# On a host of the kernel's age: a guest, with the QEMU that the lab takes by itself.
	for i in "${!dirs[@]}"; do
		[[ ${versions[i]} != 10.0.* || ${whiches[i]} != built ]] || break
	done
	for g in "${guests[@]}"; do
		row "$i" probes.sh "${versions[i]}" "${dirs[i]}" "$logs/probes-in-${g##*/}" "${dirs[i]}" "$g"
	done
fi
if asked vhost-user; then
	table "IN_ORDER through vhost-user: DPDK $(package_version dpdk-dev trixie | sed 's/-.*//')" vhost-user.sh
	if unpack dpdk-dev trixie "$work/dpdk" && runs_here "$work/dpdk" "$work/dpdk/usr/bin/dpdk-testpmd" "$work"; then
		for i in "${!dirs[@]}"; do
			[ "${whiches[i]}" = built ] ||
				row "$i" vhost-user.sh "${versions[i]}" "${dirs[i]}" "$work/dpdk" "$logs/vhost-user-$(of "$i")"
		done
	else
		missed "trixie's DPDK: not to be had"
	fi
fi
if asked hooks; then
	printf '\nHooks and strategies in QEMU: tests\n'
	RELEASES=${releases[*]} variants/tests/matrix.sh >"$logs/hooks" || amiss=$((amiss + 1))
	grep '^QEMU ' "$logs/hooks"
fi
[ "$amiss" -eq 0 ] || say "$amiss not as they should be, or missing: see above"
[ "$amiss" -eq 0 ]
