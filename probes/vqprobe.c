// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe: watch the virtqueues of a running QEMU.  See vqevent.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "calib.h"
#include "layout.h"
#include "model.h"
#include "sites.h"
#include "summary.h"
#include "target.h"
#include "trace.h"
#include "vqprobe.skel.h"

/* How often the ring buffer is emptied: it holds seconds. */
#define DRAIN_MS 50

static int opt_pid = -1, opt_ready_fd = -1, opt_buffer = 16 * 1024;
static double opt_interval = 1, opt_duration;
static gboolean opt_no_calibration, opt_version, opt_verbose;
static char *opt_output, *opt_json, *opt_from;

static const GOptionEntry options[] = {
	{"pid", 'p', 0, G_OPTION_ARG_INT, &opt_pid, "the QEMU to watch", "PID"},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &opt_output, "write a trace of all events",
	 "FILE"},
	{"json", 0, 0, G_OPTION_ARG_FILENAME, &opt_json, "write a summary at the end", "FILE"},
	{"from", 0, 0, G_OPTION_ARG_FILENAME, &opt_from, "read a trace instead of watching",
	 "FILE"},
	{"duration", 'd', 0, G_OPTION_ARG_DOUBLE, &opt_duration, "stop after so many seconds", "S"},
	{"interval", 0, 0, G_OPTION_ARG_DOUBLE, &opt_interval, "seconds between live tables (1)",
	 "S"},
	{"buffer", 0, 0, G_OPTION_ARG_INT, &opt_buffer,
	 "KiB of ring buffer, a power of two, 4 to 1048576 (16384)", "KIB"},
	{"ready-fd", 0, 0, G_OPTION_ARG_INT, &opt_ready_fd,
	 "write 1 to this file descriptor when watching", "N"},
	{"no-calibration", 0, 0, G_OPTION_ARG_NONE, &opt_no_calibration,
	 "do not measure what the probes cost", NULL},
	{"verbose", 'v', 0, G_OPTION_ARG_NONE, &opt_verbose, "say what libbpf says", NULL},
	{"version", 0, 0, G_OPTION_ARG_NONE, &opt_version, "print the version", NULL},
	{NULL}};

/* A watch. */
struct watch {
	struct vq_target *target;
	struct vq_layout layout;
	struct vq_site sites[VQ_FUNCTIONS];
	struct vq_calibration calibration[3];
	unsigned n_calibration;
	struct vqprobe_bpf *skel;
	struct ring_buffer *rb;
	struct vq_model *model;
	struct vq_trace_writer *trace;
	uint64_t start_ns, end_ns;
	uint64_t malformed;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static int say_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return opt_verbose ? vfprintf(stderr, format, args) : 0;
}

static void feed(struct watch *w, const struct vq_head *h, size_t size)
{
	if (!vq_model_event(w->model, h, size))
		w->malformed++;
	else if (w->trace)
		vq_trace_write(w->trace, h);
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct watch *w = ctx;
	const struct vq_head *h = data;

	if (h->type != VQ_RESET && h->type != VQ_QUEUE_RESET && !vq_model_knows(w->model, h->vq)) {
		struct vq_queue_event q;

		vq_target_name_queue(w->target, &w->layout, h->vq, &q);
		feed(w, &q.h, sizeof(q));
	}
	feed(w, h, size);
	return 0;
}

static bool load(struct watch *w, GError **error)
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
	bpf_map__set_max_entries(w->skel->maps.events, opt_buffer * 1024u);
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

static bool start(struct watch *w, GError **error)
{
	w->target = vq_target_open(opt_pid, error);
	if (!w->target || !vq_sites_find(w->target, w->sites, error) ||
	    !vq_layout_read(w->target->mod, &w->layout, error) || !load(w, error))
		return false;
	if (!opt_no_calibration) {
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
		    !vq_site_attach(&w->sites[i], w->skel, opt_pid, w->target->exe, error))
			return false;
	w->start_ns = now();
	if (opt_output) {
		w->trace = vq_trace_create(opt_output, opt_pid, w->start_ns, error);
		if (!w->trace)
			return false;
	}
	w->skel->bss->enabled = 1;
	return true;
}

static void summarise(const struct watch *w, struct vq_summary *s)
{
	uint64_t end = w->end_ns ?: now();

	memset(s, 0, sizeof(*s));
	s->pid = opt_pid;
	s->seconds = (end - w->start_ns) / 1e9;
	memcpy(s->lost, w->skel->bss->lost, sizeof(s->lost));
	s->null_pops = w->skel->bss->null_pops;
	s->unreadable_calls = w->skel->bss->unreadable_calls + w->malformed;
	s->sites = w->sites;
	s->calibration = w->calibration;
	s->n_calibration = w->n_calibration;
	s->model = w->model;
}

static void print_live(const struct watch *w)
{
	struct vq_summary s;

	summarise(w, &s);
	printf("%.1f s\n", s.seconds);
	vq_summary_print(&s, stdout);
}

