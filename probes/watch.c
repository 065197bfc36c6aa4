// SPDX-License-Identifier: GPL-2.0-or-later
/* One watch of one process: attach, take its events, detach. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "watch.h"
#include "vqprobe.skel.h"

uint64_t vq_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void feed(struct vq_watch *w, const struct vq_head *h, size_t size)
{
	if (!vq_model_event(w->model, h, size))
		w->malformed++;
	else if (w->trace)
		vq_trace_write(w->trace, h);
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct vq_watch *w = ctx;
	const struct vq_head *h = data;

	if (h->type != VQ_RESET && h->type != VQ_QUEUE_RESET && !vq_model_knows(w->model, h->vq)) {
		struct vq_queue_event q;

		vq_target_name_queue(w->target, &w->layout, h->vq, &q);
		feed(w, &q.h, sizeof(q));
	}
	feed(w, h, size);
	return 0;
}

static bool load(struct vq_watch *w, unsigned buffer_kib, GError **error)
{
	int err;

	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "/sys/kernel/btf/vmlinux: %s: vqprobe needs a kernel with "
			    "CONFIG_DEBUG_INFO_BTF",
			    g_strerror(errno));
		return false;
	}
	w->skel = vqprobe_bpf__open();
	if (!w->skel) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "BPF object: %s", g_strerror(errno));
		return false;
	}
	memcpy((void *)&w->skel->rodata->layout, &w->layout, sizeof(w->layout));
	bpf_map__set_max_entries(w->skel->maps.events, buffer_kib * 1024u);
	vq_sites_prepare(w->skel);
	err = vqprobe_bpf__load(w->skel);
	if (err) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "cannot load the BPF programs: %s%s",
			    g_strerror(-err),
			    err == -EPERM || err == -EACCES
				    ? ": run as root, or with CAP_BPF and CAP_PERFMON"
				    : ": Linux 5.17 or later is needed; -v says more");
		return false;
	}
	return true;
}

static bool start(struct vq_watch *w, const struct vq_watch_options *o, GError **error)
{
	w->target = vq_target_open(w->pid, error);
	if (!w->target || !vq_sites_find(w->target, w->sites, error) ||
	    !vq_layout_read(w->target->mod, &w->layout, error) || !load(w, o->buffer_kib, error))
		return false;
	if (o->calibrate) {
		w->n_calibration =
			vq_calibrate(w->skel, &w->layout, w->sites, w->calibration, error);
		if (!w->n_calibration)
			return false;
	}
	w->model = vq_model_new();
	w->rb = ring_buffer__new(bpf_map__fd(w->skel->maps.events), on_event, w, NULL);
	if (!w->rb) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "ring buffer: %s", g_strerror(errno));
		return false;
	}
	for (int i = 0; i < VQ_FUNCTIONS; i++)
		if (w->sites[i].present &&
		    !vq_site_attach(&w->sites[i], w->skel, w->pid, w->target->exe, error))
			return false;
	w->start_ns = vq_now();
	if (o->output) {
		w->trace = vq_trace_create(o->output, w->pid, w->start_ns, error);
		if (!w->trace)
			return false;
	}
	w->skel->bss->enabled = 1;
	return true;
}

struct vq_watch *vq_watch_start(pid_t pid, const struct vq_watch_options *options, GError **error)
{
	struct vq_watch *w = g_new0(struct vq_watch, 1);

	w->pid = pid;
	if (start(w, options, error))
		return w;
	vq_watch_free(w);
	return NULL;
}

void vq_watch_drain(struct vq_watch *w)
{
	ring_buffer__consume(w->rb);
	/* The kernel optimises a site after its first hit, so look again. */
	vq_sites_read_modes(w->target, w->sites);
}

/* Takes all probes off, the calibration's too, at the same time. */
static void detach(struct vq_watch *w)
{
	struct vq_site all[VQ_FUNCTIONS + 3];

	memcpy(all, w->sites, sizeof(w->sites));
	for (int i = 0; i < 3; i++)
		all[VQ_FUNCTIONS + i] = w->calibration[i].site;
	vq_sites_detach(all, VQ_FUNCTIONS + 3);
	for (int i = 0; i < VQ_FUNCTIONS; i++)
		w->sites[i].entry = w->sites[i].ret = NULL;
	for (int i = 0; i < 3; i++)
		w->calibration[i].site.entry = w->calibration[i].site.ret = NULL;
}

void vq_watch_stop(struct vq_watch *w)
{
	/* Calls that have begun still end in an event; detaching waits for none. */
	w->skel->bss->enabled = 0;
	w->end_ns = vq_now();
	vq_sites_read_modes(w->target, w->sites);
	detach(w);
	ring_buffer__consume(w->rb);
}

void vq_watch_summarise(const struct vq_watch *w, struct vq_summary *s)
{
	uint64_t end = w->end_ns ?: vq_now();

	memset(s, 0, sizeof(*s));
	s->pid = w->pid;
	s->seconds = (end - w->start_ns) / 1e9;
	memcpy(s->lost, w->skel->bss->lost, sizeof(s->lost));
	s->null_pops = w->skel->bss->null_pops;
	s->unreadable_calls = w->skel->bss->unreadable_calls + w->malformed;
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
	detach(w);
	ring_buffer__free(w->rb);
	vqprobe_bpf__destroy(w->skel);
	if (w->model)
		vq_model_free(w->model);
	vq_target_free(w->target);
	g_free(w);
}
