#!/bin/bash
# vqbench for real: QEMU, the guest, probes; killed, interrupted, stalled.
# SPDX-License-Identifier: GPL-2.0-or-later
set -uo pipefail
. runners/tests/bench-lib.sh

# -- a run that is killed in its second trial, and gone on with ---------------
plan=configs/quick.ini
order=($(build/vqbench run $plan --dry-run | awk '/^b/ { print $1 }'))
run=$tmp/quick
start "$run"
check 'the second trial gets to a load' until_true loading "$run" "${order[1]}"
check 'its processes are seen' record
check 'the first trial is kept' is "$(state_of "$run" "${order[0]}")" ok
stat -c '%i %Y' "$run/trials/${order[0]}/trial.json" >"$tmp/before"
kill -KILL "$bench"
finish 2>/dev/null
check 'SIGKILL of vqbench leaves no process, tap or namespace' nothing_left
check 'the trial that was cut off is no result' \
	test ! -e "$run/trials/${order[1]}" -a -e "$run/trials/${order[1]}.tmp"

start "$run" --seed 99
finish
check 'another seed is refused' is "$status" 2
check 'and the message says so' says 'another seed (1, now 99)'

# refused NAME OPTION...: the run goes on with other tools only in another folder.
refused() {
	local name=$1
	shift
	start "$run" "$@"
	finish
	[ "$status" -eq 2 ] && says "was begun with another $name (.*, now .*): go on with the same"
}
another() { cp "$1" "$2" && echo >>"$2"; }
mkdir "$tmp/other-qemu" "$tmp/other-guest" "$tmp/other-build"
chmod 755 "$tmp" "$tmp"/other-*
another build/vqprobe "$tmp/vqprobe"
another build/runners/latency.so "$tmp/latency.so"
another build/vqbench "$tmp/other-build/vqbench"
another "$qemu/qemu-system-x86_64" "$tmp/other-qemu/qemu-system-x86_64"
another "$guest/vmlinuz" "$tmp/other-guest/vmlinuz"
cp "$qemu/manifest.json" "$tmp/other-qemu"
cp "$guest/manifest.json" "$tmp/other-guest"
ln -s "$guest/initramfs.cpio" "$tmp/other-guest"
check 'another vqprobe is refused' refused vqprobe --vqprobe "$tmp/vqprobe"
check 'another plugin, too' refused 'nbdkit plugin (latency.so)' --plugin "$tmp/latency.so"
check 'another QEMU of the same name and version' refused 'QEMU program' --qemu "$tmp/other-qemu"
check 'another kernel of the same name and version' refused 'guest kernel' --guest "$tmp/other-guest"
sed -i 's/"sha256": *"./&f/' "$tmp/other-qemu/manifest.json"
check 'a QEMU made of other sources' refused 'QEMU (.*QEMU program' --qemu "$tmp/other-qemu"
ln -s "$PWD/build/vqring" "$tmp/other-build"
"$tmp/other-build/vqbench" run $plan -o "$run" --qemu "$qemu" --guest "$guest" \
	--vqprobe build/vqprobe --plugin build/runners/latency.so >"$tmp/said" 2>&1
check 'another vqbench' is $? 2
check 'which says so' says 'another vqbench (.*, now '
rm -r "$tmp"/other-* "$tmp/vqprobe" "$tmp/latency.so"

start "$run"
finish
check 'the same command goes on' is "$status" 0
check 'the second trial is there' is "$(state_of "$run" "${order[1]}")" ok
check 'the first one was not run again' \
	is "$(stat -c '%i %Y' "$run/trials/${order[0]}/trial.json")" "$(cat "$tmp/before")"
check 'no temporary folder is left' is "$(find "$run" -name '*.tmp')" ''
check 'every gate of every trial holds' is "$(for t in "${order[@]}"; do
	field "$run/trials/$t/trial.json" 'all(g["ok"] for g in t["gates"]) and len(t["gates"])'
done | sort -u)" 12
check 'loads, perf and probes have results' is "$(field "$run/trials/b01-split-array-window/trial.json" \
	'[len(t["phases"]), min(p["throughput"] for p in t["phases"]) > 0,
	  min(p["cpu_s"] for p in t["phases"]) > 0,
	  all((p["probe"] is not None) == p["probes"] for p in t["phases"]),
	  min(p["strategy"]["fills"] for p in t["phases"]) > 0]')" '[4, True, True, True, True]'
check 'and what the host did meanwhile' is "$(field "$run/trials/b01-split-array-window/trial.json" \
	'[0 < p["host"]["own_s"] <= t["after"]["own_s"] and p["host"]["waited_s"] >= 0 and
	  p["host"]["others_s"] >= 0 for p in t["phases"]] + ["settings" in t["before"]]')" \
	'[True, True, True, True, False]'
