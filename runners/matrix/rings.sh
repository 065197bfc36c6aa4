#!/bin/bash
# The ring driver on one QEMU, with all that this QEMU can do: a row of a table.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: rings.sh --head | rings.sh VERSION HOW QEMU-DIR LOGS
#
# VERSION is looked up in the file faults, for what its own in_order=on is known to hang
# on.  stdout: the row.  1 if a device was caught that should not be, or one was not that
# should.
set -euo pipefail
cd "$(dirname "$0")/../.."

row() { printf '%-7s %-7s %5s %5s %8s  %s\n' "$@"; }
if [ "${1:-}" = --head ]; then
	row QEMU which order loads elements 'own in_order=on hangs on'
	exit
fi
version=$1 how=$2 qemu=$3 logs=$4
mkdir -p "$logs"

# What it has: QEMU's own order since 9.1, the strategies where they were built in.
variants=off
for v in qemu hash-table array-window bitmap in-place batch-used in-place+round batch-used+round; do
	case $v in
	qemu) "$qemu/qemu-system-x86_64" -machine none -device virtio-blk-pci,help | grep ' in_order=' >/dev/null || continue ;;
	*) grep '"hooks": true' "$qemu/manifest.json" >/dev/null || continue ;;
	esac
	variants+=,$v
done

# ring NAME STALL-MS OPTIONS...: a load on all of them
ring() {
	local name=$1 stall=$2
	shift 2
	echo "$name: $*" >>"$logs/rings.log"
	build/vqring run --qemu "$qemu" --variants "$variants" --together --stall "$stall" \
		--rounds 2 --elements 3000 --json "$logs/$name.json" "$@" >>"$logs/rings.log" 2>&1 || [ $? = 1 ]
}
: >"$logs/rings.log"
rm -f "$logs"/*.json
# A busy host is no device that hangs.
for f in split packed; do
	ring "read-$f" 60000 --ring $f
	ring "tx-$f" 60000 --ring $f --load tx
	ring "rx-$f" 60000 --ring $f --load rx
	ring "depth-$f" 60000 --ring $f --size 1024 --indirect --depth 1023
done
# Here one is known to.
ring full-split 20000 --ring split --size 64 --indirect --depth 64
ring full-packed 20000 --ring packed --size 64 --indirect --depth 64
ring odd-packed 20000 --ring packed --size 100

python3 - "$version" "$how" "$logs" <<'EOF'
import glob, json, os, sys
version, how, logs = sys.argv[1:]
known = {}
for line in open("runners/matrix/faults"):
    if line.strip() and not line.startswith("#"):
        name, *faults = line.split()
        known[name] = set(faults)
hangs, wrong, elements, ordered, good, loads = set(), [], 0, set(), 0, 0
for path in sorted(glob.glob(logs + "/*.json")):
    name, bad = os.path.basename(path)[:-5], []
    boot, = json.load(open(path))["boots"]
    if boot["failed"]:
        bad.append(f"{name}: {boot['failed']}")
    for d in boot["devices"]:
        r = d["ring"]
        if d["variant"] == "qemu" and d["state"] == "stalled" and d["rule"] == "progress":
            hangs.add(name)
            continue
        elements += r["used"]
        if d["variant"] != "off" and d["state"] == "ok":
            ordered.add(d["variant"])  # it starts only with feature bit 35
        if d["state"] != "ok":
            bad.append(f"{name}: {d['label']} is {d['state']}: {d.get('evidence')}")
        elif r["used"] < 6000 or (r["used"] != r["added"] and not name.startswith("rx")):
            bad.append(f"{name}: {d['label']}: {r['added']} added, {r['used']} came back")
        elif d["variant"] != "off" and r["reordered"]:
            bad.append(f"{name}: {d['label']}: {r['reordered']} out of order")
    loads += 1
    good += not bad
    wrong += bad
expected = known.get(version, set())
for name in sorted(hangs - expected):
    wrong.append(f"{name}: QEMU {version}'s own order hangs, which runners/matrix/faults does not have")
for name in sorted(expected - hangs):
    wrong.append(f"{name}: QEMU {version}'s own order does not hang, and should by runners/matrix/faults")
said = ", ".join(sorted(hangs)) if "qemu" in ordered or hangs else "has none"
print(f"{version:7} {how:7} {len(ordered):5} {f'{good}/{loads}':>5} {elements:8}  {said or 'nothing'}")
for w in wrong:
    print(f"matrix: {w}"[:400], file=sys.stderr)
sys.exit(bool(wrong))
EOF
