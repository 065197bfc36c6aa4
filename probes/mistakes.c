// SPDX-License-Identifier: GPL-2.0-or-later
/* Options that do not go together. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mistakes.h"

/* Do both lead to one file?  What is no regular file may be written to twice. */
static bool is_same_file(const char *x, const char *y)
{
	struct stat a, b;
	bool there = x && y && !stat(x, &a) && !stat(y, &b);

	if (there)
		return a.st_dev == b.st_dev && a.st_ino == b.st_ino && S_ISREG(a.st_mode);
	return x && y && !strcmp(x, y);
}

static bool is_stdout(const char *path)
{
	return path && (!strcmp(path, "-") || !strcmp(path, "/dev/stdout"));
}

const char *vq_arguments_mistake(const struct vq_arguments *a)
{
	int of = !!a->pids + !!a->name + a->all + !!a->from + !!a->command;

	if (a->command && !a->command[0])
		return "--: a command is needed behind it";
	if (a->command && (a->check || a->plan))
		return "--check and --plan start nothing: leave out --check, --plan or the command";
	if (a->command && g_strv_contains((const char *const *)a->command, "-daemonize"))
		return "-daemonize: vqprobe watches what it starts: leave it out";

	if (a->check && a->from)
		return "--check looks at this host: leave out --from";
	if (of > 1 || (!of && !a->check))
		return "one of --pid, --name, --all, --from and -- COMMAND is needed: "
		       "the QEMU to watch, or a trace";
	if (a->from && (a->output || a->window > 0))
		return "--from reads a trace: leave out --output and --window";
	if (a->from && a->light)
		return "--from reads a trace: leave out --light";
	if (a->from && (a->duration > 0 || a->ready_fd != VQ_NO_FD))
		return "--from reads a trace: leave out --duration and --ready-fd; "
		       "--since and --until take a part of it";
	if (!a->from && (a->since > 0 || a->until > 0))
		return "--since and --until are of a trace: --from is needed, too";
	if (a->until > 0 && a->until <= a->since)
		return "--until: a later time than --since is needed";
	if (a->light && a->durations)
		return "--durations are measured by the probes that --light does without: "
		       "leave out one";
	if (a->from && a->durations)
		return "--from reads a trace, which has all durations: leave out --durations";
	if (a->events && a->light)
		return "--events shows all calls: leave out --light";
	if (a->events && (a->json_lines || is_stdout(a->json)))
		return "--events writes to standard output: leave out --json-lines and --json -";
	if ((a->above > 0 || a->thread) && !a->events)
		return "--above and --thread choose events: --events is needed, too";
	if (a->thread < 0)
		return "--thread: the id of a thread is needed, as ps -L shows it";
	if (a->select.queues && !vq_select_is_list(a->select.queues))
		return "--queue: numbers and ranges are needed, such as 0,2-5";
	if (a->output && (a->select.device || a->select.type || a->select.queues))
		return "a trace holds all queues: leave out --device, --type and --queue, and "
		       "give them with --from";
	if (a->hist && (a->json || a->json_lines || a->events))
		return "--hist is of the table's summary, JSON has all distributions: "
		       "leave out --hist, or --json, --json-lines and --events";
	if (a->count && a->events && !a->from)
		return "--events are not counted by intervals: leave out the count; "
		       "--duration is a limit";
	if (a->output && !strcmp(a->output, "-"))
		return "--output: a trace needs a file or a FIFO, not standard output";
	if (a->debuginfod && !*(getenv("DEBUGINFOD_URLS") ?: ""))
		return "--debuginfod: the environment variable DEBUGINFOD_URLS names no server";
	if (a->plan && (a->from || a->follow))
		return "--plan is of processes that run: leave out --from and --follow";
	if (a->follow && (a->pids || a->from || a->command))
		return "--follow needs --name or --all: a process id does not come back";
	if (a->follow && (a->output || a->json))
		return "--follow may watch several processes: --output and --json are for one; "
		       "--json-lines takes several";
	if (a->json && a->json_lines)
		return "--json-lines ends in the summary: leave out --json";
	if (is_same_file(a->output, a->json))
		return "--output and --json are one file: each needs its own";
	if (a->from && strcmp(a->from, "-") && is_same_file(a->from, a->json))
		return "--json would overwrite the trace that --from reads";
	if (a->ready_fd != VQ_NO_FD && (a->ready_fd < 0 || fcntl(a->ready_fd, F_GETFD) < 0))
		return "--ready-fd: no descriptor of that number is open";
	if (a->output && a->light)
		return "a trace holds all calls: leave out --light or --output";
	if (a->output && a->window > 0)
		return "a trace holds all events: leave out --window or --output";
	if (a->interval > 0 && a->interval < 1e-3)
		return "an interval of at least 1ms is needed";
	if (a->every > 0 && a->every <= a->window)
		return "--every: a time longer than --window is needed";
	if (a->every > 0 && !(a->window > 0))
		return "--every is the distance of windows: --window is needed, too";
	if (a->buffer < 4 || a->buffer > 1024 * 1024 || a->buffer & (a->buffer - 1))
		return "--buffer: a power of two between 4 and 1048576 is needed";
	return NULL;
}
