#!/bin/bash
# The guest under a real QEMU: boot, commands, files, disks, limits, poweroff.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

qemu=$(runners/setup/qemu.sh) || { echo "Bail out! no QEMU"; exit 1; }
guest=$(runners/setup/guest.sh) || { echo "Bail out! no guest"; exit 1; }

. runners/tests/tap.sh
tap_logs=("$tmp/log")

# in_guest [OPTION...] -- COMMAND...
in_guest() {
	build/runners/guest-run --qemu "$qemu" --guest "$guest" --console "$tmp/console" "$@"
}

# One boot for most of it: the guest prints facts, a line each.
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + i // 256) % 256 for i in range(200000)))' \
	>"$tmp/all-bytes"
truncate -s 1M "$tmp/disk"
cat >"$tmp/script" <<'EOF'
#!/bin/sh
echo "kernel $(uname -r)"
echo "fio $(fio --version)"
echo "iperf3 $(iperf3 --version | head -n 1)"
echo "env $VQLAB_SECONDS"
echo "link $(readlink /dev/vqlab/tail) $(cat /sys/block/vda/serial)"
echo "net $(ls /sys/class/net | tr '\n' ' ')"
for f in /sys/bus/virtio/devices/*/features; do echo "features $(cat "$f")"; done
rm /dev/vqlab/tail
/bin/vqlab-links
echo "again $(readlink /dev/vqlab/tail)"
echo "big $(dd if=/dev/vda bs=64k count=16 2>/dev/null | wc -c)"
exit 42
EOF
chmod +x "$tmp/script"
in_guest --put "$tmp/script:/tmp/script" --env VQLAB_SECONDS=3 \
	--qemu-arg=-drive --qemu-arg="if=none,id=d,format=raw,file=$tmp/disk" \
	--qemu-arg=-device --qemu-arg=virtio-blk-pci,drive=d,serial=tail,in_order=on \
	--qemu-arg=-netdev --qemu-arg=hubport,id=n,hubid=0 \
	--qemu-arg=-device --qemu-arg=virtio-net-pci,netdev=n,romfile= \
	-- /tmp/script >"$tmp/facts" 2>"$tmp/log"
rc=$?
cat "$tmp/facts" >>"$tmp/log"
kernel=$(sed -n 's/.*"kernel": "\(.*\)".*/\1/p' "$guest/manifest.json")
fact() { grep -xE "$1" "$tmp/facts"; }
in_order() { grep -xE 'features [01]{35}1[01]*' "$tmp/facts"; }

check "the command's exit status comes back" [ "$rc" = 42 ]
check 'the kernel is the one of the manifest' [ "$(fact 'kernel .*')" = "kernel $kernel" ]
check 'fio runs' fact 'fio fio-.*'
check 'iperf3 runs' fact 'iperf3 iperf 3.*'
check 'the environment arrives' fact 'env 3'
check '/dev/vqlab names the disk' fact 'link /dev/vda tail'
check '/bin/vqlab-links makes the names again' fact 'again /dev/vda'
check 'the disk can be read' fact 'big 1048576'
check 'the network device is there' fact 'net eth0 lo '
check 'a driver negotiates IN_ORDER' in_order

bytes() {
	in_guest --put "$tmp/all-bytes:/tmp/all" -- cat /tmp/all >"$tmp/back" 2>"$tmp/log" &&
		cmp "$tmp/all-bytes" "$tmp/back"
}
check '200 KB with every byte value go in and come back' bytes

runaway() {
	in_guest --limit 1 -- sh -c 'echo begun; while :; do :; done' >"$tmp/begun" 2>"$tmp/log"
	[ $? = 124 ] && [ "$(cat "$tmp/begun")" = begun ]
}
check 'a runaway command is killed at its limit, its output kept' runaway

absent() {
	in_guest -- /no/such/program 2>"$tmp/log"
	[ $? = 127 ]
}
check 'a command that does not exist: 127' absent

# What happens where KVM does not work: the guest is gone, QEMU is there.
dead() {
	in_guest --qemu-arg=-action --qemu-arg=shutdown=pause -- \
		sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo b >/proc/sysrq-trigger' >"$tmp/log" 2>&1
	[ $? = 1 ] && grep 'the guest died: shutdown' "$tmp/log"
}
check 'a guest that died while QEMU stays is noticed by its status' dead

