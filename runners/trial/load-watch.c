/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load-watch.h"
#include "alive.h"
#include "runners/tool/clock.h"

#include <string.h>

#define SAMPLE_MS 1000 /* between two samples of the counters in mid-run */

/* A program takes its time to start and to report when the guest is emulated:
 * the plan's limit holds between, and at least this one around it. */
#define EDGE_STALL_MS 15000

/* Packets before iperf3's data flow: neighbours, its control connection. */
#define NET_PRELUDE 64

/* After its time a load has half of it once more, and at least this long. */
#define OVERTIME_MS 10000

struct sample {
	int64_t at, done;
};

static const struct plan_workload *workload(const struct load_watch *w)
{
	return w->phase->slot->workload;
}

/* Requests or packets since the load was started; false when they are unknown. */
static bool take_sample(struct load_watch *w, int64_t now, int64_t *done)
{
	struct counted c;
	struct sample l = {.at = now};

	if (!counted_read(w->trial->qmp, w->trial->bench->plan, workload(w), &c))
		return false;
	w->phase->counted = counted_since(&c, &w->first);
	l.done = *done = counted_all(&w->phase->counted);
	g_array_append_val(w->samples, l);
	return true;
}

bool load_watch_begin(struct load_watch *w, struct trial *t, struct phase *ph,
		      struct perfstat *perf, struct probe *probe, GError **error)
{
	memset(w, 0, sizeof(*w));
	w->trial = t;
	w->phase = ph;
	w->perf = perf;
	w->probe = probe;
	w->samples = g_array_new(FALSE, FALSE, sizeof(struct sample));
	w->begun = w->last_progress = now_ms();
	if (counted_read(t->qmp, t->bench->plan, workload(w), &w->first))
		return true;
	g_array_unref(w->samples);
	if (trial_alive(t, error))
		g_set_error(error, VQB_ERROR, VQB_INVALID, "no request counter for %s",
			    workload(w)->device_id);
	return false;
}

/* Of a device, whose elements in flight are told: a guest has no more processors. */
#define QUEUES_TOLD 64

static bool close_window(struct load_watch *w, int64_t now, GError **error)
{
	w->window_over = true;
	w->phase->window_s = (now - w->window_start) / 1e3;
	w->phase->window_requests = w->done - w->window_done;
	return perfstat_switch(w->perf, false, error);
}

static void report_stall(struct load_watch *w, int64_t now, GError **error)
{
	struct trial *t = w->trial;
	bool net = w->first.net;
	const char *id = workload(w)->device_id;
	g_autofree char *status = qmp_status(t->qmp);
	g_autoptr(GString) flight = g_string_new(NULL);
	int64_t n;
	int i;

	/* Behind the last queue, and where there is no such command, -1. */
	for (i = 0; i < QUEUES_TOLD && (n = qmp_in_flight(t->qmp, id, i)) >= 0; i++)
		if (n || i <= net)
			g_string_append_printf(
				flight, ", %" PRId64 " elements in flight in queue %d", n, i);
	g_set_error(error, VQB_ERROR, VQB_STALLED,
		    "no %s completed on %s for %" PRId64 " s, %.1f s into the run, after %" PRId64
		    "%s; QEMU %s",
		    net ? "packet" : "request", id, (now - w->last_progress) / 1000,
		    (now - w->begun) / 1e3, w->done, flight->str,
		    *status ? status : "does not answer QMP");
}

/* Its figures would be of another time than perf's, and nobody waits for ever. */
static bool is_overdue(struct load_watch *w, int64_t now, GError **error)
{
	int64_t ms = workload(w)->seconds * 1000;
	int64_t over = now - w->window_start - ms;

	if (over < MAX(OVERTIME_MS, ms / 2))
		return false;
	g_set_error(error, VQB_ERROR, VQB_INVALID,
		    "the load goes on %" PRId64 " s after its %" PRId64 " s: %s", over / 1000,
		    ms / 1000,
		    workload(w)->command.program
			    ? "seconds= tells how long it runs"
			    : "sections one after the other, or a runtime of its own?");
	return true;
}

/* The programs beside the load; without them it need not go on. */
static bool helpers_alive(struct load_watch *w, GError **error)
{
	return perfstat_alive(w->perf, error) && (!w->probe || probe_alive(w->probe, error));
}

static bool note_progress(struct load_watch *w, int64_t now, int64_t done, GError **error)
{
	w->done = done;
	w->last_progress = now;
	if (w->window_over)
		return !is_overdue(w, now, error);
	if (w->window_start || done <= (w->first.net ? NET_PRELUDE : 0))
		return true;
	w->window_start = now;
	w->window_done = done;
	return perfstat_switch(w->perf, true, error);
}

gboolean load_watch_check(void *data, GError **error)
{
	struct load_watch *w = data;
	int64_t now = now_ms(), done;
	int64_t limit = w->trial->bench->plan->stall_seconds * 1000;
	bool begun = w->window_start;
	bool due = begun && now >= w->window_start + workload(w)->seconds * 1000;

	if (!trial_alive(w->trial, error) || !helpers_alive(w, error))
		return FALSE;
	/* In mid-run each sample costs QEMU's main thread a little. */
	if (begun && !due && now < w->last_sample + SAMPLE_MS)
		return TRUE;
	w->last_sample = now;
	if (take_sample(w, now, &done)) {
		if (done > w->done && !note_progress(w, now, done, error))
			return FALSE;
		if (due && !w->window_over && !close_window(w, now, error))
			return FALSE;
	}
	if (!w->window_start || w->window_over)
		limit = MAX(limit, EDGE_STALL_MS);
	if (now < w->last_progress + limit)
		return TRUE;
	report_stall(w, now, error);
	return FALSE;
}

/*
 * The time in which the load certainly was at work: from the first sample in which it had
 * done something to the last one in which it had not done all.  One request in a hundred at
 * each end does not count: stragglers, and what the program does besides.
 */
static double busy_seconds(const struct load_watch *w)
{
	int64_t some = w->done / 100, all = w->done - w->done / 100, begin = 0, end = 0;
	unsigned int i;

	for (i = 0; i < w->samples->len; i++) {
		const struct sample *l = &g_array_index(w->samples, struct sample, i);

		if (!begin && l->done > some)
			begin = l->at;
		if (l->done < all)
			end = l->at;
	}
	return begin && end > begin ? (end - begin) / 1e3 : 0;
}

bool load_watch_end(struct load_watch *w, GError **error)
{
	int64_t now = now_ms(), done;
	bool ok = true;

	if (take_sample(w, now, &done) && done > w->done)
		w->done = done;
	w->phase->has_counted = w->samples->len > 0;
	w->phase->busy_s = busy_seconds(w);
	g_array_unref(w->samples);
	if (w->window_start && !w->window_over)
		ok = close_window(w, now, error);
	if (w->window_start)
		return ok;
	g_set_error(error, VQB_ERROR, VQB_INVALID, "%s: QEMU counted nothing",
		    workload(w)->device_id);
	return false;
}
