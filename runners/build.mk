# vqbench, and what guest.mk builds.
# SPDX-License-Identifier: GPL-2.0-or-later
include runners/guest.mk

# Parts that need nothing of a running trial: the unit tests link these.
BENCH_PURE := util message plan plan-keys plan-read plan-job schedule load perfstat spawn gates gates-load counted \
	qmp netns host rundir
BENCH_PARTS := $(BENCH_PURE) main campaign progress qemuinfo identity runinfo trial trialjson phase watch \
	guestctl qemu queuesize disks probe
BENCH_O := $(patsubst %,$(B)/runners/%.o,$(BENCH_PARTS))
BENCH_PURE_O := $(patsubst %,$(B)/runners/%.o,$(BENCH_PURE))
BENCH_TESTS := plan schedule load gates host rundir message
BENCH_PKGS := glib-2.0 gio-2.0 json-glib-1.0

include runners/ring/ring.mk

TOOLS += $(B)/vqbench
TESTS += $(patsubst %,$(B)/runners/test-%,$(BENCH_TESTS)) runners/tests/bench.sh \
	runners/tests/man.sh runners/tests/doctor.sh runners/tests/hostile.sh runners/tests/fuzz-told.sh runners/tests/refuse.sh runners/tests/setup.sh
C_STYLE += runners/tests/fuzz-told.c $(patsubst %,runners/%.c,$(BENCH_PARTS)) $(patsubst %,runners/tests/test-%.c,$(BENCH_TESTS)) \
	$(patsubst %,runners/%.h,util message plan plan-read schedule load perfstat spawn gates counted host identity rundir campaign \
	progress qemuinfo runinfo trial watch qemu queuesize qmp netns disks probe)

$(BENCH_O) $(patsubst %,$(B)/runners/tests/test-%.o,$(BENCH_TESTS)): \
	EXTRA_CFLAGS = $(call pkg_cflags,$(BENCH_PKGS)) -Irunners

$(B)/vqbench: $(BENCH_O) $(GUEST_O) $(B)/runners/disk/service.o $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,$(BENCH_PKGS)) -lm

$(patsubst %,$(B)/runners/test-%,$(BENCH_TESTS)): $(B)/runners/test-%: \
		$(B)/runners/tests/test-%.o $(BENCH_PURE_O) $(B)/runners/disk/service.o $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,$(BENCH_PKGS)) -lm

FUZZ_TOLD := $(addprefix runners/,tests/fuzz-told message load perfstat spawn util) \
	probes/tool/text probes/tool/output
$(B)/fuzz/fuzz-told: FUZZ_PKGS = $(BENCH_PKGS)
$(B)/fuzz/fuzz-told: EXTRA_CFLAGS = -Irunners $(call pkg_cflags,$(BENCH_PKGS))
$(B)/fuzz/fuzz-told: $(FUZZ_TOLD:%=$(B)/fuzz/%.o)
