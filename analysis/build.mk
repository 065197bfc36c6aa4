# SPDX-License-Identifier: GPL-2.0-or-later
# analysis: reduces what the runners leave.
#
#	report/   vqreport: a run's trials to text, JSON and plots; run.h has the map;
#	          ring/ in it: what was counted, and rings without a guest; page/: index.html;
#	          letter/: report.txt; compare/: two runs; pool/: several
#	replay/   vqreplay: recorded and made-up orders through the strategies; ops.h
#	mail/     vqmail: a report as an answer in a patch thread; thread.h has the map
#	plots/    the gnuplot scripts, which travel inside vqreport and vqmail
#	document.c, table.c, text.c   what a report says, and that in 72 columns, for both
#
# Both include probes/ (traces, the model of a queue, tool/) and variants/ (what runs, what
# it is called). A plot is plots/NAME.gp and a PLOT() in a report/plot-*.c (plots.h); a
# column is a heading and a cell in report/tables.c, and its figure in summary.c.

REPORT_PKGS := glib-2.0 gio-2.0 json-glib-1.0 gsl libpng
PLOTS_RES   := $(B)/analysis/plots-resource
SHARED_OBJS := $(addprefix $(B)/analysis/,document.o table.o text.o)
PAGE_RES    := $(B)/analysis/page-resource
# All of vqreport but its command line, for the tests as well.
REPORT_OBJS := $(SHARED_OBJS) $(PLOTS_RES).o $(PAGE_RES).o $(PROBES)/model/hist.o \
	$(filter-out %/main.o %/command.o %/verify.o,$(call objs,analysis/report $(addprefix analysis/report/,compare host letter page pool ring)))

TOOLS   += $(B)/vqreport
C_STYLE += $(wildcard analysis/*.[ch] analysis/*/*.[ch] analysis/*/*/*.[ch])

$(B)/analysis/%.o: EXTRA_CFLAGS = -I$(B) $(call pkg_cflags,$(REPORT_PKGS))

# --verify reduces traces as vqprobe does: by the same code.
VERIFY_OBJS := $(B)/analysis/report/verify.o $(TRACE_OBJS) $(filter-out %/model/hist.o,$(MODEL_OBJS)) \
	$(PROBES)/show/summary-queue.o

$(B)/vqreport: $(addprefix $(B)/analysis/report/,main.o compare/command.o pool/command.o) $(REPORT_OBJS) $(VERIFY_OBJS) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(REPORT_PKGS) libzstd) -lm

