// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe: watch the virtqueues of a running QEMU.  See vqevent.h. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "begin.h"
#include "check.h"
#include "explain.h"
#include "probes/target/find.h"
#include "live.h"
#include "probes/tool/options.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "probes/tool/text.h"
#include "probes/trace/trace.h"
#include "watch.h"

static int opt_ready_fd = -1, opt_buffer = 16 * 1024;
static double opt_interval = 1, opt_duration, opt_window, opt_every;
static gboolean opt_all, opt_follow, opt_light, opt_no_calibration, opt_version, opt_verbose;
static gboolean opt_json_lines, opt_check, opt_plan, opt_debuginfod, opt_trust_guest;
static char *opt_name, *opt_output, *opt_json, *opt_from;
static char **opt_pids;

/* A time: a number and us, ms, s (also if left out), m or h. */
static gboolean time_option(const char *option, const char *value, void *data, GError **error)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"m", 60}, {"h", 3600}};
	static const struct {
		const char *option;
		double *to;
	} options[] = {{"--duration", &opt_duration},
		       {"-d", &opt_duration},
		       {"--interval", &opt_interval},
		       {"--window", &opt_window},
		       {"--every", &opt_every}};
	char *unit;
	double v = g_ascii_strtod(value, &unit);

	for (size_t i = 0; unit != value && v > 0 && i < G_N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].unit))
			continue;
		for (size_t o = 0; o < G_N_ELEMENTS(options); o++)
			if (!strcmp(option, options[o].option))
				*options[o].to = v * units[i].seconds;
		return TRUE;
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s: a time of more than 0 is needed, such as 1.5, 50ms or 10m: not \"%s\"",
		    option, value);
	return FALSE;
}

static const GOptionEntry options[] = {
	{"pid", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &opt_pids,
	 "a QEMU to watch; several with commas or blanks, or several times", "PID"},
	{"name", 0, 0, G_OPTION_ARG_FILENAME, &opt_name,
	 "the QEMUs of this -name, or processes of this name; * and ? match any", "NAME"},
	{"all", 0, 0, G_OPTION_ARG_NONE, &opt_all, "every QEMU on this host", NULL},
	{"follow", 0, 0, G_OPTION_ARG_NONE, &opt_follow,
	 "with --name or --all: wait for them, and for those that start later", NULL},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &opt_output, "write a trace of all events",
	 "FILE"},
	{"json", 0, 0, G_OPTION_ARG_FILENAME, &opt_json, "write a summary at the end", "FILE"},
	{"json-lines", 0, 0, G_OPTION_ARG_NONE, &opt_json_lines,
	 "JSON instead of tables: a line for each process at each interval", NULL},
	{"from", 0, 0, G_OPTION_ARG_FILENAME, &opt_from, "read a trace instead of watching",
	 "FILE"},
	{"duration", 'd', 0, G_OPTION_ARG_CALLBACK, (void *)time_option, "stop after that time",
	 "TIME"},
	{"interval", 0, 0, G_OPTION_ARG_CALLBACK, (void *)time_option,
	 "time between live tables (1s)", "TIME"},
	{"window", 0, 0, G_OPTION_ARG_CALLBACK, (void *)time_option,
	 "watch only for so long at a time, then take the probes off", "TIME"},
	{"every", 0, 0, G_OPTION_ARG_CALLBACK, (void *)time_option,
	 "with --window: from one window's beginning to the next (1s)", "TIME"},
	{"buffer", 0, 0, G_OPTION_ARG_INT, &opt_buffer,
	 "KiB for events, a power of two, 4 to 1048576 (16384)", "KIB"},
	{"ready-fd", 0, 0, G_OPTION_ARG_INT, &opt_ready_fd,
	 "write 1 to this file descriptor when watching", "N"},
	{"light", 0, 0, G_OPTION_ARG_NONE, &opt_light,
	 "half of the probes: pops are read from the avail ring; split rings only", NULL},
	{"trust-guest", 0, 0, G_OPTION_ARG_NONE, &opt_trust_guest,
	 "on kernels before 6.13: no guest has buffers in devices' memory", NULL},
	{"no-calibration", 0, 0, G_OPTION_ARG_NONE, &opt_no_calibration,
	 "do not measure what the probes cost", NULL},
	{"check", 0, 0, G_OPTION_ARG_NONE, &opt_check,
	 "say what vqprobe lacks here, or for the QEMU that is named", NULL},
	{"debuginfod", 0, 0, G_OPTION_ARG_NONE, &opt_debuginfod,
	 "ask the servers of $DEBUGINFOD_URLS for debug information", NULL},
	{"plan", 0, 0, G_OPTION_ARG_NONE, &opt_plan,
	 "say which sites would be probed, why, and what that costs; do not watch", NULL},
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
	if (opt_json_lines)
		vq_summary_print_json(s);
	else if (!opt_json)
		vq_summary_print(s);
	vq_summary_warn(s);
	return true;
}