traces() {
	field "$1" '" ".join(p["trace"] for p in t["phases"] if p["probes"])'
}
check 'phases with probes keep their traces, and no others' \
	is "$(cd "$run/trials/${order[0]}" && echo *.vqt)" \
	"$(traces "$run/trials/${order[0]}/trial.json" | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//')"
check 'and the report finds the trials in them' \
	grep '4 phases agree with their traces' <(build/vqreport --verify "$run")
check 'the rings are there' is "$(cd "$run/rings" && echo *)" \
	'ring-in-order-split-b01.json ring-read.json'
counted=$run/trials/count-split-array-window/trial.json
check "a boot of its own counts the guest's driver" is "$(field "$counted" \
	'[t["state"], t["counting"], t["block"], len(t["phases"]), {p["probes"] for p in t["phases"]}]')" \
	"['ok', True, 0, 2, {False}]"
check 'its gates hold, too' is "$(field "$counted" 'all(g["ok"] for g in t["gates"])')" True
check 'what came back to the driver is what was requested' is "$(field "$counted" \
	'[abs(p["driver"]["elements"] - p["driver"]["requests"]) <= 16 and p["driver"]["requests"] > 100
		for p in t["phases"] if p["kind"] == "fio"]')" '[True]'
check 'an element costs what it can cost' is "$(field "$counted" \
	'[300 < p["driver"]["instructions"] / p["driver"]["elements"] < 3000 and
	  p["driver"]["instructions"] == sum(p["driver"]["parts"].values()) and
	  sum(f["instructions"] for f in p["driver"]["functions"]) == p["driver"]["instructions"]
		for p in t["phases"]]')" '[True, True]'
check 'in order, by the driver that knows it' is "$(field "$counted" \
	'["virtqueue_get_buf_ctx_split_in_order" in {f["name"] for f in p["driver"]["functions"]}
		for p in t["phases"]]')" '[True, True]'
check 'trials are not counting' is "$(field "$run/trials/${order[0]}/trial.json" \
	'[t["counting"], {p["driver"] for p in t["phases"]}]')" '[False, {None}]'
check 'run.json counts the trials' is "$(field "$run/run.json" 't["trials_planned"]')" 2
check 'and the blocks of the plan' is "$(field "$run/run.json" 't["blocks_of_plan"]')" 1
check 'and says what the parts of the run have in common' is "$(field "$run/run.json" \
	'[len(t["identity"][k]) for k in ("vqbench", "vqring", "vqprobe", "plugin", "program",
		"kernel", "image", "plan")]')" '[64, 64, 64, 64, 64, 64, 64, 64]'

# -- QEMU killed ---------------------------------------------------------------
plan=$tmp/long.ini
long_plan "$plan"
run=$tmp/interrupt
trial=$run/trials/b01-split-bitmap/trial.json
start "$run" --variants bitmap --accel tcg
check 'a trial gets to a load' until_true loading "$run" b01-split-bitmap
check 'its processes are seen again' record
kill -KILL "$(child qemu-system-x86_64)"
finish
check 'a killed QEMU ends no run' is "$status" 0
check 'it is a result' is "$(state_of "$run" b01-split-bitmap)" crashed
check 'with the signal in its reason' \
	is "$(field "$trial" '"killed by signal 9" in t["reason"] and "-nodefaults" not in t["reason"]')" True
check 'and nothing is left of it' nothing_left

# -- and again; Ctrl-C, twice --------------------------------------------------
start "$run" --variants bitmap --again best
finish
check 'a state that is none is bad usage' is "$status" 2
start "$run" --variants bitmap --again stalled,invalid --tune
finish
check 'no trial has the state: nothing is run again' is "$status" 0
check 'as is said' says '1 of 1 parts are there already'
check 'what can be tuned is said, too' says '--tune: .*\(governor\|cpufreq\)'
start "$run" --variants bitmap --again invalid,crashed
check 'the trial is run again' until_true loading "$run" b01-split-bitmap
record
kill -INT "$bench"
kill -INT "$bench" 2>/dev/null
finish
check 'Ctrl-C ends vqbench with 130' is "$status" 130
check 'Ctrl-C leaves no process, tap or namespace' nothing_left
check 'nor a temporary folder' is "$(find "$run" -name '*.tmp')" ''
check 'the journal tells' grep -q 'interrupted b01-split-bitmap by signal 2' "$run/journal"
check 'of the state before, too' grep -q 'start b01-split-bitmap again, was crashed' "$run/journal"
check 'the first result is kept' is "$(state_of "$run" b01-split-bitmap)" crashed

