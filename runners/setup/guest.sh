#!/bin/bash
# Make the guest: a kernel and an initramfs; prints the folder that holds them.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stdout: one line, a folder with vmlinuz, initramfs.cpio and manifest.json.
# KERNEL=VMLINUZ in the environment: that kernel, with its modules beside it.
#
# Kernel: Debian's cloud kernel from trixie-backports, or the next release that
# serves one.  It is fetched once and remembered; remove the cache's
# guest/kernel to look for a newer one.  The rest of the image is busybox, fio
# and iperf3 of this host with the libraries that ldd names, and our own agent.
# Images are keyed by all that they are made from, and never change.
set -euo pipefail
[ $# -eq 0 ] || { echo "usage: runners/setup/guest.sh    (no arguments; KERNEL=VMLINUZ in the environment)" >&2; exit 2; }
. "$(dirname "$0")/cache.sh"
. "$TOP/runners/setup/apt.sh"

OURS=("$TOP"/runners/guest/* "$TOP/runners/setup/guest.sh")
PROGRAMS=(fio iperf3)
# virtio_pci is built into most kernels; without the other two there is
# nothing to measure.
MODULES_MAYBE=(virtio_pci)
MODULES=(virtio_blk virtio_net)

GUEST=$CACHE/guest
WORK=
cleanup() { [ -z "$WORK" ] || rm -rf "$WORK"; }
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# unpacked FILE: a module's contents.
unpacked() {
	case $1 in
	*.ko) cat "$1" ;;
	*.xz) xz -dc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*.zst)
		command -v zstd >/dev/null || die "$1: zstd is needed to unpack it: apt-get install zstd"
		zstd -qdc "$1"
		;;
	esac
}

# take_module NAME FROM TO: copy it to TO, after the modules that it names as
# its dependencies, and list it in TO/order.  1 if FROM has no such module.
take_module() {
	local name=${1//-/_} from=$2 to=$3 file dep deps
	[ -e "$to/$name.ko" ] && return 0
	file=$(find -L "$from" -name "${name//_/[-_]}.ko" -o -name "${name//_/[-_]}.ko.[xgz]*" |
		sed -n 1p)
	[ -n "$file" ] || return 1
	unpacked "$file" >"$WORK/module" || die "$file: cannot be unpacked"
	mv "$WORK/module" "$to/$name.ko"
	deps=$(tr '\0' '\n' <"$to/$name.ko" | sed -n 's/^depends=//p')
	for dep in ${deps//,/ }; do
		take_module "$dep" "$from" "$to" || die "$file: needs $dep, which is not in $from"
	done
	echo "$name.ko" >>"$to/order"
}

# take_modules FROM TO: all that the guest needs, but for what is built in.
take_modules() {
	local from=$1 to=$2 m
	mkdir -p "$to"
	: >"$to/order"
	for m in "${MODULES_MAYBE[@]}"; do
		take_module "$m" "$from" "$to" || :
	done
	for m in "${MODULES[@]}"; do
		take_module "$m" "$from" "$to" ||
			grep -qs "/${m//_/[-_]}.ko" "$from/modules.builtin" ||
			die "$m.ko: not in $from, nor in its modules.builtin"
	done
}

# kernel_version VMLINUZ: the release in a bzImage (the x86 boot protocol's
# kernel_version field: a pointer at 0x20e, counted from 0x200).
kernel_version() {
	local at
	[ "$(dd if="$1" bs=1 skip=514 count=4 status=none | tr -d '\0')" = HdrS ] ||
		die "$1: not a bootable x86 kernel image (bzImage)"
	at=$(od -An -tu2 -j 526 -N 2 "$1")
	dd if="$1" bs=1 skip=$((at + 512)) count=128 status=none | tr '\0' '\n' |
		sed -n 1p | cut -d' ' -f1
}

# older_than_7 VERSION
older_than_7() { [ "${1%%.*}" -lt 7 ]; }

# debian_kernel: see that $GUEST/kernel names a folder with vmlinuz, modules/
# and source.
debian_kernel() {
	local suite version image dir debs
	[ -s "$GUEST/kernel" ] && [ -e "$GUEST/$(cat "$GUEST/kernel")/vmlinuz" ] && return 0
	apt_setup
	for suite in trixie-backports sid trixie; do
		version=$(suite_kernel "$suite")
		[ -n "$version" ] || {
			say "$suite has no cloud kernel: trying the next"
			continue
		}
		fetch_kernel "$suite" "$version" "$WORK" && break
		say "Linux $version is listed in $suite but cannot be fetched: trying the next"
		version=
	done
	[ -n "${version:-}" ] || {
		[ ! -s "$WORK/log" ] || tail -n 3 "$WORK/log" >&2
		die "no kernel for the guest can be fetched: check the network, or set KERNEL=VMLINUZ to use your own"
	}
	! older_than_7 "$version" ||
		say "Linux $version is older than 7.0 and never negotiates IN_ORDER: use KERNEL="
	image=$WORK/root/usr/lib/modules/$version
	[ -d "$image" ] || image=$WORK/root/lib/modules/$version
	dir=$WORK/kernel
	mkdir "$dir"
	take_modules "$image" "$dir/modules"
	[ -e "$image/vmlinuz" ] && image=$image/vmlinuz || image=$WORK/root/boot/vmlinuz-$version
	mv "$image" "$dir/vmlinuz"
	debs=("$WORK"/debs/*.deb)
	dpkg-deb -W --showformat "Debian $suite \${Package} \${Version}\n" "${debs[0]}" >"$dir/source"
	rm -rf "$GUEST/kernel-$version"
	mv "$dir" "$GUEST/kernel-$version"
	echo "kernel-$version" >"$WORK/name"
	mv "$WORK/name" "$GUEST/kernel"
}

# own_kernel: the same folder from KERNEL, in $WORK/kernel.
own_kernel() {
	local version dir looked=() from=
	[ -f "$KERNEL" ] && [ -r "$KERNEL" ] || die "KERNEL=$KERNEL: no such file, or not readable"
	version=$(kernel_version "$KERNEL")
	dir=$(cd "$(dirname "$KERNEL")" && pwd)
	mkdir "$WORK/kernel"
	for from in "$dir/lib/modules/$version" "$dir/../lib/modules/$version" \
		"$dir/usr/lib/modules/$version" "/lib/modules/$version"; do
		looked+=("$from")
		[ -d "$from" ] && break
	done
	if [ ! -d "$from" ] && [ "${dir##*/}" = "$version" ]; then
		from=$dir # .../lib/modules/VERSION/vmlinuz
	elif [ ! -d "$from" ] && [ -e "$dir/../../../modules.builtin" ]; then
		from=$(cd "$dir/../../.." && pwd) # arch/x86/boot/bzImage of a kernel tree
	fi
	if [ -d "$from" ]; then
		take_modules "$from" "$WORK/kernel/modules"
	else
		say "KERNEL=$KERNEL is Linux $version; its modules are in none of these:"
		printf '    %s\n' "${looked[@]}" >&2
		say "going on as if ${MODULES[*]} were built into it"
		mkdir "$WORK/kernel/modules"
		: >"$WORK/kernel/modules/order"
	fi
	! older_than_7 "$version" ||
		say "KERNEL=$KERNEL: Linux $version is older than 7.0 and never negotiates IN_ORDER"
	cp "$KERNEL" "$WORK/kernel/vmlinuz"
	echo "$KERNEL" >"$WORK/kernel/source"
}

