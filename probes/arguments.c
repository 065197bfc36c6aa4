// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe's command line. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "probes/tool/options.h"
#include "probes/tool/output.h"

/* No descriptor has this number: --ready-fd was not given. */
#define NO_FD G_MININT

static struct vq_arguments arg = {.ready_fd = NO_FD, .buffer = 16 * 1024, .interval = 1};

/* Seconds: no time that is asked for is shorter or longer. */
#define TIME_MIN 1e-6
#define TIME_MAX (365 * 24 * 3600.0)

/* A time: a decimal number and us, ms, s (also if left out), m or h. */
static gboolean parse_time(const char *option, const char *value, void *data, GError **error)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"m", 60}, {"h", 3600}};
	static const struct {
		const char *option;
		double *to;
	} times[] = {{"--duration", &arg.duration},
		     {"-d", &arg.duration},
		     {"--interval", &arg.interval},
		     {"--window", &arg.window},
		     {"--every", &arg.every}};
	size_t digits = strspn(value, "0123456789.");
	char *unit;
	double v = g_ascii_strtod(value, &unit);

	/* Nothing but digits: g_ascii_strtod() takes 1e400, 0x1p0 and "inf", too. */
	for (size_t i = 0; unit == value + digits && digits && i < G_N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].unit) || v * units[i].seconds < TIME_MIN ||
		    v * units[i].seconds > TIME_MAX)
			continue;
		for (size_t o = 0; o < G_N_ELEMENTS(times); o++)
			if (!strcmp(option, times[o].option))
				*times[o].to = v * units[i].seconds;
		return TRUE;
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s: a time from 1us to a year is needed, such as 1.5, 50ms or 10m: not \"%s\"",
		    option, value);
	return FALSE;
}

static const GOptionEntry options[] = {
	{"pid", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &arg.pids,
	 "a QEMU to watch; several with commas or blanks, or several times", "PID"},
	{"name", 0, 0, G_OPTION_ARG_FILENAME, &arg.name,
	 "the QEMUs of this -name, or processes of this name; * and ? match any", "NAME"},
	{"all", 0, 0, G_OPTION_ARG_NONE, &arg.all, "every QEMU on this host", NULL},
	{"follow", 0, 0, G_OPTION_ARG_NONE, &arg.follow,
	 "with --name or --all: wait for them, and for those that start later", NULL},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &arg.output, "write a trace of all events",
	 "FILE"},
	{"json", 0, 0, G_OPTION_ARG_FILENAME, &arg.json, "write a summary at the end", "FILE"},
	{"json-lines", 0, 0, G_OPTION_ARG_NONE, &arg.json_lines,
	 "JSON instead of tables: a line for each process at each interval", NULL},
	{"from", 0, 0, G_OPTION_ARG_FILENAME, &arg.from, "read a trace instead of watching",
	 "FILE"},
	{"duration", 'd', 0, G_OPTION_ARG_CALLBACK, (void *)parse_time, "stop after that time",
	 "TIME"},
	{"interval", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "time between live tables (1s)", "TIME"},
	{"window", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "watch only for so long at a time, then take the probes off", "TIME"},
	{"every", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "with --window: from one window's beginning to the next (1s)", "TIME"},
	{"buffer", 0, 0, G_OPTION_ARG_INT, &arg.buffer,
	 "KiB for events, a power of two, 4 to 1048576 (16384)", "KIB"},
	{"ready-fd", 0, 0, G_OPTION_ARG_INT, &arg.ready_fd,
	 "write 1 to this file descriptor when watching", "N"},
	{"light", 0, 0, G_OPTION_ARG_NONE, &arg.light,
	 "half of the probes: pops are read from the avail ring; split rings only", NULL},
	{"trust-guest", 0, 0, G_OPTION_ARG_NONE, &arg.trust_guest,
	 "on kernels before 6.13: no guest has buffers in devices' memory", NULL},
	{"no-calibration", 0, 0, G_OPTION_ARG_NONE, &arg.no_calibration,
	 "do not measure what the probes cost", NULL},
	{"check", 0, 0, G_OPTION_ARG_NONE, &arg.check,
	 "say what vqprobe lacks here, or for the QEMU that is named", NULL},
	{"debuginfod", 0, 0, G_OPTION_ARG_NONE, &arg.debuginfod,
	 "ask the servers of $DEBUGINFOD_URLS for debug information", NULL},
	{"plan", 0, 0, G_OPTION_ARG_NONE, &arg.plan,
	 "say which sites would be probed, why, and what that costs; do not watch", NULL},
	{"verbose", 'v', 0, G_OPTION_ARG_NONE, &arg.verbose, "say what libbpf says", NULL},
	{"version", 0, 0, G_OPTION_ARG_NONE, &arg.version, "print the version", NULL},
	{NULL}};

