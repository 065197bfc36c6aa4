# variants: the strategies, as an archive for the tools, and their tests
# SPDX-License-Identifier: GPL-2.0-or-later

# Every C file here is built, as it is into QEMU: a new strategy needs no line.
REORDER_SRC := $(sort $(wildcard variants/*.c variants/models/*.c))
REORDER_LIB := $(B)/variants/libreorder.a
C_STYLE += $(REORDER_SRC) $(wildcard variants/*.h variants/models/*.h)
TOOLS += $(REORDER_LIB)

# The objects are compiled as QEMU 10 compiles its own, for what vqreplay counts
# is to be what runs there.  Its hardening flags are not known to every compiler.
try_cflag = $(shell echo 'int x;' | $(CC) $(1) -Werror -xc -c - -o /dev/null 2>/dev/null && echo '$(1)')
REORDER_CFLAGS := -O2 -g -fno-strict-aliasing -fno-common -fwrapv \
	$(call try_cflag,-ftrivial-auto-var-init=zero) \
	$(call try_cflag,-fzero-call-used-regs=used-gpr)

$(REORDER_SRC:%.c=$(B)/%.o): CFLAGS = $(REORDER_CFLAGS)
$(B)/variants/%.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0)

$(REORDER_LIB): $(REORDER_SRC:%.c=$(B)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

# The same sources once more, with sanitisers, for the oracle test.
SANITISE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ORACLE := test-reorder batches walk oracle driver
TESTS += $(B)/variants/san/test-reorder
C_STYLE += $(addprefix variants/tests/,test-reorder.c batches.c batches.h walk.c walk.h oracle.c oracle.h driver.c driver.h)

$(B)/variants/san/%.o: variants/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(SANITISE) -DVQLAB_SANITISED $(call pkg_cflags,glib-2.0) -c $< -o $@

SAN_LIB := $(REORDER_SRC:variants/%.c=$(B)/variants/san/%.o)
$(B)/variants/san/test-reorder: $(ORACLE:%=$(B)/variants/san/tests/%.o) $(SAN_LIB)
	$(CC) $(SANITISE) $^ $(call pkg_libs,glib-2.0) -o $@

# The glue, against as much of a QEMU as it needs.
TESTS += $(B)/variants/san/test-glue
C_STYLE += $(addprefix variants/tests/,test-glue.c glued.c.inc glued-properties.c.inc \
	glued-counters.c.inc glued-round.c.inc glued-rig.c.inc qemu-stub.h qemu-stub-disk.h)

$(B)/variants/san/test-glue: $(addprefix $(B)/variants/san/tests/,test-glue.o walk.o oracle.o driver.o) \
		$(SAN_LIB)
	$(CC) $(SANITISE) $^ $(call pkg_libs,glib-2.0) -o $@

# The strategies with a call at each function's entry, for which way they take.
TEST_PATHS := $(B)/variants/paths/test-paths
TESTS += $(TEST_PATHS)
C_STYLE += variants/tests/test-paths.c
PATHS_OBJS := $(REORDER_SRC:variants/%.c=$(B)/variants/paths/%.o)

$(PATHS_OBJS): CFLAGS += -finstrument-functions
$(B)/variants/paths/%.o: variants/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(call pkg_cflags,glib-2.0) -c $< -o $@

$(TEST_PATHS): $(B)/variants/paths/tests/test-paths.o $(PATHS_OBJS)
	$(CC) -Wl,--wrap=g_hash_table_lookup $^ $(call pkg_libs,glib-2.0) -o $@

# Orders of completion, which vqreplay and the disk x-order share.
TESTS += $(B)/variants/san/test-shapes
C_STYLE += variants/tests/test-shapes.c

$(B)/variants/san/test-shapes: $(B)/variants/san/tests/test-shapes.o $(B)/variants/san/order-shapes.o
	$(CC) $(SANITISE) $^ $(call pkg_libs,glib-2.0) -o $@

# And without, for make soak: ten times faster; soak.sh has what may be asked for.
$(B)/variants/soak: $(ORACLE:%=$(B)/variants/tests/%.o) $(REORDER_LIB)
	$(CC) $^ $(call pkg_libs,glib-2.0) -o $@

.PHONY: soak
soak: all
	$(MAKE) --no-print-directory $(B)/variants/soak
	@variants/tests/soak.sh
	@runners/tests/soak.sh $(foreach t,$(TESTS),$(if $(findstring /fuzz-,$t),$t))

TESTS += variants/tests/hooks.sh variants/tests/refuse.sh variants/tests/releases.sh
C_STYLE += $(addprefix variants/qemu/,x-order.c x-order-gate.c x-order-gate.h reorder-hooks.h) \
	$(wildcard variants/qemu/*.c.inc)

# The strategies inside the real QEMU; talks to the guest as the runners do.
TEST_QEMU := $(B)/variants/tests/test-qemu
TESTS += $(TEST_QEMU)
C_STYLE += $(addprefix variants/tests/,test-qemu.c nets.c nets.h rig.c rig.h vm.c vm.h)

$(B)/variants/tests/%.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

# A QEMU with a guest, and what of the runners starts it.
VM_O := $(B)/variants/tests/vm.o \
	$(addprefix $(B)/runners/tool/,spawn.o confine.o error.o clock.o files.o json.o) \
	$(addprefix $(B)/runners/machine/,link.o link-wait.o boot.o manifest.o qmp.o netns.o) \
	$(addprefix $(B)/probes/tool/,text.o output.o json.o)

$(TEST_QEMU): $(TEST_QEMU).o $(addprefix $(B)/variants/tests/,nets.o rig.o) $(VM_O) $(REORDER_LIB) \
		| $(B)/runners/latency.so
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(call pkg_libs,glib-2.0 json-glib-1.0 libseccomp) -o $@

# The disk x-order there.
TEST_ORDER := $(B)/variants/tests/test-order
TESTS += $(TEST_ORDER)
C_STYLE += $(addprefix variants/tests/,test-order.c order-disks.c order-disks.h order-seen.c \
	order-seen.h)

$(TEST_ORDER): $(TEST_ORDER).o $(addprefix $(B)/variants/tests/,order-disks.o order-seen.o) $(VM_O) \
		$(REORDER_LIB) | $(B)/runners/latency.so $(B)/vqprobe $(B)/vqreplay
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(call pkg_libs,glib-2.0 json-glib-1.0 libseccomp) -o $@