# The gnuplot scripts travel inside the program, all that there are.
PLOTS_GP := $(wildcard analysis/plots/*.gp)
$(PLOTS_RES).xml: analysis/plots $(PLOTS_GP)
	@mkdir -p $(@D)
	{ echo '<gresources><gresource prefix="/vqlab/plots">'; \
	  printf '<file>%s</file>\n' $(notdir $(PLOTS_GP)); \
	  echo '</gresource></gresources>'; } >$@

$(PLOTS_RES).c $(PLOTS_RES).h: $(PLOTS_RES)%: $(PLOTS_RES).xml
	glib-compile-resources --sourcedir=analysis/plots --c-name plots --generate \
		--target=$@ $<

# So do the page's style and script.
PAGE_PARTS := $(wildcard analysis/report/page/page.css analysis/report/page/page.js)
$(PAGE_RES).xml: $(PAGE_PARTS)
	@mkdir -p $(@D)
	{ echo '<gresources><gresource prefix="/vqlab/page">'; \
	  printf '<file>%s</file>\n' $(notdir $(PAGE_PARTS)); \
	  echo '</gresource></gresources>'; } >$@

$(PAGE_RES).c $(PAGE_RES).h: $(PAGE_RES)%: $(PAGE_RES).xml
	glib-compile-resources --sourcedir=analysis/report/page --c-name page --generate \
		--target=$@ $<

$(B)/analysis/report/plot-script.o: $(PLOTS_RES).h
$(patsubst %,$(B)/analysis/report/page/%.o,page colours drawn): $(PLOTS_RES).h $(PAGE_RES).h

$(PLOTS_RES).o $(PAGE_RES).o: %.o: %.c
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes $(EXTRA_CFLAGS) -c $< -o $@

# vqmail: the report as a mail. A program of its own, so that a report needs no GMime.
MAIL_PKGS := gmime-3.0 gio-2.0 gio-unix-2.0 json-glib-1.0
TOOLS += $(B)/vqmail
TESTS += analysis/tests/mail.sh analysis/tests/page.sh analysis/tests/forms.sh analysis/tests/plots.sh

$(B)/analysis/mail/%.o: EXTRA_CFLAGS = -I$(B) $(call pkg_cflags,$(MAIL_PKGS))
$(B)/analysis/mail/ascii.o: $(PLOTS_RES).h

$(B)/vqmail: $(call objs,analysis/mail) $(B)/analysis/report/reader.o $(PLOTS_RES).o $(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(MAIL_PKGS)) -lm

# How good are the report's intervals? For whoever doubts: build/analysis/coverage
$(B)/analysis/coverage: $(addprefix $(B)/analysis/,tests/coverage.o report/stats.o report/power.o) \
		$(addprefix $(PROBES)/tool/,interval.o looks.o)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,gsl) -lm

# Made-up runs with known effects, for the tests.
$(B)/analysis/make-run: $(B)/analysis/tests/make-run.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,glib-2.0 gsl) -lm

# What draws is tested as a whole: report.sh.
PLOTTING = $(PLOTS_RES).o $(PAGE_RES).o $(addprefix $(B)/analysis/report/,page/%.o plots.o plot-%.o replayed-plots.o ring/plot-%.o)

$(B)/analysis/test-%: $(B)/analysis/tests/test-%.o $(filter-out $(PLOTTING) %/traces.o,$(REPORT_OBJS)) $(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(REPORT_PKGS)) -lm

TOOLS += $(B)/analysis/make-run
TESTS += $(B)/analysis/test-stats $(B)/analysis/test-looks $(B)/analysis/test-blocks $(B)/analysis/test-load $(B)/analysis/test-rings \
	analysis/tests/report.sh analysis/tests/letter.sh analysis/tests/rings.sh \
	analysis/tests/ablation.sh analysis/tests/verify.sh analysis/tests/again.sh analysis/tests/compare.sh \
	analysis/tests/pool.sh analysis/tests/quiet.sh

# vqreplay: traces and made-up orders through the strategies.
REPLAY_PKGS := glib-2.0 json-glib-1.0 gsl libzstd
REPLAY_MAIN := $(patsubst %,$(B)/analysis/replay/%.o,main text json) $(SHARED_OBJS)
REPLAY_OBJS := $(filter-out $(REPLAY_MAIN),$(call objs,analysis/replay))
REPLAY_PROBES = $(TRACE_OBJS) $(MODEL_OBJS)
TOOLS += $(B)/vqreplay

$(REPLAY_OBJS) $(REPLAY_MAIN): EXTRA_CFLAGS = $(call pkg_cflags,$(REPLAY_PKGS))

$(B)/vqreplay: $(REPLAY_MAIN) $(REPLAY_OBJS) $(REPLAY_PROBES) $(TOOL_OBJS) $(REORDER_LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(REPLAY_PKGS)) -lm

REPLAY_TESTS := $(B)/analysis/test-replay $(B)/analysis/test-recorded
TESTS += $(REPLAY_TESTS) analysis/tests/replay.sh analysis/tests/fuzz-ops.sh

$(REPLAY_TESTS:$(B)/analysis/%=$(B)/analysis/tests/%.o): EXTRA_CFLAGS = $(call pkg_cflags,$(REPLAY_PKGS))
$(REPLAY_TESTS): $(B)/analysis/%: $(B)/analysis/tests/%.o $(REPLAY_OBJS) $(REPLAY_PROBES) \
		$(REORDER_LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(REPLAY_PKGS)) -lm

$(B)/fuzz/fuzz-ops: FUZZ_PKGS = $(REPLAY_PKGS)
$(B)/fuzz/fuzz-ops: EXTRA_CFLAGS = $(call pkg_cflags,$(REPLAY_PKGS))
$(B)/fuzz/fuzz-ops: $(B)/fuzz/analysis/tests/fuzz-ops.o \
		$(call fuzzed,$(filter-out %/instructions.o,$(REPLAY_OBJS))) \
		$(REPLAY_PROBES:$(B)/%=$(B)/fuzz/%) $(REORDER_SRC:%.c=$(B)/fuzz/%.o)

include analysis/validation/validation.mk

# All of vqreport; what draws is not called.
TESTS += analysis/tests/fuzz-run.sh
TESTED += $(B)/fuzz/fuzz-ops $(B)/fuzz/fuzz-run
$(B)/fuzz/fuzz-run: FUZZ_PKGS = $(REPORT_PKGS)
$(B)/fuzz/fuzz-run: EXTRA_CFLAGS = -I$(B) $(call pkg_cflags,$(REPORT_PKGS))
$(B)/fuzz/fuzz-run: $(B)/fuzz/analysis/tests/fuzz-run.o $(call fuzzed,$(filter-out %-resource.o,$(REPORT_OBJS)) $(TOOL_OBJS)) \
		$(PLOTS_RES).o $(PAGE_RES).o $(REORDER_SRC:%.c=$(B)/fuzz/%.o)
