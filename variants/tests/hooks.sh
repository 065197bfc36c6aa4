#!/bin/bash
# The hooks: do they find their places, fail loudly when they do not, and is
# what they add in the QEMU that was built?
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
cd "$(dirname "$0")/../.."

. runners/tests/tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dir=$(runners/setup/qemu.sh 2>"$work/err") || { cat "$work/err"; exit 1; }
if grep -q '"hooks": *false' "$dir/manifest.json"; then
	echo "1..0 # SKIP QEMU=$QEMU was given: it has no hooks"
	exit 0
fi
bin=$dir/qemu-system-x86_64
src=$dir/tree/src

# tree NAME: the few files that apply-hooks needs, as QEMU ships them.
tree() {
	local t=$work/$1 f
	for f in hw/virtio/virtio.c include/hw/virtio/virtio.h hw/virtio/meson.build; do
		mkdir -p "$t/${f%/*}" "$t/scripts"
		cp "$src/$f.vqlab-orig" "$t/$f"
	done
	cp "$src/scripts/cocci-macro-file.h" "$t/scripts"
	echo "$t"
}

# refused TREE HOOK: apply-hooks fails, names the hook, leaves the file alone.
refused() {
	local before rc=0
	before=$(sha256sum <"$1/hw/virtio/virtio.c")
	variants/qemu/apply-hooks "$1" 2>"$work/err" || rc=$?
	[ "$rc" -eq 1 ] && grep -q "hook '$2'" "$work/err" &&
		[ "$before" = "$(sha256sum <"$1/hw/virtio/virtio.c")" ] &&
		[ ! -e "$1/hw/virtio/vqlab" ]
}

t=$(tree whole)
check "hooks find their places" variants/qemu/apply-hooks "$t"
stamps() { find "$t" -type f -printf '%p %T@ %i\n' | sort; }
before=$(stamps)
variants/qemu/apply-hooks "$t"
check "a second run touches nothing" [ "$before" = "$(stamps)" ]

shipped=$t/hw/virtio/virtio.c.vqlab-orig
variants/qemu/apply-hooks --disk-only "$t"
check "without them the code on virtqueues is QEMU's" cmp "$t/hw/virtio/virtio.c" "$shipped"
check "and the disk x-order is there alone" [ \
	"$(grep -o "'.*'" "$t/hw/virtio/vqlab/meson.build" | grep -v CONFIG | sort | tr -d '\n')" = \
	"'order-shapes.c''x-order-gate.c''x-order.c'" ]
before=$(stamps)
variants/qemu/apply-hooks --disk-only "$t"
check "a second run touches nothing of that, either" [ "$before" = "$(stamps)" ]

t=$(tree no-flush)
sed -i 's/^void virtqueue_flush(/void virtqueue_flush_all(/' "$t/hw/virtio/virtio.c"
check "a function that is gone is named" refused "$t" flush
t=$(tree no-pop)
sed -i '0,/trace_virtqueue_pop(/s//trace_virtqueue_taken(/' "$t/hw/virtio/virtio.c"
check "one of two pops that is gone is named" refused "$t" pop+drop
t=$(tree no-field)
sed -i 's/^    unsigned int inuse;/    unsigned int in_flight;/' "$t/hw/virtio/virtio.c"
check "a structure that changed is named" refused "$t" queue_state

rc=0
variants/qemu/apply-hooks "$work" 2>"$work/err" || rc=$?
check "a folder that is no QEMU is refused" [ "$rc" -eq 2 ]

# The binary ---------------------------------------------------------------

nm "$bin" >"$work/symbols"
# begins_with_nop FUNCTION: the place where an optimised uprobe can go.
begins_with_nop() {
	local addr
	addr=$(awk -v f="$1" '$3 == f { print "0x" $1 }' "$work/symbols")
	[ -n "$addr" ] && objdump -d --start-address="$addr" \
		--stop-address=$((addr + 5)) "$bin" | grep -q '0f 1f 44 00 00'
}
for f in virtqueue_pop virtqueue_fill virtqueue_flush virtqueue_unpop \
	virtqueue_detach_element virtqueue_rewind virtio_reset; do
	check "$f begins with a 5-byte nop" begins_with_nop "$f"
done
objdump -d --no-show-raw-insn --disassemble=virtqueue_push "$bin" >"$work/push"
check "virtqueue_push calls virtqueue_fill" grep -q '<virtqueue_fill>' "$work/push"
check "virtqueue_push calls virtqueue_flush" grep -q '<virtqueue_flush>' "$work/push"