# host_files: the programs and every library that ldd names, one a line.
host_files() {
	local p path
	for p in "${PROGRAMS[@]}"; do
		path=$(command -v "$p") || die "$p: not installed: make packages"
		echo "$path"
		ldd "$path" | grep -o '/[^ ]*' || :
		! ldd "$path" | grep 'not found' >/dev/null || die "$path: $(ldd "$path" | grep 'not found')"
	done | sort -u
}

# make_image KERNEL-DIR OUT FILES...: all of it.
make_image() {
	local kernel=$1 out=$2 root=$WORK/initramfs f
	shift 2
	mkdir -p "$root"/{bin,dev,etc,lib,modules,proc,root,sys,tmp,usr/bin,usr/lib} "$out"
	"${CC:-cc}" -O2 -static -D_GNU_SOURCE -o "$root/bin/agent" "$TOP"/runners/guest/*.c ||
		die "cannot build the guest's agent"
	cp "$TOP/runners/guest/vqlab-links" "$root/bin/"
	cp "$TOP/runners/guest/init" "$root/init"
	cp "$BUSYBOX" "$root/bin/busybox"
	for f in $("$BUSYBOX" --list); do
		[ -e "$root/bin/$f" ] || ln -s busybox "$root/bin/$f"
	done
	for f; do
		mkdir -p "$root$(dirname "$f")"
		cp -L "$f" "$root$f"
	done
	cp "$kernel"/modules/* "$root/modules/"
	echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
	cp "$kernel/vmlinuz" "$out/vmlinuz"
	find "$root" -exec touch -hd @0 {} +
	(cd "$root" && find . | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet) >"$out/initramfs.cpio"
	cat >"$out/manifest.json" <<-EOF
		{
		 "kernel": "$(kernel_version "$kernel/vmlinuz")",
		 "source": "$(sed 's/[\\"]/\\&/g' "$kernel/source")",
		 "fio": "$(fio --version | sed 's/^fio-//')",
		 "iperf3": "$(iperf3 --version | sed -n '1s/^iperf \([^ ]*\).*/\1/p')",
		 "busybox": "$("$BUSYBOX" | sed -n '1s/^BusyBox v\([0-9.]*\).*/\1/p')"
		}
	EOF
}

