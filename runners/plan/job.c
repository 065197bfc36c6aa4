/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a fio job be run at all?  fio of this host is the one in the guest (see
 * setup/guest.sh), so what it refuses here is refused there, in its own words.
 * Whether the job measures what it should is for gates.c, which sees it run.
 */
#include "read.h"
#include "runners/tool/spawn.h"
#include "runners/tool/files.h"
#include "find.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probes/tool/text.h"

#define FIO_MS 30000
#define FIO_SAYS_MAX 65536

static const char *const variables[] = {"VQLAB_DEVICE", "VQLAB_SECONDS", NULL};

/* Is @line of a job one that sets @option, which may also be called @alias? */
static bool sets_option(const char *line, const char *option, const char *alias)
{
	const char *s = line + strspn(line, " \t");
	size_t n = strcspn(s, " \t=");

	return s[n] && ((n == strlen(option) && !strncmp(s, option, n)) ||
			(n == strlen(alias) && !strncmp(s, alias, n)));
}

/* The job with @value in the place of each @option's own, which may also be called @alias;
 * false where it has none. */
static bool set_option(struct plan_workload *w, const char *option, const char *alias,
		       const char *value)
{
	g_auto(GStrv) lines = g_strsplit(w->job_text, "\n", -1);
	bool any = false;
	int i;

	for (i = 0; lines[i]; i++) {
		if (!sets_option(lines[i], option, alias))
			continue;
		g_free(lines[i]);
		lines[i] = g_strdup_printf("%s=%s", option, value);
		any = true;
	}
	g_free(w->job_text);
	w->job_text = g_strjoinv("\n", lines);
	return any;
}

/*
 * fio takes sizes from these, wherever they stand, and none from a bs= beside them: each value
 * of the plan's would be measured as the same.
 */
static bool check_sizes(struct plan *p, const struct plan_workload *w, const char *group,
			GError **error)
{
	g_auto(GStrv) lines = g_strsplit(w->fio.bs ? w->job_text : "", "\n", -1);
	int i;

	for (i = 0; lines[i]; i++) {
		bool split = sets_option(lines[i], "bssplit", "bssplit");

		if (split || sets_option(lines[i], "bsrange", "blocksize_range"))
			return plan_complain(p, error, group, "bs",
					     "%s:%d: has %s=, and fio heeds no bs= then: take that "
					     "line out of the job, or bs= out of the plan",
					     w->job_path, i + 1, split ? "bssplit" : "bsrange");
	}
	return true;
}

/* What the plan says instead of the job. */
static bool set_options(struct plan *p, struct plan_workload *w, const char *group, GError **error)
{
	g_autofree char *depth = g_strdup_printf("%" PRId64, w->fio.iodepth);
	g_autofree char *jobs = g_strdup_printf("%" PRId64, w->fio.numjobs);
	const struct {
		const char *option, *alias, *value;
	} options[] = {
		{"iodepth", "iodepth", w->fio.iodepth ? depth : NULL},
		{"numjobs", "numjobs", w->fio.numjobs ? jobs : NULL},
		{"bs", "blocksize", w->fio.bs},
		{"rw", "readwrite", w->fio.rw},
	};
	size_t i;

	if (!check_sizes(p, w, group, error))
		return false;
	for (i = 0; i < G_N_ELEMENTS(options); i++)
		if (options[i].value &&
		    !set_option(w, options[i].option, options[i].alias, options[i].value))
			return plan_complain(p, error, group, options[i].option,
					     "%s: has no line %s=", w->job_path, options[i].option);
	return true;
}

bool plan_job_read(struct plan *p, struct plan_workload *w, const char *group, GError **error)
{
	g_autofree char *dir = g_path_get_dirname(p->path);
	g_autoptr(GError) e = NULL;
	size_t len;

	if (!w->job)
		return plan_complain(p, error, group, "job", "must be given with kind=%s", w->kind);
	w->job_path =
		g_path_is_absolute(w->job) ? g_strdup(w->job) : g_build_filename(dir, w->job, NULL);
	w->job_text = read_file(w->job_path, PLAN_MAX, &len, &e);
	if (!w->job_text)
		return plan_complain(p, error, group, "job", "%s", e->message);
	if (strlen(w->job_text) != len)
		return plan_complain(p, error, group, "job", "%s: holds a NUL byte", w->job_path);
	return set_options(p, w, group, error);
}

/* "PATH:LINE: words", or "PATH: words" with @line 0. */
static char *G_GNUC_PRINTF(3, 4)
	at(const struct plan_workload *w, int line, const char *format, ...)
{
	g_autofree char *why = NULL, *number = line ? g_strdup_printf(":%d", line) : g_strdup("");
	va_list args;

	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	return g_strdup_printf("%s%s: %s", w->job_path, number, why);
}

/* The first ${NAME} of the line @s that nobody sets; NULL: none. */
static char *unset_variable(const char *s)
{
	while ((s = strstr(s, "${"))) {
		const char *end = strchr(s, '}');
		g_autofree char *name = end ? g_strndup(s + 2, end - s - 2) : g_strdup(s + 2);

		if (!end || !g_strv_contains(variables, name))
			return g_steal_pointer(&name);
		s = end;
	}
	return NULL;
}

