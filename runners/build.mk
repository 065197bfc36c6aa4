# vqbench, and what guest.mk builds.
# SPDX-License-Identifier: GPL-2.0-or-later
include runners/guest.mk

BENCH_O := $(call objs,runners runners/tool runners/plan runners/trial) $(B)/runners/disk/service.o \
	$(filter-out %/guest-run.o,$(call objs,runners/machine))
# All but main(), for the unit tests and for vqring.
BENCH_PURE_O := $(filter-out $(B)/runners/main.o,$(BENCH_O))
BENCH_TESTS := plan schedule load gates host rundir message
BENCH_PKGS := glib-2.0 gio-2.0 json-glib-1.0

include runners/ring/ring.mk

TOOLS += $(B)/vqbench
TESTS += $(patsubst %,$(B)/runners/test-%,$(BENCH_TESTS)) runners/tests/bench.sh \
	runners/tests/man.sh runners/tests/doctor.sh runners/tests/hostile.sh runners/tests/fuzz-told.sh runners/tests/refuse.sh runners/tests/setup.sh
C_STYLE += $(wildcard runners/*.[ch] runners/*/*.[ch])

$(filter-out %/service.o,$(BENCH_O)) $(patsubst %,$(B)/runners/tests/test-%.o,$(BENCH_TESTS)): \
	EXTRA_CFLAGS = $(call pkg_cflags,$(BENCH_PKGS))

$(B)/vqbench: $(BENCH_O) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,$(BENCH_PKGS)) -lm

$(patsubst %,$(B)/runners/test-%,$(BENCH_TESTS)): $(B)/runners/test-%: \
		$(B)/runners/tests/test-%.o $(BENCH_PURE_O) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,$(BENCH_PKGS)) -lm

FUZZ_TOLD := $(addprefix runners/,tests/fuzz-told trial/message trial/load trial/perfstat tool/spawn tool/json) \
	probes/tool/text probes/tool/output
$(B)/fuzz/fuzz-told: FUZZ_PKGS = $(BENCH_PKGS)
$(B)/fuzz/fuzz-told: EXTRA_CFLAGS = $(call pkg_cflags,$(BENCH_PKGS))
$(B)/fuzz/fuzz-told: $(FUZZ_TOLD:%=$(B)/fuzz/%.o)