# A guest that panics must end QEMU, and be told from one that is slow.
panic() {
	in_guest -- sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger' \
		>"$tmp/log" 2>&1
	[ $? = 1 ] && grep 'serial line is closed' "$tmp/log" && grep -i 'panic' "$tmp/console"
}
check 'a panic ends QEMU and is reported' panic
check 'nothing of it is left running' [ -z "$(pgrep -f "path=$tmp/console")" ]

# Wrong usage is exit 2 with the option's name, before a QEMU is started.
wrong() {
	local option=$1
	in_guest "$@" -- true >"$tmp/log" 2>&1
	[ $? = 2 ] && grep -e "^guest-run: $option" "$tmp/log"
}
check '--limit 0 is refused' wrong --limit 0
check '--limit -3 is refused' wrong --limit -3
check '--boot-limit 0 is refused' wrong --boot-limit 0
check '--memory -1 is refused' wrong --memory -1
check '--memory 1 is refused' wrong --memory 1
check '--env without = is refused' wrong --env FOO
check '--env without a name is refused' wrong --env =FOO
check '--put without a colon is refused' wrong --put x
check '--put of no file is refused' wrong --put "$tmp/none:/x"
check '--put to no name is refused' wrong --put "$tmp/script:"
check '--count into no folder is refused' wrong --count "$tmp/none/x"
check '--console into no folder is refused' wrong --console "$tmp/none/x"
check '--guest that is none is refused' wrong --guest "$tmp/none"
check '--qemu that is none is refused' wrong --qemu "$tmp/none"
refusing() {
	in_guest --qemu-arg=-none-such -- true >"$tmp/log" 2>&1
	[ $? = 1 ] && grep 'guest-run: QEMU ended, exit status 1: what it said stands before this' "$tmp/log"
}
check 'a QEMU that refuses to start is told from a guest that died' refusing

# setup/guest.sh itself
same() { [ "$(runners/setup/guest.sh)" = "$guest" ]; }
check 'the image is made once' same
no_kernel() {
	! KERNEL=$tmp/none runners/setup/guest.sh >"$tmp/o" 2>"$tmp/log" && [ ! -s "$tmp/o" ] &&
		grep "KERNEL=$tmp/none: no such file" "$tmp/log"
}
check 'KERNEL= that does not exist is refused' no_kernel
not_kernel() {
	! KERNEL=$tmp/all-bytes runners/setup/guest.sh >"$tmp/o" 2>"$tmp/log" && [ ! -s "$tmp/o" ] &&
		grep 'not a bootable' "$tmp/log"
}
check 'KERNEL= that is no kernel is refused' not_kernel

# A kernel of one's own, in a cache of its own: Debian's, laid out differently.
cp "$guest/vmlinuz" "$tmp/vmlinuz"
mkdir -p "$tmp/lib/modules/$kernel/extra"
(cd "$tmp/lib/modules/$kernel/extra" && cpio -id --quiet 'modules/*.ko' <"$guest/initramfs.cpio" &&
	mv modules/* . && gzip virtio_blk.ko && xz virtio_net.ko)
own() { VQLAB_CACHE=$tmp/cache KERNEL=$tmp/vmlinuz runners/setup/guest.sh; }
own_kernel() {
	own >"$tmp/o" 2>"$tmp/log" || return 1
	cpio -i --quiet --to-stdout modules/order <"$(cat "$tmp/o")/initramfs.cpio" >"$tmp/order"
	grep -x virtio_blk.ko "$tmp/order" && [ "$(tail -n 1 "$tmp/order")" = virtio_net.ko ] &&
		grep "\"kernel\": \"$kernel\"" "$(cat "$tmp/o")/manifest.json"
}
check 'KERNEL= takes its modules beside it, packed or not' own_kernel
no_module() {
	rm "$tmp/lib/modules/$kernel/extra/virtio_blk.ko.gz"
	! own >"$tmp/o" 2>"$tmp/log" && grep "virtio_blk.ko: not in $tmp" "$tmp/log"
}
check 'a module that is missing is named' no_module
no_modules() {
	rm -r "$tmp/lib"
	own >"$tmp/o" 2>"$tmp/log" && grep "$tmp/lib/modules/$kernel" "$tmp/log"
}
check 'no modules at all: it says where it looked' no_modules
tap_end
