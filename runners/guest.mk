# The guest, its link and its disk.
# SPDX-License-Identifier: GPL-2.0-or-later
GUEST_O := $(B)/runners/link.o $(B)/runners/guest.o

TOOLS   += $(B)/runners/guest-run
C_STYLE += $(addprefix runners/,guest.h guest.c link.h link.c guest-run.c guest/frame.h guest/agent.c)

$(GUEST_O) $(B)/runners/guest-run.o: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 json-glib-1.0)

$(B)/runners/guest-run: $(B)/runners/guest-run.o $(GUEST_O)
	$(CC) $(CFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0)
