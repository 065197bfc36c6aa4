# The guest, its link and its disk.
# SPDX-License-Identifier: GPL-2.0-or-later
GUEST_O := $(B)/runners/link.o $(B)/runners/guest.o

TOOLS   += $(B)/runners/guest-run
C_STYLE += $(addprefix runners/,guest.h guest.c link.h link.c guest-run.c guest/frame.h guest/agent.c)

$(GUEST_O) $(B)/runners/guest-run.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(B)/runners/guest-run: $(B)/runners/guest-run.o $(GUEST_O)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0)

# The disk: an nbdkit plugin, so position-independent and nobody's library.
TOOLS   += $(B)/runners/latency.so
C_STYLE += $(addprefix runners/disk/,latency.c service.h service.c)

$(B)/runners/disk/%.o: EXTRA_CFLAGS = -fPIC

$(B)/runners/latency.so: $(B)/runners/disk/latency.o $(B)/runners/disk/service.o
	$(CC) $(CFLAGS) -shared $^ -o $@ -lm
