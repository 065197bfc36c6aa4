# variants: the strategies, as an archive for the tools, and their tests
# SPDX-License-Identifier: GPL-2.0-or-later

REORDER_SRC := $(addprefix variants/,reorder.c hash-table.c array-window.c bitmap.c)
REORDER_LIB := $(B)/variants/libreorder.a
C_STYLE += $(REORDER_SRC) variants/reorder.h variants/strategy.h
TOOLS += $(REORDER_LIB)

$(B)/variants/%.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0)

$(REORDER_LIB): $(REORDER_SRC:%.c=$(B)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

# The same sources once more, with sanitisers, for the oracle test.
SANITISE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TESTS += $(B)/variants/san/test-reorder
C_STYLE += $(addprefix variants/tests/,test-reorder.c oracle.c oracle.h)

$(B)/variants/san/%.o: variants/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(SANITISE) $(call pkg_cflags,glib-2.0) -Ivariants -c $< -o $@

$(B)/variants/san/test-reorder: $(addprefix $(B)/variants/san/tests/,test-reorder.o oracle.o) \
		$(REORDER_SRC:variants/%.c=$(B)/variants/san/%.o)
	$(CC) $(SANITISE) $^ $(call pkg_libs,glib-2.0) -o $@
TESTS += variants/tests/hooks.sh variants/tests/refuse.sh
C_STYLE += variants/qemu/reorder-hooks.h variants/qemu/reorder-glue.c.inc

# The strategies inside the real QEMU; talks to the guest as the runners do.
TEST_QEMU := $(B)/variants/tests/test-qemu
TESTS += $(TEST_QEMU)
C_STYLE += $(addprefix variants/tests/,test-qemu.c rig.c rig.h vm.c vm.h)

$(B)/variants/tests/%.o: EXTRA_CFLAGS = -Ivariants $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(TEST_QEMU): $(TEST_QEMU).o $(addprefix $(B)/variants/tests/,rig.o vm.o) $(REORDER_LIB) \
		$(addprefix $(B)/runners/,link.o guest.o qmp.o spawn.o netns.o util.o) \
		| $(B)/runners/latency.so
	$(CC) $(CFLAGS) $^ $(call pkg_libs,glib-2.0 json-glib-1.0) -o $@
