/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's command line for machine.c. */
#ifndef VQLAB_RING_MACHINE_ARGS_H
#define VQLAB_RING_MACHINE_ARGS_H

#include "machine.h"

struct machine_args {
	const struct machine_setup *setup;
	bool iothreads;	 /* one for each block device */
	GPtrArray *argv; /* owns its strings; no NULL at its end */
	GArray *keep;	 /* descriptors that QEMU inherits and that are closed here afterwards */
	int qtest, qmp;	 /* this end of the sockets, or -1 */
};

/*
 * Fills argv, which begins with the wrapper's, and keep, and draws the devices' places
 * on the bus.  What it has opened is in there after an error, too.
 */
bool machine_args_make(struct machine_args *a, GError **error);

#endif /* VQLAB_RING_MACHINE_ARGS_H */
