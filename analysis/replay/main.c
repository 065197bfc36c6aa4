// SPDX-License-Identifier: GPL-2.0-or-later
/* vqreplay: operations of a virtqueue through every strategy.  See ops.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instructions.h"
#include "probes/tool/text.h"
#include "write.h"
#include "probes/tool/options.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "json.h"
#include "source-open.h"
#include "synth.h"
#include "text.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

static char *opt_variant, *opt_output, *opt_queue, *opt_json, *opt_counter;
static char **opt_synth, **opt_ring;
static gboolean opt_print, opt_ops, opt_version, opt_count;
static bool opt_help;
static gint64 opt_elements = 262144, opt_seed = 1;
static int opt_repeats = 21, opt_chain = 1;

static const GOptionEntry options[] = {
	{"variant", 0, 0, G_OPTION_ARG_STRING, &opt_variant,
	 "one or more, separated by commas; all, and broken-swap: for tests (all)", "NAME"},
	{"print", 0, 0, G_OPTION_ARG_NONE, &opt_print, "print what becomes visible, and when",
	 NULL},
	{"ops", 0, 0, G_OPTION_ARG_NONE, &opt_ops, "write the operations as text", NULL},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &opt_output,
	 "write the operations as a trace; or as text, with --ops", "FILE"},
	{"queue", 0, 0, G_OPTION_ARG_STRING, &opt_queue,
	 "of a trace, this queue only: N or DEVICE:N", "QUEUE"},
	{"synth", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_synth,
	 "a made-up order: " SYNTH_KINDS "; KIND@RING: on this ring", "KIND"},
	{"ring", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_ring,
	 "on this ring: split:N or packed:N (split:256)", "RING"},
	{"elements", 0, 0, G_OPTION_ARG_INT64, &opt_elements, "so many elements (262144)", "N"},
	{"chain", 0, 0, G_OPTION_ARG_INT, &opt_chain,
	 "packed: of up to so many descriptors each (1)", "N"},
	{"seed", 0, 0, G_OPTION_ARG_INT64, &opt_seed, "of all that is drawn (1)", "N"},
	{"repeats", 0, 0, G_OPTION_ARG_INT, &opt_repeats, "measure so many times (21)", "N"},
	{"instructions", 0, 0, G_OPTION_ARG_STRING, &opt_counter,
	 "count with auto, perf, callgrind or none (auto)", "HOW"},
	{"json", 0, 0, G_OPTION_ARG_FILENAME, &opt_json, "write the results, too", "FILE"},
	{"version", 0, 0, G_OPTION_ARG_NONE, &opt_version, "print the version", NULL},
	{"count", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &opt_count, "under callgrind", NULL},
	{}};

/* Says what is wrong; returns the exit status. */
static int failed(GError *error)
{
	bool theirs = error->domain == OPS_ERROR ? error->code == OPS_BAD_INPUT
						 : error->domain == G_OPTION_ERROR;

	g_autofree char *text = vq_text_clean(error->message, -1, 1000, VQ_UTF8);

	fprintf(stderr, "vqreplay: %s\n", text);
	g_error_free(error);
	return theirs ? EXIT_USAGE : EXIT_FAILED;
}

static int usage(const char *what, const char *why)
{
	fprintf(stderr, "vqreplay: %s: %s (see vqreplay --help)\n", what, why);
	return EXIT_USAGE;
}

/* 0, or an exit status; the files are in @files then. */
static int parse(int argc, char **argv, char ***files)
{
	g_autoptr(GOptionContext) context = g_option_context_new("[TRACE|OPS...]");
	GError *error = NULL;

	g_option_context_set_summary(
		context,
		"Runs the operations of a recorded virtqueue, or made-up ones, through each\n"
		"strategy in memory: time and instructions an element, and is the order right?");
	g_option_context_add_main_entries(context, options, NULL);
	if (!vq_options_parse(context, &argc, &argv, &opt_help, &error)) {
		int status = usage("bad option", error->message);

		g_error_free(error);
		return status;
	}
	*files = argv + 1;
	if (opt_version || opt_help)
		return 0;
	if (!argv[1] && !opt_synth)
		return usage("arguments", "needed is a trace, a file of operations, or --synth");
	if (opt_ring && !opt_synth)
		return usage("--ring", "goes with --synth");
	if (opt_seed < 0 || opt_seed > UINT32_MAX)
		return usage("--seed", "must lie between 0 and 4294967295");
	if (opt_elements < 1 || opt_elements > UINT32_MAX)
		return usage("--elements", "must lie between 1 and 4294967295");
	if (opt_repeats < 1 || opt_repeats > 100000)
		return usage("--repeats", "must lie between 1 and 100000");
	if (opt_chain < 1 || opt_chain > (int)REORDER_RING_MAX)
		return usage("--chain", "must lie between 1 and 32768");
	if (opt_counter && counter_parse(opt_counter) < 0)
		return usage("--instructions", "is one of auto, perf, callgrind, none");
	if (opt_print && (!opt_variant || !strcmp(opt_variant, "all") || strchr(opt_variant, ',')))
		return usage("--print", "goes with one --variant=NAME");
	return 0;
}

