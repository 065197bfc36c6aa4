// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "analysis/report/complain.h"
#include "analysis/report/loaded.h"
#include "analysis/report/page/markdown.h"
#include "analysis/text.h"
#include "compare.h"
#include "probes/tool/options.h"

struct options {
	double margin; /* per cent */
	gboolean markdown;
};

/* 0 with the folders in argv[1] and [2], or -1 to go on with @status. */
static int parse(int *argc, char ***argv, struct options *o, int *status)
{
	const GOptionEntry entries[] = {
		{"margin", 0, 0, G_OPTION_ARG_DOUBLE, &o->margin,
		 "What counts as alike, in per cent (5)", "PCT"},
		{"markdown", 0, 0, G_OPTION_ARG_NONE, &o->markdown, "Print it as Markdown", NULL},
		{}};
	GOptionContext *context = g_option_context_new("A B");
	GError *error = NULL;
	bool ok, help;

	g_option_context_set_summary(
		context, "vqreport compare: what the run in the folder B is against that in A.");
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
	if (*argc != 3 || !*(*argv)[1] || !*(*argv)[2])
		*status = usage("compare", "needed are the folders of two runs");
	else if (!(o->margin > 0 && o->margin < 100))
		*status = usage("--margin", "must lie between 0 and 100 per cent");
	return *status ? -1 : 0;
}

static bool load(struct loaded *l, const char *dir, double margin)
{
	GError *error = NULL;

	if (!load_results(l, dir, margin, &error))
		failed(error);
	return l->results;
}

static void print(const struct loaded *side, bool markdown)
{
	struct document *d = compare_document(side[0].results, side[1].results);
	g_autofree char *text = markdown ? document_markdown(d) : document_text(d);

	fputs(text, stdout);
	document_free(d);
}

int compare_command(int argc, char **argv)
{
	struct options o = {.margin = 5};
	struct loaded side[2] = {0};
	int status;

	if (parse(&argc, &argv, &o, &status))
		return status;
	if (load(&side[0], argv[1], o.margin / 100) && load(&side[1], argv[2], o.margin / 100))
		print(side, o.markdown);
	else
		status = EXIT_USAGE;
	loaded_free(&side[0]);
	loaded_free(&side[1]);
	return status;
}
