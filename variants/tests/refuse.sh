#!/bin/bash
# A device whose elements are in flight cannot be migrated: the stream does not
# say in which order they were popped.  So the load is refused, with the reason.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
cd "$(dirname "$0")/../.."

. runners/tests/tap.sh

work=$(mktemp -d)
vm=''
cleanup() {
	[ -z "$vm" ] || kill -9 "$vm" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
trap '' PIPE	# a machine that has ended is no reason to end here
dir=$(runners/setup/qemu.sh 2>"$work/err") || { cat "$work/err"; exit 1; }
guest=$(runners/setup/guest.sh 2>"$work/err") || { cat "$work/err"; exit 1; }
if grep -q '"hooks": *false' "$dir/manifest.json"; then
	echo "1..0 # SKIP QEMU=$QEMU was given: it has no strategies"
	exit 0
fi

# The guest's own image with another init behind it: the later file counts.
mkdir "$work/root"
cat >"$work/root/init" <<'END'
#!/bin/busybox sh
export PATH=/bin:/usr/bin
mount -t devtmpfs dev /dev
while read -r m; do insmod "/modules/$m"; done </modules/order
dd if=/dev/zero of=/dev/vda bs=4k count=1 oflag=direct
END
chmod +x "$work/root/init"
(cd "$work/root" && echo init | cpio -o -H newc --quiet) >"$work/init.cpio"
cat "$guest/initramfs.cpio" "$work/init.cpio" >"$work/initramfs.cpio"

# start NODE DEVICE ARGS...: a machine that talks QMP on this script's ends.
start() {
	local node=$1 device=$2
	shift 2
	coproc VM { exec "$dir/qemu-system-x86_64" \
		-L /usr/share/seabios -L /usr/share/qemu -machine pc,accel=tcg \
		-m 512 -display none -nodefaults -no-reboot -qmp stdio \
		-kernel "$guest/vmlinuz" \
		-initrd "$work/initramfs.cpio" -append quiet \
		-blockdev "$node" -device "virtio-blk-pci,id=d,drive=n$device" "$@" \
		2>"$work/stderr"; }
	vm=$VM_PID to=${VM[1]} from=${VM[0]}
	qmp '{"execute":"qmp_capabilities"}' >/dev/null || true
}

# qmp COMMAND: prints the answer.  line PATTERN: the next line that has it.
line() {
	local l
	while IFS= read -r -t 120 l <&"$from"; do
		[[ $l =~ $1 ]] && { echo "$l"; return 0; }
	done
	return 1
}
qmp() {
	{ echo "$1" >&"$to"; } 2>/dev/null || return 1
	line '"return"|"error"'
}

# ended: waits for the machine's end and gives its status.
ended() {
	local rc=0
	wait "$vm" || rc=$?
	vm=''
	return "$rc"
}

# saved: the state of the machine goes to a file.
saved() {
	local i answer
	qmp "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"exec:cat >$work/state\"}}" >/dev/null
	for ((i = 0; i < 600; i++)); do
		answer=$(qmp '{"execute":"query-migrate"}')
		[[ $answer == *'"completed"'* ]] && break
		[[ $answer == *'"failed"'* ]] && break
		sleep 0.1
	done
	qmp '{"execute":"quit"}' >/dev/null
	ended
	[[ $answer == *'"completed"'* ]]
}

disk="driver=file,filename=$work/disk,aio=threads"
truncate -s 16M "$work/disk"
# One write fails, and the machine stops with that request in flight.
start "driver=blkdebug,node-name=n,image.driver=file,image.filename=$work/disk,inject-error.0.event=pwritev,inject-error.0.once=on" \
	,x-reorder=bitmap,werror=stop,rerror=stop
stopped() { line '"STOP"' >/dev/null; }
check "a failed write stops the machine" stopped
check "its state goes out" saved
start "$disk,node-name=n" ,x-reorder=bitmap -incoming "exec:cat $work/state"
# A load that succeeds by mistake must end, too.
while a=$(qmp '{"execute":"query-status"}') && [[ $a == *inmigrate* ]]; do
	sleep 0.1
done
qmp '{"execute":"quit"}' >/dev/null || true
rc=0
ended || rc=$?
check "elements in flight are refused" [ "$rc" -ne 0 ]
check "with the reason" grep -q 'in flight while x-reorder=bitmap' "$work/stderr"

tap_end
