# vqring: the lab's own driver.
# SPDX-License-Identifier: GPL-2.0-or-later
RING_O := $(patsubst %.c,$(B)/%.o,$(wildcard runners/ring/*.c))
# The unit tests link all but main.
RING_PURE_O := $(filter-out %/main.o,$(RING_O))
RING_PKGS := glib-2.0 gio-2.0 json-glib-1.0
# What it shares with vqbench: all of that but main.
RING_SHARED_O := $(filter-out %/main.o,$(BENCH_O)) $(GUEST_O) $(B)/runners/disk/service.o \
	$(TOOL_OBJS) $(REORDER_LIB)

TOOLS += $(B)/vqring
C_STYLE += $(wildcard runners/ring/*.[ch])

$(RING_O): EXTRA_CFLAGS = $(call pkg_cflags,$(RING_PKGS))

$(B)/vqring: $(RING_O) $(RING_SHARED_O)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,$(RING_PKGS)) -lm

TESTS += runners/tests/ring.sh runners/tests/ring-count.sh

# Instructions an element in the real QEMU, under callgrind.
COUNT_JSON = $(if $(RUN),$(RUN),results)/count.json
.PHONY: count
count: all
	@$(B)/vqring count --qemu "$$(runners/setup/qemu.sh)" --json '$(COUNT_JSON)'
