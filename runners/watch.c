/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"
#include "netns.h"

#include <string.h>

#define LOOK_MS 1000 /* between two looks at the counters in mid-run */

/* A program takes its time to start and to report when the guest is emulated:
 * the plan's limit holds between, and at least this one around it. */
#define EDGE_STALL_MS 15000

/* Packets before iperf3's data flow: neighbours, its control connection. */
#define NET_PRELUDE 64

static int64_t count(const struct watch *w)
{
	if (w->net >= 0)
		return netns_packets(w->net);
	return qmp_block_requests(w->trial->qmp, w->phase->slot->workload->device_id);
}

bool watch_begin(struct watch *w, struct trial *t, struct phase *ph, struct perfstat *perf,
		 GError **error)
{
	const struct plan *p = t->bench->plan;
	unsigned int i;

	memset(w, 0, sizeof(*w));
	w->trial = t;
	w->phase = ph;
	w->perf = perf;
	w->net = -1;
	for (i = 0; i < p->nets->len && strcmp(ph->slot->workload->kind, "fio"); i++)
		if (!strcmp(((struct plan_net *)p->nets->pdata[i])->name,
			    ph->slot->workload->device))
			w->net = i;
	w->begun = w->last_move = now_ms();
	w->first_count = w->last_count = count(w);
	if (w->first_count >= 0)
		return true;
	if (trial_alive(t, error))
		g_set_error(error, VQB_ERROR, VQB_INVALID, "no request counter for %s",
			    ph->slot->workload->device_id);
	return false;
}

static bool close_window(struct watch *w, int64_t now, int64_t n, GError **error)
{
	w->window_over = true;
	w->phase->window_s = (now - w->window_start) / 1e3;
	w->phase->window_requests = n - w->window_count;
	return perfstat_switch(w->perf, false, error);
}

static void stalled(struct watch *w, int64_t now, GError **error)
{
	struct trial *t = w->trial;
	const char *id = w->phase->slot->workload->device_id;
	g_autofree char *status = qmp_status(t->qmp);
	g_autoptr(GString) flight = g_string_new(NULL);
	int i;

	for (i = 0; i < (w->net >= 0 ? 2 : 1); i++) {
		int64_t n = qmp_in_flight(t->qmp, id, i);

		if (n >= 0)
			g_string_append_printf(
				flight, ", %" PRId64 " elements in flight in queue %d", n, i);
	}
	g_set_error(error, VQB_ERROR, VQB_STALLED,
		    "no %s completed on %s for %" PRId64 " s, %.1f s into the run, after %" PRId64
		    "%s; QEMU %s",
		    w->net >= 0 ? "packet" : "request", id, (now - w->last_move) / 1000,
		    (now - w->begun) / 1e3, w->last_count - w->first_count, flight->str,
		    *status ? status : "does not answer QMP");
}

gboolean watch_look(void *data, GError **error)
{
	struct watch *w = data;
	int64_t seconds = w->phase->slot->workload->seconds, now = now_ms(), n;
	int64_t limit = w->trial->bench->plan->stall_seconds * 1000;
	bool edge =
		!w->window_start || (!w->window_over && now >= w->window_start + seconds * 1000);

	if (!trial_alive(w->trial, error))
		return FALSE;
	if (!edge && now < w->last_look + LOOK_MS)
		return TRUE;
	w->last_look = now;
	n = count(w);
	if (n > w->last_count) {
		w->last_count = n;
		w->last_move = now;
		if (!w->window_start && n > w->first_count + (w->net >= 0 ? NET_PRELUDE : 0)) {
			w->window_start = now;
			w->window_count = n;
			return perfstat_switch(w->perf, true, error);
		}
	}
	if (edge && w->window_start && n >= 0)
		return close_window(w, now, n, error);
	if (!w->window_start || w->window_over)
		limit = MAX(limit, EDGE_STALL_MS);
	if (now >= w->last_move + limit) {
		stalled(w, now, error);
		return FALSE;
	}
	return TRUE;
}

bool watch_end(struct watch *w, GError **error)
{
	if (w->window_over)
		return true;
	if (!w->window_start) {
		g_set_error(error, VQB_ERROR, VQB_INVALID, "%s: QEMU counted nothing",
			    w->phase->slot->workload->device_id);
		return false;
	}
	return close_window(w, now_ms(), MAX(count(w), w->last_count), error);
}
