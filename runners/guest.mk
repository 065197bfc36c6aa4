# The guest, its link and its disk.
# SPDX-License-Identifier: GPL-2.0-or-later
GUEST_O := $(B)/runners/link.o $(B)/runners/guest.o
COUNTER_O := $(B)/runners/guest-count/counter.o

TOOLS   += $(B)/runners/guest-run $(B)/runners/latency.so
TESTS   += $(B)/runners/test-link $(B)/runners/test-agent $(B)/runners/test-service
TESTS   += runners/tests/latency.sh runners/tests/guest.sh
TESTS   += $(B)/runners/test-counter runners/tests/guest-count.sh
C_STYLE += $(addprefix runners/,guest.h guest.c link.h link.c guest-run.c)
C_STYLE += $(addprefix runners/guest/,frame.h agent.h agent.c files.c command.c)
C_STYLE += $(addprefix runners/guest-count/,protocol.h plugin.c counter.h counter.c)
C_STYLE += runners/tests/frames.h $(addprefix runners/disk/,latency.c service.h service.c)
C_STYLE += $(addprefix runners/tests/,test-link.c test-agent.c test-service.c test-counter.c)

$(GUEST_O) $(COUNTER_O) $(B)/runners/guest-run.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(B)/runners/guest-run: $(B)/runners/guest-run.o $(GUEST_O) $(COUNTER_O) $(B)/runners/util.o $(B)/runners/qmp.o \
		$(TOOL_OBJS)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0)

# The disk: an nbdkit plugin, so position-independent and nobody's library.
$(B)/runners/disk/%.o: EXTRA_CFLAGS = -fPIC

$(B)/runners/latency.so: $(B)/runners/disk/latency.o $(B)/runners/disk/service.o
	$(CC) $(CFLAGS) -shared $^ -o $@ -lm

# The tests' own build of the same sources, with the sanitizers.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

$(B)/runners/checked/%.o: runners/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(SANITIZE) $(call pkg_cflags,glib-2.0) -c $< -o $@

$(B)/runners/checked/text.o: probes/tool/text.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(SANITIZE) $(call pkg_cflags,glib-2.0) -c $< -o $@

$(B)/runners/checked/guest/agent: $(addprefix $(B)/runners/checked/guest/,agent.o files.o command.o)
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@

$(B)/runners/test-link: $(B)/runners/checked/tests/test-link.o $(B)/runners/checked/link.o \
		$(B)/runners/checked/text.o
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@ $(call pkg_libs,glib-2.0)

$(B)/runners/test-agent: $(B)/runners/checked/tests/test-agent.o $(B)/runners/checked/link.o \
		$(B)/runners/checked/text.o | \
		$(B)/runners/checked/guest/agent
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@ $(call pkg_libs,glib-2.0)

$(B)/runners/test-service: $(B)/runners/checked/tests/test-service.o \
		$(B)/runners/checked/disk/service.o
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@ $(call pkg_libs,glib-2.0) -lm

$(B)/runners/tests/test-counter.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(B)/runners/test-counter: $(B)/runners/tests/test-counter.o $(COUNTER_O) $(TOOL_OBJS)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0)
