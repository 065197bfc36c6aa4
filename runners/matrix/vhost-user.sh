#!/bin/bash
# VIRTIO_F_IN_ORDER through vhost-user: DPDK's testpmd is the device, and the ring driver
# looks at what it does with the rings.  A row for each device.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: vhost-user.sh --head | vhost-user.sh VERSION QEMU-DIR DPDK-ROOT LOGS
#
# DPDK-ROOT is an unpacked release's (packages.sh).  QEMU only hands the rings on, so what
# is negotiated is what testpmd offers and QEMU lets through: off and in order, each served
# by a port of its own.  stdout: the rows.  1 if a device broke a rule or hung, if IN_ORDER
# was not negotiated, if a frame that was sent is missing, or if something is said to be one
# entry for several elements that the driver does not find to be so without --batches.
set -euo pipefail
cd "$(dirname "$0")/../.."

row() { printf '%-8s %-6s %-4s %-8s %-7s %8s %7s %7s %5s\n' "$@"; }
if [ "${1:-}" = --head ]; then
	row QEMU ring load IN_ORDER state elements testpmd entries each
	exit
fi
version=$1 qemu=$2 root=$3 logs=$4
mkdir -p "$logs"
work=$(mktemp -d)
chmod 755 "$work" # QEMU is nobody
pmd=''
cleanup() {
	[ -z "$pmd" ] || kill "$pmd" 2>/dev/null || :
	rm -rf "$work"
}
trap cleanup EXIT
# Preloaded, since as plugins it takes none from below a folder that others may write to.
preload=$(printf '%s:' "$root"/usr/lib/x86_64-linux-gnu/dpdk/pmds-*/librte_{net_vhost,mempool_ring}.so)

# testpmd_start MODE: with two ports; returns when both can be connected to
testpmd_start() {
	local i
	rm -f "$work"/{in,sock*}
	mkfifo "$work/in"
	LD_PRELOAD=$preload "$root/usr/bin/dpdk-testpmd" --no-huge -m 256 --no-shconf --no-pci --no-telemetry --file-prefix="vqlab-$$" \
		--lcores '0@(0-1),1@(0-1)' \
		--vdev "net_vhost0,iface=$work/sock0" --vdev "net_vhost1,iface=$work/sock1" \
		-- --total-num-mbufs=4096 --disable-link-check --no-lsc-interrupt \
		--forward-mode="$1" --auto-start <"$work/in" >"$work/testpmd" 2>&1 &
	pmd=$!
	exec 7>"$work/in"
	for i in 0 1; do
		# What it says comes when it ends.
		until [ -S "$work/sock$i" ] && [ -n "$(ss -Hxl src "$work/sock$i")" ]; do
			kill -0 "$pmd" 2>/dev/null || {
				tail -n 5 "$work/testpmd" >&2
				return 1
			}
			sleep 0.1
		done
		chmod 666 "$work/sock$i"
	done
}
# testpmd_end: it says what it has forwarded, and ends
testpmd_end() {
	echo >&7
	exec 7>&-
	wait "$pmd" || :
	pmd=''
}
# drive NAME RING LOAD OPTIONS...: 0 also if a device was caught
drive() {
	local name=$1 ring=$2 load=$3 mode=rxonly
	shift 3
	[ "$load" = tx ] || mode=txonly
	testpmd_start "$mode" || return 1
	build/vqring run --qemu "$qemu" --variants off,qemu --backend "vhost-user=$work/sock%" \
		--load "$load" --ring "$ring" --together --stall 20000 --rounds 2 --elements 20000 \
		--json "$logs/$name.json" "$@" >"$logs/$name.log" 2>&1 || [ $? = 1 ] || return 1
	testpmd_end
	cp "$work/testpmd" "$logs/$name.testpmd"
}

for ring in split packed; do
	for load in tx rx; do
		drive "$ring-$load" "$ring" "$load" --batches
	done
	drive "$ring-strict" "$ring" tx
done
python3 - "$version" "$logs" <<'EOF'
import json, re, sys
version, logs = sys.argv[1:]
wrong = []

def devices(name):
    boot, = json.load(open(f"{logs}/{name}.json"))["boots"]
    if boot["failed"]:
        wrong.append(f"{name}: {boot['failed']}")
    return boot["devices"]

for ring in ("split", "packed"):
    for load in ("tx", "rx"):
        name = f"{ring}-{load}"
        said = open(f"{logs}/{name}.testpmd", errors="replace").read()
        what = "RX" if load == "tx" else "TX"
        counts = dict((int(i), int(n)) for i, n in re.findall(
            rf"Forward statistics for port (\d+).*?{what}-packets: (\d+)", said, re.S))
        for i, d in enumerate(devices(name)):
            r = d["ring"]
            each = r["used"] / r["used_entries"] if r["used_entries"] else 0
            order = "yes" if d["variant"] == "qemu" and d["state"] not in ("no-start", "crashed") else "no"
            print(f"{version:8} {ring:6} {load:4} {order:8} {d['state']:7} {r['used']:8} "
                  f"{counts.get(i, -1):7} {r['used_entries']:7} {each:5.2f}")
            if d["state"] != "ok":
                wrong.append(f"{name}, {d['label']}: {d['state']}: {d.get('rule')}: {d.get('evidence')}")
            elif r["used"] < 40000 or r["used"] != r["added"]:
                wrong.append(f"{name}, {d['label']}: {r['added']} added, {r['used']} came back")
            elif load == "tx" and counts.get(i) != r["used"]:
                wrong.append(f"{name}, {d['label']}: {r['used']} frames sent, testpmd has {counts.get(i)}")
            if d["variant"] == "qemu" and r["reordered"]:
                wrong.append(f"{name}, {d['label']}: {r['reordered']} out of order")
            if load == "tx":
                strict = devices(f"{ring}-strict")[i]
                batches = r["used_entries"] < r["used"]
                caught = strict["state"] == "broken" and strict["rule"] == "order"
                if batches != caught:
                    wrong.append(f"{name}, {d['label']}: {r['used_entries']} entries, but without "
                                 f"--batches it is {strict['state']}: {strict.get('evidence')}")
for w in wrong:
    print(f"matrix: {w}"[:400], file=sys.stderr)
sys.exit(bool(wrong))
EOF
