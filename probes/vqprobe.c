// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe: watch the virtqueues of a running QEMU.  See vqevent.h. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "probes/watch/begin.h"
#include "check.h"
#include "explain.h"
#include "from.h"
#include "launch.h"
#include "probes/target/find.h"
#include "live.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "probes/tool/text.h"
#include "probes/watch/watch.h"

/* What the user asked for. */
static const struct vq_arguments *arg;

/* How the command ended that was started. */
static int command_status;

/* How events are shown as text. */
static struct vq_events events;

static int say_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return arg->verbose ? vfprintf(stderr, format, args) : 0;
}

static bool report_summary(struct vq_summary *s, GError **error)
{
	if (arg->json && !vq_summary_write_json(s, arg->json, error))
		return false;
	if (arg->json_lines)
		vq_summary_print_json(s);
	else if (!arg->json && !arg->events)
		vq_summary_print(s, arg->hist);
	vq_summary_warn(s);
	return true;
}

static void say_ready(void)
{
	if (arg->ready_fd < 0)
		return;
	if (write(arg->ready_fd, "1", 1) < 0)
		fprintf(stderr, "vqprobe: --ready-fd %d: %s\n", arg->ready_fd, g_strerror(errno));
	close(arg->ready_fd);
}

/* A watch is over: the trace's end, the summary. */
static bool end_watch(struct vq_watch *w, GError **error)
{
	struct vq_summary s;
	bool ok;

	vq_watch_summarise(w, &s);
	ok = vq_watch_close_trace(w, error) && report_summary(&s, error);
	vq_watch_free(w);
	return ok;
}

/* The processes that the options mean.  NULL with @error if there is none. */
static GPtrArray *find_processes(GError **error)
{
	g_autofree char *name = NULL;
	g_autoptr(GPtrArray) all =
		arg->pids ? vq_find_pids(arg->pids, error) : vq_find(arg->all ? NULL : arg->name);

	if (!all || all->len || arg->follow)
		return g_steal_pointer(&all);
	if (arg->name)
		name = vq_text_clean(arg->name, -1, 255, VQ_UTF8);
	if (arg->name)
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
	if (arg->pids || (none && !arg->follow)) {
		g_propagate_error(error, e);
		return false;
	}
	vq_output_error("vqprobe", e->message);
	g_error_free(e);
	return true;
}

/*
 * Watches each of @found, into @watches.  All are prepared before the first is watched,
 * for that takes its time.  Until then a signal ends the program, whatever it waits for.
 */
static bool begin_watches(const GPtrArray *found, const struct vq_watch_options *options,
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
		arg->pids || arg->name || arg->all ? find_processes(&error) : g_ptr_array_new();

	if (found)
		return vq_check(found) ? 0 : 1;
	vq_output_error("vqprobe", error->message);
	return 2;
}

/* Watches the command of the options, from its first QEMU on. */
static bool begin_command(struct vq_launch *launch, const struct vq_watch_options *options,
			  GPtrArray *watches, GError **error)
{
	g_autofree char *pid = g_strdup_printf("%d", launch->pid);
	char *pids[] = {pid, NULL};
	struct vq_watch *w;

	for (;;) {
		g_autoptr(GPtrArray) found = vq_find_pids(pids, error);

		if (!found)
			return false;
		w = vq_begin(found->pdata[0], options, error);
		if (w)
			break;
		/* A script, as a rule, that starts QEMU by exec. */
		if (!g_error_matches(*error, VQ_ERROR, VQ_ERROR_NO_PROCESS) ||
		    !vq_launch_next(launch))
			return false;
		g_clear_error(error);
	}
	g_ptr_array_add(watches, w);
	block_signals();
	if (!vq_watch_attach(w, options, error))
		return false;
	vq_launch_release(launch);
	return true;
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
		if (arg->pids || found->len == 1) {
			g_propagate_error(error, g_steal_pointer(&e));
			return false;
		}
		vq_output_error("vqprobe", e->message);
		unwatched++;
	}
	return true;
}

/* Looks on, if all has begun well: @ok. */
static bool watch(GPtrArray *watches, bool ok, const struct vq_live_options *live, GError **error)
{
	if (ok) {
		say_ready();
		return vq_live_run(watches, live, error);
	}
	for (guint i = 0; i < watches->len; i++)
		vq_watch_free(watches->pdata[i]);
	return false;
}

