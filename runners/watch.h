/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks on while a load runs: counts what QEMU has completed for the device,
 * turns perf's counters on when the load begins to move and off when its time
 * is over (the program's start and end in the guest are not the load), and
 * ends the trial when nothing moves any more.
 */
#ifndef VQLAB_WATCH_H
#define VQLAB_WATCH_H

#include "trial.h"

struct watch {
	struct trial *trial;
	struct phase *phase;
	struct perfstat *perf;
	int net;	     /* number of the tap, or -1: a disk */
	int64_t begun;	     /* clock when the load was started */
	int64_t first_count; /* counter before the load */
	int64_t last_count, last_move, last_look;
	int64_t window_start; /* 0: perf not on yet */
	int64_t window_count;
	bool window_over;
};

bool watch_begin(struct watch *w, struct trial *t, struct phase *ph, struct perfstat *perf,
		 GError **error);

/* A link_watch. */
gboolean watch_look(void *watch, GError **error);

/* Closes the window if it is still open: the load ended early. */
bool watch_end(struct watch *w, GError **error);

#endif /* VQLAB_WATCH_H */
