// SPDX-License-Identifier: GPL-2.0-or-later
/* vqprobe's command line. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "mistakes.h"
#include "probes/tool/options.h"
#include "probes/tool/output.h"

static struct vq_arguments arg = {.ready_fd = VQ_NO_FD, .buffer = 16 * 1024};

/* Seconds: no time that is asked for is shorter or longer. */
#define TIME_MIN 1e-6
#define TIME_MAX (365 * 24 * 3600.0)

/* A time: a decimal number and us, ms, s (also if left out), m or h. */
static bool parse_seconds(const char *option, const char *value, double *to, GError **error)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"m", 60}, {"h", 3600}};
	size_t digits = strspn(value, "0123456789.");
	char *unit;
	double v = g_ascii_strtod(value, &unit);

	/* Nothing but digits: g_ascii_strtod() takes 1e400, 0x1p0 and "inf", too. */
	for (size_t i = 0; unit == value + digits && digits && i < G_N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].unit) || v * units[i].seconds < TIME_MIN ||
		    v * units[i].seconds > TIME_MAX)
			continue;
		*to = v * units[i].seconds;
		return true;
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s: a time from 1us to a year is needed, such as 1.5, 50ms or 10m: not \"%s\"",
		    option, value);
	return false;
}

static gboolean parse_time(const char *option, const char *value, void *data, GError **error)
{
	static const struct {
		const char *option;
		double *to;
	} times[] = {{"--duration", &arg.duration}, {"-d", &arg.duration},
		     {"--interval", &arg.interval}, {"--window", &arg.window},
		     {"--every", &arg.every},	    {"--since", &arg.since},
		     {"--until", &arg.until},	    {"--above", &arg.above}};

	for (size_t o = 0; o < G_N_ELEMENTS(times); o++)
		if (!strcmp(option, times[o].option))
			return parse_seconds(option, value, times[o].to, error);
	return FALSE;
}

/* What has no name: the interval, and how many of them. */
static bool parse_positional(int argc, char **argv, GError **error)
{
	guint64 n = 0;

	if (argc > 3) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    "unexpected argument: an interval and a count are all that may stand "
			    "without an option");
		return false;
	}
	if (argc > 1 && arg.interval > 0) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    "two intervals: leave out --interval or \"%s\"", argv[1]);
		return false;
	}
	if (argc > 1 && !parse_seconds("interval", argv[1], &arg.interval, error))
		return false;
	if (argc > 2 && !g_ascii_string_to_unsigned(argv[2], 10, 1, G_MAXUINT, &n, NULL)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "count: how many intervals, 1 or more, not \"%s\"", argv[2]);
		return false;
	}
	arg.count = n;
	return true;
}

/* All options, in the groups of --help. */
static const GOptionEntry what[] = {
	{"pid", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &arg.pids,
	 "a QEMU; several with commas or blanks, or several times", "PID"},
	{"name", 0, 0, G_OPTION_ARG_FILENAME, &arg.name,
	 "QEMUs of this -name, or processes called so; * and ? match", "NAME"},
	{"all", 0, 0, G_OPTION_ARG_NONE, &arg.all, "every QEMU on this host", NULL},
	{"follow", 0, 0, G_OPTION_ARG_NONE, &arg.follow,
	 "with --name or --all: also those that start later", NULL},
	{"from", 0, 0, G_OPTION_ARG_FILENAME, &arg.from,
	 "read a trace instead; -: from standard input", "FILE"},
	{NULL},
};
static const GOptionEntry when[] = {
	{"interval", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "time between tables (1s; of a trace: none)", "TIME"},
	{"duration", 'd', 0, G_OPTION_ARG_CALLBACK, (void *)parse_time, "stop after that time",
	 "TIME"},
	{"window", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "watch for so long at a time, then take the probes off", "TIME"},
	{"every", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "with --window: from one's beginning to the next (1s)", "TIME"},
	{"since", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "with --from: from so long after its beginning on", "TIME"},
	{"until", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "with --from: to so long after its beginning", "TIME"},
	{NULL},
};
static const GOptionEntry output[] = {
	{"json", 0, 0, G_OPTION_ARG_FILENAME, &arg.json,
	 "write a summary at the end; -: to standard output", "FILE"},
	{"json-lines", 0, 0, G_OPTION_ARG_NONE, &arg.json_lines,
	 "JSON instead of tables, a line a process and interval", NULL},
	{"events", 0, 0, G_OPTION_ARG_NONE, &arg.events, "every event as a line of text", NULL},
	{"hist", 0, 0, G_OPTION_ARG_NONE, &arg.hist,
	 "with the summary: how depths and times are distributed", NULL},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &arg.output, "write a trace of all events",
	 "FILE"},
	{NULL},
};
static const GOptionEntry which[] = {
	{"device", 0, 0, G_OPTION_ARG_STRING, &arg.select.device, "of this id; * and ? match any",
	 "ID"},
	{"type", 0, 0, G_OPTION_ARG_STRING, &arg.select.type, "of devices of this type: *-blk",
	 "TYPE"},
	{"queue", 0, 0, G_OPTION_ARG_STRING, &arg.select.queues, "of this index, or these: 0,2-5",
	 "N"},
	{"thread", 0, 0, G_OPTION_ARG_INT, &arg.thread, "of the events the fills by this thread",
	 "TID"},
	{"above", 0, 0, G_OPTION_ARG_CALLBACK, (void *)parse_time,
	 "of the events those of which a time is longer", "TIME"},
	{NULL},
};
static const GOptionEntry how[] = {
	{"light", 0, 0, G_OPTION_ARG_NONE, &arg.light, "never with more than half of the probes",
	 NULL},
	{"durations", 0, 0, G_OPTION_ARG_NONE, &arg.durations,
	 "with all probes: durations of pop and fill, too", NULL},
	{"no-calibration", 0, 0, G_OPTION_ARG_NONE, &arg.no_calibration,
	 "do not measure what the probes cost", NULL},
	{"buffer", 0, 0, G_OPTION_ARG_INT, &arg.buffer,
	 "KiB for events, a power of two, 4 to 1048576 (16384)", "KIB"},
	{"trust-guest", 0, 0, G_OPTION_ARG_NONE, &arg.trust_guest,
	 "for several QEMUs at once: no guest has buffers in devices", NULL},
	{"debuginfod", 0, 0, G_OPTION_ARG_NONE, &arg.debuginfod,
	 "ask the servers of $DEBUGINFOD_URLS for debug information", NULL},
	{"ready-fd", 0, 0, G_OPTION_ARG_INT, &arg.ready_fd,
	 "write 1 to this file descriptor when watching", "N"},
	{NULL},
};
static const GOptionEntry instead[] = {
	{"check", 0, 0, G_OPTION_ARG_NONE, &arg.check,
	 "say what vqprobe lacks here, or for the QEMU that is named", NULL},
	{"plan", 0, 0, G_OPTION_ARG_NONE, &arg.plan,
	 "say which sites would be probed, why, and what that costs", NULL},
	{"verbose", 'v', 0, G_OPTION_ARG_NONE, &arg.verbose, "say what libbpf says", NULL},
	{"version", 0, 0, G_OPTION_ARG_NONE, &arg.version, "print the version", NULL},
	{NULL},
};
static const struct {
	const char *name, *title;
	const GOptionEntry *options;
} groups[] = {{"what", "Which QEMU, one of:", what},
	      {"when", "When:", when},
	      {"output", "What comes out, if not a table:", output},
	      {"which", "Which queues and events are shown:", which},
	      {"how", "How it is watched:", how},
	      {"instead", "Instead of watching:", instead}};

