#!/bin/bash
# make, and what it calls, on hosts that lack something: nothing is fetched, built
# or booted here.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
tap_logs=("$T/out")
make -s --no-print-directory programs >/dev/null

says() { grep -qE -e "$1" "$T/out"; }
# fails STATUS COMMAND...: with that status; what it said is in $T/out.
fails() {
	local want=$1 rc
	shift
	"$@" >"$T/out" 2>&1
	rc=$?
	[ "$rc" -eq "$want" ] || { echo "exit $rc, should be $want"; return 1; }
}
mk() { make --no-print-directory "$@"; }

# -- variables on make's command line --------------------------------------------
check 'make PLAN= is refused' fails 2 mk bench PLAN=x.ini
check 'with the name that was meant' says 'PLAN=: .*did you mean CONFIG='
check 'a misspelt one, too' fails 2 mk report QEMUSRC=x
check 'with the nearest name' says 'QEMUSRC=: .*did you mean QEMU_SRC='
check 'and one in small letters' fails 2 mk report run=x
check 'which is named' says 'run=: .*did you mean RUN='
check 'a name that is near none is refused, too' fails 2 mk bench SEED=3
check 'and pointed to the list' says "SEED=: no variable of vqlab's: make help lists them"
check 'compilers and make have theirs' mk help V=1 CC=gcc CFLAGS=-O1 LDFLAGS=-s
inherited() { PLAN=x mk help; }
check 'so has the environment' inherited

# -- make soak, of little --------------------------------------------------------
check 'make soak of no number is refused' fails 2 mk soak SOAK_OPS=1e9
check 'by its name' says 'make soak: SOAK_OPS=1e9: no number'
check 'of a strategy that is none, too' fails 2 mk soak SOAK_STRATEGIES='in-place in'
check 'which is named' says 'make soak: SOAK_STRATEGIES: in: no such strategy'
soak() { mk soak SOAK_OPS=1000 SOAK_SEED=$$ SOAK_STRATEGIES=in-place SOAK_SECONDS=0; }
check 'make soak says what it did, of each ring format' fails 0 soak
check 'with its seed' test "$(grep -cE "^/reorder/in-place/oracle-(split|packed) +seed $$: [0-9]+ operations, " "$T/out")" -eq 2
sort "$T/out" build/variants/soaked >"$T/soaked"
fails 0 soak
check 'what has ended is not done again' cmp "$T/soaked" <(sort "$T/out" build/variants/soaked)

check 'make interrupt of no number is refused' fails 2 mk interrupt TRIES=-1
check 'by its name, too' says 'make interrupt: TRIES=-1: no number'

# -- names that shells and make would take apart -----------------------------------
odd="$T/it's \"a\" run #1 \$x"
mkdir "$odd"
cp -r results/reference/. "$odd"
rm -r "$odd/report"
check 'make report with quotes, blanks, # and $ in RUN' mk report RUN="$odd"
check 'makes that report' cmp "$odd/report/report.txt" results/reference/report/report.txt
plan="$T/my plan's #1.ini"
sed 's/^variants=.*/variants=none-such/' configs/quick.ini >"$plan"
check 'make bench with such a CONFIG reads that plan' fails 2 mk bench CONFIG="$plan"
check 'and says what is wrong in it' says "my plan's #1.ini:[0-9]+: .*none-such"
check 'a CONFIG that is not there fails' fails 2 mk bench CONFIG="$T/no plan's"
check 'and is named' says "no plan's: no such plan"
check 'AGAINST= without a tree is refused' fails 2 mk bench AGAINST=HEAD CONFIG=configs/quick.ini
check 'with the word that is missing' says 'AGAINST=HEAD: of which tree\? QEMU_SRC=DIR names it'
check 'and so it is beside QEMU=' fails 2 mk bench AGAINST=HEAD QEMU_SRC="$T" QEMU=/bin/true CONFIG=configs/quick.ini
check 'which says why' says 'QEMU=/bin/true: AGAINST= is of the tree'
check 'make count HOSTS= is refused' fails 2 mk count HOSTS=a CONFIG=configs/quick.ini
check 'and told where it belongs' says 'HOSTS= and SLURM= are of make bench, which counts, too'
for v in QEMU QEMU_SRC KERNEL; do
	script=qemu
	[ $v != KERNEL ] || script=guest
	check "make $script with such a $v names it" fails 2 mk $script "$v=$T/it's #2 \$x"
	check "a $v that is not there is said" says "$v=$T/it's #2 \\\$x: no such|QEMU source tree"
done

