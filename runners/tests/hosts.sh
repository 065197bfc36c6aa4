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
. runners/tests/hosts-lib.sh
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
make_clone configs/two.ini near far <<'END'
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
# bench HOST...: into $run.
bench() {
	(cd "$tmp/clone" && VQLAB_CACHE=$CACHE VQLAB_TOGETHER=1 CONFIG=$config RUN=${run#"$tmp/clone/"} \
		SSH="ssh -F $tmp/config" HOSTS="$*" runners/setup/hosts.sh) >"$tmp/said" 2>&1
}
config=configs/two.ini
run=$tmp/clone/results/both
parts() { (cd "$run/$1/rings" && echo *); }

refuses bench near
check 'two hosts, one of them not there: fails' fails bench near gone
check 'and says which' says '^gone.*the clone cannot be copied there'
check 'that there is nothing of it' says '^vqlab: gone: no run of it is here: it failed, or died; the same command with RUN=results/both goes on'
check 'the other has its run' test "$(parts near)" = 'count.json time-split-b01.json time-split-b02.json'
check 'which is the report' says 'of 1 of 2 hosts'
check 'the same command, with two that are there' bench near far
check 'the second has its run, too' test "$(parts far)" = 'count.json time-split-b01.json time-split-b02.json'
check 'the first did nothing twice' says '^near.*3 of 3 parts are there already'
agree 2
check 'each has its own report' test -s "$run/near/report/report.txt" -a -s "$run/far/report/report.txt"
for bad in 'a;b' -x 'near near'; do
	check "HOSTS='$bad' is refused" fails bench "$bad"
	check 'as what it is' says 'HOSTS: .* (is no name of a host|stands there twice)'
done

# -- a developer's tree goes along -------------------------------------------------------
# A work tree of git's, so that its history is elsewhere; changed, and built in.
develop() { git -C "$tmp/mine" -c user.name=t -c user.email=t@example.org "$@"; }
git init -q -b main "$tmp/mine"
mkdir -p "$tmp/mine/hw/virtio"
for word in older base head; do
	echo "$word" >"$tmp/mine/hw/virtio/virtio.c"
	develop add .
	develop commit -qm "$word"
done
develop worktree add -q --detach "$tmp/tree"
echo changed >"$tmp/tree/hw/virtio/virtio.c"
mkdir "$tmp/tree/out"
touch "$tmp/tree/out/build.ninja" "$tmp/tree/out/large"
# A stand-in for the build says what it got, and gives the lab's own QEMU.
sed '/^\[workload time/,/^seconds/d' "$tmp/clone/configs/two.ini" >"$tmp/clone/configs/one.ini"
mv "$tmp/clone/runners/setup/qemu.sh" "$tmp/clone/runners/setup/qemu-lab.sh"
cat >"$tmp/clone/runners/setup/qemu.sh" <<'END'
#!/bin/bash
git() { command git -c safe.directory='*' -C "$QEMU_SRC" "$@"; }
if [ -n "${QEMU_REV:-}" ]; then
	echo "built: $(git show "$QEMU_REV:hw/virtio/virtio.c"), of $(git rev-list "$QEMU_REV" | wc -l) commits" >&2
elif [ -n "${QEMU_SRC:-}" ]; then
	echo "built: $(cd "$QEMU_SRC" && cat hw/virtio/virtio.c && echo *)" | tr '\n' ' ' >&2
	echo >&2
fi
unset QEMU_SRC QEMU_REV QEMU_HOOKS
exec "${0%/*}/qemu-lab.sh" "$@"
END
chmod 755 "$tmp/clone/runners/setup/qemu.sh"
config=configs/one.ini
run=$tmp/clone/results/tree
against() { given "QEMU_SRC=$tmp/tree" given "AGAINST=$1" bench near far; }
check 'a revision that the tree has not is refused' fails against none-such
check 'by its name' says '^vqlab: none-such: no such revision in '
check 'and nothing has run' test ! -e "$run"
check 'a tree against a revision of it, on two hosts' against HEAD~1
for host in near far; do
	check "$host built that revision, which is all that it has" says "^$host.*built: base, of 1 commits"
	check 'and the tree, as it is, without what was built there' says "^$host.*built: changed hw *\$"
done
check 'each has a run of both' test "$(cd "$run" && python3 -c '
import json
print([json.load(open(h + "/run.json"))["variants"] for h in ("near", "far")])')" = \
	"[['base', 'tree', 'base-qemu', 'tree-qemu'], ['base', 'tree', 'base-qemu', 'tree-qemu']]"
agree 4
check 'the copy is the same for both' test "$(cd "$tmp/home" && echo vqlab+*)" = "$(cd "$tmp/home" && echo vqlab+tree-????????)"
check 'the tree is as it was' test "$(git -C "$tmp/tree" status --porcelain)" = $' M hw/virtio/virtio.c\n?? out/'

kill "$server"
wait "$server" 2>/dev/null
server=
config=configs/two.ini
run=$tmp/clone/results/both
check 'no server: both fail' fails bench near far
check 'and what they did is still there' says 'of 2 of 2 hosts'
tap_end
