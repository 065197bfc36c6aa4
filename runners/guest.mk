# The guest, its link and its disk.
# SPDX-License-Identifier: GPL-2.0-or-later
GUEST_O := $(addprefix $(B)/runners/machine/,link.o link-wait.o boot.o manifest.o)
COUNTER_O := $(B)/runners/guest-count/counter.o

TOOLS   += $(B)/runners/guest-run $(B)/runners/latency.so
TESTS   += $(B)/runners/test-link $(B)/runners/test-agent $(B)/runners/test-service
TESTS   += runners/tests/latency.sh runners/tests/guest.sh runners/tests/hostile-guest.sh
TESTS   += $(B)/runners/test-counter runners/tests/guest-count.sh
TESTED  += $(B)/runners/agent $(B)/runners/hostile-agent

$(GUEST_O) $(COUNTER_O) $(B)/runners/machine/guest-run.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(B)/runners/guest-run: $(B)/runners/machine/guest-run.o $(GUEST_O) $(COUNTER_O) $(addprefix $(B)/runners/tool/,error.o clock.o files.o json.o spawn.o confine.o) \
		$(B)/runners/machine/qmp.o \
		$(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0 libseccomp) -lm

# The disk: an nbdkit plugin, so position-independent and nobody's library.
$(B)/runners/disk/%.o: EXTRA_CFLAGS = -fPIC

$(B)/runners/latency.so: $(B)/runners/disk/latency.o $(B)/runners/disk/service.o
	$(CC) $(CFLAGS) $(LDFLAGS) -shared $^ -o $@ -lm

# The guest's agent as setup/guest.sh builds it, and one that is the host's enemy.
$(B)/runners/agent: $(wildcard runners/guest/*.[ch])
	$(CC) -O2 -static -D_GNU_SOURCE -o $@ $(filter %.c,$^)

$(B)/runners/hostile-agent: runners/tests/hostile-agent.c runners/guest/frame.h
	$(CC) $(WARN) -O2 -static -D_GNU_SOURCE -I. -o $@ $<

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

$(B)/runners/test-link: $(B)/runners/checked/tests/test-link.o $(addprefix $(B)/runners/checked/machine/,link.o link-wait.o) \
		$(B)/runners/checked/text.o
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@ $(call pkg_libs,glib-2.0)

$(B)/runners/test-agent: $(B)/runners/checked/tests/test-agent.o $(addprefix $(B)/runners/checked/machine/,link.o link-wait.o) \
		$(B)/runners/checked/text.o | \
		$(B)/runners/checked/guest/agent
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@ $(call pkg_libs,glib-2.0)

$(B)/runners/test-service: $(B)/runners/checked/tests/test-service.o \
		$(B)/runners/checked/disk/service.o
	$(CC) $(CFLAGS) $(SANITIZE) $^ -o $@ $(call pkg_libs,glib-2.0) -lm

$(B)/runners/tests/test-counter.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(B)/runners/test-counter: $(B)/runners/tests/test-counter.o $(COUNTER_O) $(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0) -lm
