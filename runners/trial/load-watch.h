/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches a load from outside while it runs.  It counts what QEMU has completed for the
 * device; turns perf's counters on when the first request is counted and off when the
 * load's time is over, since the program's start and end in the guest are not the load;
 * and ends the phase when the count stands still for too long, when the load goes on long
 * after its time, or when perf or vqprobe have ended.
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
	GArray *samples;      /* struct sample: the count, and when */
	int64_t done;	      /* requests or packets by the last sample */
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
