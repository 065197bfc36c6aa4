// SPDX-License-Identifier: GPL-2.0-or-later
/* One watch of one process: attach, take its events, detach. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probes/bpf/slots.h"
#include "probes/tool/text.h"
#include "probes/tool/walltime.h"
#include "probes/target/device.h"
#include "probes/target/process.h"
#include "resets.h"
#include "safe.h"
#include "watch.h"
#include "probes/vqprobe.skel.h"

uint64_t vq_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void pass_on(struct vq_watch *w, const struct vq_head *h, size_t size)
{
	if (!vq_model_event(w->model, h, size))
		w->malformed++;
	else if (w->trace)
		vq_trace_write(w->trace, h);
	if (w->shows_events)
		vq_events_print(&w->events, w->model, h);
}

static void name_queue(struct vq_watch *w, uint64_t vq, bool has_name)
{
	struct vq_queue_event q;
	bool named = vq_target_name_queue(w->target, &w->layout, vq, &q);

	/* The name that it has is better than none, if the device or the process has gone. */
	if (has_name && (vq_model_knows_as(w->model, &q) || !named || !q.vdev))
		return;
	/* Offsets that do not fit make every figure wrong. */
	if (!named)
		w->malformed++;
	g_hash_table_insert(w->named, g_memdup2(&vq, sizeof(vq)), GSIZE_TO_POINTER(vq_now()));
	pass_on(w, &q.h, sizeof(q));
}

/*
 * A device that begins anew may be another one, which got the memory of one that was
 * unplugged.  What came before has then the name of the former, unless that was not read
 * before the reset, as on a host that did not run this process for so long.
 */
static void on_reset(struct vq_watch *w, const struct vq_count_event *e)
{
	uint64_t vq = vq_target_find_queue(w->target, &w->layout, e->h.vq, e->count);

	if (!vq || !vq_model_knows(w->model, vq))
		return;
	if (GPOINTER_TO_SIZE(g_hash_table_lookup(w->named, &vq)) > e->h.ts &&
	    vq_model_queue(w->model, vq)->fills) {
		w->late_names++;
		/* Other resets before it was read make that no worse. */
		g_hash_table_insert(w->named, g_memdup2(&vq, sizeof(vq)), NULL);
	}
	name_queue(w, vq, true);
}

static void on_event(void *data, const struct vq_head *h)
{
	struct vq_watch *w = data;

	if (h->type == VQ_QUEUE_RESET) {
		on_reset(w, (const void *)h);
	} else {
		bool has_name = vq_model_knows(w->model, h->vq);

		if (g_hash_table_remove(w->unsure, &h->vq) || !has_name)
			name_queue(w, h->vq, has_name);
	}
	pass_on(w, h, h->size);
}

static bool attach_probes(struct vq_watch *w, GError **error)
{
	for (int i = 0; i < VQ_FUNCTIONS; i++)
		if (w->sites[i].present && !vq_site_attach(&w->sites[i], w->skel, w->way, w->pid,
							   w->target->file_name, error))
			return false;
	return true;
}

static void begin_window(struct vq_watch *w)
{
	w->windows++;
	w->window_ns = vq_now();
	w->skel->bss->window = w->windows;
	w->skel->bss->enabled = 1;
}

/* Is a call under way that an entry has noted? */
static bool is_busy(const struct vq_watch *w)
{
	const uint64_t *word = (const uint64_t *)w->skel->bss->calls;

	for (size_t i = 0; i < sizeof(w->skel->bss->calls) / sizeof(*word);
	     i += VQ_SLOT / sizeof(*word))
		if (__atomic_load_n(&word[i], __ATOMIC_RELAXED))
			return true;
	return false;
}

/* Calls that have begun end in an event: they are waited for, since detaching does
 * not.  One that takes longer than a tenth of a second is not recorded. */
static void end_window(struct vq_watch *w)
{
	w->skel->bss->enabled = 0;
	w->end_ns = vq_now();
	while (is_busy(w) && vq_now() < w->end_ns + 100000000)
		g_usleep(200);
	if (w->window_ns)
		w->seen_ns += w->end_ns - w->window_ns;
	vq_sites_read_modes(w->target, w->sites);
}

