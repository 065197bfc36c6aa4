# vqbench, vqring, and what guest.mk builds.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vqbench runs a plan: it boots QEMU once for each trial, drives fio and iperf3 in the
# guest, and keeps what came out.  A folder uses those above it in this list:
#
#   tool/      what all share: error (their one domain; its codes become exit status or
#              state), clock, files, json, kept (what a child says, in a file of
#              bounded size), spawn (children that die with their parent), confine
#              (what one may reach), host (who measures on this host; its failures are no
#              results), own (where the lab's files are)
#   host/      what the host is set to and does while trials run; where trials run on it
#   disk/      the nbdkit plugin, and the service times of its requests
#   guest/     what runs inside the guest: init, the agent, the frames that it speaks
#   guest-count/  counts the guest's instructions, by a plugin of QEMU's
#   plan/      configs/PLAN.ini -> struct plan (keys: the one table of keys; kinds: of
#              workloads; read; complain: where what is wrong; job: the fio job; command: a program; find: what a plan holds; variant: its name and
#              label; verify: what the keys ask of each other; props: device properties; against: a tree and a revision of it;
#              axes: keys that list values; estimate: how long it takes); schedule: plan
#              + seed -> the order of trials and of their phases
#   machine/   folders (what a QEMU's and a guest's folder hold), manifest, boot (how QEMU
#              boots the guest), qemu (a trial's command line), confined (how far that QEMU is), qmp, link (the guest's serial
#              line; link-wait: with waiting), disks, netns, queuesize; guest-run is a
#              program of its own; props: which of a plan's properties a QEMU has
#   trial/     one boot, in a process of its own: trial is its flow, state what its parts
#              share, bench what all trials do; ring-merge vqring's results of several QEMUs; phase (one workload, probes off or on),
#              in-guest (what the guest must do), ask-guest (what it is asked by the way), alive (are QEMU and the servers there?),
#              load-kinds (how fio, iperf3 and commands run), load and load-* (what they say), load-watch
#              (stalls), counted, perfstat, probe, driver (of a boot that counts it), gates, gates-load and verdict (is a phase
#              valid?), result (trial.json), message (what vqbench is told)
#   supply/    what a run needs: arms the QEMUs of the variants, guest-add what a plan adds to the
#              guest; script calls setup/ for them
#   here       main: the command line; campaign runs what is scheduled one by one, worker the process
#              of each, rings what
#              vqring is asked, signals end a run; rundir: the run's folder, its lock and journal;
#              identity: what must be the same when it is resumed; runinfo: run.json (-resumed: of a run that goes on);
#              left-out: what a QEMU cannot run; ending:
#              what ends a run before its last block; progress
#
# A new plan key takes a row in plan/keys.c and a field in plan/plan.h; a new kind of
# workload a row in plan/kinds.c and one in trial/load-kinds.c.
#
#   ring/      vqring, the lab's own driver
#   setup/     builds QEMU and the guest, and looks at the host
#   matrix/    make matrix: the lab on other QEMUs and kernels; MATRIX.md
#   install/   what people install: make install, make dist, make deb
include runners/guest.mk

BENCH_O := $(call objs,runners runners/tool runners/host runners/plan runners/trial runners/supply) $(B)/runners/disk/service.o \
	$(filter-out %/guest-run.o,$(call objs,runners/machine)) $(COUNTER_O)
# All but main(), for the unit tests and for vqring.
BENCH_PURE_O := $(filter-out $(B)/runners/main.o,$(BENCH_O))
BENCH_TESTS := plan plan-arms plan-axes plan-loads command fio plan-ring schedule load gates gates-load gates-net host activity pin tune rundir message kept disks qmp confined sandbox
BENCH_PKGS := glib-2.0 gio-2.0 json-glib-1.0 libseccomp

include runners/ring/ring.mk

TOOLS += $(B)/vqbench
TESTS += $(patsubst %,$(B)/runners/test-%,$(BENCH_TESTS)) runners/tests/bench.sh runners/tests/bench-arms.sh runners/tests/bench-queues.sh \
	runners/tests/bench-wrong.sh runners/tests/bench-ring.sh runners/tests/power.sh \
	runners/tests/interrupt.sh \
	runners/tests/run-tests.sh runners/tests/man.sh runners/tests/rooms.sh runners/tests/doctor.sh runners/tests/hostile.sh runners/tests/fuzz-told.sh runners/tests/refuse.sh runners/tests/setup.sh runners/tests/hosts.sh \
	runners/tests/bisect.sh runners/tests/slurm.sh
C_STYLE += $(wildcard runners/*.[ch] runners/*/*.[ch])

.PHONY: interrupt
interrupt: all
	@runners/tests/interrupt.sh --table

$(filter-out %/service.o,$(BENCH_O)) $(patsubst %,$(B)/runners/tests/test-%.o,$(BENCH_TESTS)): \
	EXTRA_CFLAGS = $(call pkg_cflags,$(BENCH_PKGS))

$(B)/vqbench: $(BENCH_O) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call pkg_libs,$(BENCH_PKGS)) -lm

$(patsubst %,$(B)/runners/test-%,$(BENCH_TESTS)): $(B)/runners/test-%: \
		$(B)/runners/tests/test-%.o $(BENCH_PURE_O) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call pkg_libs,$(BENCH_PKGS)) -lm

# What stands for a QEMU that the guest has taken over.
$(B)/runners/reach: $(B)/runners/tests/reach.o
	$(CC) $(CFLAGS) $(LDFLAGS) -pthread $^ -o $@

$(B)/runners/test-confined: | $(B)/runners/reach

# Fuzz targets, of what each reads; runners/tests/fuzz.sh runs them.
FUZZ_TOOLS := $(addprefix runners/tool/,spawn confine error clock files json host) \
	$(addprefix probes/tool/,text output json walltime cpu)
FUZZ_told := $(addprefix runners/,trial/message trial/load trial/load-fio trial/load-iperf3 trial/load-command trial/perfstat trial/probe machine/qmp) $(FUZZ_TOOLS)
FUZZ_link := $(addprefix runners/machine/,link link-wait) probes/tool/text
FUZZ_files := $(patsubst %.c,%,$(wildcard runners/plan/*.c)) \
	$(addprefix runners/,rundir runinfo-resumed identity host/settings host/text machine/manifest machine/folders disk/service) \
	$(filter-out runners/tool/spawn,$(FUZZ_TOOLS)) $(REORDER_SRC:%.c=%)
FUZZERS := told link files

TESTS += runners/tests/fuzz-link.sh runners/tests/fuzz-files.sh
TESTED += $(FUZZERS:%=$(B)/fuzz/fuzz-%)

$(FUZZERS:%=$(B)/fuzz/fuzz-%): FUZZ_PKGS = $(BENCH_PKGS)
$(FUZZERS:%=$(B)/fuzz/fuzz-%): EXTRA_CFLAGS = $(call pkg_cflags,$(BENCH_PKGS))
define fuzz_target
$(B)/fuzz/fuzz-$(1): $(FUZZ_$(1):%=$(B)/fuzz/%.o) $(B)/fuzz/runners/tests/fuzz-$(1).o
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_target,$(f))))

# The lab on the QEMUs and kernels that Debian serves: matrix/MATRIX.md.
.PHONY: matrix
matrix: all
	$(MAKE) --no-print-directory $(TEST_QEMU)
	@runners/matrix/matrix.sh
