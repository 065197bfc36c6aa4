# vqring: the lab's own driver.
# SPDX-License-Identifier: GPL-2.0-or-later
RING_O := $(patsubst %.c,$(B)/%.o,$(wildcard runners/ring/*.c))
# The unit tests link all but main.
RING_PURE_O := $(filter-out %/main.o,$(RING_O))
RING_PKGS := glib-2.0 gio-2.0 json-glib-1.0 libseccomp
# What it shares with vqbench: all of that but main.
RING_SHARED_O := $(BENCH_PURE_O) $(TOOL_OBJS) $(REORDER_LIB)

TOOLS += $(B)/vqring

$(RING_O): EXTRA_CFLAGS = $(call pkg_cflags,$(RING_PKGS))

$(B)/vqring: $(RING_O) $(RING_SHARED_O)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call pkg_libs,$(RING_PKGS)) -lm

TESTS += runners/tests/ring.sh runners/tests/ring-count.sh runners/tests/ring-planted.sh \
	runners/tests/ring-random.sh runners/tests/ring-probe.sh

RING_TESTS := virtqueue rules profile
TESTS += $(patsubst %,$(B)/runners/test-ring-%,$(RING_TESTS))
$(patsubst %,$(B)/runners/tests/test-ring-%.o,$(RING_TESTS)): EXTRA_CFLAGS = $(call pkg_cflags,$(RING_PKGS))

$(B)/runners/test-ring-%: $(B)/runners/tests/test-ring-%.o $(RING_PURE_O) $(RING_SHARED_O)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call pkg_libs,$(RING_PKGS)) -lm