fw=(-L /usr/share/seabios -L /usr/share/qemu)
# qemu ARGS...: a machine without firmware that never runs.
qemu() {
	"$bin" -machine none -display none -nodefaults "$@"
}
qemu -device virtio-blk-pci,help >"$work/help"
check "virtio-blk-pci has x-reorder" grep -q '^  *x-reorder=<' "$work/help"
qemu -device virtio-net-pci,help >"$work/help"
check "virtio-net-pci has x-reorder-force" grep -q '^  *x-reorder-force=<' "$work/help"

rc=0
"$bin" -machine pc,accel=tcg "${fw[@]}" -display none -nodefaults \
	-device virtio-blk-pci,x-reorder=sorted >"$work/out" 2>&1 </dev/null || rc=$?
check "an unknown strategy is an error" [ "$rc" -eq 1 ]
names=$(sed -n '/"strategies"/,/]/p' "$dir/manifest.json" | sed '1d;$d' | tr -d ' ",\n' )
said=$(sed -n 's/.*x-reorder=sorted: no such strategy; there are: off, //p' "$work/out" | tr -d ' ,\r')
check "and the message lists those of the manifest" [ -n "$names" -a "$names" = "$said" ]

# ask PROPERTY...: a disk with these, and what it says of itself.
ask() {
	printf '%s\n' '{"execute":"qmp_capabilities"}' \
		'{"execute":"qom-get","arguments":{"path":"/machine/peripheral/d/virtio-backend","property":"x-reorder-stats"}}' \
		'{"execute":"qom-get","arguments":{"path":"/machine/peripheral/d/virtio-backend","property":"host_features"}}' \
		'{"execute":"qom-set","arguments":{"path":"/machine/peripheral/d","property":"x-reorder","value":"off"}}' \
		'{"execute":"quit"}' |
		"$bin" "${fw[@]}" -machine pc,accel=tcg -S -display none -nodefaults \
			-qmp stdio -blockdev null-co,node-name=n,size=1048576 \
			-device "virtio-blk-pci,id=d,drive=n$1" >"$work/out" 2>&1
}
# quoted NAME [each|round]: the stats of an idle device, as JSON in JSON.
quoted() {
	grep -qF "{\\\"strategy\\\":\\\"$1\\\",\\\"flush\\\":\\\"${2:-each}\\\",\\\"active\\\":false,\\\"queues\\\":[]}" "$work/out"
}
for s in $(sed -n '/"strategies"/,/]/p' "$dir/manifest.json" | sed '1d;$d' | tr -d ' ",'); do
	check "a disk starts with x-reorder=$s" ask ",x-reorder=$s"
	check "and its counters say so" quoted "$s"
done
check "a property of a running device stays" grep -q 'cannot be changed' "$work/out"
check "a disk starts without x-reorder" ask ""
check "and its counters say off" quoted off
check "a disk starts with x-reorder-flush=round" ask ",x-reorder=bitmap,x-reorder-flush=round"
check "and its counters say so" quoted bitmap round
rc=0
"$bin" -machine pc,accel=tcg "${fw[@]}" -display none -nodefaults \
	-device virtio-rng-pci,x-reorder=bitmap,x-reorder-flush=round >"$work/out" 2>&1 </dev/null || rc=$?
check "which is for disks only" [ "$rc" -eq 1 -a -n "$(grep 'for virtio-blk' "$work/out")" ]
rc=0
ask ",x-reorder-force=on" || rc=$?
check "x-reorder-force alone is an error" [ "$rc" -eq 1 ]

# What the user may set ----------------------------------------------------

# With a release, nothing of the user's is looked at.
unset QEMU_RELEASE
rc=0
QEMU=$work/nothing runners/setup/qemu.sh >"$work/out" 2>"$work/err" || rc=$?
check "QEMU= that does not exist is refused" [ "$rc" -eq 2 -a ! -s "$work/out" ]
rc=0
QEMU=/bin/true runners/setup/qemu.sh >"$work/out" 2>"$work/err" || rc=$?
check "QEMU= that is no QEMU is refused" [ "$rc" -eq 2 -a ! -s "$work/out" ]
rc=0
QEMU_SRC=$work/nothing runners/setup/qemu.sh >"$work/out" 2>"$work/err" || rc=$?
check "QEMU_SRC= that does not exist is refused" [ "$rc" -eq 2 -a ! -s "$work/out" ]

tap_end