/* Do both lead to one file?  What is no regular file may be written to twice. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;
	bool there = a && b && !stat(a, &x) && !stat(b, &y);

	if (there)
		return x.st_dev == y.st_dev && x.st_ino == y.st_ino && S_ISREG(x.st_mode);
	return a && b && !strcmp(a, b);
}

/* What is wrong with the options, or NULL. */
static const char *find_mistake(void)
{
	int of = !!arg.pids + !!arg.name + arg.all + !!arg.from;

	if (arg.check && arg.from)
		return "--check looks at this host: leave out --from";
	if (of > 1 || (!of && !arg.check))
		return "one of --pid, --name, --all and --from is needed: "
		       "the QEMU to watch, or a trace";
	if (arg.from && (arg.output || arg.window > 0))
		return "--from reads a trace: leave out --output and --window";
	if (arg.from && arg.light)
		return "--from reads a trace: leave out --light";
	if (arg.debuginfod && !*(getenv("DEBUGINFOD_URLS") ?: ""))
		return "--debuginfod: the environment variable DEBUGINFOD_URLS names no server";
	if (arg.plan && (arg.from || arg.follow))
		return "--plan is of processes that run: leave out --from and --follow";
	if (arg.follow && (arg.pids || arg.from))
		return "--follow needs --name or --all: a process id does not come back";
	if (arg.follow && (arg.output || arg.json))
		return "--follow may watch several processes: --output and --json are for one; "
		       "--json-lines takes several";
	if (arg.json && arg.json_lines)
		return "--json-lines ends in the summary: leave out --json";
	if (is_same_file(arg.output, arg.json))
		return "--output and --json are one file: each needs its own";
	if (is_same_file(arg.from, arg.json))
		return "--json would overwrite the trace that --from reads";
	if (arg.ready_fd != NO_FD && (arg.ready_fd < 0 || fcntl(arg.ready_fd, F_GETFD) < 0))
		return "--ready-fd: no descriptor of that number is open";
	if (arg.output && arg.light)
		return "a trace holds all calls: leave out --light or --output";
	if (arg.output && arg.window > 0)
		return "a trace holds all events: leave out --window or --output";
	if (arg.interval < 1e-3)
		return "--interval: at least 1ms is needed";
	if (arg.every > 0 && arg.every <= arg.window)
		return "--every: a time longer than --window is needed";
	if (arg.every > 0 && !(arg.window > 0))
		return "--every is the distance of windows: --window is needed, too";
	if (arg.buffer < 4 || arg.buffer > 1024 * 1024 || arg.buffer & (arg.buffer - 1))
		return "--buffer: a power of two between 4 and 1048576 is needed";
	return NULL;
}

/* A usage error: exit 2. */
static int complain(const char *what)
{
	vq_output_error("vqprobe", what);
	fprintf(stderr, "Try 'vqprobe --help'.\n");
	return 2;
}

const struct vq_arguments *vq_arguments_parse(int argc, char **argv, int *status)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	const char *mistake = NULL;
	bool help;

	g_option_context_add_main_entries(context, options, NULL);
	g_option_context_set_summary(
		context,
		"Watches the virtqueues of running QEMUs: how far out of order their devices\n"
		"complete, and what in-order delivery costs.  Needs root, or CAP_BPF,\n"
		"CAP_PERFMON and CAP_SYS_PTRACE.");
	*status = 0;
	if (!vq_options_parse(context, &argc, &argv, &help, &error)) {
		mistake = error->message;
	} else if (help) {
		return NULL;
	} else if (arg.version) {
		printf("vqprobe (vqlab) %s\n", VQLAB_VERSION);
		return NULL;
	} else {
		mistake = argc > 1 ? "unexpected argument" : find_mistake();
	}
	if (mistake) {
		*status = complain(mistake);
		return NULL;
	}
	if (arg.window > 0 && !(arg.every > 0))
		arg.every = MAX(1, 2 * arg.window);
	return &arg;
}
