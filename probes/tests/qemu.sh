#!/bin/bash
# vqprobe on real QEMUs with a real guest: fio's own count of I/Os must be the
# count of pops, fills and published elements, in both ring formats; and the same
# on Debian's packaged QEMU, stripped and never meant to be probed.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
make -s --no-print-directory build/runners/guest-run >/dev/null
. probes/tests/lib.sh
qemu=$(runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no QEMU'; exit 1; }
guest=$(runners/setup/guest.sh 2>"$T/log") || { cat "$T/log"; echo 'Bail out! no guest'; exit 1; }

# The guest says on one disk that it is up, and waits there until we watch.
cat >"$T/script" <<'SCRIPT'
#!/bin/sh
word() { dd if=/dev/vqlab/sync bs=512 count=1 iflag=direct 2>/dev/null | head -c 2; }
printf %-512s UP | dd of=/dev/vqlab/sync bs=512 oflag=direct 2>/dev/null
until [ "$(word)" = GO ]; do usleep 50000; done
fio --name=x --filename=/dev/vqlab/load --direct=1 --ioengine=libaio --iodepth=48 --bs=4k \
	--rw=randread --io_size=12m --norandommap --output-format=json |
	awk -F '[:,]' '/"total_ios"/ { n += $2 } END { print "ios", n }'
dev=$(readlink /sys/block/"$(basename "$(readlink /dev/vqlab/load)")"/device)
echo "${dev##*/}" >/sys/bus/virtio/drivers/virtio_blk/unbind
SCRIPT
chmod +x "$T/script"

more=() # arguments for guest-run
# on_qemu DEVICE-OPTIONS [VQPROBE'S...]: boots, watches, leaves p.json and the guest's ios
on_qemu() {
	local run
	rm -f "$T"/*.img
	truncate -s 1M "$T/sync.img"
	truncate -s 64M "$T/load.img"
	build/runners/guest-run --qemu "$qemu" --guest "$guest" --console "$T/console" \
		--put "$T/script:/tmp/script" --qemu-arg=-drive \
		--qemu-arg="if=none,id=s,format=raw,file=$T/sync.img" --qemu-arg=-device \
		--qemu-arg="virtio-blk-pci,drive=s,serial=sync,id=disk-sync" --qemu-arg=-drive \
		--qemu-arg="if=none,id=l,format=raw,file=$T/load.img,aio=threads" \
		--qemu-arg=-device \
		--qemu-arg="virtio-blk-pci,drive=l,serial=load,id=disk-load,$1" \
		"${more[@]}" -- /tmp/script >"$T/guest" 2>"$T/log" &
	run=$!
	until [ "$(head -c 2 "$T/sync.img" | tr -d '\0')" = UP ]; do
		kill -0 "$run" 2>/dev/null || { cat "$T/log" "$T/console"; return 1; }
		sleep 0.1
	done
	victim_pid=$(pgrep -P "$run")
	probe_start --trust-guest "${@:2}" || { cat "$T/err"; kill "$run"; return 1; }
	printf GO | dd of="$T/sync.img" conv=notrunc 2>/dev/null
	wait "$run" || { cat "$T/log"; return 1; }
	victim_pid=''
	probe_end
}
load() { $B/probejson get "$T/p.json" '$.queues[*]' | grep '"device":"disk-load"' >"$T/q.json"; }
# says NAME VALUE: of the queue under load
says() {
	local v
	v=$($B/probejson get "$T/q.json" "\$.$1")
	[ "$v" = "$2" ] || { echo "$1 is $v, not $2"; return 1; }
}
counts() {
	local ios
	ios=$(awk '$1 == "ios" { print $2 }' "$T/guest")
	[ "$ios" -gt 1000 ] || { echo "only $ios I/Os"; return 1; }
	load && for what in pops fills flushes published; do says "$what" "$ios" || return 1; done
}
sound() {
	is '$.lost_events' 0 && is '$.unreadable_calls' 0 && is '$.unreadable_rings' 0 &&
		is '$.queues[*].conserved' true && says length_mismatches 0 &&
		says in_flight_start "${1:-0}" && says in_flight_end 0
}
# By default the queue is first looked at when something completes: what was popped
# until then was popped before the watch.
light() {
	local ios pops before
	check "$1, light: watched" on_qemu "$2"
	light_counts() {
		ios=$(awk '$1 == "ios" { print $2 }' "$T/guest")
		load && for what in fills flushes published; do says "$what" "$ios" || return 1; done
		pops=$($B/probejson get "$T/q.json" '$.pops')
		before=$($B/probejson get "$T/q.json" '$.unmatched_fills')
		[ "$before" -le 48 ] && [ $((pops + before)) -eq "$ios" ]
	}
	check "$1, light: fio's I/Os, all of them" light_counts
	check "$1, light: nothing lost, nothing amiss" sound "$before"
}
agree() {
	local name=$1 ring=$2 in_order=$3
	check "$name: watched" on_qemu "$4" --durations
	check "$name: fio's I/Os, all of them" counts
	check "$name: nothing lost, nothing amiss" sound
	check "$name: the ring's format" says ring "\"$ring\""
	check "$name: in order?" says in_order "$in_order"
	check "$name: the unbinding reset the queue" says resets 1
	check "$name: named by the proxy's id and type" says type '"virtio-blk"'
}
agree 'split, off' split false packed=off
check 'split, off: offsets are from the debug information' is '$.layout' '"DWARF"'
light 'split, in order' packed=off,in_order=on
check 'split, in order, light: no violation' says order_violations 0
agree 'packed, in order' packed true packed=on,in_order=on
check 'packed, in order: no violation' says order_violations 0
# A legacy device has no bit for IN_ORDER.
agree 'split, ordered without IN_ORDER' split false \
	packed=off,disable-modern=on,x-reorder=bitmap,x-reorder-force=on
check 'ordered without IN_ORDER: no violation' says order_violations 0
stashes() { load && [ "$($B/probejson get "$T/q.json" '$.stashed')" -gt 0 ]; }
check 'ordered without IN_ORDER: some had to wait' stashes

# Without its debug information: in order, so that the rings are not as filled.
export VQPROBE_TEST=code
agree 'packed, in order, offsets from the code' packed true packed=on,in_order=on
check 'packed, in order, offsets from the code: no violation' says order_violations 0
check 'so it was' is '$.layout' '"code"'
unset VQPROBE_TEST

stock=/usr/bin/qemu-system-x86_64
check "Debian's QEMU is there: $stock" [ -x $stock ]
stripped() { [ -z "$(nm $stock 2>/dev/null)" ] && [ -n "$(nm -D $stock | grep virtqueue_pop)" ]; }
check "Debian's QEMU is stripped, its functions are in .dynsym" stripped
qemu=$(QEMU=$stock runners/setup/qemu.sh 2>"$T/log") || { cat "$T/log"; exit 1; }
agree "Debian's QEMU, split" split false packed=off
check "Debian's QEMU: offsets are from its code" is '$.layout' '"code"'
light "Debian's QEMU, split" packed=off
more=(--qemu-arg=-sandbox --qemu-arg=on)
agree "Debian's QEMU, -sandbox on" split false packed=off
more=()
agree "Debian's QEMU, packed" packed false packed=on
no_stepping() {
	get '$.sites[*]' >"$T/sites"
	! grep -E '"(virtqueue_(pop|fill|flush|push)|virtio_reset)"' "$T/sites" |
		grep -v '"mode":"emulated"'
}
check "Debian's QEMU: no hot function is single-stepped" no_stepping

# A driver that resets its disks under load, by their status registers: without
# ioeventfd a thread of a CPU does it, which drains them, in coroutines.  A return
# probe there kills QEMU by SIGILL.
cat >"$T/script" <<'SCRIPT'
#!/bin/sh
word() { dd if=/dev/vqlab/sync bs=512 count=1 iflag=direct 2>/dev/null | head -c 2; }
printf %-512s UP | dd of=/dev/vqlab/sync bs=512 oflag=direct 2>/dev/null
until [ "$(word)" = GO ]; do usleep 50000; done
for i in 1 2 3 4 5 6; do
	fio --name=x$i --filename=/dev/vqlab/load$i --direct=1 --ioengine=libaio --iodepth=32 \
		--bs=4k --rw=randread --time_based --runtime=60 >/dev/null 2>&1 &
done
done_of() { awk '{ print $1 }' /sys/block/"$(basename "$(readlink /dev/vqlab/load$1)")"/stat; }
for i in 1 2 3 4 5 6; do
	until [ "$(done_of $i)" -gt 200 ]; do usleep 50000; done
	dev=$(readlink -f /sys/block/"$(basename "$(readlink /dev/vqlab/load$i)")"/device/..)
	port=$(awk 'NR == 1 { print $1 }' "$dev/resource")
	printf '\000' | dd of=/dev/port bs=1 seek=$((port + 18)) conv=notrunc 2>/dev/null &&
		echo "reset $i"
done
SCRIPT
resets_under_load() {
	local i
	for i in 1 2 3 4 5 6; do
		truncate -s 64M "$T/load$i.raw"
		more+=(--qemu-arg=-drive
			--qemu-arg="if=none,id=l$i,format=raw,file=$T/load$i.raw,aio=threads"
			--qemu-arg=-device
			--qemu-arg="virtio-blk-pci,drive=l$i,serial=load$i,id=reset-$i,ioeventfd=off")
	done
	on_qemu packed=off || return 1
	grep -c ^reset "$T/guest"
	[ "$(grep -c ^reset "$T/guest")" = 6 ]
}
check "Debian's QEMU, six disks are reset under load: it lives" resets_under_load
check 'the resets were seen' test "$(get '$.queues[*].resets' | grep -c '[1-9]')" -ge 6
check 'and nothing was lost or amiss' is '$.lost_events' 0
tap_end
