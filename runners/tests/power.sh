#!/bin/bash
# The power fails at each write of a small run, and again when its trials are repeated: the
# run goes on from whatever may be on the disk then.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/bench-lib.sh
export PYTHONDONTWRITEBYTECODE=1

# What takes time is made up, for what is written is vqbench's: a QEMU that starts no guest (a
# trial is a result all the same), and a vqring that says what the reference run has.
mkdir -p "$tmp/guest" "$tmp/qemu" "$tmp/lab/runners" "$tmp/made"
chmod 755 "$tmp" "$tmp/guest" "$tmp/qemu"
echo none | tee "$tmp/guest/vmlinuz" >"$tmp/guest/initramfs.cpio"
cp "$guest/manifest.json" "$tmp/guest"
cp "$qemu/manifest.json" "$tmp/qemu"
cc -xc -o "$tmp/qemu/qemu-system-x86_64" - <<'END' || exit 1
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
	if (!strcmp(argv[argc - 1], "-version"))
		return puts("QEMU emulator version 10.0.0") < 0;
	if (strstr(argv[argc - 1], ",help"))
		return puts(" drive= in_order= packed= x-reorder=") < 0;
	/* Asked whether it starts at all, and ends when it is told to. */
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-monitor"))
			return 0;
	return fputs("qemu: no guest\n", stderr), 1;
}
END
python3 - >"$tmp/said.json" <<'END'
import json
said = json.load(open('results/reference/rings/ring-in-order-split-b01.json'))
for boot in said['boots']:
    boot['devices'] = [d for d in boot['devices'] if d['label'] in ('off', 'in-place')]
json.dump(said, __import__('sys').stdout)
END
cat >"$tmp/lab/vqring" <<END
#!/bin/sh
for option; do case \$option in
--check) exit 0 ;;
--json=*) cd "\$(dirname "\${option#--json=}")" && dd if=$tmp/said.json of=new conv=fsync status=none && mv new result.json ;;
esac; done
END
chmod 755 "$tmp/lab/vqring"
cp build/vqbench build/vqreport "$tmp/lab"
ln -s "$PWD/build/vqprobe" "$tmp/lab"
ln -s "$PWD/build/runners/latency.so" "$tmp/lab/runners"
cat >"$tmp/plan.ini" <<END
[plan]
name=power
variants=off;in-place
rings=split
blocks=1
seed=1
driver=none
[net net0]
[workload tcp]
kind=iperf3
direction=out
device=net0
seconds=1
[workload rings]
kind=ring
measure=time
orders=in-order
seconds=1
END
command=("$tmp/lab/vqbench" run "$tmp/plan.ini" --qemu "$tmp/qemu" --guest "$tmp/guest" --together
	--accel tcg)
calls=open,openat,creat,write,pwrite64,writev,pwritev,lseek,rename,renameat,renameat2,unlink,unlinkat
calls+=,rmdir,mkdir,mkdirat,fsync,fdatasync,link,linkat,symlink,symlinkat,ftruncate,truncate,fallocate
calls+=,copy_file_range,sendfile,splice
traced() {
	strace -f -A -qq -y -xx -s 1000000 --seccomp-bpf -o "$tmp/log" -e "trace=$calls" \
		"${command[@]}" -o "$tmp/made/run" "$@" >"$tmp/said" 2>&1
}

traced
check 'the run ends, for no guest starts' says 'nothing worked in block 1'
traced --again failed-to-start
check 'its trials are repeated' grep 'start b01-split-in-place again' "$tmp/made/run/journal"
check 'wherever the power fails, it goes on, and nothing is lost' \
	python3 runners/tests/power.py "$tmp/made/run" "$tmp/log" "${command[@]}"
tap_end