/* Until a signal, the end of the process or of the time. */
static void watch(struct watch *w)
{
	bool live = !opt_json && !opt_output;
	uint64_t table = w->start_ns + opt_interval * 1e9;
	struct pollfd p[2] = {{.fd = w->target->pidfd, .events = POLLIN}};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	p[1] = (struct pollfd){.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN};
	for (;;) {
		int n = poll(p, 2, DRAIN_MS);
		uint64_t t = now();

		ring_buffer__consume(w->rb);
		if (n > 0 || (opt_duration > 0 && t >= w->start_ns + opt_duration * 1e9))
			break;
		/* The kernel optimises a site after its first hit, so look again. */
		vq_sites_read_modes(w->target, w->sites);
		if (live && t >= table) {
			print_live(w);
			table += opt_interval * 1e9;
		}
	}
	close(p[1].fd);
}

/* Takes all probes off, the calibration's too, at the same time. */
static void detach(struct watch *w)
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

static void finish(struct watch *w)
{
	/* Calls that have begun still end in an event; detaching waits for none. */
	w->skel->bss->enabled = 0;
	w->end_ns = now();
	vq_sites_read_modes(w->target, w->sites);
	detach(w);
	ring_buffer__consume(w->rb);
}

static bool report(struct vq_summary *s, GError **error)
{
	if (opt_json && !vq_summary_write_json(s, opt_json, error))
		return false;
	if (!opt_json)
		vq_summary_print(s, stdout);
	vq_summary_warn(s);
	return true;
}

static bool close_trace(struct watch *w, const struct vq_summary *s, GError **error)
{
	struct vq_end_event e = {
		.h = {.type = VQ_END, .size = sizeof(e), .ts = w->end_ns},
		.lost = vq_summary_lost(s),
	};

	if (!w->trace)
		return true;
	vq_trace_write(w->trace, &e.h);
	return vq_trace_close(g_steal_pointer(&w->trace), error);
}

static bool run_watch(GError **error)
{
	struct watch w = {0};
	struct vq_summary s;
	bool ok = start(&w, error);

	if (ok && opt_ready_fd >= 0) {
		if (write(opt_ready_fd, "1", 1) != 1)
			fprintf(stderr, "vqprobe: --ready-fd %d: %s\n", opt_ready_fd,
				g_strerror(errno));
		close(opt_ready_fd);
	}
	if (ok) {
		watch(&w);
		finish(&w);
		summarise(&w, &s);
		ok = close_trace(&w, &s, error) && report(&s, error);
	}
	detach(&w);
	ring_buffer__free(w.rb);
	vqprobe_bpf__destroy(w.skel);
	if (w.model)
		vq_model_free(w.model);
	vq_target_free(w.target);
	return ok;
}

static bool trace_event(const struct vq_head *h, size_t size, void *data)
{
	return vq_model_event(data, h, size);
}

/* The same summary from a trace; what a trace does not hold is left out. */
static bool run_from(GError **error)
{
	struct vq_trace_header header;
	struct vq_summary s = {.model = vq_model_new()};
	bool whole, ok;

	ok = vq_trace_read(opt_from, &header, trace_event, (void *)s.model, &whole, error);
	if (ok) {
		if (!whole)
			fprintf(stderr, "vqprobe: %s: ends early: the last events are missing\n",
				opt_from);
		s.pid = header.pid;
		s.lost[0] = s.model->lost;
		if (whole)
			s.seconds = (s.model->end_ts - header.start_mono_ns) / 1e9;
		ok = report(&s, error);
	}
	vq_model_free((void *)s.model);
	return ok;
}

/* A usage error: exit 2. */
static int usage(const char *what)
{
	fprintf(stderr, "vqprobe: %s\nTry 'vqprobe --help'.\n", what);
	return 2;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	sigset_t set;
	bool ok;

	g_option_context_add_main_entries(context, options, NULL);
	g_option_context_set_summary(
		context,
		"Watches the virtqueues of a running QEMU: how far out of order its devices\n"
		"complete, and what in-order delivery costs.  Needs root.");
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return usage(error->message);
	if (opt_version) {
		printf("vqprobe (vqlab) %s\n", VQLAB_VERSION);
		return 0;
	}
	if (argc > 1)
		return usage("unexpected argument");
	if ((opt_pid > 0) == !!opt_from)
		return usage("one of --pid and --from is needed: the QEMU to watch, or a trace");
	if (opt_from && opt_output)
		return usage("--from makes no trace: leave out --output");
	if (opt_buffer < 4 || opt_buffer > 1024 * 1024 || opt_buffer & (opt_buffer - 1))
		return usage("--buffer: a power of two between 4 and 1048576 is needed");
	if (opt_interval <= 0)
		return usage("--interval: more than 0 seconds, please");

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	setenv("DEBUGINFOD_URLS", "", 1); /* never go to the network by surprise */
	libbpf_set_print(say_libbpf);
	ok = opt_from ? run_from(&error) : run_watch(&error);
	if (ok)
		return 0;
	fprintf(stderr, "vqprobe: %s\n", error->message);
	return error->code == VQ_ERROR_BAD_INPUT || error->code == VQ_ERROR_NO_PROCESS ? 2 : 1;
}