/* All that can be done before the first probe. */
static bool load_and_calibrate(struct vq_watch *w, const struct vq_watch_options *o, GError **error)
{
	memcpy(w->all_sites, w->sites, sizeof(w->sites));
	w->buffer_kib = o->buffer_kib;
	w->has_windows = o->windows;
	w->durations = !o->light;
	if (o->light &&
	    !vq_sites_lighten(w->sites, &w->layout, o->light,
			      o->light == VQ_LIGHT_ALL ? error : NULL) &&
	    o->light == VQ_LIGHT_ALL)
		return false;
	if (!vq_way_find(&w->way, error) || !vq_safe_way(w, o->trust_guest, error))
		return false;
	w->skel = vq_watch_load(&w->layout, w->sites, w->way, o->buffer_kib, error);
	if (!w->skel)
		return false;
	if (o->calibrate && !w->sites[VQ_FN_FILL].light && w->durations) {
		w->n_calibration =
			vq_calibrate(w->skel, w->way, &w->layout, w->sites, w->calibration, error);
		if (!w->n_calibration)
			return false;
	}
	return true;
}

bool vq_watch_attach(struct vq_watch *w, const struct vq_watch_options *o, GError **error)
{
	if (!vq_safe_claim(w, o->trust_guest, error))
		return false;
	w->model = vq_model_new();
	w->model->select = o->select;
	w->lines = vq_lines_open(w->skel, error);
	if (!w->lines || !attach_probes(w, error))
		return false;
	w->start_ns = vq_now();
	w->shows_events = o->events;
	if (o->events) {
		w->events = *o->events;
		w->events.pid = w->pid;
		w->events.real_ns = vq_wall_now() - vq_now();
	}
	if (o->output) {
		w->trace = vq_trace_create(o->output, w->pid, w->start_ns, error);
		if (!w->trace)
			return false;
	}
	if (!o->windows)
		vq_sites_drop_programs(w->skel);
	begin_window(w);
	return true;
}

struct vq_watch *vq_watch_examine(pid_t pid, const char *name, GError **error)
{
	struct vq_watch *w = g_new0(struct vq_watch, 1);

	w->pid = pid;
	w->name = g_strdup(name);
	w->unsure = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	w->named = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	w->vhost = vq_process_vhost(pid);
	w->target = vq_target_open(pid, error);
	if (w->target && vq_sites_find(w->target, w->sites, error) &&
	    vq_layout_find(w->target, &w->layout, &w->layout_from, error))
		return w;
	vq_watch_free(w);
	return NULL;
}

struct vq_watch *vq_watch_prepare(pid_t pid, const char *name,
				  const struct vq_watch_options *options, GError **error)
{
	struct vq_watch *w = vq_watch_examine(pid, name, error);

	if (!w || load_and_calibrate(w, options, error))
		return w;
	vq_watch_free(w);
	return NULL;
}

/*
 * There is a packed ring, whose order half of the probes cannot tell: all of them are put
 * on.  The programs are loaded while the old ones go on; between them is a gap, as
 * between windows, of the tenth of a second that taking the old ones off takes.
 */
static void add_probes(struct vq_watch *w)
{
	g_autoptr(GError) error = NULL;
	struct vqprobe_bpf *skel, *old = w->skel;
	struct vq_lines *lines = NULL;

	old->bss->packed_seen = 0;
	skel = vq_watch_load(&w->layout, w->all_sites, w->way, w->buffer_kib, &error);
	if (skel)
		lines = vq_lines_open(skel, &error);
	if (!lines) {
		fprintf(stderr, "vqprobe: process %d: a packed ring is NOT WATCHED: %s\n", w->pid,
			error->message);
		vqprobe_bpf__destroy(skel);
		return;
	}
	vq_watch_pause(w);
	vq_watch_carry(skel, old);
	vq_lines_close(w->lines);
	vqprobe_bpf__destroy(old);
	w->skel = skel;
	w->lines = lines;
	memcpy(w->sites, w->all_sites, sizeof(w->sites));
	vq_model_gap(w->model);
	if (!attach_probes(w, &error)) /* most likely it has just ended */
		fprintf(stderr, "vqprobe: process %d: %s\n", w->pid, error->message);
	if (!w->has_windows)
		vq_sites_drop_programs(w->skel);
	w->windows--;
	begin_window(w);
}

void vq_watch_drain(struct vq_watch *w)
{
	vq_lines_take(w->lines, on_event, w);
	if (w->window_ns && w->skel->bss->packed_seen)
		add_probes(w);
	/* The kernel optimises a site after its first hit, so look again. */
	vq_sites_read_modes(w->target, w->sites);
}

void vq_watch_pause(struct vq_watch *w)
{
	end_window(w);
	vq_sites_detach(w->sites, VQ_FUNCTIONS);
	vq_lines_take(w->lines, on_event, w);
	vq_resets_finish(w, pass_on);
	w->window_ns = 0;
}