static void say_ready(void)
{
	if (opt_ready_fd < 0)
		return;
	if (write(opt_ready_fd, "1", 1) < 0)
		fprintf(stderr, "vqprobe: --ready-fd %d: %s\n", opt_ready_fd, g_strerror(errno));
	close(opt_ready_fd);
}

/* A watch is over: the trace's end, the summary. */
static bool ended(struct vq_watch *w, GError **error)
{
	struct vq_summary s;
	bool ok;

	vq_watch_summarise(w, &s);
	ok = vq_watch_close_trace(w, error) && report(&s, error);
	vq_watch_free(w);
	return ok;
}

/* The processes that the options mean.  NULL with @error if there is none. */
static GPtrArray *find(GError **error)
{
	g_autofree char *name = NULL;
	g_autoptr(GPtrArray) all =
		opt_pids ? vq_find_pids(opt_pids, error) : vq_find(opt_all ? NULL : opt_name);

	if (!all || all->len || opt_follow)
		return g_steal_pointer(&all);
	if (opt_name)
		name = vq_text_clean(opt_name, -1, 255, VQ_UTF8);
	if (opt_name)
		g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS,
			    "no QEMU has the -name %s, and no process is called so; "
			    "--follow waits for one",
			    name);
	else
		g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS,
			    "no QEMU runs on this host; --follow waits for one");
	return NULL;
}

/* How many of the processes that are meant could not be watched. */
static unsigned unwatched;

/* They are read from a descriptor from now on, see live.c. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/*
 * A process of @found cannot be watched.  Who asked for all that match has what can be
 * watched of them: false, and into @error, only if there is none.
 */
static bool pass_over(GError *e, bool none, GError **error)
{
	unwatched++;
	if (opt_pids || (none && !opt_follow)) {
		g_propagate_error(error, e);
		return false;
	}
	fprintf(stderr, "vqprobe: %s\n", e->message);
	g_error_free(e);
	return true;
}

/*
 * Watches each of @found, into @watches.  All are prepared before the first is watched,
 * for that takes its time.  Until then a signal ends the program, whatever it waits for.
 */
static bool start(const GPtrArray *found, const struct vq_watch_options *options,
		  GPtrArray *watches, GError **error)
{
	GError *e = NULL;

	for (guint i = 0; i < found->len; i++, e = NULL) {
		struct vq_watch *w = vq_begin(found->pdata[i], options, &e);

		if (w)
			g_ptr_array_add(watches, w);
		else if (!pass_over(e, i + 1 == found->len && !watches->len, error))
			return false;
	}
	block_signals();
	for (guint i = 0; i < watches->len; e = NULL) {
		struct vq_watch *w = watches->pdata[i];

		if (vq_watch_attach(w, options, &e)) {
			i++;
			continue;
		}
		g_prefix_error(&e, "process %d (%s): ", w->pid, w->name);
		g_ptr_array_remove_index(watches, i);
		vq_watch_free(w);
		if (!pass_over(e, !watches->len, error))
			return false;
	}
	if (unwatched)
		fprintf(stderr, "vqprobe: %u of %u processes are NOT WATCHED: see above\n",
			unwatched, found->len);
	return true;
}

/* Exit 1 if something is missing: it has been said. */
static int run_check(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found =
		opt_pids || opt_name || opt_all ? find(&error) : g_ptr_array_new();

	if (found)
		return vq_check(found) ? 0 : 1;
	fprintf(stderr, "vqprobe: %s\n", error->message);
	return 2;
}

static bool run_plan(const GPtrArray *found, const struct vq_watch_options *options, GError **error)
{
	for (guint i = 0; i < found->len; i++) {
		const struct vq_found *f = found->pdata[i];
		g_autoptr(GError) e = NULL;
		struct vq_watch *w = vq_watch_prepare(f->pid, f->name, options, &e);
		bool ok = w && vq_explain(w, options->calibrate, stdout, &e);

		vq_watch_free(w);
		if (ok)
			continue;
		vq_begin_name_error(e, f);
		if (opt_pids || found->len == 1) {
			g_propagate_error(error, g_steal_pointer(&e));
			return false;
		}
		fprintf(stderr, "vqprobe: %s\n", e->message);
		unwatched++;
	}
	return true;
}

static bool run_watch(GError **error)
{
	struct vq_watch_options options = {
		.buffer_kib = opt_buffer,
		.calibrate = !opt_no_calibration,
		.light = opt_light,
		.windows = opt_window > 0,
		.trust_guest = opt_trust_guest || opt_plan,
		.output = opt_output,
	};
	struct vq_live_options live = {
		.output = opt_json_lines	   ? VQ_LIVE_JSON
			  : opt_json || opt_output ? VQ_LIVE_NOTHING
						   : VQ_LIVE_TABLE,
		.interval = opt_interval,
		.duration = opt_duration,
		.window = opt_window,
		.every = opt_every,
		.watch = &options,
		.pattern = opt_name,
		.follow = opt_follow,
		.unwatched = &unwatched,
		.ended = ended,
	};
	g_autoptr(GPtrArray) watches = g_ptr_array_new(), found = find(error);
	bool ok;

	if (!found)
		return false;
	if (opt_plan)
		return run_plan(found, &options, error);
	if (found->len > 1 && (opt_output || opt_json)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT,
			    "%u processes are meant: --output and --json are for one; "
			    "--json-lines takes several",
			    found->len);
		return false;
	}
	ok = start(found, &options, watches, error);
	if (ok) {
		say_ready();
		return vq_live_run(watches, &live, error);
	}
	for (guint i = 0; i < watches->len; i++)
		vq_watch_free(watches->pdata[i]);
	return false;
}