/* One thing to replay: how to make it, and how another process would. */
struct job {
	char *path, *name; /* a file */
	char *kind;	   /* or of --synth */
	struct synth_options synth;
};

static void job_free(void *data)
{
	struct job *j = data;

	g_free(j->path);
	g_free(j->name);
	g_free(j->kind);
	g_free(j);
}

static struct source *job_source(const struct job *j, GError **error)
{
	return j->kind ? synth_source(j->kind, &j->synth, error)
		       : source_open(j->path, j->name, opt_queue, error);
}

static char **job_arguments(const struct job *j)
{
	GPtrArray *a = g_ptr_array_new();

	g_ptr_array_add(a, g_strdup_printf("--seed=%" G_GINT64_FORMAT, opt_seed));
	if (j->kind) {
		g_ptr_array_add(a, g_strdup_printf("--synth=%s", j->kind));
		g_ptr_array_add(a, g_strdup_printf("--ring=%s:%u", ring_format(&j->synth.shape),
						   j->synth.shape.size));
		g_ptr_array_add(a, g_strdup_printf("--elements=%" G_GINT64_FORMAT, opt_elements));
		g_ptr_array_add(a, g_strdup_printf("--chain=%u", j->synth.chain));
	} else {
		if (opt_queue)
			g_ptr_array_add(a, g_strdup_printf("--queue=%s", opt_queue));
		g_ptr_array_add(a, g_strdup("--"));
		g_ptr_array_add(a, g_strdup(j->path));
	}
	g_ptr_array_add(a, NULL);
	return (char **)g_ptr_array_free(a, FALSE);
}

static bool add_files(GPtrArray *jobs, char **files, GError **error)
{
	for (; *files; files++) {
		struct job *j = g_new0(struct job, 1);
		bool is_stdin = !strcmp(*files, "-");

		g_ptr_array_add(jobs, j);
		j->name = g_strdup(is_stdin ? "standard input" : *files);
		j->path = is_stdin ? source_spool(error) : g_strdup(*files);
		if (!j->path)
			return false;
	}
	return true;
}

static bool add_order(GPtrArray *jobs, char *kind, const char *ring, GError **error)
{
	struct job *j = g_new0(struct job, 1);

	g_ptr_array_add(jobs, j);
	j->kind = kind;
	j->synth.elements = opt_elements;
	j->synth.seed = opt_seed;
	j->synth.chain = opt_chain;
	if (ring_shape_parse(ring, &j->synth.shape))
		return true;
	g_set_error(error, OPS_ERROR, OPS_BAD_INPUT,
		    "--ring: '%s': it is split:N, N a power of two up to 32768, or packed:N, N 1 "
		    "to 32768",
		    ring);
	return false;
}

/* Each order on each ring, but for those that name one: KIND@RING. */
static bool add_synth(GPtrArray *jobs, GError **error)
{
	static char *default_rings[] = {"split:256", NULL};
	bool ok = true;

	for (char **kind = opt_synth; ok && kind && *kind; kind++) {
		const char *at = strchr(*kind, '@');

		if (at)
			ok = add_order(jobs, g_strndup(*kind, at - *kind), at + 1, error);
		for (char **ring = opt_ring ?: default_rings; ok && !at && *ring; ring++)
			ok = add_order(jobs, g_strdup(*kind), *ring, error);
	}
	return ok;
}

