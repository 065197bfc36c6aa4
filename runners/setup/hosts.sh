#!/bin/bash
# make bench HOSTS="a b c": the plan on each of them, through ssh, and what they say together.
# make bench SLURM=N: on as many hosts of a cluster.
# CONFIG, RUN, BLOCKS, BUDGET, TUNE, QEMU_SRC and AGAINST come from make, and go on to the hosts.
# usage: hosts.sh                  all of HOSTS, or SLURM; into RUN/HOST, and RUN/report.txt
#        hosts.sh HOST             one of them; GNU parallel calls it
#        hosts.sh --here HOST      this one, of that name; configs/slurm/bench.sbatch calls it
#        hosts.sh --together       what those say that are in RUN; likewise, together.sbatch
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A host gets a copy of this clone, its ~/vqlab-HOST, and runs whole blocks, so that ratios stay
# within a host.  It keeps its run until it has been fetched, so the same command with RUN goes
# on where a host, or the way to it, failed.  SSH is how to get there, "ssh" if not given.
#
# The tree of QEMU_SRC goes there, too, to ~/vqlab+NAME-KEY, whose name tells one tree from another
# and is the same on all hosts: QEMU has the names of its own files in it, and what differs is not
# pooled.
set -euo pipefail
cd "$(dirname "$0")/../.."
. runners/setup/cache.sh
. runners/setup/qemu-tree.sh

SSH=${SSH:-ssh}
# No question can be answered here, and a host that is not there must not hold up the others.
ssh_options=(-o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=30)
remote_shell="$SSH ${ssh_options[*]}"
LOCK=.vqlab+lock

# at HOST, at_here: set home, what a name in root's home there begins with for rsync, with its
# options in through; copy_alone, rsync where several hosts may have that home; and on COMMAND,
# which runs there: with a terminal, so that it ends there when the connection does; here, not as
# a part of the make that submitted it.
at() {
	home=$1: through=(-e "$remote_shell")
	copy_alone=(rsync --rsync-path="flock $LOCK rsync")
	on() { $remote_shell -tt -- "${home%:}" "$1" </dev/null; }
}
at_here() {
	home=$HOME/ through=()
	copy_alone=(flock "$HOME/$LOCK" rsync)
	on() { (cd && exec env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u SLURM bash -c "$1") </dev/null 2>&1; }
}

# bench_command HOST NAME: what HOST is to do, as its shell reads it.
bench_command() {
	local name
	printf 'cd %q && exec make bench RUN=%q' "vqlab-$1" "results/$2"
	for name in CONFIG BLOCKS BUDGET TUNE AGAINST; do
		[ -z "${!name:-}" ] || printf ' %s=%q' "$name" "${!name}"
	done
	[ -z "${QEMU_SRC:-}" ] || printf ' QEMU_SRC=%q' "../$(tree_there)"
}

# tree_there: the name of the copy of QEMU_SRC, in root's home on a host.
tree_there() {
	local name=${QEMU_SRC##*/}
	echo "vqlab+${name//[^A-Za-z0-9._-]/_}-$(sha256sum <<<"$QEMU_SRC" | cut -c1-8)"
}

# carry_tree: the tree of QEMU_SRC, without what was built in it, to the host; and of all its
# history the commit AGAINST.
carry_tree() {
	local built there git failed=
	there=$home$(tree_there)
	mapfile -t built < <(cd "$QEMU_SRC" && find . -mindepth 2 -name build.ninja -printf '%h\n')
	"${copy_alone[@]}" -a --delete --exclude=.git "${built[@]/#./--exclude=}" "${through[@]}" \
		"$QEMU_SRC/" "$there/" || return
	[ -n "${AGAINST:-}" ] || return 0
	base=$QEMU_SRC
	find_revision "$AGAINST"
	git=$(mktemp -d)
	export_commit "$REVISION" "$git/tree" &&
		"${copy_alone[@]}" -a --delete "${through[@]}" "$git/tree/.git/" "$there/.git/" ||
		failed=1
	rm -rf "$git"
	[ -z "$failed" ]
}

# one HOST: its part; what it prints has its name in front.
one() {
	local host=$1 name status=0 kept
	name=$(basename -- "$RUN")
	# Whoever begins and has no run later is missed.
	mkdir -p -- "$RUN/$host"
	say "the clone goes there"
	# Of the runs only those that belong to the tree.
	mapfile -t kept < <(git ls-files results | cut -d/ -f-2 | sort -u)
	rsync -a --delete "${kept[@]/#/--include=/}" --exclude='/results/*' --exclude=/build/ \
		"${through[@]}" ./ "${home}vqlab-$host/" || die "the clone cannot be copied there"
	if [ -n "${QEMU_SRC:-}" ]; then
		say "the tree $QEMU_SRC goes there"
		carry_tree || die "that tree cannot be copied there"
	fi
	# Line by line: whoever looks on wants to see them, and a host that dies says no more.
	on "$(bench_command "$host" "$name")" | sed -u 's/\r//g' || status=$?
	# Also of a run that failed: what has ended counts.
	rsync -a "${through[@]}" "${home}vqlab-$host/results/$name/" "$RUN/$host/" ||
		die "no run could be fetched from there"
	[ "$status" -eq 0 ] || die "its run ended with $status"
	say "done"
}

# usable RUN: has it anything to report?
usable() { [ -f "$1/run.json" ] && build/vqreport --no-plots -o "$1" "$1" >/dev/null 2>&1; }

# together TOTAL HOST...: what those with a run say, of so many that there should be.
together() {
	local total=$1 host runs=()
	shift
	for host; do
		if usable "$RUN/$host"; then
			build/vqreport "$RUN/$host" >/dev/null
			runs+=("$RUN/$host")
		else
			say "$host: no run of it is here: it failed, or died; the same command with RUN=$RUN goes on"
		fi
	done
	case ${#runs[@]} in
	0) die "no host has a run with a finished part" ;;
	1) cp "${runs[0]}/report/report.txt" "$RUN/report.txt" ;;
	*) build/vqreport "${runs[@]}" >"$RUN/report.new" && mv "$RUN/report.new" "$RUN/report.txt" ;;
	esac
	cat "$RUN/report.txt"
	say "report: $RUN/report.txt, of ${#runs[@]} of $total hosts; each one's own: $RUN/HOST/report/"
}