static bool run_command(const struct vq_watch_options *options, struct vq_live_options *live,
			GError **error)
{
	g_autoptr(GPtrArray) watches = g_ptr_array_new();
	struct vq_launch launch;
	bool ok;

	if (arg->ready_fd >= 0)
		fcntl(arg->ready_fd, F_SETFD, FD_CLOEXEC);
	if (!vq_launch_start(&launch, arg->command, &command_status, error))
		return false;
	live->launch = &launch;
	ok = begin_command(&launch, options, watches, error);
	if (!ok)
		vq_launch_abandon(&launch);
	ok = watch(watches, ok, live, error);
	command_status = vq_launch_end(&launch);
	return ok;
}

/* What is shown meanwhile; @table if it is for people. */
static enum vq_live_output live_output(enum vq_live_output table)
{
	if (arg->json_lines)
		return VQ_LIVE_JSON;
	return arg->json || arg->output || arg->events ? VQ_LIVE_NOTHING : table;
}

/* Is each call to be seen, with its duration? */
static bool needs_all_probes(void)
{
	return arg->durations || arg->output || arg->events || arg->plan;
}

static bool run_watch(GError **error)
{
	struct vq_watch_options options = {
		.buffer_kib = arg->buffer,
		.calibrate = !arg->no_calibration,
		.light = arg->light	      ? VQ_LIGHT_ALL
			 : needs_all_probes() ? VQ_LIGHT_NO
					      : VQ_LIGHT_SPLIT,
		.windows = arg->window > 0,
		.trust_guest = arg->trust_guest || arg->plan,
		.output = arg->output,
		.select = &arg->select,
		.events = arg->events ? &events : NULL,
	};
	struct vq_live_options live = {
		.output = live_output(VQ_LIVE_TABLE),
		.interval = arg->interval > 0 ? arg->interval : 1,
		.duration = arg->duration,
		.count = arg->count,
		.window = arg->window,
		.every = arg->every,
		.watch = &options,
		.pattern = arg->name,
		.follow = arg->follow,
		.unwatched = &unwatched,
		.ended = end_watch,
	};
	g_autoptr(GPtrArray) watches = g_ptr_array_new(), found = NULL;
	bool ok;

	if (arg->command)
		return run_command(&options, &live, error);
	found = find_processes(error);
	if (!found)
		return false;
	if (arg->plan)
		return run_plan(found, &options, error);
	if (found->len > 1 && (arg->output || arg->json)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT,
			    "%u processes are meant: --output and --json are for one; "
			    "--json-lines takes several",
			    found->len);
		return false;
	}
	ok = begin_watches(found, &options, watches, error);
	return watch(watches, ok, &live, error);
}

/* The same summary from a trace; what a trace does not hold is left out. */
static bool run_from(GError **error)
{
	struct vq_summary s = {.model = vq_model_new(), .name = "", .durations = true};
	struct vq_from_options options = {
		.path = arg->from,
		.since = arg->since,
		.until = arg->until,
		.interval = arg->interval,
		.count = arg->count,
		.output = !(arg->interval > 0) ? VQ_LIVE_NOTHING : live_output(VQ_LIVE_LINES),
		.events = arg->events ? &events : NULL,
	};
	bool ok;

	((struct vq_model *)s.model)->select = &arg->select;
	ok = vq_from_read(&options, &s, error) && report_summary(&s, error);

	vq_model_free((void *)s.model);
	return ok;
}

static int run(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status;
	bool ok;

	arg = vq_arguments_parse(argc, argv, &status);
	if (!arg)
		return status;
	events.tid = arg->thread;
	events.above_ns = arg->above * 1e9;
	signal(SIGPIPE, SIG_IGN);
	vq_begin_raise_limit();
	if (!arg->debuginfod) /* never go to the network by surprise */
		setenv("DEBUGINFOD_URLS", "", 1);
	libbpf_set_print(say_libbpf);
	if (arg->check)
		return run_check();
	ok = arg->from ? run_from(&error) : run_watch(&error);
	if (ok)
		return unwatched ? 1 : command_status;
	vq_output_error("vqprobe", error->message);
	if (error->domain == G_SPAWN_ERROR)
		return command_status;
	if (error->domain != VQ_ERROR)
		return 1;
	return error->code == VQ_ERROR_BAD_INPUT || error->code == VQ_ERROR_NO_PROCESS ? 2 : 1;
}

int main(int argc, char **argv)
{
	vq_launch_remember();
	vq_start();
	return vq_output_finish("vqprobe", run(argc, argv));
}