# -- where things are kept -----------------------------------------------------------
cache_of() { (. runners/setup/cache.sh && printf '%s\n' "$CACHE"); }
top=$PWD
relative() {
	(cd "$T" && VQLAB_CACHE=rel bash -c '. "$0/runners/setup/cache.sh" && cd / && echo "$CACHE"' \
		"$top") >"$T/out" 2>&1
	[ "$(cat "$T/out")" = "$T/rel" ] && [ -d "$T/rel" ]
}
check 'a relative VQLAB_CACHE is made absolute' relative
no_home() { env -u HOME -u XDG_CACHE_HOME -u VQLAB_CACHE runners/setup/qemu.sh; }
check 'no HOME: exit 1' fails 1 no_home
check 'with what to set' says 'HOME is not set; set it, or VQLAB_CACHE=DIR'
empty_xdg() { [ "$(HOME=$T/home XDG_CACHE_HOME='' VQLAB_CACHE='' cache_of)" = "$T/home/.cache/vqlab" ]; }
check 'an empty XDG_CACHE_HOME counts as none' empty_xdg
no_folder() { VQLAB_CACHE=/dev/null/x runners/setup/guest.sh; }
check 'a cache that cannot be made: exit 1' fails 1 no_folder
check 'with the remedy' says '/dev/null/x: cannot be made: set VQLAB_CACHE=DIR'

for s in guest doctor bench packages; do
	check "$s.sh takes no --help for nothing" fails 2 env "VQLAB_CACHE=$T/unused" runners/setup/$s.sh --help
	check 'but says how it is called' says "^usage: runners/setup/$s.sh"
done

# -- a host without network -------------------------------------------------------------
# The real apt-get, and a mirror that nobody serves.
no_network() {
	VQLAB_CACHE=$T/cache bash -c '. runners/setup/cache.sh; . runners/setup/apt.sh
		apt_mirror() { echo http://127.0.0.1:1/debian; }
		apt_setup'
}
check 'no network: reading the package lists fails' fails 1 no_network
check 'and says so' says '^vqlab: the package lists cannot be fetched from http://127.0.0.1:1/debian: check the network'
check 'no stamp keeps the next try from trying' test ! -e "$T/cache/apt/updated"
check 'so the next one says the same' fails 1 no_network
check 'in the same words' says 'cannot be fetched from'
# A disk that has no room for a tree, as it lies there and of a revision.
tree=$T/tree
mkdir -p "$tree/hw/virtio" "$tree/subprojects"
touch "$tree/hw/virtio/virtio.c" "$tree/subprojects/none"
git init -q "$tree" && git -C "$tree" add . &&
	git -C "$tree" -c user.name=x -c user.email=x@example.org commit -qm x
small_disk() {
	unshare --mount --propagation private bash -c 'mkdir "$0" && mount -t tmpfs -o size=64m none "$0" &&
		VQLAB_CACHE=$0 QEMU_SRC=$1 QEMU_REV=${2:-} runners/setup/qemu.sh' "$T/small" "$tree" "$@"
	rc=$?
	rmdir "$T/small"
	return $rc
}
for rev in '' HEAD; do
	check "no room for ${rev:-a tree}: exit 1" fails 1 small_disk $rev
	check 'before anything is copied' says "/small: 6[34] MiB are free, and tree $tree.* needs about 20[01] to be built: free some"
done
# apt-get as it was: a warning, and exit 0.
mkdir "$T/bin"
cat >"$T/bin/apt-get" <<'END'
#!/bin/sh
case "$*" in
*indextargets*) echo http://127.0.0.1:1/debian Debian Debian ;;
*update*) echo "${UPDATE_SAYS:-Reading package lists...}" ;;
*) echo 'E: Unable to fetch some archives' >&2; exit 100 ;;
esac
END
# One suite without the package, which apt-cache calls a failure, and one with it.
cat >"$T/bin/apt-cache" <<'END'
#!/bin/sh
case "$*" in
*linux-image-cloud-amd64/sid*)
	echo 'Package: linux-image-cloud-amd64'
	echo 'Depends: linux-base, linux-image-7.1.2-cloud-amd64 (= 7.1.2-1)' ;;