static const char summary[] =
	"Watches the virtqueues of running QEMUs: how far out of order their devices\n"
	"complete, and what in-order delivery costs.  Needs root, or CAP_BPF,\n"
	"CAP_PERFMON and CAP_SYS_PTRACE.";

static const char description[] =
	"Examples:\n"
	"  vqprobe --name web1              a table a second, until Ctrl-C\n"
	"  vqprobe --name web1 5 12         twelve tables, five seconds each\n"
	"  vqprobe --hist -- qemu-system-x86_64 -nodefaults ...\n"
	"                                   started, and watched from its first pop\n"
	"  vqprobe --all --trust-guest --json-lines      every QEMU, for a program\n"
	"  vqprobe -p 4711 -d 10 -o a.vqt   ten seconds of events, to be read later:\n"
	"  vqprobe --from a.vqt --hist      their figures, and how they are distributed\n"
	"  vqprobe --from a.vqt --events --above 10ms      those that took long\n"
	"  vqprobe --check                  can it work here, and if not, what helps?\n"
	"\n"
	"TIME is in seconds, or has us, ms, s, m or h after it.  Exit status: 0 it was\n"
	"watched; 1 that failed, or a QEMU that is meant could not be watched; 2 wrong\n"
	"options or input, no such process; else that of COMMAND.  man vqprobe has the columns and "
	"JSON members.";

/* A usage error: exit 2. */
static int complain(const char *what)
{
	vq_output_error("vqprobe", what);
	fprintf(stderr, "Try 'vqprobe --help'.\n");
	return 2;
}

static void add_groups(GOptionContext *context)
{
	for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
		GOptionGroup *g =
			g_option_group_new(groups[i].name, groups[i].title, "", NULL, NULL);

		g_option_group_add_entries(g, groups[i].options);
		g_option_context_add_group(context, g);
	}
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, description);
}

/* What was left out gets its default. */
static void complete(void)
{
	if (arg.window > 0 && !(arg.every > 0))
		arg.every = MAX(1, 2 * arg.window);
}

/* What stands behind -- is not ours: returns how many words stand before it. */
static int cut_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--")) {
			arg.command = argv + i + 1;
			argv[i] = NULL;
			return i;
		}
	return argc;
}

const struct vq_arguments *vq_arguments_parse(int argc, char **argv, int *status)
{
	g_autoptr(GOptionContext) context =
		g_option_context_new("[INTERVAL [COUNT]] [-- COMMAND...]");
	g_autoptr(GError) error = NULL;
	const char *mistake = NULL;
	bool help;

	add_groups(context);
	argc = cut_command(argc, argv);
	*status = 0;
	if (!vq_options_parse(context, &argc, &argv, &help, &error)) {
		mistake = error->message;
	} else if (help) {
		return NULL;
	} else if (arg.version) {
		printf("vqprobe (vqlab) %s\n", VQLAB_VERSION);
		return NULL;
	} else if (!parse_positional(argc, argv, &error)) {
		mistake = error->message;
	} else {
		mistake = vq_arguments_mistake(&arg);
	}
	if (mistake) {
		*status = complain(mistake);
		return NULL;
	}
	complete();
	return &arg;
}