static bool trace_event(const struct vq_head *h, size_t size, void *data)
{
	return vq_model_event(data, h, size);
}

/* The same summary from a trace; what a trace does not hold is left out. */
static bool run_from(GError **error)
{
	struct vq_trace_header header;
	struct vq_summary s = {.model = vq_model_new(), .name = ""};
	bool whole, ok;

	ok = vq_trace_read(opt_from, &header, trace_event, (void *)s.model, &whole, error);
	if (ok) {
		if (!whole)
			fprintf(stderr, "vqprobe: %s: ends early: the last events are missing\n",
				opt_from);
		s.pid = header.pid;
		s.lost[0] = s.model->lost;
		if (whole)
			s.seen = s.seconds = (s.model->end_ts - header.start_mono_ns) / 1e9;
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

/* What is wrong with the options, or NULL. */
static const char *wrong(void)
{
	int of = !!opt_pids + !!opt_name + opt_all + !!opt_from;

	if (opt_check && opt_from)
		return "--check looks at this host: leave out --from";
	if (of > 1 || (!of && !opt_check))
		return "one of --pid, --name, --all and --from is needed: "
		       "the QEMU to watch, or a trace";
	if (opt_from && (opt_output || opt_window > 0))
		return "--from reads a trace: leave out --output and --window";
	if (opt_from && opt_light)
		return "--from reads a trace: leave out --light";
	if (opt_debuginfod && !*(getenv("DEBUGINFOD_URLS") ?: ""))
		return "--debuginfod: the environment variable DEBUGINFOD_URLS names no server";
	if (opt_plan && (opt_from || opt_follow))
		return "--plan is of processes that run: leave out --from and --follow";
	if (opt_follow && (opt_pids || opt_from))
		return "--follow needs --name or --all: a process id does not come back";
	if (opt_follow && (opt_output || opt_json))
		return "--follow may watch several processes: --output and --json are for one; "
		       "--json-lines takes several";
	if (opt_json && opt_json_lines)
		return "--json-lines ends in the summary: leave out --json";
	if (opt_output && opt_light)
		return "a trace holds all calls: leave out --light or --output";
	if (opt_output && opt_window > 0)
		return "a trace holds all events: leave out --window or --output";
	if (opt_interval < 1e-3)
		return "--interval: at least 1ms is needed";
	if (opt_every > 0 && opt_every <= opt_window)
		return "--every: a time longer than --window is needed";
	if (opt_every > 0 && !(opt_window > 0))
		return "--every is the distance of windows: --window is needed, too";
	if (opt_buffer < 4 || opt_buffer > 1024 * 1024 || opt_buffer & (opt_buffer - 1))
		return "--buffer: a power of two between 4 and 1048576 is needed";
	return NULL;
}

static int run(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	bool ok, help;

	g_option_context_add_main_entries(context, options, NULL);
	g_option_context_set_summary(
		context,
		"Watches the virtqueues of running QEMUs: how far out of order their devices\n"
		"complete, and what in-order delivery costs.  Needs root, or CAP_BPF,\n"
		"CAP_PERFMON and CAP_SYS_PTRACE.");
	if (!vq_options_parse(context, &argc, &argv, &help, &error))
		return usage(error->message);
	if (help)
		return 0;
	if (opt_version) {
		printf("vqprobe (vqlab) %s\n", VQLAB_VERSION);
		return 0;
	}
	if (argc > 1)
		return usage("unexpected argument");
	if (wrong())
		return usage(wrong());
	if (opt_window > 0 && !(opt_every > 0))
		opt_every = MAX(1, 2 * opt_window);
	signal(SIGPIPE, SIG_IGN);
	vq_begin_raise_limit();
	if (!opt_debuginfod) /* never go to the network by surprise */
		setenv("DEBUGINFOD_URLS", "", 1);
	libbpf_set_print(say_libbpf);
	if (opt_check)
		return run_check();
	ok = opt_from ? run_from(&error) : run_watch(&error);
	if (ok)
		return unwatched ? 1 : 0;
	fprintf(stderr, "vqprobe: %s\n", error->message);
	if (error->domain != VQ_ERROR)
		return 1;
	return error->code == VQ_ERROR_BAD_INPUT || error->code == VQ_ERROR_NO_PROCESS ? 2 : 1;
}

int main(int argc, char **argv)
{
	vq_start();
	return vq_output_finish("vqprobe", run(argc, argv));
}
