// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/tool/options.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "complain.h"
#include "csv.h"
#include "plots.h"
#include "replayed.h"
#include "report.h"
#include "traces.h"
#include "until.h"
#include "verify.h"
#include "analysis/report/compare/command.h"
#include "analysis/report/host/disturbed.h"
#include "analysis/report/letter/letter.h"
#include "analysis/report/page/markdown.h"
#include "analysis/report/page/page.h"
#include "analysis/report/pool/command.h"
#include "analysis/report/ring/check.h"
#include "analysis/report/ring/plot-depth.h"
#include "analysis/report/ring/rings.h"
#include "analysis/report/ring/sections.h"
#include "analysis/text.h"

struct options {
	char *out;
	double margin; /* per cent */
	gboolean no_plots, verify, traces, csv, markdown, until_check, mixed, version;
};

/* What is wrong with what was asked for, or EXIT_SUCCESS. */
static int check(int argc, char **argv, const struct options *o)
{
	for (int i = 1; i < argc; i++)
		if (!*argv[i])
			argc = 1;
	if (argc < 2)
		return usage("arguments", "needed is the folder of a run, or several");
	if (argc > 2 &&
	    (o->out || o->no_plots || o->verify || o->traces || o->csv || o->until_check))
		return usage("several runs", "only --margin, --markdown and --mixed go with them");
	if (argc == 2 && o->mixed)
		return usage("--mixed", "needs several runs");
	if (o->out && !*o->out)
		return usage("--output", "the name of a folder is needed");
	if (o->verify + o->traces + o->csv + o->markdown + o->until_check > 1)
		return usage("options", "only one of --verify, --traces, --csv, --markdown and "
					"--until-check");
	if (!(o->margin > 0 && o->margin < 100))
		return usage("--margin", "must lie between 0 and 100 per cent");
	return EXIT_SUCCESS;
}

/* Returns 0 and the run's folder in @dir, or -1 to go on with @status. */
static int parse(int *argc, char ***argv, struct options *o, int *status)
{
	const GOptionEntry entries[] = {
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out,
		 "Where the report goes (DIR/report)", "OUTDIR"},
		{"margin", 0, 0, G_OPTION_ARG_DOUBLE, &o->margin,
		 "What counts as equivalent, in per cent (5)", "PCT"},
		{"no-plots", 0, 0, G_OPTION_ARG_NONE, &o->no_plots,
		 "Only the texts, summary.json, and index.html without plots", NULL},
		{"verify", 0, 0, G_OPTION_ARG_NONE, &o->verify,
		 "Write no report; hold the trials to their traces", NULL},
		{"traces", 0, 0, G_OPTION_ARG_NONE, &o->traces,
		 "Write no report; print what of the run is to be replayed", NULL},
		{"csv", 0, 0, G_OPTION_ARG_NONE, &o->csv,
		 "Write no report; print every figure as CSV", NULL},
		{"markdown", 0, 0, G_OPTION_ARG_NONE, &o->markdown,
		 "Write no report; print it as Markdown", NULL},
		{"until-check", 0, 0, G_OPTION_ARG_NONE, &o->until_check,
		 "Write no report; print what keeps a run of --until from its end", NULL},
		{"mixed", 0, 0, G_OPTION_ARG_NONE, &o->mixed,
		 "Of several runs: also such as differ in plan, QEMU or vqlab", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &o->version, "Print the version", NULL},
		{}};
	GOptionContext *context = g_option_context_new("DIR [DIR...] | compare A B");
	GError *error = NULL;
	bool ok, help;

	g_option_context_set_summary(
		context,
		"Reduces the trials of the run in DIR to report.txt, a mail, report-full.txt, "
		"summary.json,\nindex.html and plots.\nThe same trials "
		"give the same bytes.\n`vqreport compare A B` prints what the run in B is against "
		"that in A,\n`vqreport DIR DIR...` what runs of one plan on several hosts "
		"say together.");
	g_option_context_add_main_entries(context, entries, NULL);
	ok = vq_options_parse(context, argc, argv, &help, &error);
	g_option_context_free(context);
	*status = EXIT_SUCCESS;
	if (!ok) {
		*status = usage("bad option", error->message);
		g_error_free(error);
		return -1;
	}
	if (help)
		return -1;
	if (o->version) {
		printf("vqreport (vqlab) %s\n", VQLAB_VERSION);
		return -1;
	}
	*status = check(*argc, *argv, o);
	return *status ? -1 : 0;
}

