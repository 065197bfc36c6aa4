# validation: what is known is planted, and the lab has to find it; noise.h has the map
# SPDX-License-Identifier: GPL-2.0-or-later

TOOLS += $(B)/validate
TESTS += analysis/tests/validate.sh

$(B)/validate: $(call objs,analysis/validation) $(filter-out $(PLOTTING) %/traces.o,$(REPORT_OBJS)) $(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkg_libs,$(REPORT_PKGS)) -lm

.PHONY: validate
validate: all
	$(MAKE) --no-print-directory $(patsubst %,$(B)/runners/test-%,ring-rules gates gates-load gates-net)
	@analysis/validation/validate.sh