bool vq_watch_resume(struct vq_watch *w, GError **error)
{
	/* Calls noted in the last window are over as a rule.  One of a session may still be
	 * under way, and must stay noted, so that no call within it is armed. */
	if (w->way != VQ_WAY_SESSION)
		memset(w->skel->bss->calls, 0, sizeof(w->skel->bss->calls));
	__sync_fetch_and_add(&w->skel->data->generation, 1);
	vq_model_gap(w->model);
	/* Devices may have come and gone meanwhile. */
	for (guint i = 0; i < w->model->queues->len; i++)
		g_hash_table_add(w->unsure,
				 g_memdup2(&((struct vq_queue *)w->model->queues->pdata[i])->vq,
					   sizeof(uint64_t)));
	if (!attach_probes(w, error))
		return false;
	begin_window(w);
	return true;
}

void vq_watch_stop(struct vq_watch *w)
{
	end_window(w);
	vq_sites_detach(w->sites, VQ_FUNCTIONS);
	vq_lines_take(w->lines, on_event, w);
	vq_resets_finish(w, pass_on);
	w->window_ns = 0;
}

bool vq_watch_over(struct vq_watch *w, char **why)
{
	struct pollfd p = {.fd = w->target->pidfd, .events = POLLIN};
	g_autofree char *exe = NULL, *clean = NULL;

	if (poll(&p, 1, 0) == 1) {
		*why = g_strdup_printf("process %d (%s) has ended", w->pid, w->name);
		return true;
	}
	if (!vq_target_gone(w->target))
		return false;
	exe = g_file_read_link(w->target->exe, NULL);
	if (!exe) /* it is ending: the next call will say so */
		return false;
	clean = vq_text_clean(exe, -1, PATH_MAX, VQ_UTF8);
	*why = g_strdup_printf("process %d (%s) has started another program, %s", w->pid, w->name,
			       clean);
	return true;
}

/* Events of the queue at @vq that were lost. */
static uint64_t count_lost(const void *data, uint64_t vq)
{
	const struct vq_watch *w = data;
	uint64_t n = 0;

	bpf_map_lookup_elem(bpf_map__fd(w->skel->maps.lost_of), &vq, &n);
	return n;
}

void vq_watch_summarise(const struct vq_watch *w, struct vq_summary *s)
{
	memset(s, 0, sizeof(*s));
	s->pid = w->pid;
	s->name = w->name;
	s->vhost = w->vhost;
	s->lost_of = count_lost;
	s->lost_data = w;
	s->end_real_ns = vq_wall_now() - (w->window_ns ? 0 : vq_now() - w->end_ns);
	s->start_real_ns = s->end_real_ns - ((w->window_ns ? vq_now() : w->end_ns) - w->start_ns);
	s->seconds = ((w->window_ns ? vq_now() : w->end_ns) - w->start_ns) / 1e9;
	s->seen_ns = w->seen_ns + (w->window_ns ? vq_now() - w->window_ns : 0);
	s->seen = s->seen_ns / 1e9;
	s->windows = w->windows;
	memcpy(s->lost, w->skel->bss->lost, sizeof(s->lost));
	s->null_pops = w->skel->bss->null_pops;
	s->unreadable_calls = w->skel->bss->unreadable_calls + w->malformed;
	s->nested_calls = w->skel->bss->nested_calls;
	s->late_names = w->late_names;
	s->reset_calls = w->skel->bss->reset_calls;
	s->queue_reset_calls = w->skel->bss->queue_reset_calls;
	s->way = vq_way_name(w->way);
	s->light = w->sites[VQ_FN_FILL].light;
	s->durations = w->durations;
	s->layout_from = w->layout_from;
	s->sites = w->sites;
	s->calibration = w->calibration;
	s->n_calibration = w->n_calibration;
	s->model = w->model;
}

bool vq_watch_close_trace(struct vq_watch *w, GError **error)
{
	struct vq_end_event e = {
		.h = {.type = VQ_END, .size = sizeof(e), .ts = w->end_ns},
	};
	struct vq_summary s;

	if (!w->trace)
		return true;
	vq_watch_summarise(w, &s);
	e.lost = vq_summary_lost(&s);
	vq_trace_write(w->trace, &e.h);
	return vq_trace_close(g_steal_pointer(&w->trace), error);
}

void vq_watch_free(struct vq_watch *w)
{
	if (!w)
		return;
	vq_sites_detach(w->sites, VQ_FUNCTIONS);
	vq_lines_close(w->lines);
	vqprobe_bpf__destroy(w->skel);
	if (w->model)
		vq_model_free(w->model);
	vq_target_free(w->target);
	g_free(w->name);
	g_free(w->vhost);
	g_hash_table_unref(w->unsure);
	g_hash_table_unref(w->named);
	g_free(w);
}