static bool write_text(const char *folder, const char *name, char *text, GError **error)
{
	char *path = g_build_filename(folder, name, NULL);
	bool ok = vq_output_write(path, text, strlen(text), error);

	g_free(path);
	g_free(text);
	return ok;
}

static bool make_folder(const char *folder, GError **error)
{
	if (!g_mkdir_with_parents(folder, 0777))
		return true;
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: cannot be made: %s",
		    folder, g_strerror(errno));
	return false;
}

static bool write_report(const struct results *r, const char *out, bool plots, GError **error)
{
	struct document *d = report_document(r);
	char *folder = g_build_filename(out, "plots", NULL);
	bool ok = make_folder(folder, error) &&
		  write_text(out, "report.txt", letter_text(r), error) &&
		  write_text(out, "report-full.txt", document_text(d), error) &&
		  write_text(out, "summary.json", summary_json(r), error) &&
		  (!plots || draw_plots(r, folder, error)) &&
		  (!plots || !r->replayed ||
		   draw_replayed(r->replayed, folder, !has_depth_plot(r), error)) &&
		  write_text(out, "index.html",
			     page_html(d, r, r->run->variants, plots ? folder : NULL), error);

	document_free(d);
	g_free(folder);
	return ok;
}

/* Of a folder that has a replay.json and no run. */
static bool write_replay(const struct replayed *r, const char *out, bool plots, GError **error)
{
	g_autofree char *folder = g_build_filename(out, "plots", NULL);
	struct document *d = replayed_document(r);
	bool ok = make_folder(folder, error) &&
		  write_text(out, "report.txt", document_text(d), error) &&
		  (!plots || draw_replayed(r, folder, true, error)) &&
		  write_text(out, "index.html", page_html(d, NULL, r->names, plots ? folder : NULL),
			     error);

	document_free(d);
	return ok;
}

/* Reads @dir's replay.json, *@r; NULL if there is no such file. False if it is broken. */
static bool find_replay(const char *dir, struct replayed **r, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "replay.json", NULL);

	*r = NULL;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	*r = load_replayed(path, error);
	return *r;
}

