#!/bin/bash
# Instructions in the guest's virtio_ring, counted in a real guest: are they of the
# requests that fio made, do they repeat, and does counting leave the guest as it was?
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
make -s --no-print-directory build/runners/guest-run build/probes/probejson >/dev/null
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

qemu=$(runners/setup/qemu.sh 2>"$tmp/log") || { cat "$tmp/log"; echo "Bail out! no QEMU"; exit 1; }
guest=$(runners/setup/guest.sh 2>"$tmp/log") || { cat "$tmp/log"; echo "Bail out! no guest"; exit 1; }

. runners/tests/tap.sh
tap_logs=("$tmp/log")

# One request at a time: each is a kick and an interrupt, and nothing is left to chance.
cat >"$tmp/script" <<'SCRIPT'
#!/bin/sh
interrupts() { awk '/virtio.*req/ { n += $2 } END { print n + 0 }' /proc/interrupts; }
before=$(interrupts)
fio --name=x --filename=/dev/vda --direct=1 --ioengine=libaio --iodepth=1 --bs=4k --rw=randread \
	--norandommap --number_ios=1000 --size=64m --io_size=1g --output-format=json |
	awk -F '[:,]' '/"total_ios"/ { n += $2 } END { print "ios", n }'
echo "interrupts $(($(interrupts) - before))"
SCRIPT
chmod +x "$tmp/script"

# in_guest NAME DEVICE-OPTIONS [OPTION...]: what it prints goes to NAME
in_guest() {
	local name=$1 device=$2
	shift 2
	build/runners/guest-run --qemu "$qemu" --guest "$guest" --put "$tmp/script:/tmp/script" \
		--qemu-arg=-drive --qemu-arg=if=none,id=d,driver=null-co,size=67108864 \
		--qemu-arg=-device --qemu-arg="virtio-blk-pci,drive=d,$device" \
		--limit 120 "$@" -- /tmp/script >"$tmp/$name" 2>"$tmp/log"
}
said() { awk -v what="$2" '$1 == what { print $2 }' "$tmp/$1"; }
# calls FILE FUNCTION: how often it was called
calls() {
	build/probes/probejson get "$tmp/$1" '$.functions[*]' | grep "\"name\":\"$2\"" |
		sed 's/.*"calls":\([0-9]*\).*/\1/'
}
get() { build/probes/probejson get "$tmp/$1" "\$.$2"; }

check 'a load that is counted' in_guest counted packed=off --count "$tmp/counted.json"
check "fio's requests are the elements" [ "$(get counted.json elements)" = "$(said counted ios)" ]
check 'and there are as many as were asked for' [ "$(said counted ios)" = 1000 ]
check "the guest's interrupts are those counted" \
	[ "$(calls counted.json vring_interrupt)" = "$(said counted interrupts)" ]
check 'each request is added once' [ "$(calls counted.json virtqueue_add_split)" = 1000 ]
check 'each of the parts that a request needs was seen' \
	[ "$(for p in add kick get_buf detach interrupt; do get counted.json "parts.$p"; done | grep -c '[1-9]')" = 5 ]

check 'the same load, not counted' in_guest plain packed=off
check 'has as many requests and interrupts' cmp "$tmp/counted" "$tmp/plain"

check 'the same load again' in_guest again packed=off --count "$tmp/again.json"
check 'has the same counts, to the last instruction' cmp "$tmp/counted.json" "$tmp/again.json"

check 'packed, in order' in_guest packed packed=on,x-reorder=in-place --count "$tmp/packed.json"
check "goes through the functions of that ring" \
	[ "$(calls packed.json virtqueue_get_buf_ctx_packed_in_order)" -gt 1000 ]
check 'with as many elements' [ "$(get packed.json elements)" = 1000 ]

mkdir "$tmp/qemu"
ln -s "$(realpath "$qemu/qemu-system-x86_64")" "$tmp/qemu/qemu-system-x86_64"
cp "$qemu/manifest.json" "$tmp/qemu/"
no_plugin() {
	local rc=0
	qemu=$tmp/qemu in_guest none packed=off --count "$tmp/none.json" || rc=$?
	[ "$rc" = 1 ] && [ ! -e "$tmp/none.json" ] &&
		grep -q 'guest-count.so: No such file.*: only a QEMU that the lab built can count' "$tmp/log"
}
check 'a QEMU without the plugin: said, with the reason' no_plugin
tap_end