# hosts_there: who began, whenever that was.
hosts_there() {
	local run
	for run in "$RUN"/*/; do
		[ ! -d "$run" ] || basename -- "$run"
	done
}

# check_carried: nothing that was asked for is left behind without a word.
check_carried() {
	local name
	for name in QEMU KERNEL; do
		[ -z "${!name:-}" ] || die "$name=${!name}: stays on this host, with the files that it needs: make bench $name= on each of them, then build/vqreport RUN RUN... says what they say together$([ $name != QEMU ] || echo '; QEMU_SRC=DIR, its source, goes there')"
	done
	[ -z "${UNTIL:-}" ] ||
		die "UNTIL=$UNTIL: is for one host: what several say together needs a number of blocks that none of their figures decided"
	[ -z "${AGAINST:-}" ] || check_against
	[ -n "${QEMU_SRC:-}" ] || return 0
	find_tree
	check_subprojects "$base"
	QEMU_SRC=$base
	# As it is now: on a cluster, a branch may move until the last host begins.
	if [ -n "${AGAINST:-}" ]; then
		find_revision "$AGAINST"
		AGAINST=$(of_tree rev-parse --short=12 "$REVISION")
	fi
	export QEMU_SRC AGAINST
}

# settle: CONFIG and RUN, as the hosts and we ourselves are to find them.
settle() {
	check_carried
	build/vqbench check "$CONFIG"
	[[ $(realpath -- "$CONFIG") == "$TOP"/* ]] ||
		die "CONFIG=$CONFIG: lies outside of this clone, which is what the hosts get"
	CONFIG=$(realpath --relative-to="$TOP" -- "$CONFIG")
	RUN=${RUN:-results/hosts-$(date -u +%Y%m%d-%H%M%S)}
	mkdir -p -- "$RUN"
	export CONFIG RUN
}

# submit: SLURM hosts' shares, and behind them, however they end, what they say together.
submit() {
	local array behind
	[[ $SLURM =~ ^[1-9][0-9]{0,3}$ ]] || die "SLURM=$SLURM: is no number of hosts"
	[ -z "${HOSTS:-}" ] || die "SLURM=$SLURM: the cluster chooses the hosts: HOSTS= is for ssh"
	command -v sbatch >/dev/null ||
		die "SLURM=$SLURM: sbatch is missing: where the cluster takes jobs, Debian's slurm-client has it"
	settle
	array=$(sbatch --parsable --array="1-$SLURM" --output="$RUN/slurm-%a.log" configs/slurm/bench.sbatch)
	behind=$(sbatch --parsable --dependency="afterany:${array%%;*}" \
		--output="$RUN/slurm-together.log" configs/slurm/together.sbatch)
	say "submitted: jobs ${array%%;*} ($SLURM hosts) and ${behind%%;*}, which writes $RUN/report.txt; the same command with RUN=$RUN goes on"
}

case ${1:-} in
--here) at_here; one "$2"; exit ;;
--together)
	mapfile -t hosts < <(hosts_there)
	together "${SLURM:-${#hosts[@]}}" "${hosts[@]}"
	exit
	;;
?*) at "$1"; one "$1"; exit ;;
esac
[ -z "${SLURM:-}" ] || { submit; exit; }

read -ra hosts <<<"$HOSTS"
seen=' '
for host in "${hosts[@]}"; do
	# It names a folder, and stands in a command line.
	[[ $host =~ ^[A-Za-z0-9][A-Za-z0-9._@-]*$ ]] || die "HOSTS: '$host' is no name of a host"
	[[ $seen != *" $host "* ]] || die "HOSTS: $host stands there twice"
	seen+="$host "
done
settle
runners/setup/packages.sh configs/packages-hosts.list
say "running $CONFIG on ${#hosts[@]} hosts into $RUN (the same command with RUN=$RUN goes on)"
failed=0
parallel --will-cite --jobs 0 --halt never --tag --line-buffer --joblog "$RUN/hosts.log" \
	"$PWD/runners/setup/hosts.sh" ::: "${hosts[@]}" || failed=$?
together ${#hosts[@]} "${hosts[@]}"
[ "$failed" -eq 0 ] || {
	say "$failed of ${#hosts[@]} hosts failed: see above, and $RUN/hosts.log"
	exit 1
}
