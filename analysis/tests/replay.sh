#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqreplay as a whole: what it prints of small operation files, what it says of
# bad ones, conversions, counts.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
replay=$top/build/vqreplay
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$top/runners/tests/tap.sh"

# As the program says them: "off, qemu, hash-table, ...; or all".
variants=$("$replay" --variant=? --synth=full 2>&1 | sed -n "s/.*there is \(.*\); or all/\1/p" | tr -d ,)
strategies=${variants#off qemu }
ordered="qemu $strategies"
n_variants=$(wc -w <<<"$variants")
check 'the program lists its variants' sh -c 'case "$0" in "off qemu "?*) ;; *) false ;; esac' "$variants"

# prints NAME VARIANTS OPS EXPECTED: lines of both separated by ';'
prints() {
	local v
	tr ';' '\n' <<<"$3" >"$1.ops"
	tr ';' '\n' <<<"$4" | sed '/^$/d' >"$1.want"
	for v in $2; do
		"$replay" --variant "$v" --print "$1.ops" >"$1.got" || return 1
		diff "$1.want" "$1.got" || { echo "$v"; return 1; }
	done
}
golden() { check "$1" prints golden "$2" "$3" "$4"; }

golden 'pop, fill, flush' "off $ordered" \
	'ring split 4;pop 2 1;fill 2 7;flush' 'used 2 7;flush 1'
golden 'out of order: held back' "$ordered" \
	'ring split 4;pop 0 1;pop 1 1;fill 1 11;flush;fill 0 10;flush' \
	'flush 0;used 0 10;used 1 11;flush 2'
golden 'out of order: off does not' off \
	'ring split 4;pop 0 1;pop 1 1;fill 1 11;flush;fill 0 10;flush' \
	'used 1 11;flush 1;used 0 10;flush 1'
golden 'one flush for several fills' "$ordered" \
	'ring packed 8;pop 5 2;pop 6 3;fill 6 1;fill 5 2;flush;flush' \
	'used 5 2;used 6 1;flush 2;flush 0'
golden 'a full packed ring, chains, past its end' "$ordered" \
	'ring packed 5;pop 0 2;fill 0 1;flush;pop 1 3;pop 900 2;fill 900 4;flush;fill 1 3;flush' \
	'used 0 1;flush 1;flush 0;used 1 3;used 900 4;flush 2'
golden 'unpop' "off $ordered" \
	'ring split 4;pop 0 1;pop 1 1;unpop 1;pop 3 1;fill 0 1;fill 3 2;flush' \
	'used 0 1;used 3 2;flush 2'
golden 'rewind, after a fill out of order' "$ordered" \
	'ring split 4;pop 0 1;pop 1 1;pop 2 1;pop 3 1;fill 1 5;rewind 2;pop 3 1;fill 3 6;fill 0 4;flush' \
	'used 0 4;used 1 5;used 3 6;flush 3'
golden 'detach: the order closes over the gap' \
	"$strategies" \
	'ring split 4;pop 0 1;pop 1 1;pop 2 1;fill 2 9;detach 1;flush;fill 0 8;flush' \
	'flush 0;used 0 8;used 2 9;flush 2'
golden 'reset' "off $ordered" \
	'ring split 2;pop 0 1;pop 1 1;fill 1 1;reset;flush;pop 1 1;fill 1 2;flush' \
	'flush 0;used 1 2;flush 1'
golden 'comments, blanks, CRLF, no end of the last line' "off $ordered" \
	$'# text;;  ring\tsplit 4 # four\r;pop 0 1\r;fill 0 1;flush' 'used 0 1;flush 1'
golden 'the largest ring and length' "off $ordered" \
	'ring split 32768;pop 32767 1;fill 32767 4294967295;flush' 'used 32767 4294967295;flush 1'
printf 'ring split 4\npop 0 1\nfill 0 3\nflush' >end.ops
check 'no newline at the end' sh -c '"$0" --variant bitmap --print end.ops | grep -qx "flush 1"' "$replay"
check 'standard input' sh -c '"$0" --variant bitmap --print - <end.ops | grep -qx "used 0 3"' "$replay"

# refuses LINE WHAT OPS: exit 2, and FILE:LINE: WHAT
refuses() {
	local got=0
	printf '%b' "${3//;/\\n}" >bad.ops
	"$replay" --variant off --print bad.ops >out 2>err || got=$?
	cat out err
	[ "$got" = 2 ] && [ ! -s out ] && grep -q "bad.ops:$1: .*$2" err
}
bad() { check "refused: $1" refuses "$2" "$3" "$4"; }

bad 'an empty file' 1 'no operations' ''
bad 'only comments' 2 'no operations' '# nothing;'
bad 'no ring line' 1 'first line must be' 'pop 0 1;'
bad 'a second ring line' 3 'second ring' 'ring split 4;flush;ring split 4;'
bad 'another ring' 1 "'round'" 'ring round 4;'
bad 'ring size 0' 1 'between 1 and 32768' 'ring packed 0;'
bad 'ring size 65536' 1 'between 1 and 32768' 'ring split 65536;'
bad 'a split ring of 12' 1 'power of two' 'ring split 12;'
bad 'an unknown word' 2 "'push': no such operation" 'ring split 4;push 1 1;'
bad 'too few arguments' 2 'number of arguments' 'ring split 4;pop 1;'
bad 'too many arguments' 2 'number of arguments' 'ring split 4;flush 1;'
bad 'a negative number' 2 "'-1': no number" 'ring split 4;pop -1 1;'
bad 'no number' 2 "'0x1': no number" 'ring split 4;pop 0x1 1;'
bad 'a number above 32 bits' 3 "'4294967296'" 'ring split 4;pop 1 1;fill 1 4294967296;'
bad 'an id beyond a split ring' 2 'id 4: out of range' 'ring split 4;pop 4 1;'
bad 'an id beyond 16 bits' 2 'id 65536: out of range' 'ring packed 4;pop 65536 1;'
bad 'no descriptor' 2 'of 0 descriptors' 'ring packed 4;pop 1 0;'
bad 'a chain beyond the ring' 2 'of 5 descriptors' 'ring packed 4;pop 1 5;'
bad 'a pop of an id in use' 3 'id 1: it is outstanding' 'ring split 4;pop 1 1;pop 1 1;'
bad 'a pop beyond a split ring' 5 "beyond the ring's size" 'ring split 2;pop 0 1;pop 1 1;detach 0;pop 0 1;'
bad 'a pop beyond a packed ring' 3 '3 descriptors are' 'ring packed 4;pop 0 3;pop 1 2;'
bad 'a fill of what was not popped' 2 'id 3: it is not outstanding' 'ring split 4;fill 3 1;'
bad 'a second fill' 4 'filled already' 'ring split 4;pop 3 1;fill 3 1;fill 3 1;'
bad 'a fill after a reset' 4 'not outstanding' 'ring split 4;pop 3 1;reset;fill 3 1;'
bad 'an unpop of another than the latest' 4 'not the most recent' 'ring split 4;pop 1 1;pop 2 1;unpop 1;'
bad 'an unpop of what is filled' 4 'filled already' 'ring split 4;pop 1 1;fill 1 1;unpop 1;'
bad 'an unpop of id 4294967295' 2 'out of range' 'ring split 4;unpop 4294967295;'
bad 'a rewind of too many' 3 'more than are outstanding' 'ring split 4;pop 1 1;rewind 2;'
bad 'a rewind of what is filled' 5 'filled or detached' 'ring split 4;pop 1 1;pop 2 1;fill 2 1;rewind 2;'
bad 'a detach of what is filled' 4 'filled already' 'ring split 4;pop 1 1;fill 1 1;detach 1;'
bad 'a detach of nothing' 2 'not outstanding' 'ring split 4;detach 1;'
bad 'a NUL byte' 2 'NUL' 'ring split 4;pop\x00 1 1;'
bad 'an over-long line' 2 'longer than' "ring split 4;# $(printf 'x%.0s' {1..2000});"

exits() {
	local want=$1 said=$2 got=0
	shift 2
	"$@" >out 2>&1 || got=$?
	cat out
	[ "$got" = "$want" ] && grep -q -- "$said" out
}
check 'nothing to do' exits 2 'needed is a trace' "$replay"
check 'no such file' exits 2 'none: No such file' "$replay" none
check 'a directory' exits 2 'Is a directory' "$replay" .
check 'an unknown variant: there is a list' exits 2 'off, qemu, hash-table' "$replay" --variant=x end.ops
check 'an unknown option' exits 2 'bad option' "$replay" --frobnicate
check 'an unknown order' exits 2 'in-order, shuffle' "$replay" --synth=x
check 'a window beyond the ring' exits 2 'does not fit' "$replay" --synth=shuffle:32 --ring=split:16
check '--version' exits 0 'vqreplay (vqlab) [0-9]' "$replay" --version
check '--help' exits 0 '--synth=KIND' "$replay" --help
check 'a full disk' exits 1 'No space left' "$replay" --synth=in-order --ops -o /dev/full
head -c 5000 /dev/urandom | sed 's/^/\x28\xb5\x2f\xfd/' >noise
cp noise $'noise\e[2J'
check 'a name with an escape is shown without' sh -c '! "$1" "$2" 2>err; grep -q "noise?\[2J: " err && ! grep -q "$(printf "\033")" err' - "$replay" $'noise\e[2J'
check 'garbage that begins like a trace' exits 2 'noise: ' "$replay" noise

# From shape to text to trace and back; a trace cut short is replayed so far.
same_again() {
	"$replay" --synth=full --ring="$1" --chain=3 --elements=20000 --ops >one.ops &&
		"$replay" -o one.vqt one.ops && "$replay" --ops one.vqt >two.ops && cmp one.ops two.ops
}
check 'split: text, trace, the same text' same_again split:64
check 'packed: text, trace, the same text' same_again packed:50
check 'vqprobe reads the trace' "$top/build/vqprobe" --from one.vqt --json one.json
check 'and finds nothing missing' grep -q '"conserved": *true' one.json
check 'a queue by its name' exits 0 'flush' "$replay" --queue=synthetic:0 --ops one.vqt
check 'by its number' exits 0 'flush' "$replay" --queue=0 --ops one.vqt
check 'one that is not there' exits 2 'synthetic:0' "$replay" --queue=1 one.vqt

# Replays.
quick='--repeats=3 --elements=20000 --instructions=none'
check 'a replay' exits 0 'the same for all in order' "$replay" $quick --synth=full
check 'in 72 columns' sh -c '! grep -E "^.{73,}" out'
check 'of a trace' exits 0 'recorded same: qemu' "$replay" $quick one.vqt
check 'all, and one that only its name finds' exits 1 'broken-swap: WRONG: at element' \
	"$replay" $quick --variant=all,broken-swap --synth=shuffle:32
check 'a broken strategy is noticed' exits 1 'broken-swap: WRONG: at element' \
	"$replay" $quick --variant=off,broken-swap --synth=shuffle:32
printf 'ring packed 8\n' >short.ops
for _ in $(seq 60); do printf 'pop 0 1\npop 1 2\npop 2 1\nshort 1 7\nfill 2 0\nshort 0 5\nflush\n'; done >>short.ops
check 'short elements, from text to text' sh -c '"$1" --ops short.ops >short.again && cmp short.ops short.again' - "$replay"
check 'and through one entry for several' exits 0 'the same for all in order' "$replay" $quick \
	--variant=in-place,batch-used short.ops
check 'one that skips them is noticed' exits 1 'broken-skip: WRONG: at element' \
	"$replay" $quick --variant=in-place,broken-skip short.ops
check 'and of several sources' exits 1 'WRONG' \
	"$replay" $quick --variant=broken-swap --synth=shuffle:32 --synth=in-order
counts() {
	"$replay" --repeats=1 --elements=5000 --instructions=callgrind --synth=shuffle:32 \
		--ring=split:64 --ring=packed:64 --json "$1" >out &&
		grep '"instructions' "$1" >"$1.counts" && [ "$(grep -c '[0-9]' "$1.counts")" = $((2 * 2 * n_variants)) ]
}
check 'instructions, by callgrind' counts first.json
check 'once more' counts second.json
check 'are the same' diff first.json.counts second.json.counts
mkdir empty
check 'no valgrind: said, and the rest is there' env PATH="$work/empty" \
	"$replay" --repeats=1 --elements=5000 --synth=full --json=none.json
check 'no valgrind where it is asked for' exits 1 'valgrind' env PATH="$work/empty" \
	"$replay" --repeats=1 --elements=5000 --synth=full --instructions=callgrind

# What vqreport makes of it: alone, and in the report of a run.
orders=(--repeats=1 --elements=2000 --instructions=callgrind --variant=off,qemu,in-place)
for ring in split packed; do
	for size in 16 64 256; do orders+=(--synth="shuffle:8@$ring:$size"); done
	orders+=(--synth="in-order@$ring:256" --synth="shuffle:32@$ring:256")
done
mkdir alone
check 'several orders, each on its ring' "$replay" "${orders[@]}" --json alone/replay.json
check 'a report of them alone' "$top/build/vqreport" alone
check 'has the figures' grep -Eq '^  shuffle:32 +31 +[0-9.]+ +[0-9.]+ +[0-9.]+$' alone/report/report.txt
check 'by ring size, too' grep -q '^shuffle:8, packed ring of' alone/report/report.txt
check 'in 72 columns' sh -c '! grep -E "^.{73,}" alone/report/report.txt'
drawn() {
	local p
	for p in replay-depth replay-size; do
		[ "$(stat -c %s "$1/plots/$p.svg")" -gt 10000 ] &&
			file -b "$1/plots/$p.png" | grep -q 'PNG image data, 1200 x ' || return 1
	done
}
check 'and plots' drawn alone/report
check 'once more' "$top/build/vqreport" alone -o again
check 'gives the same bytes' diff -r alone/report again
"$top/build/analysis/make-run" "$work/run" --blocks=2 --variants=off,off2,qemu,hash-table,bitmap \
	--stall=b01-split-off
check 'a run without a replay' "$top/build/vqreport" run -o without --no-plots
check 'says nothing of one' sh -c '! grep -q "^Replay" without/report-full.txt'
check 'and has nothing to replay' exits 1 'nothing to replay' "$top/build/vqreport" --traces run
check 'which costs no report' "$top/analysis/replay/replay.sh" --traces "$work/run"

# Traces of two kinds: of an ordered queue (vqreplay makes such), and of one without.
"$replay" --synth=shuffle:8 --ring=split:64 --elements=25000 -o ordered.vqt
unordered=$top/results/reference/trials/b01-packed-off/vqprobe-randread-packed-on.vqt
check 'a recording without order is marked' exits 0 'negotiated no VIRTIO_F_IN_ORDER: the driver' \
	"$replay" $quick --json unordered.json "$unordered"
check 'in JSON, too' grep -q '"recorded_order" : "unordered"' unordered.json
check 'one with order is not' sh -c '"$@" >out && ! grep -q negotiated out && grep -q "\"ordered\"" ordered.json' \
	- "$replay" $quick --json ordered.json ordered.vqt
check 'a made-up order is neither' exits 0 '"recorded_order" : null' \
	"$replay" $quick --json /dev/stdout --synth=full
put_trace() { cp "$1" "run/trials/$2/vqprobe-made-up-tail-on.vqt"; }
for t in b01-split-off b01-split-off2 b02-split-off; do put_trace ordered.vqt $t; done
for t in b01-split-hash-table b01-split-bitmap b01-split-qemu; do put_trace ordered.vqt $t; done
list() { "$top/build/vqreport" --traces run | sed 's,.*/trials/\([^/]*\)/.*,\1,'; }
check 'what is replayed: no stalled trial, off2 as off, QEMU before others' \
	diff <(list) <(printf '%s\n' --variant=all,off,off,qemu,hash-table,bitmap b01-split-qemu b02-split-off)
rm run/trials/b01-split-qemu/*.vqt run/trials/b02-split-off/*.vqt
check 'then the next' diff <(list | tail -n 2) <(printf '%s\n' b01-split-hash-table b01-split-off2)
put_trace "$unordered" b01-split-off2
check "the run's own traces" "$top/analysis/replay/replay.sh" --traces "$work/run"
check 'of off and of one ordered queue' sh -c '[ "$(grep -c depth_max run/replay.json)" = 2 ]'
check 'get into its report' "$top/build/vqreport" run -o with --no-plots
check 'with where they are from, and the ring' grep -q '^made-up-tail, b01-split-hash-table: split ring of 64$' with/report-full.txt
check 'models are called models' grep -q '^  *model  *model ' with/report-full.txt
check 'and what was not ordered apart' sh -c 'sed -n "/^What queues without VIRTIO_F_IN_ORDER/,\$p" with/report-full.txt |
	grep -q "^made-up-tail, b01-split-off2: packed ring of 1024$"'
check 'and the recorded order' grep -q '^1 of the recordings are of ordered' with/report-full.txt
check 'and nothing else changes' sh -c '
	sed "/^Replay$/,/^Method$/d" with/report-full.txt >a; sed "/^Method$/d" without/report-full.txt | diff - a'

# A strategy that misorders, and a trace that cannot be read, cost no report.
sed -i 's/"hash-table"/"broken-swap"/' run/run.json run/trials/*/trial.json
printf 'noise' >run/trials/b01-split-off2/vqprobe-made-up-tail-on.vqt
rm run/replay.json
check 'a broken strategy in the plan: said' exits 2 'not all was replayed' "$top/analysis/replay/replay.sh" --traces "$work/run"
check 'and a report all the same' "$top/build/vqreport" run -o wrong --no-plots
check 'which says it' grep -q 'broken-swap: WRONG: ' wrong/report-full.txt
check 'and counts it' sh -c 'tr "\n" " " <wrong/report-full.txt | grep -q "replays of ordered variants 1 published in another order"'
put_trace ordered.vqt b01-split-off2
check 'the strategy alone' exits 1 'a strategy published out of order' "$top/analysis/replay/replay.sh" --traces "$work/run"
mkdir -p fake && printf '#!/bin/sh\necho "callgrind: cannot" >&2\nexit 9\n' >fake/valgrind && chmod +x fake/valgrind
check 'a failing callgrind: said, and the rest is there' env PATH="$work/fake:$PATH" sh -c '
	"$0" --repeats=1 --elements=5000 --synth=full --json=none.json 2>err && grep -q "cannot.*instructions not counted" err' "$replay"
check 'but not where it is asked for' exits 1 'callgrind: cannot' env PATH="$work/fake:$PATH" \
	"$replay" --repeats=1 --elements=5000 --synth=full --instructions=callgrind
sed -i 's/"depth_max"/"depth"/' run/replay.json
check 'a broken replay.json' exits 2 'replay.json: depth_max: missing' "$top/build/vqreport" run
tap_end
