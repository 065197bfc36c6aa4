/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks on while a load runs: counts what QEMU has completed for the device,
 * turns perf's counters on when the load begins to move and off when its time
 * is over (the program's start and end in the guest are not the load), and
 * ends the phase when nothing moves any more, when the load goes on long after its
 * time, or when perf or vqprobe are gone.
 */
#ifndef VQLAB_LOAD_WATCH_H
#define VQLAB_LOAD_WATCH_H

#include "probe.h"
#include "state.h"

struct load_watch {
	struct trial *trial;
	struct phase *phase;
	struct perfstat *perf;
	struct probe *probe;  /* NULL: none in this phase */
	int64_t begun;	      /* clock when the load was started */
	struct counted first; /* before the load */
	GArray *samples;      /* struct sample: what was seen, and when */
	int64_t done;	      /* requests or packets by the last look */
	int64_t last_progress, last_sample;
	int64_t window_start; /* 0: perf not on yet */
	int64_t window_done;
	bool window_over;
};

bool load_watch_begin(struct load_watch *w, struct trial *t, struct phase *ph,
		      struct perfstat *perf, struct probe *probe, GError **error);

/* A link_watch. */
gboolean load_watch_check(void *watch, GError **error);

/*
 * Closes the window if it is still open, and fills in what was counted in the phase.
 * To be called once after load_watch_begin, however the load ended.
 */
bool load_watch_end(struct load_watch *w, GError **error);

#endif /* VQLAB_LOAD_WATCH_H */
