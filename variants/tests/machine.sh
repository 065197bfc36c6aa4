#!/bin/bash
# The strategies in a running machine: reset under load, migration of an idle
# device, and migration refused while elements are in flight.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
cd "$(dirname "$0")/../.."

n=0 failed=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; failed=1; }
is() { local what=$1; shift; if "$@"; then ok "$what"; else not_ok "$what"; fi; }

work=$(mktemp -d)
vm=''
cleanup() {
	[ -z "$vm" ] || kill -9 "$vm" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
dir=$(runners/setup/qemu.sh 2>"$work/err") || { cat "$work/err"; exit 1; }
guest=$(runners/setup/guest.sh 2>"$work/err") || { cat "$work/err"; exit 1; }
if grep -q '"hooks": *false' "$dir/manifest.json"; then
	echo "1..0 # SKIP QEMU=$QEMU was given: it has no strategies"
	exit 0
fi

# The guest's own image with another init behind it: the later file counts.
# It writes and verifies for ever; before every second round it takes the
# driver off the disk while reads are in flight, and puts it back.
mkdir "$work/root"
cat >"$work/root/init" <<'END'
#!/bin/busybox sh
export PATH=/bin:/usr/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
exec </dev/null >/dev/console 2>&1
while read -r m; do insmod "/modules/$m"; done </modules/order
d=/sys/bus/virtio/drivers/virtio_blk
echo "FEATURES $(cut -c35-36 $d/virtio0/features)"
disk="--filename=/dev/vda --ioengine=libaio --direct=1 --size=4m --iodepth=64"
i=0
while :; do
	i=$((i + 1))
	fio --name=w $disk --rw=randwrite --bsrange=4k-64k --verify=crc32c \
		--verify_fatal=1 >/tmp/out || { cat /tmp/out; echo "FAILED $i"; }
	echo "ROUND $i"
	[ $((i % 2)) = 1 ] || continue
	fio --name=r $disk --rw=randread --bs=4k --time_based --runtime=60 >/dev/null &
	until [ "$(cut -c1-9 /sys/block/vda/inflight)" -gt 0 ]; do :; done
	echo virtio0 >$d/unbind
	wait
	echo virtio0 >$d/bind
	until [ -b /dev/vda ]; do :; done
	echo "REBOUND $i"
done
END
chmod +x "$work/root/init"
(cd "$work/root" && echo init | cpio -o -H newc --quiet) >"$work/init.cpio"
cat "$guest/initramfs.cpio" "$work/init.cpio" >"$work/initramfs.cpio"

# start NODE DEVICE ARGS...: a machine that talks QMP on this script's ends.
start() {
	local node=$1 device=$2
	shift 2
	: >"$work/console"
	coproc VM { exec "$dir/qemu-system-x86_64" \
		-L /usr/share/seabios -L /usr/share/qemu -machine pc,accel=tcg \
		-m 512 -display none -nodefaults -no-reboot -qmp stdio \
		-serial "file:$work/console" -kernel "$guest/vmlinuz" \
		-initrd "$work/initramfs.cpio" -append 'console=ttyS0 quiet panic=-1' \
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
	echo "$1" >&"$to"
	line '"return"|"error"'
}

# ended: waits for the machine's end and gives its status.
ended() {
	local rc=0
	wait "$vm" || rc=$?
	vm=''
	return "$rc"
}

# console TEXT: waits until the guest has printed it; false when it failed.
console() {
	local i
	for ((i = 0; i < 1200; i++)); do
		grep -q "$1" "$work/console" && ! grep -q FAILED "$work/console" && return
		grep -q 'FAILED\|panic' "$work/console" && return 1
		kill -0 "$vm" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# saved: stops the machine, and its state goes to a file.
saved() {
	local i answer
	rm -f "$work/state"
	qmp '{"execute":"stop"}' >/dev/null
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

stats() {
	qmp '{"execute":"qom-get","arguments":{"path":"/machine/peripheral/d/virtio-backend","property":"x-reorder-stats"}}'
}
# counter NAME STATS
counter() {
	[[ $2 =~ $1\\\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}" || echo "no-$1"
}
# sum_holds STATS: every element that was popped was filled and published.
sum_holds() {
	local pops fills published
	pops=$(counter pops "$1") fills=$(counter fills "$1")
	published=$(counter published "$1")
	[ "$pops" = "$fills" ] && [ "$fills" = "$published" ] && [ "$pops" != 0 ]
}
active() { [[ $1 == *'\"active\":true'* ]]; }

disk="driver=file,filename=$work/disk,aio=threads"
truncate -s 16M "$work/disk"
for device in ,x-reorder=bitmap ,x-reorder=array-window,packed=on; do
	want=01
	[[ $device == *packed* ]] && want=11
	start "$disk,node-name=n" "$device"
	is "$device: bit 35 is negotiated" console "^FEATURES $want"
	is "$device: data is right" console 'ROUND 1'
	is "$device: a reset under load" console 'REBOUND 1'
	is "$device: data is right after it" console 'ROUND 2'
	is "$device: state goes out" saved
	start "$disk,node-name=n" "$device" -incoming "exec:cat $work/state"
	qmp '{"execute":"cont"}' >/dev/null
	is "$device: and comes in, and the guest goes on" console 'ROUND'
	qmp '{"execute":"stop"}' >/dev/null
	s=$(stats)
	is "$device: ordered there, too" active "$s"
	is "$device: nothing is lost" sum_holds "$s"
	qmp '{"execute":"quit"}' >/dev/null
	ended || true
done

# One read fails, the machine stops with that request in flight.
start "driver=blkdebug,node-name=n,image.driver=file,image.filename=$work/disk,inject-error.0.event=pwritev,inject-error.0.once=on" \
	,x-reorder=bitmap,werror=stop,rerror=stop
is "a failed write stops the machine" line '"STOP"' >/dev/null
is "its state goes out" saved
start "$disk,node-name=n" ,x-reorder=bitmap -incoming "exec:cat $work/state"
rc=0
ended || rc=$?
is "elements in flight are refused" [ "$rc" -ne 0 ]
is "with the reason" grep -q 'in flight while x-reorder=bitmap' "$work/stderr"

echo "1..$n"
exit "$failed"