static const char *plural(unsigned int n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void print_verified(const struct verified *v)
{
	printf("%u %s, %u %s not", v->agree,
	       plural(v->agree, "phase agrees with its trace", "phases agree with their traces"),
	       v->differ, plural(v->differ, "does", "do"));
	if (v->no_trace)
		printf(", %u %s no trace", v->no_trace, plural(v->no_trace, "has", "have"));
	if (v->no_summary)
		printf(", %u %s no summary", v->no_summary, plural(v->no_summary, "has", "have"));
	putchar('\n');
}

/* Holds each trial to its traces, and counted cells to their runs; returns the exit status. */
static int verify(const struct run *run)
{
	struct verified v = {0};
	struct checked c = {0};
	GError *error = NULL;

	for (unsigned int i = 0; i < run->trials->len; i++) {
		const struct trial *t = run->trials->pdata[i];
		g_autofree char *folder = g_build_filename(run->dir, "trials", t->id, NULL);

		if (!verify_trial(folder, t->id, &v, stdout, &error)) {
			failed(error);
			return EXIT_USAGE;
		}
	}
	if (!check_counted(run, &c, stdout, &error)) {
		failed(error);
		return EXIT_USAGE;
	}
	if (run->trials->len)
		print_verified(&v);
	if (c.agree || c.differ)
		printf("%u counted %s, %u %s not\n", c.agree,
		       plural(c.agree, "cell is what its runs say",
			      "cells are what their runs say"),
		       c.differ, plural(c.differ, "is", "are"));
	if (v.agree || v.differ || c.agree || c.differ)
		return v.differ || c.differ ? EXIT_FAILED : EXIT_SUCCESS;
	fprintf(stderr, "vqreport: %s: no trace is kept there: nothing was verified\n", run->dir);
	return EXIT_FAILED;
}

/* For `make bench` and `make replay`. */
static int list_traces(const struct run *run, double margin)
{
	struct results *r = compute(run, margin);
	unsigned int n = print_traces(r, stdout);

	results_free(r);
	if (n)
		return EXIT_SUCCESS;
	fprintf(stderr, "vqreport: %s: no phase that counts has kept a trace: nothing to replay\n",
		run->dir);
	return EXIT_FAILED;
}

static int done(bool ok, const char *out, GError *error)
{
	if (!ok)
		return failed(error);
	printf("%s/report.txt\n", out);
	return EXIT_SUCCESS;
}

/* Is a form printed, and no report written? */
static bool prints(const struct options *o)
{
	return o->csv || o->markdown || o->until_check;
}

static void print_form(const struct results *r, const struct options *o)
{
	struct document *d = o->markdown ? report_document(r) : NULL;
	g_autofree char *text = o->csv ? results_csv(r) : d ? document_markdown(d) : until_json(r);

	fputs(text, stdout);
	document_free(d);
}

/* Of what was timed or counted; it may be one of them alone. */
static int report_run(const struct run *run, const struct replayed *replayed,
		      const struct rings *rings, const struct options *o, const char *out)
{
	struct results *results = compute(run, o->margin / 100);
	struct disturbed *disturbed = find_disturbed(results);
	GError *error = NULL;
	int status = EXIT_SUCCESS;

	results->disturbed = disturbed;
	results->replayed = replayed;
	results->rings = rings;
	if (!run->trials->len && !has_counted(results) && !has_timed(results)) {
		fprintf(stderr, "vqreport: %s: no finished trial (`vqbench run` resumes the run)\n",
			run->dir);
		status = EXIT_USAGE;
	} else if (prints(o)) {
		print_form(results, o);
	} else {
		bool ok = write_report(results, out, !o->no_plots, &error);

		status = done(ok, out, error);
	}
	results_free(results);
	disturbed_free(disturbed);
	return status;
}

/* Is there a replay and no run? */
static bool is_replay(const char *dir, const struct replayed *replayed)
{
	g_autofree char *path = g_build_filename(dir, "run.json", NULL);

	return replayed && !g_file_test(path, G_FILE_TEST_EXISTS);
}

static int report(const char *dir, const struct replayed *replayed, const struct options *o)
{
	g_autofree char *out = o->out ? g_strdup(o->out) : g_build_filename(dir, "report", NULL);
	GError *error = NULL;
	struct rings *rings;
	struct run *run;
	int status;
	bool ok;

	if (!o->no_plots && !o->verify && !o->traces && !prints(o))
		warn_of_fonts();
	if (is_replay(dir, replayed) && !o->verify && !o->traces && !prints(o)) {
		ok = write_replay(replayed, out, !o->no_plots, &error);
		return done(ok, out, error);
	}
	run = load_run(dir, &error);
	rings = run ? load_rings(run, &error) : NULL;
	if (!rings) {
		run_free(run);
		failed(error);
		return EXIT_USAGE;
	}
	if (o->until_check && !(run->until.within > 0)) {
		fprintf(stderr, "vqreport: %s: its number of blocks was set before (no --until)\n",
			dir);
		status = EXIT_USAGE;
	} else if (o->verify)
		status = verify(run);
	else if (o->traces)
		status = list_traces(run, o->margin / 100);
	else
		status = report_run(run, replayed, rings, o, out);
	rings_free(rings);
	run_free(run);
	return status;
}

static int run(int argc, char **argv)
{
	struct options o = {.margin = 5};
	struct replayed *replayed;
	GError *error = NULL;
	int status;

	if (argc > 1 && !strcmp(argv[1], "compare"))
		return compare_command(argc - 1, argv + 1);
	if (parse(&argc, &argv, &o, &status))
		return status;
	if (argc > 2) {
		return pool_command(argv + 1, argc - 1, o.margin / 100, o.mixed, o.markdown);
	}
	if (find_replay(argv[1], &replayed, &error)) {
		status = report(argv[1], replayed, &o);
	} else {
		failed(error);
		status = EXIT_USAGE;
	}
	replayed_free(replayed);
	g_free(o.out);
	return status;
}

int main(int argc, char **argv)
{
	vq_start();
	return vq_output_finish("vqreport", run(argc, argv));
}
