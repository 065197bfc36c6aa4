# validation: what is known is planted, and the lab has to find it; noise.h has the map
# SPDX-License-Identifier: GPL-2.0-or-later

C_STYLE += $(wildcard validation/*.[ch])
TOOLS += $(B)/validate
TESTS += validation/tests/validate.sh

$(B)/validation/%.o: EXTRA_CFLAGS = $(call pkg_cflags,$(REPORT_PKGS))
$(B)/validate: $(call objs,validation) $(filter-out $(PLOTTING) %/traces.o,$(REPORT_OBJS)) $(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(REPORT_PKGS)) -lm

.PHONY: validate
validate: all
	$(MAKE) --no-print-directory $(patsubst %,$(B)/runners/test-%,ring-rules gates gates-load gates-net)
	@validation/validate.sh
