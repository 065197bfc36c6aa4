#!/bin/bash
# The quick plan on one QEMU with one guest kernel: a row for each variant.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: guests.sh --head | guests.sh VERSION HOW QEMU-DIR GUEST-DIR LOGS
#
# Its variants are off and array-window, or, where the strategies are not built in,
# QEMU's own order.  Only Linux 7.0 and later negotiate VIRTIO_F_IN_ORDER: on an older
# kernel a trial that asks for it must be found invalid, by the gate that looks.
# stdout: the rows.  1 if anything else came out.
set -euo pipefail
cd "$(dirname "$0")/../.."

row() { printf '%-8s %-7s %-6s %-12s %-8s %-9s %9s %6s\n' "$@"; }
if [ "${1:-}" = --head ]; then
	row kernel QEMU ring variant IN_ORDER state elements driver
	exit
fi
version=$1 how=$2 qemu=$3 guest=$4 logs=$5
run=$logs/run
mkdir -p "$logs"
rm -rf "$run"

ordered=array-window
[ "$how" = built ] || ordered=qemu
# The rings without a guest are another table's, and no matter of the kernel's.
sed "s/array-window/$ordered/; s/^rings=.*/rings=split;packed/" configs/quick.ini |
	awk '/^\[/ { ring = /^\[workload ring/ } !ring' >"$logs/plan.ini"
mkdir -p "$logs/fio"
cp configs/fio/*.fio "$logs/fio"
build/vqbench run "$logs/plan.ini" -o "$run" --qemu "$qemu" --guest "$guest" --together \
	>"$logs/vqbench.log" 2>&1 || echo "vqbench: exit $?" >>"$logs/vqbench.log"

python3 - "$version" "$guest/manifest.json" "$run" <<'EOF'
import glob, json, sys
version, manifest, run = sys.argv[1:]
kernel = json.load(open(manifest))["kernel"].split("+")[0].split("-")[0]
old = int(kernel.split(".")[0]) < 7
wrong, trials = [], {}
for path in sorted(glob.glob(run + "/trials/*/trial.json")):
    t = json.load(open(path))
    trials.setdefault((t["ring"], t["variant"]), {})["counted" if t["counting"] else "timed"] = t
if len(trials) != 4:
    wrong.append(f"{len(trials)} of 4 trials: {run}/../vqbench.log")
for (ring, variant), by in sorted(trials.items(), key=lambda i: (i[0][0] != "split", i[0][1] != "off")):
    t = by.get("timed")
    if not t:
        wrong.append(f"{ring} {variant}: no timed trial")
        continue
    bits = {int(f, 16) for f in t["features"].values()}
    order = {b >> 35 & 1 for b in bits}
    packed = {b >> 34 & 1 for b in bits}
    said = "?" if len(order) != 1 else "yes" if 1 in order else "no"
    elements = 0
    for p in t["phases"]:
        if p["probe"]:
            elements += sum(q["published"] for q in p["probe"]["queues"])
    # What the guest's kernel executed for an element, in the boot that counts it.
    driver = "-"
    c = by.get("counted")
    if c and c["state"] == "ok":
        p = next(p for p in c["phases"] if p["kind"] == "fio")
        driver = f"{p['driver']['instructions'] / p['driver']['elements']:.0f}"
    state = t["state"]
    if variant != "off" and old and state == "invalid" and "IN_ORDER" in t["reason"]:
        state = "refused"
    print(f"{kernel:8} {version:7} {ring:6} {variant:12} {said:8} {state:9} {elements:9} {driver:>6}")
    name = f"Linux {kernel}, QEMU {version}, {ring}, {variant}"
    want = "refused" if variant != "off" and old else "ok"
    if state != want:
        wrong.append(f"{name}: {t['state']}, not {want}: {t['reason']}")
    if said != ("yes" if variant != "off" and not old else "no"):
        wrong.append(f"{name}: IN_ORDER is {said}")
    if packed != {int(ring == "packed")}:
        wrong.append(f"{name}: RING_PACKED is {packed}")
    if not elements:
        wrong.append(f"{name}: the probes saw no element")
for w in wrong:
    print(f"matrix: {w}"[:400], file=sys.stderr)
sys.exit(bool(wrong))
EOF
