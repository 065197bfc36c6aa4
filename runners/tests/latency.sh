#!/bin/bash
# The latency disk under a real nbdkit: content, refusals, stalls.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fio is the judge of the content, through its own NBD client.
set -uo pipefail
plugin=$PWD/build/runners/latency.so
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

. runners/tests/tap.sh

# disk PARAMETERS COMMAND: nbdkit serves the disk while the command runs,
# which finds it at $unixsocket; exits with the command's status.
disk() { nbdkit -U - -t 128 --exit-with-parent "$plugin" $1 --run "$2"; }

fio_read='fio --name=x --ioengine=nbd --uri="nbd+unix:///?socket=$unixsocket" --rw=randread
	--bs=4k --iodepth=64 --size=8M --verify=pattern --output-format=terse'
fio_read=${fio_read//$'\n'/ }
common="size=8M service=constant base_us=0"

good_content() { disk "$common" "$fio_read --verify_pattern=%o"; }
# The same reader must not believe anything: another pattern has to fail, and
# for the reason that the data differ.
wrong_pattern() {
	! disk "$common" "$fio_read --verify_pattern=0xdeadbeef" >"$tmp/fio" 2>&1 &&
		grep 'bad pattern' "$tmp/fio" >/dev/null
}
# A file made by the rule is believed; with one bit of it flipped it is not.
one_bit() {
	python3 - "$tmp/disk" <<-'EOF' || return 1
		import struct, sys
		data = b"".join(struct.pack("<Q", at) * 512 for at in range(0, 8 << 20, 4096))
		open(sys.argv[1], "wb").write(data)
		data = bytearray(data)
		data[5000001] ^= 16
		open(sys.argv[1] + ".bad", "wb").write(data)
	EOF
	nbdkit -U - file "$tmp/disk" --run "$fio_read --verify_pattern=%o" || return 1
	! nbdkit -U - file "$tmp/disk.bad" --run "$fio_read --verify_pattern=%o" >"$tmp/fio" 2>&1 &&
		grep 'bad pattern' "$tmp/fio" >/dev/null
}
shifted() {
	! nbdkit -U - --filter=offset "$plugin" $common offset=4096 range=4M \
		--run "${fio_read/8M/4M} --verify_pattern=%o" >"$tmp/fio" 2>&1 &&
		grep 'bad pattern' "$tmp/fio" >/dev/null
}
read_only() {
	! disk "$common" 'fio --name=x --ioengine=nbd --uri="nbd+unix:///?socket=$unixsocket" \
		--rw=write --bs=4k --size=64k' >"$tmp/fio" 2>&1
}
# refused PARAMETERS WORDS: nbdkit does not start, and says these words.
refused() {
	! nbdkit -U "$tmp/refused" "$plugin" $1 --run true >"$tmp/said" 2>&1 && grep -e "$2" "$tmp/said"
}
# 100 requests are answered; of the rest, none.  SIGTERM must still end nbdkit.
hangs() {
	disk "$common hang_after=100" \
		"$fio_read --verify_pattern=%o --number_ios=100" || return 1
	disk "$common hang_after=100" \
		"timeout -k 1 2 $fio_read --verify_pattern=%o --number_ios=101"
	[ $? -ge 124 ]
}

check 'fio verifies 4k random reads' good_content
check 'fio rejects a pattern that is not the disk'\''s' wrong_pattern
check 'fio rejects one wrong bit on the disk' one_bit
check 'fio rejects the data of the next block' shifted
check 'writes are refused' read_only
check 'no service: refused' refused 'size=8M base_us=1' 'service=: needed'
check 'no size: refused' refused 'service=constant base_us=1' 'size=: needed'
check 'odd size: refused' refused 'size=1000 service=constant base_us=1' 'multiple of 4096'
check 'no base_us: refused' refused 'size=8M service=constant' 'base_us=: needed'
check 'unknown service: refused' refused 'size=8M service=slow base_us=1' 'heavy-tail'
check 'unknown parameter: refused' refused "$common tale_us=1" "'tale_us'"
check 'unused parameter: refused' refused "$common tail_us=9" 'not used'
check 'negative time: refused' refused 'size=8M service=constant base_us=-1' 'base_us'
check 'hang_after stops answering, and nbdkit still ends' hangs
tap_end
