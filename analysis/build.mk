# SPDX-License-Identifier: GPL-2.0-or-later
# analysis: vqreport, its plots and tests.

REPORT_PKGS := glib-2.0 gio-2.0 json-glib-1.0 gsl
PLOTS_RES   := $(B)/analysis/plots-resource
# All of vqreport but its main(), for the tests as well.
REPORT_OBJS := $(addprefix $(B)/analysis/,json.o load.o load-trial.o measures.o stats.o power.o \
	results.o probe-use.o table.o tables.o limits.o report.o summary.o traces.o plot-data.o \
	plots.o plots-resource.o load-replayed.o replayed.o replayed-plots.o) \
	$(PROBES)/hist.o

TOOLS   += $(B)/vqreport
C_STYLE += $(wildcard analysis/*.[ch] analysis/tests/*.[ch])

$(B)/analysis/%.o: EXTRA_CFLAGS = -Ianalysis -I$(B)/analysis $(call pkg_cflags,$(REPORT_PKGS))

# --verify reduces traces as vqprobe does: by the same code.
VERIFY_OBJS := $(B)/analysis/verify.o $(TRACE_OBJS) $(MODEL_OBJS) $(PROBES)/summary-queue.o

$(B)/vqreport: $(B)/analysis/main.o $(REPORT_OBJS) $(VERIFY_OBJS) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(call pkg_libs,$(REPORT_PKGS) libzstd) -lm

# The gnuplot scripts travel inside the program.
$(PLOTS_RES).c: analysis/plots/plots.gresource.xml $(wildcard analysis/plots/*.gp)
	@mkdir -p $(@D)
	glib-compile-resources --sourcedir=analysis/plots --c-name plots --generate-source \
		--target=$@ $<

$(PLOTS_RES).h: analysis/plots/plots.gresource.xml
	@mkdir -p $(@D)
	glib-compile-resources --sourcedir=analysis/plots --c-name plots --generate-header \
		--target=$@ $<

$(B)/analysis/plots.o: $(PLOTS_RES).h

$(PLOTS_RES).o: $(PLOTS_RES).c
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes $(EXTRA_CFLAGS) -c $< -o $@

# How good are the report's intervals? For whoever doubts: build/analysis/coverage
$(B)/analysis/coverage: $(addprefix $(B)/analysis/,tests/coverage.o stats.o power.o)
	$(CC) $(CFLAGS) -o $@ $^ $(call pkg_libs,gsl) -lm

# Made-up runs with known effects, for the tests.
$(B)/analysis/make-run: $(B)/analysis/tests/make-run.o
	$(CC) $(CFLAGS) -o $@ $^ $(call pkg_libs,glib-2.0 gsl) -lm

$(B)/analysis/test-%: $(B)/analysis/tests/test-%.o $(filter-out %/plots.o %/plots-resource.o %/replayed-plots.o %/traces.o,$(REPORT_OBJS)) $(TOOL_OBJS)
	$(CC) $(CFLAGS) -o $@ $^ $(call pkg_libs,$(REPORT_PKGS)) -lm

TOOLS += $(B)/analysis/make-run
TESTS += $(B)/analysis/test-stats $(B)/analysis/test-load analysis/tests/report.sh \
	analysis/tests/verify.sh

# vqreplay: traces and made-up orders through the strategies.
REPLAY_PKGS := glib-2.0 json-glib-1.0 gsl libzstd
REPLAY_PARTS := ops order source ops-text ops-trace trace-queue synth ops-write replay-loop \
	replay-pass replay-proof replay instructions
REPLAY_OBJS := $(REPLAY_PARTS:%=$(B)/analysis/%.o)
REPLAY_MAIN := $(addprefix $(B)/analysis/,vqreplay.o replay-text.o replay-json.o table.o)
REPLAY_PROBES = $(TRACE_OBJS) $(MODEL_OBJS)
TOOLS += $(B)/vqreplay

$(REPLAY_OBJS) $(REPLAY_MAIN): EXTRA_CFLAGS = -Ianalysis -Iprobes -Ivariants \
	$(call pkg_cflags,$(REPLAY_PKGS))

$(B)/vqreplay: $(REPLAY_MAIN) $(REPLAY_OBJS) $(REPLAY_PROBES) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(call pkg_libs,$(REPLAY_PKGS)) -lm

REPLAY_TESTS := $(B)/analysis/test-replay $(B)/analysis/test-recorded
TESTS += $(REPLAY_TESTS) analysis/tests/replay.sh analysis/tests/fuzz-ops.sh

$(REPLAY_TESTS:$(B)/analysis/%=$(B)/analysis/tests/%.o): EXTRA_CFLAGS = -Ianalysis -Iprobes \
	-Ivariants $(call pkg_cflags,$(REPLAY_PKGS))
$(REPLAY_TESTS): $(B)/analysis/%: $(B)/analysis/tests/%.o $(REPLAY_OBJS) $(REPLAY_PROBES) \
		$(REORDER_LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(call pkg_libs,$(REPLAY_PKGS)) -lm

FUZZ_OPS := $(addprefix analysis/,tests/fuzz-ops $(filter-out instructions,$(REPLAY_PARTS)))
$(B)/fuzz/fuzz-ops: FUZZ_PKGS = $(REPLAY_PKGS)
$(B)/fuzz/fuzz-ops: EXTRA_CFLAGS = -Ianalysis -Iprobes -Ivariants $(call pkg_cflags,$(REPLAY_PKGS))
$(B)/fuzz/fuzz-ops: $(FUZZ_OPS:%=$(B)/fuzz/%.o) $(REPLAY_PROBES:$(B)/%=$(B)/fuzz/%) \
		$(REORDER_SRC:%.c=$(B)/fuzz/%.o)
