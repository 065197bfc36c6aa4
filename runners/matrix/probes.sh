#!/bin/bash
# vqprobe on a kernel: here, or in a guest as a tool of a host of that age, where a small
# QEMU is driven by vqring.  A row for each way of watching.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: probes.sh --head | probes.sh VERSION QEMU-DIR LOGS [OUTER-QEMU GUEST-DIR]
#
# With a guest's folder, it is booted by the QEMU of OUTER-QEMU, and VERSION's is in it.
# What vqprobe counts must be what vqring counts, element by element.  stdout: the rows.
# 1 if it is not, or if vqprobe got no probe on.
set -euo pipefail
cd "$(dirname "$0")/../.."

row() { printf '%-8s %-7s %-12s %-6s %-4s %-10s %6s %7s %4s\n' "$@"; }
if [ "${1:-}" = --head ]; then
	row kernel QEMU 'attached by' ring set site driven counted lost
	exit
fi
version=$1 qemu=$2 logs=$3 outer=${4:-} guest=${5:-}
mkdir -p "$logs"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# By kind of watch: a name, vqprobe's options, vqring's.
kinds=(
	'split|all|--durations|--ring split --order shuffle:32'
	'packed|all|--durations|--ring packed --order shuffle:32'
	'split|half|--light|--ring split --order shuffle:32'
)
variants=off,qemu,in-place,batch-used
grep '"hooks": true' "$qemu/manifest.json" >/dev/null || {
	variants=off,qemu
	kinds=("${kinds[@]/ --order shuffle:32/}")
}
"$qemu/qemu-system-x86_64" -machine none -device virtio-blk-pci,help | grep ' in_order=' >/dev/null ||
	variants=${variants/,qemu/}

# Where it is to run, this script is made of the kinds; it says what came out between marks.
script() {
	local bin=$1 dir=$2 k ring probes options more
	echo '#!/bin/sh'
	# Before Linux 6.13 it watches only whom it may trust.
	echo "trust=; $bin/vqprobe --check | tee /dev/stderr | grep -q '^limited  sessions' && trust=--trust-guest"
	echo "echo; echo '@kernel'; uname -r; echo '@check'; $bin/vqprobe --check"
	for k in "${kinds[@]}"; do
		IFS='|' read -r ring probes options more <<<"$k"
		echo "$3/watch.sh $bin $dir $4/$ring-$probes \"$options \$trust\" --variants $variants --memory 128 $more || echo @failed $ring-$probes"
		echo "for f in ring probe; do echo; echo @$ring-$probes-\$f; cat $4/$ring-$probes/\$f.json; done"
	done
	echo 'echo; echo @end'
}

if [ -z "$guest" ]; then
	script build "$qemu" runners/matrix "$work/out" >"$work/script"
	sh "$work/script" >"$logs/said" 2>"$logs/err" || :
else
	# The guest's image, and behind it another archive with what it is to run.
	mkdir -p "$work/root/lab/qemu" "$work/guest"
	cp build/vqring build/vqprobe runners/matrix/watch.sh "$work/root/lab"
	cp "$qemu/qemu-system-x86_64" "$qemu/manifest.json" "$work/root/lab/qemu"
	for f in $(for p in build/vqring build/vqprobe "$qemu/qemu-system-x86_64"; do
		ldd "$p" | grep -o '/[^ ]*'
	done | sort -u) /usr/share/{seabios,qemu}/bios-microvm.bin; do
		[ -e "$f" ] || continue
		mkdir -p "$work/root${f%/*}"
		cp -L "$f" "$work/root$f"
	done
	script /lab /lab/qemu /lab /tmp >"$work/root/lab/script"
	chmod +x "$work/root/lab/script"
	{
		cat "$guest/initramfs.cpio"
		(cd "$work/root" && find . | cpio -o -H newc -R 0:0 --quiet)
	} >"$work/guest/initramfs.cpio"
	ln -s "$guest/vmlinuz" "$work/guest/vmlinuz"
	cp "$guest/manifest.json" "$work/guest"
	build/runners/guest-run --qemu "$outer" --guest "$work/guest" --memory 2048 --limit 900 \
		--console "$logs/console" -- /lab/script >"$logs/said" 2>"$logs/err" ||
		echo "guest-run: exit $?" >>"$logs/err"
