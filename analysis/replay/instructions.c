// SPDX-License-Identifier: GPL-2.0-or-later
#include "instructions.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "probes/tool/text.h"

static int perf_fd = -1;

int counter_parse(const char *name)
{
	static const char *const names[] = {"auto", "perf", "callgrind", "none"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

static bool fail(GError **error, const char *what, const char *why)
{
	g_set_error(error, OPS_ERROR, OPS_FAILED, "%s: %s", what, why);
	return false;
}

static void perf_enter(void)
{
	ioctl(perf_fd, PERF_EVENT_IOC_ENABLE, 0);
}

static void perf_leave(void)
{
	ioctl(perf_fd, PERF_EVENT_IOC_DISABLE, 0);
}

static bool open_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	perf_fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return perf_fd >= 0;
}

static struct variant *variant(const struct replay *r, guint v)
{
	return r->variants->pdata[v];
}

static bool count_by_perf(struct replay *r, GError **error)
{
	g_autofree double *total = g_new0(double, r->variants->len);
	bool ok = true;

	for (guint v = 0; ok && v < r->variants->len; v++) {
		uint64_t n = 0;

		if (variant(r, v)->wrong)
			continue;
		ioctl(perf_fd, PERF_EVENT_IOC_RESET, 0);
		ok = replay_alone(r, v, perf_enter, perf_leave, error) &&
		     (read(perf_fd, &n, sizeof(n)) == sizeof(n) ||
		      fail(error, "perf", g_strerror(errno)));
		total[v] = n;
	}
	close(perf_fd);
	if (ok)
		replay_set_instructions(r, total, "perf");
	return ok;
}

static void callgrind_toggle(void)
{
	CALLGRIND_TOGGLE_COLLECT;
}

bool count_for_parent(struct replay *r, GError **error)
{
	if (!RUNNING_ON_VALGRIND)
		return fail(error, "--count", "only vqreplay runs itself like this");
	for (guint v = 0; v < r->variants->len; v++) {
		if (!replay_alone(r, v, callgrind_toggle, callgrind_toggle, error))
			return false;
		CALLGRIND_DUMP_STATS_AT(variant(r, v)->ops->name);
	}
	return true;
}

/* Of callgrind's dumps: "desc: Trigger: Client Request: NAME", then "totals: N". */
static void read_dumps(const char *text, const struct replay *r, double *total)
{
	static const char trigger[] = "desc: Trigger: Client Request: ";
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	int now = -1;

	for (guint i = 0; lines[i]; i++) {
		if (g_str_has_prefix(lines[i], trigger)) {
			now = -1;
			for (guint v = 0; v < r->variants->len; v++)
				if (!strcmp(lines[i] + strlen(trigger), variant(r, v)->ops->name))
					now = v;
		} else if (g_str_has_prefix(lines[i], "totals: ") && now >= 0) {
			total[now] = strtod(lines[i] + strlen("totals: "), NULL);
			now = -1;
		}
	}
}

/* valgrind ... this program --count --variant=... @args; its dumps go to @out. */
static char **command_line(const struct replay *r, int out, char **args)
{
	GPtrArray *argv = g_ptr_array_new();
	GString *names = g_string_new("--variant=");
	char *self = g_file_read_link("/proc/self/exe", NULL);

	for (guint v = 0; v < r->variants->len; v++)
		if (!variant(r, v)->wrong)
			g_string_append_printf(names, "%s%s",
					       g_str_has_suffix(names->str, "=") ? "" : ",",
					       variant(r, v)->ops->name);
	g_ptr_array_add(argv, g_strdup("valgrind"));
	g_ptr_array_add(argv, g_strdup("--tool=callgrind"));
	g_ptr_array_add(argv, g_strdup("--quiet"));
	g_ptr_array_add(argv, g_strdup("--vgdb=no"));
	g_ptr_array_add(argv, g_strdup("--collect-atstart=no"));
	g_ptr_array_add(argv, g_strdup("--combine-dumps=yes"));
	g_ptr_array_add(argv,
			g_strdup_printf("--callgrind-out-file=/proc/%d/fd/%d", (int)getpid(), out));
	g_ptr_array_add(argv, self ?: g_strdup("vqreplay"));
	g_ptr_array_add(argv, g_strdup("--count"));
	g_ptr_array_add(argv, g_string_free(names, FALSE));
	for (; *args; args++)
		g_ptr_array_add(argv, g_strdup(*args));
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, FALSE);
}

static char *read_all(int fd)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

/* False with @error; what it said is made fit to be shown. */
static bool run_callgrind(char **argv, GError **error)
{
	g_autofree char *said = NULL, *clean = NULL;
	g_autoptr(GError) why = NULL;
	int status;

	if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &said, &status,
			  &why)) {
		g_autofree char *what = g_strdup_printf("%s (install valgrind)", why->message);

		return fail(error, "valgrind", what);
	}
	if (g_spawn_check_wait_status(status, NULL))
		return true;
	clean = vq_text_clean(g_strstrip(said), -1, 200, VQ_UTF8);
	return fail(error, "callgrind", *clean ? clean : "failed");
}

static bool count_by_callgrind(struct replay *r, bool needed, char **args, GError **error)
{
	g_autofree double *total = g_new0(double, r->variants->len);
	g_autofree char *dumps = NULL;
	g_autoptr(GError) why = NULL;
	g_auto(GStrv) argv = NULL;
	int out = memfd_create("callgrind", 0);
	bool ok;

	if (out < 0)
		return fail(error, "memfd_create", g_strerror(errno));
	argv = command_line(r, out, args);
	ok = run_callgrind(argv, &why);
	dumps = read_all(out);
	close(out);
	if (ok && dumps)
		read_dumps(dumps, r, total);
	for (guint v = 0; ok && v < r->variants->len; v++)
		if (!variant(r, v)->wrong && !total[v] && r->counts.fills)
			ok = fail(&why, "callgrind", "counted nothing");
	if (ok) {
		replay_set_instructions(r, total, "callgrind");
	} else if (needed) {
		g_propagate_error(error, g_steal_pointer(&why));
	} else {
		/* Times and order are there all the same. */
		fprintf(stderr, "vqreplay: %s: instructions not counted\n", why->message);
		ok = true;
	}
	return ok;
}

bool count_instructions(struct replay *r, enum counter counter, char **args, GError **error)
{
	bool any = false;

	for (guint v = 0; v < r->variants->len; v++)
		any |= !variant(r, v)->wrong;
	if (counter == COUNTER_NONE || !any)
		return true;
	if (counter != COUNTER_CALLGRIND && open_perf())
		return count_by_perf(r, error);
	if (counter == COUNTER_PERF)
		return fail(error, "perf: no instruction counter here",
			    "--instructions=callgrind needs none");
	return count_by_callgrind(r, counter == COUNTER_CALLGRIND, args, error);
}