*linux-image-7.1.2-cloud-amd64/sid*) echo 'Package: linux-image-7.1.2-cloud-amd64' ;;
*) echo 'N: Unable to locate package' >&2; exit 100 ;;
esac
END
chmod 755 "$T"/bin/*
warned() {
	UPDATE_SAYS='W: Failed to fetch http://127.0.0.1:1/debian  Could not connect' \
		PATH=$T/bin:$PATH VQLAB_CACHE=$T/warned bash -c '. runners/setup/cache.sh
		. runners/setup/apt.sh
		apt_setup'
}
check 'an apt-get that only warns of it is not believed' fails 1 warned
check 'and leaves no stamp either' test ! -e "$T/warned/apt/updated"
suites() { PATH=$T/bin:$PATH VQLAB_CACHE=$T/suites runners/setup/guest.sh; }
check 'no suite has a kernel that can be fetched: exit 1' fails 1 suites
check 'the first was tried' says 'trixie-backports has no cloud kernel: trying the next'
check 'and the next' says 'Linux 7.1.2-cloud-amd64 is listed in sid but cannot be fetched: trying'
check 'and the last' says 'trixie has no cloud kernel'
check 'and what to do is said' says 'no kernel for the guest can be fetched: check the network, or set KERNEL='

# -- programs that go into a guest -------------------------------------------------------
# Of this guest only what is looked at.
mkdir -p "$T/guest/root/bin"
touch "$T/guest/root/bin/sh" "$T/guest/vmlinuz"
(cd "$T/guest/root" && find . | cpio -o -H newc --quiet) >"$T/guest/initramfs.cpio"
printf '{\n "kernel": "none"\n}\n' >"$T/guest/manifest.json"
# add LINE: a script that begins with it
add() {
	printf '%b\n:\n' "$1" >"$T/script"
	VQLAB_CACHE=$T/added runners/setup/guest-add.sh "$T/guest" --program "$T/script" /program/w/script
}
check 'a script goes into a guest' fails 0 add '#!/bin/sh -e'
check 'by env, too' fails 0 add '#!/usr/bin/env sh'
check 'not where the guest lacks what it runs by' fails 2 add '#!/usr/bin/env perl'
check 'which is named' says '/script: runs by perl, which the guest lacks'
check 'nor with an option for env' fails 2 add '#!/usr/bin/env -S sh -e'
check 'which is named' says '/script: its first line has more for env than a name, -S: '
check "nor with another system's end of line" fails 2 add '#!/bin/sh\r'
check 'which is said' says '/script: its first line ends in a carriage return'

# -- services of what is installed -------------------------------------------------------
# On a host without a word about services, which /usr/sbin is here.
mkdir "$T/sbin" "$T/apt"
echo vqlab-has-no-such-package >"$T/list"
printf '#!/bin/sh\n/usr/sbin/policy-rc.d slurmd start\necho "start: $?" >%s/asked\n' "$T" >"$T/apt/apt-get"
chmod 755 "$T/apt/apt-get"
install() {
	PATH=$T/apt:$PATH unshare --mount --propagation private bash -c '
		mount --bind "$0/sbin" /usr/sbin && exec runners/setup/packages.sh "$0/list"' "$T"
}
check 'packages are installed' fails 0 install
check 'and none of their services is started' test "$(cat "$T/asked")" = 'start: 101'
check 'what says so is gone then' test -z "$(ls "$T/sbin")"
# What a SIGKILL leaves behind, as long as apt-get goes on, and then.
sed -i "1a cp /usr/sbin/policy-rc.d $T/left" "$T/apt/apt-get"
install
cp "$T/left" "$T/sbin/policy-rc.d"
echo bash >"$T/list"
installing() { flock --shared "$T/sbin/policy-rc.d" bash -c "$(declare -f install); T=$T install"; }
fails 0 installing
check 'what was left behind stays while there is who installs' test -s "$T/sbin/policy-rc.d"
install
check 'and is gone when there is none' test -z "$(ls "$T/sbin")"
echo vqlab-has-no-such-package >"$T/list"
printf '#!/bin/sh\nexit 0\n' >"$T/sbin/policy-rc.d"
chmod 755 "$T/sbin/policy-rc.d"
check 'where the administrator has something to say' fails 0 install
check 'it is heard' test "$(cat "$T/asked")" = 'start: 0'
check 'and stays' test -s "$T/sbin/policy-rc.d"

# -- the doctor's view --------------------------------------------------------------------
printf '#!/bin/sh\n:\n' >"$T/bin/fc-list"
printf '#!/bin/sh\necho "965,77,msec,task-clock,1,100,00,," >&2\n' >"$T/bin/perf"
chmod 755 "$T"/bin/*
doctor() { PATH=$T/bin:$PATH VQLAB_CACHE=$T/doctor runners/setup/doctor.sh; }
check 'doctor: no fonts and commas in numbers: exit 1' fails 1 doctor
check 'no fonts: what it means, and the remedy' says '^missing  fonts: .*no text: .*fonts-dejavu-core'
check 'commas: what was printed' says '^missing  locale: perf stat prints "965,77'
tap_end