static bool write_ops(struct source *s, GError **error)
{
	FILE *out = opt_output ? fopen(opt_output, "we") : stdout;
	bool ok;

	if (!out) {
		g_set_error(error, OPS_ERROR, OPS_FAILED, "%s: %s", opt_output, g_strerror(errno));
		return false;
	}
	ok = ops_write_text(s, out, error);
	if (out != stdout && fclose(out) && ok) {
		g_set_error(error, OPS_ERROR, OPS_FAILED, "%s: %s", opt_output, g_strerror(errno));
		ok = false;
	}
	return ok;
}

/* --ops, -o: the source as a file. */
static int convert(const struct job *j)
{
	GError *error = NULL;
	struct source *s = job_source(j, &error);
	bool ok = s && (opt_ops ? write_ops(s, &error) : ops_write_trace(s, opt_output, &error));

	source_free(s);
	return ok ? EXIT_SUCCESS : failed(error);
}

static struct replay *job_replay(const struct job *j, GError **error)
{
	g_auto(GStrv) names = opt_variant ? g_strsplit(opt_variant, ",", -1) : NULL;
	struct source *s = job_source(j, error);

	return s ? replay_new(s, names, opt_seed, error) : NULL;
}

static int print(const struct job *j)
{
	GError *error = NULL;
	struct replay *r = job_replay(j, &error);
	const struct variant *v;
	int status = EXIT_SUCCESS;

	if (!r || !replay_print(r, stdout, &error)) {
		replay_free(r);
		return failed(error);
	}
	v = r->variants->pdata[0];
	if (v->wrong) {
		fprintf(stderr, "vqreplay: %s: %s\n", v->ops->name, v->wrong);
		status = EXIT_FAILED;
	}
	replay_free(r);
	return status;
}

static int count(const struct job *j)
{
	GError *error = NULL;
	struct replay *r = job_replay(j, &error);
	bool ok = r && count_for_parent(r, &error);

	replay_free(r);
	return ok ? EXIT_SUCCESS : failed(error);
}

static int replay(const struct job *j, GPtrArray *results, bool first)
{
	g_auto(GStrv) arguments = job_arguments(j);
	enum counter counter = opt_counter ? counter_parse(opt_counter) : COUNTER_AUTO;
	GError *error = NULL;
	struct replay *r = job_replay(j, &error);
	bool ok = r && replay_prove(r, &error) && replay_time(r, opt_repeats, &error) &&
		  count_instructions(r, counter, arguments, &error);

	if (ok) {
		g_autofree char *text = replay_text(r);

		printf("%s%s", first ? "" : "\n\n", text);
		vq_output_flush();
		g_ptr_array_add(results, replay_json(r));
		ok = replay_is_ordered(r);
		replay_free(r);
		return ok ? EXIT_SUCCESS : EXIT_FAILED;
	}
	replay_free(r);
	return failed(error);
}

static int replay_all(const GPtrArray *jobs)
{
	g_autoptr(GPtrArray) results = g_ptr_array_new();
	GError *error = NULL;
	int status = EXIT_SUCCESS;

	for (guint i = 0; i < jobs->len; i++) {
		int s = replay(jobs->pdata[i], results, i == 0);

		status = MAX(status, s);
	}
	/* A bad file fails by itself: what the others gave is written. */
	if (opt_json && (results->len || !status) &&
	    !replay_write_json(opt_json, results, opt_seed, &error))
		status = failed(error);
	return status;
}

static int run(int argc, char **argv)
{
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(job_free);
	GError *error = NULL;
	char **files;
	int status = parse(argc, argv, &files);

	if (status || opt_version || opt_help) {
		if (!status && opt_version)
			printf("vqreplay (vqlab) %s\n", VQLAB_VERSION);
		return status;
	}
	if (!add_files(jobs, files, &error) || !add_synth(jobs, &error))
		return failed(error);
	if (!opt_print && !opt_ops && !opt_output && !opt_count)
		return replay_all(jobs);
	if (jobs->len != 1)
		return usage("arguments", "--print, --ops and -o take one source");
	if (opt_count)
		return count(jobs->pdata[0]);
	return opt_print ? print(jobs->pdata[0]) : convert(jobs->pdata[0]);
}

int main(int argc, char **argv)
{
	vq_start();
	return vq_output_finish("vqreplay", run(argc, argv));
}