/* What fio takes, and cannot work in the guest. */
static char *scan(const struct plan_workload *w)
{
	g_auto(GStrv) lines = g_strsplit(w->job_text, "\n", -1);
	bool any = false;
	int i;

	for (i = 0; lines[i]; i++) {
		char *s = g_strstrip(lines[i]);
		g_autofree char *clean = vq_text_clean(s, -1, G_MAXSIZE, VQ_UTF8);
		g_autofree char *unset = NULL;

		g_strdelimit(s, "\t", ' ');
		if (strcmp(clean, s))
			return at(w, i + 1, "holds characters that do not print: %s", clean);
		if (*s == ';' || *s == '#')
			continue;
		if (g_str_has_prefix(s, "include "))
			return at(w, i + 1,
				  "include: the guest gets this file only: put those lines here");
		unset = unset_variable(s);
		if (unset)
			return at(w, i + 1,
				  "${%s}: only ${VQLAB_DEVICE} and ${VQLAB_SECONDS} are set",
				  unset);
		any = any || (*s == '[' && !g_str_has_prefix(s, "[global"));
	}
	return any ? NULL : at(w, 0, "holds no job: a [NAME] beside [global]");
}

static char *without_blanks(const char *s)
{
	g_auto(GStrv) words = g_strsplit_set(s, " \t\r", -1);

	return g_strjoinv("", words);
}

/* The line of the job that holds @option as fio prints it; 0: none. */
static int line_with(const char *text, const char *option)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *wanted = without_blanks(option);
	int i;

	for (i = 0; lines[i] && *wanted; i++) {
		g_autofree char *line = without_blanks(lines[i]);

		if (!strcmp(line, wanted))
			return i + 1;
	}
	return 0;
}

/* What stands between @before and the next of @after in @s, or ""; the caller
 * frees it. */
static char *between(const char *s, const char *before, const char *after)
{
	const char *from = strstr(s, before);

	from = from ? from + strlen(before) : "";
	return g_strndup(from, strcspn(from, after));
}

/* Of what fio @said, the line that tells what is wrong, with the job's line. */
static char *explain_refusal(const struct plan_workload *w, const char *said)
{
	g_auto(GStrv) lines = g_strsplit(said, "\n", -1);
	g_autofree char *option = between(said, "failed parsing ", "\n"), *words = NULL;
	const char *why = NULL;
	int i;

	if (strstr(said, "read-only mode"))
		return at(w, line_with(w->job_text, option),
			  "writes or trims, but [disk %s] can only be read: take backend=file",
			  w->device);
	for (i = 0; lines[i] && !why; i++)
		if (g_str_has_prefix(lines[i], "fio: "))
			why = lines[i] + strlen("fio: ");
		else if (g_str_has_prefix(lines[i], "Bad option"))
			why = lines[i];
	words = vq_text_clean(why ? why : said, -1, 200, VQ_UTF8);
	if (!*option) {
		g_free(option);
		option = between(words, "<", ">");
	}
	return at(w, line_with(w->job_text, option), "fio: %s", words);
}

/* What fio says when called so, with the job as its standard input and what the
 * guest would set; in @status how it ended. */
static char *ask_fio(const struct plan_workload *w, const char *const *argv, int *status,
		     GError **error)
{
	g_autofree char *device = g_strconcat("VQLAB_DEVICE=/dev/vqlab/", w->device, NULL);
	g_autofree char *seconds = g_strdup_printf("VQLAB_SECONDS=%" PRId64, w->seconds);
	const char *env[] = {device, seconds, NULL};
	int fd = memfd_create("job", MFD_CLOEXEC);
	struct spawn s = {.argv = argv, .env = env, .in = fd, .status = status};
	char *said = NULL;

	if (fd >= 0 && write_all(fd, w->job_text, strlen(w->job_text)) &&
	    lseek(fd, 0, SEEK_SET) == 0)
		said = capture(&s, true, FIO_SAYS_MAX, FIO_MS, error);
	else
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: cannot be handed to fio: %s",
			    w->job_path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return said;
}

static char *parse_job(const struct plan_workload *w, bool read_only, GError **error)
{
	const char *argv[] = {"fio", "--parse-only", "-", NULL, NULL};
	g_autofree char *said = NULL;
	int status = 0;

	if (read_only) {
		argv[2] = "--readonly";
		argv[3] = "-";
	}
	said = ask_fio(w, argv, &status, error);
	return said && status ? explain_refusal(w, said) : NULL;
}

/* Parsing takes any engine's name. */
static char *find_engines(const struct plan_workload *w, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(w->job_text, "\n", -1);
	g_autofree char *good = NULL;
	int i;

	for (i = 0; lines[i]; i++) {
		g_autofree char *line = without_blanks(lines[i]), *option = NULL, *said = NULL;
		const char *argv[] = {"fio", NULL, NULL};
		int status = 0;

		if (!g_str_has_prefix(line, "ioengine=") || !g_strcmp0(line, good))
			continue;
		option = g_strconcat("--enghelp=", line + strlen("ioengine="), NULL);
		argv[1] = option;
		said = ask_fio(w, argv, &status, error);
		if (!said)
			return NULL;
		if (status)
			return at(w, i + 1, "fio has no such engine: %s", line);
		g_free(good);
		good = g_steal_pointer(&line);
	}
	return NULL;
}

char *plan_job_fault(const struct plan *p, const struct plan_workload *w, GError **error)
{
	bool read_only = !strcmp(plan_find_disk(p, w->device)->backend, "nbdkit");
	g_autoptr(GError) e = NULL;
	char *why = scan(w);

	if (!why)
		why = parse_job(w, read_only, &e);
	if (!why && !e)
		why = find_engines(w, &e);
	if (e)
		g_propagate_error(error, g_steal_pointer(&e));
	return why;
}