# -- make is killed ------------------------------------------------------------
# make's own pid alone, as a batch system or a careless kill does it.
run=$tmp/made
VQLAB_TOGETHER=1 CONFIG=$plan RUN=$run make -s --no-print-directory bench >"$tmp/said" 2>&1 &
bench=$!
makes() { loading "$run" "$(basename "$run"/trials/*.tmp .tmp)"; }
check 'make bench gets to a load' until_true makes
check 'its processes are seen, too' record
kill -KILL "$bench"
finish 2>/dev/null
check 'SIGKILL of make leaves no process, tap or namespace' nothing_left
ended() { grep -q 'interrupted b01-split-.* by signal 15' "$run/journal"; }
check 'the run can go on' ended

# -- a disk that stops answering -----------------------------------------------
guest_plan "$tmp/stall.ini" -e 's/^stall_seconds=.*/stall_seconds=3/' \
	-e 's/^base_us=/hang_after=2000\n&/'
plan=$tmp/stall.ini
run=$tmp/stall
start "$run" --variants hash-table --accel tcg
finish
trial=$run/trials/b01-split-hash-table/trial.json
check 'a stalled guest ends no run' is "$status" 0
check 'it is a result, too' is "$(state_of "$run" b01-split-hash-table)" stalled
check 'with what was seen in its reason' is "$(field "$trial" \
	'all(w in t["reason"] for w in ("disk-tail", "in flight", "randread-tail"))')" True

# Of these the gate "time", too, may fall: on a busy host a load now and then takes longer.
# -- a strategy that swaps two elements in 10,000 -------------------------------
# Only with workload randread-tail, and long enough for 10,000 requests.
guest_plan "$tmp/broken.ini" -e 's/^seconds=.*/seconds=7/' -e '/^\[net/d' \
	-e '/^\[workload tcp/,$d'
plan=$tmp/broken.ini
run=$tmp/broken
# And with a perf that now and then finds one of QEMU's threads gone.
mkdir "$tmp/bin"
cat >"$tmp/bin/perf" <<-END
	#!/bin/sh
	echo >>$tmp/perfs
	[ \$((\$(wc -l <$tmp/perfs) % 3)) = 0 ] || { echo 'No such process' >&2; exit 255; }
	exec $(command -v perf) "\$@"
END
chmod 755 "$tmp/bin/perf"
PATH=$tmp/bin:$PATH start "$run" --variants broken-swap
finish
check 'perf is asked again' is "$(wc -l <"$tmp/perfs")" 6
trial=$run/trials/b01-split-broken-swap/trial.json
check 'a wrong strategy ends no run' is "$status" 0
check 'its trial is invalid' is "$(state_of "$run" b01-split-broken-swap)" invalid
check 'because of the order in which elements came' is "$(field "$trial" \
	'{g["name"] for g in t["gates"] if not g["ok"]} - {"time"}')" "{'order'}"

# -- one that skips a short element in a hundred --------------------------------
# A disk's are all complete; a received frame ends in a short one.
guest_plan "$tmp/skip.ini" -e '/^\[disk/,/^$/d' -e '/^\[workload randread/,/^$/d'
sed -n '/^\[workload tcp/,$p' "$tmp/skip.ini" | sed 's/out/in/' >"$tmp/in"
cat "$tmp/in" >>"$tmp/skip.ini"
plan=$tmp/skip.ini
run=$tmp/skip
start "$run" --variants broken-skip,batch-used --rings split,packed
finish
check 'one that skips what it must not ends no run' is "$status" 0
for ring in split packed; do
	trial=$run/trials/b01-$ring-broken-skip/trial.json
	check "$ring: its trial is invalid" is "$(state_of "$run" b01-$ring-broken-skip)" invalid
	check "$ring: because of a length, in each direction, watched or not" is "$(field "$trial" \
		'[{g["name"] for g in t["gates"] if not g["ok"]} - {"time"}, {p["reason"].split(":")[0]
			for p in t["phases"]}, len(t["phases"])]')" "[{'length'}, {'length'}, 4]"
	trial=$run/trials/b01-$ring-batch-used/trial.json
	check "$ring: batch-used is right" is "$(state_of "$run" b01-$ring-batch-used)" ok
	check "$ring: with one entry for the buffers of a frame" is "$(field "$trial" \
		'[p["strategy"]["entries"] < p["strategy"]["published"] / 4 for p in t["phases"]
			if p["workload"] == "tcp-in"]')" '[True, True]'
	check "$ring: and vqprobe counts them" is "$(field "$trial" \
		'[abs(sum(q["used_entries"] for q in p["probe"]["queues"]) - p["strategy"]["entries"]) <= 16
			for p in t["phases"] if p["probes"]]')" '[True, True]'
done
tap_end