fi

python3 - "$version" "$logs/said" <<'EOF'
import json, sys
version, path = sys.argv[1:]
parts, name = {}, None
for line in open(path):
    if line.startswith("@failed"):
        parts.setdefault("failed", []).append(line.split()[1])
    elif line.startswith("@"):
        name = line[1:].strip()
        parts[name] = ""
    elif name:
        parts[name] += line
wrong = []
if "end" not in parts:
    wrong.append(f"it did not come to its end: {path}, and err beside it")
release = parts.get("kernel", "?").strip()
kernel = release.split("+")[0].split("-")[0]
ways = {"session": "sessions", "uprobe_multi": "uprobe_multi", "perf event": "perf event"}
check = parts.get("check", "")
way = "sessions" if "ok       sessions" in check else next((w for w in ways if f"go on by {w}" in check), "?")
for kind in ("split-all", "packed-all", "split-half"):
    ring, probes = kind.split("-")
    try:
        r, p = (json.loads(parts[f"{kind}-{f}"]) for f in ("ring", "probe"))
    except (KeyError, ValueError):
        wrong.append(f"Linux {kernel}, {kind}: no result")
        continue
    queues = {q["device"]: q for q in p["queues"] if q["fills"]}
    driven = counted = 0
    unnamed = set()
    for d in r["boots"][0]["devices"]:
        q = queues.get(d["label"])
        if not q:  # without its id it is told by what it negotiated
            named = {e["label"] for e in r["boots"][0]["devices"]}
            q, = [e for e in queues.values()
                  if e["device"] not in named and e["in_order"] == (d["variant"] != "off")] or [None]
            unnamed.add(kind)
        driven += d["ring"]["used"]
        if not q:
            wrong.append(f"Linux {kernel}, {kind}: vqprobe did not see {d['label']}")
            continue
        counted += q["published"]
        # With half of the probes what was popped before the first fill is not counted as popped.
        pops = q["pops"] + (q["unmatched_fills"] if probes == "half" else 0)
        for what, n in (("pops", pops), ("fills", q["fills"]), ("published", q["published"])):
            if n != d["ring"]["used"]:
                wrong.append(f"Linux {kernel}, {kind}, {d['label']}: {n} {what}, driven {d['ring']['used']}")
        if probes == "all" and q["used_entries"] != d["ring"]["used_entries"]:
            wrong.append(f"Linux {kernel}, {kind}, {d['label']}: {q['used_entries']} used entries, "
                         f"the driver read {d['ring']['used_entries']}")
        if not q["conserved"] or q["length_mismatches"] or q["in_order"] != (d["variant"] != "off"):
            wrong.append(f"Linux {kernel}, {kind}, {d['label']}: {q}")
    if p["lost_events"]:
        wrong.append(f"Linux {kernel}, {kind}: {p['lost_events']} events lost")
    modes = {s["mode"] for s in p["sites"] if s["function"] in ("virtqueue_pop", "virtqueue_fill", "virtqueue_flush")}
    print(f"{kernel:8} {version:7} {way:12} {ring:6} {probes:4} {'/'.join(sorted(modes)):10} {driven:6} {counted:7} {p['lost_events']:4}"
          f"{' *' if unnamed else ''}")
for w in wrong + [f"{k}: see {path}, and err beside it" for k in parts.get("failed", [])]:
    print(f"matrix: {w}"[:400], file=sys.stderr)
sys.exit(bool(wrong or "failed" in parts))
EOF
