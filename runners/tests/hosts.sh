#!/bin/bash
# make bench HOSTS=...: two hosts, both this one, behind an ssh server on loopback whose homes
# are folders of this test.  Their runs are real, of a ring without a guest.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
tmp=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait
	rm -rf "$tmp"
}
trap cleanup EXIT
. runners/tests/tap.sh
. runners/setup/cache.sh
runners/setup/packages.sh configs/packages-hosts.list || exit 1
tap_logs=("$tmp/said" "$tmp/server.log")

# -- a server: in a mount namespace of its own, where root's home is another ------------
home=$(getent passwd root | cut -d: -f6)
mkdir -m 700 -p "$tmp/home/.ssh" "$tmp/home/.cache/vqlab"
dropbearkey -t ed25519 -f "$tmp/hostkey" >"$tmp/key.said" 2>&1
ssh-keygen -q -t ed25519 -N '' -f "$tmp/id"
cp "$tmp/id.pub" "$tmp/home/.ssh/authorized_keys"
port() { ss -Hltnp 2>/dev/null | sed -n "s/.*127\.0\.0\.1:\([0-9]*\) .*pid=$server,.*/\1/p"; }
# A port that is free now may be taken before the server has it: then another.
serve() {
	local p
	for p in $(shuf -i 20000-60000 -n 20); do
		unshare --mount --propagation private bash -c '
			mount --bind "$3" "$1/home/.cache/vqlab" && mount --rbind "$1/home" "$2" &&
			exec dropbear -F -E -s -j -k -r "$1/hostkey" -P "$1/pid" -p "127.0.0.1:$4"' \
			serve "$tmp" "$home" "$CACHE" "$p" 2>"$tmp/server.log" &
		server=$!
		while kill -0 "$server" 2>/dev/null; do
			[ -z "$(port)" ] || return 0
			sleep 0.1
		done
	done
	return 1
}
check 'an ssh server on loopback' serve
cat >"$tmp/config" <<END
Host near far
	HostName 127.0.0.1
	Port $(port)
Host gone
	HostName 127.0.0.1
	Port 1
Host *
	User root
	IdentityFile $tmp/id
	IdentitiesOnly yes
	UserKnownHostsFile $tmp/known
	StrictHostKeyChecking accept-new
	LogLevel ERROR
END

# -- a clone, which the hosts get, and a plan of seconds --------------------------------
git clone -q . "$tmp/clone"
cat >"$tmp/clone/configs/two.ini" <<'END'
[plan]
name=two
variants=off;in-place
rings=split
blocks=2
seed=1
[workload time]
kind=ring
measure=time
seconds=1
[workload count]
kind=ring
measure=count
elements=256
END
# Built already, and older than that: what is tested is not the compiler.
git -C "$tmp/clone" ls-files -z | (cd "$tmp/clone" && xargs -0 touch -h -d 2001-01-01)
for at in clone home/vqlab-near home/vqlab-far; do
	mkdir -p "$tmp/$at"
	cp -a build "$tmp/$at/build"
done
bench() {
	(cd "$tmp/clone" && VQLAB_CACHE=$CACHE VQLAB_TOGETHER=1 CONFIG=configs/two.ini RUN=results/both \
		SSH="ssh -F $tmp/config" HOSTS="$*" runners/setup/hosts.sh) >"$tmp/said" 2>&1
}
says() { grep -qE -- "$1" "$tmp/said"; }
fails() { ! "$@"; }
run=$tmp/clone/results/both
parts() { (cd "$run/$1/rings" && echo *); }

check 'two hosts, one of them not there: fails' fails bench near gone
check 'and says which' says '^gone.*the clone cannot be copied there'
check 'the other has its run' test "$(parts near)" = 'count.json time-split-b01.json time-split-b02.json'
check 'which is the report' says 'of 1 of 2 hosts'
check 'the same command, with two that are there' bench near far
check 'the second has its run, too' test "$(parts far)" = 'count.json time-split-b01.json time-split-b02.json'
check 'the first did nothing twice' says '^near.*3 of 3 parts are there already'
check 'what they say together' grep -q '^vqlab: 2 runs together' "$run/report.txt"
check 'that they count the same' grep -q '^count: 2 of 2 cells are the same on all hosts' "$run/report.txt"
check 'each has its own report' test -s "$run/near/report/report.txt" -a -s "$run/far/report/report.txt"
for bad in 'a;b' -x 'near near'; do
	check "HOSTS='$bad' is refused" fails bench "$bad"
	check 'as what it is' says 'HOSTS: .* (is no name of a host|stands there twice)'
done
kill "$server"
wait "$server" 2>/dev/null
server=
check 'no server: both fail' fails bench near far
check 'and what they did is still there' says 'of 2 of 2 hosts'
tap_end