mkdir -p "$GUEST"
exec 9>"$GUEST/lock"
flock -n 9 || {
	say "waiting for another guest.sh that is at work"
	flock 9
}
rm -rf "$GUEST"/.making.* # of someone who was killed: we hold the lock
WORK=$(mktemp -d "$GUEST/.making.XXXXXX")
for BUSYBOX in $(command -v busybox) /bin/busybox none; do
	[ "$BUSYBOX" != none ] || die "busybox: not installed: make packages"
	# Only the static one starts in an image without its libraries.
	ldd "$BUSYBOX" >/dev/null 2>&1 || break
done

if [ -n "${KERNEL:-}" ]; then
	own_kernel
	kernel=$WORK/kernel
else
	debian_kernel
	kernel=$GUEST/$(cat "$GUEST/kernel")
fi
host_files >"$WORK/files"
mapfile -t files <"$WORK/files"
# A library is told by name, size and date: hashing 90 MB would take a second.
{
	sha256sum "$kernel"/modules/* "$kernel/vmlinuz" "$kernel/source" "${OURS[@]}" | cut -c1-64
	stat -Lc '%n %s %Y' "$BUSYBOX" "${files[@]}"
} >"$WORK/inputs"
name=$(key "$WORK/inputs")
if [ ! -e "$GUEST/$name/manifest.json" ]; then
	say "making the guest image (Linux $(kernel_version "$kernel/vmlinuz"))"
	make_image "$kernel" "$WORK/image" "${files[@]}"
	rm -rf "${GUEST:?}/$name"
	mv "$WORK/image" "$GUEST/$name"
	# Images of old agents and libraries, each 100 MB.
	find "$GUEST" -maxdepth 1 -type d -name '????????????????' -mtime +30 -exec rm -rf {} +
fi
touch "$GUEST/$name"
echo "$GUEST/$name"
