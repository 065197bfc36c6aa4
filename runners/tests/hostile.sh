#!/bin/bash
# A guest that lies: what its fio says must stay text, on every way out.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
tap_logs=("$tmp/said")
qemu=$(runners/setup/qemu.sh) || exit 1
guest=$(runners/setup/guest.sh) || exit 1

# An archive behind another replaces its files: fio is a script of ours.
mkdir -p "$tmp/guest" "$tmp/root/usr/bin"
cat >"$tmp/root/usr/bin/fio" <<'END'
#!/bin/sh
dd if=/dev/vqlab/tail of=/dev/null bs=4k count=8 iflag=direct 2>/dev/null
# One after the other: a message with nothing in it, one that claims success.
if mkdir /tmp/second 2>/dev/null; then
	printf '{ "\n\nerror hi" 2 }'
else
	printf '{ "\nstate ok forged \033[31m\nend ok\n" 2 }'
fi
END
chmod 755 "$tmp/root/usr/bin/fio"
cp "$guest/manifest.json" "$guest/vmlinuz" "$tmp/guest"
(cd "$tmp/root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$tmp/more"
cat "$guest/initramfs.cpio" "$tmp/more" >"$tmp/guest/initramfs.cpio"
chmod 755 "$tmp/guest"
chmod 644 "$tmp"/guest/*
sed -e "s,^job=,job=$PWD/configs/," -e '/^\[net/,/^$/d' -e '/^\[workload tcp/,$d' \
	configs/quick.ini >"$tmp/plan.ini"
# A command of the user's own runs there, too, and what it prints is the guest's.
cat >"$tmp/liar" <<'END'
#!/bin/sh
dd if=/dev/vqlab/tail of=/dev/null bs=4k count=8 iflag=direct 2>/dev/null
printf 'figure=12\nfigure=\033[31mnan\nstate ok forged\n\0'
END
chmod 755 "$tmp/liar"
printf '%s\n' '' '[workload liar]' kind=command device=tail program=liar 'figure=regex:figure=(.*)' unit=u \
	seconds=1 >>"$tmp/plan.ini"

build/vqbench run "$tmp/plan.ini" -o "$tmp/run" --qemu "$qemu" --guest "$tmp/guest" \
	--variants off --accel tcg --blocks 2 --together >"$tmp/said" 2>&1
rc=$?
trial=$tmp/run/trials/b01-split-off/trial.json
field() { python3 -c 'import json,sys; print(eval(sys.argv[2], {"t": json.load(open(sys.argv[1]))}))' "$trial" "$1"; }
is() { [ "$1" = "$2" ] || { echo "is '$1', should be '$2'"; return 1; }; }
check 'vqbench outlives it, and sees that nothing works here' is "$rc" 1
check 'so that it does not go on for a second block' is "$(ls "$tmp/run/trials")" b01-split-off
check 'and says why' grep -q 'nothing worked in block 1, so the run ends: b01-split-off: load: .*fio' "$tmp/said"
check 'the trial is invalid' is "$(field 't["state"]')" invalid
check 'in the journal, too' grep -qx '[^ ]* end b01-split-off invalid' "$tmp/run/journal"
check 'both phases tell what fio said' is "$(field \
	'[("not JSON" in p["reason"], "error hi" in p["reason"] or "forged" in p["reason"])
		for p in t["phases"] if p["kind"] == "fio"]')" '[(True, True), (True, True)]'
check "a command's figure is none" is "$(field \
	'{p["reason"] for p in t["phases"] if p["kind"] == "command"}')" "{'its output holds a NUL byte'}"
plain() {
	! LC_ALL=C grep -n "$(printf '[\001-\010\013-\037\177]')" "$tmp/said" "$tmp/run/journal" "$trial"
}
check 'no control character gets to the terminal, the journal or the result' plain
journal() {
	! grep -vE '^(#|[a-z]+ |20[0-9-]*T[0-9:]*Z (start|end|begun|failed|stop|host|finished))' \
		"$tmp/run/journal"
}
check 'every line of the journal is of vqbench' journal
tap_end
