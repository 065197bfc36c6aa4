// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe: watch the virtqueues of a running QEMU.  See vqevent.h. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live.h"
#include "trace.h"
#include "watch.h"

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

static int say_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return opt_verbose ? vfprintf(stderr, format, args) : 0;
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

static void say_ready(void)
{
	if (opt_ready_fd < 0)
		return;
	if (write(opt_ready_fd, "1", 1) != 1)
		fprintf(stderr, "vqprobe: --ready-fd %d: %s\n", opt_ready_fd, g_strerror(errno));
	close(opt_ready_fd);
}

static bool run_watch(GError **error)
{
	struct vq_watch_options options = {
		.buffer_kib = opt_buffer,
		.calibrate = !opt_no_calibration,
		.output = opt_output,
	};
	struct vq_watch *w = vq_watch_start(opt_pid, &options, error);
	struct vq_summary s;
	bool ok;

	if (!w)
		return false;
	say_ready();
	vq_live_run(w, opt_duration, opt_json || opt_output ? 0 : opt_interval);
	vq_watch_stop(w);
	vq_watch_summarise(w, &s);
	ok = vq_watch_close_trace(w, error) && report(&s, error);
	vq_watch_free(w);
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
