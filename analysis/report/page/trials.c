// SPDX-License-Identifier: GPL-2.0-or-later
#include "trials.h"

#include <string.h>

#include "html.h"

/* A file of the run, as seen from its report. */
static void put_link(GString *out, const char *path, const char *name)
{
	g_autofree char *uri = g_uri_escape_string(path, "/", FALSE);

	g_string_append_printf(out, "<a href=\"%s\">", uri);
	put_escaped(out, name);
	g_string_append(out, "</a>");
}

/* The trial's reason, and each gate and phase that is not ok, a line each. */
static void put_evidence(GString *out, const struct trial *t)
{
	bool any = *t->reason != '\0';

	put_escaped(out, t->reason);
	for (unsigned int i = 0; i < t->gates->len; i++) {
		const struct gate *g = t->gates->pdata[i];

		if (g->ok)
			continue;
		g_string_append_printf(out, "%s", any ? "<br>" : "");
		put_escaped(out, g->name);
		g_string_append(out, ": ");
		put_escaped(out, g->detail);
		any = true;
	}
	for (unsigned int i = 0; i < t->phases->len; i++) {
		const struct phase *p = t->phases->pdata[i];

		if (!strcmp(p->state, "ok"))
			continue;
		g_string_append_printf(out, "%s", any ? "<br>" : "");
		put_escaped(out, p->workload);
		g_string_append_printf(out, ", probes %s: ", p->probes ? "on" : "off");
		put_escaped(out, p->state);
		g_string_append(out, *p->reason ? ": " : "");
		put_escaped(out, p->reason);
		any = true;
	}
}

/* Of a phase, as seen from the report; NULL if none is kept.  g_free() it. */
static char *kept_trace(const struct results *r, const struct trial *t, const struct phase *p)
{
	g_autofree char *path =
		g_build_filename(r->run->dir, "trials", t->id, *p->trace ? p->trace : "-", NULL);

	if (!*p->trace || !g_file_test(path, G_FILE_TEST_EXISTS))
		return NULL;
	return g_strdup_printf("../trials/%s/%s", t->id, p->trace);
}

static void put_traces(GString *out, const struct results *r, const struct trial *t)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->phases->len; i++) {
		const struct phase *p = t->phases->pdata[i];
		g_autofree char *path = kept_trace(r, t, p);

		if (!path)
			continue;
		g_string_append(out, n++ ? ", " : "");
		put_link(out, path, p->workload);
	}
}

/* Columns that would be empty are left out. */
struct shown {
	bool evidence, traces;
};

static void look_at(const struct results *r, const GPtrArray *trials, struct shown *shown)
{
	for (unsigned int i = 0; i < trials->len; i++) {
		const struct trial *t = trials->pdata[i];

		shown->evidence |= strcmp(t->state, "ok") != 0;
		for (unsigned int j = 0; j < t->phases->len; j++) {
			const struct phase *p = t->phases->pdata[j];
			g_autofree char *path = kept_trace(r, t, p);

			shown->evidence |= strcmp(p->state, "ok") != 0;
			shown->traces |= path != NULL;
		}
	}
}

static void put_trial(GString *out, const struct results *r, const struct trial *t,
		      const struct shown *shown)
{
	g_autofree char *json = g_strdup_printf("../trials/%s/trial.json", t->id);
	bool ok = !strcmp(t->state, "ok");
	unsigned int count = 0;

	for (unsigned int i = 0; i < t->phases->len; i++)
		count += phase_counts(t, t->phases->pdata[i]);
	g_string_append_printf(out, "<tr%s><th scope=\"row\">", ok ? "" : " class=\"alarm\"");
	put_link(out, json, t->id);
	g_string_append(out, "</th><td class=\"r\">");
	if (t->counting)
		g_string_append_c(out, '-');
	else
		g_string_append_printf(out, "%d", t->block);
	g_string_append(out, "</td><td>");
	put_escaped(out, t->ring);
	g_string_append(out, "</td><td>");
	put_variant(out, t->variant, r->run->variants);
	g_string_append(out, "</td><td>");
	put_escaped(out, t->state);
	g_string_append_printf(out, "</td><td class=\"r\">%u of %u</td>", count, t->phases->len);
	if (shown->evidence) {
		g_string_append(out, "<td class=\"wide\">");
		put_evidence(out, t);
		g_string_append(out, "</td>");
	}
	if (shown->traces) {
		g_string_append(out, "<td class=\"links\">");
		put_traces(out, r, t);
		g_string_append(out, "</td>");
	}
	g_string_append(out, "</tr>\n");
}

void put_trials(GString *out, const struct results *r)
{
	const GPtrArray *kinds[] = {r->run->trials, r->run->counting};
	struct shown shown = {false, false};

	if (!r->run->trials->len && !r->run->counting->len)
		return;
	for (unsigned int k = 0; k < G_N_ELEMENTS(kinds); k++)
		look_at(r, kinds[k], &shown);
	g_string_append(out,
			"<section id=\"trials\" aria-labelledby=\"h-trials\">\n"
			"<h2 id=\"h-trials\">Trials</h2>\n"
			"<p>Each boot, with what it counts for and why. Counting boots are of "
			"no block.</p>\n"
			"<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
			"aria-label=\"Table: trials\">\n<table>\n"
			"<thead><tr><th scope=\"col\">trial</th><th scope=\"col\" class=\"r\">"
			"block</th><th scope=\"col\">ring</th><th scope=\"col\">variant</th>"
			"<th scope=\"col\">state</th><th scope=\"col\" class=\"r\">phases that "
			"count</th>");
	if (shown.evidence)
		g_string_append(out, "<th scope=\"col\">evidence</th>");
	if (shown.traces)
		g_string_append(out, "<th scope=\"col\">traces</th>");
	g_string_append(out, "</tr></thead>\n<tbody>\n");
	for (unsigned int k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (unsigned int i = 0; i < kinds[k]->len; i++)
			put_trial(out, r, kinds[k]->pdata[i], &shown);
	g_string_append(out, "</tbody>\n</table>\n</div>\n</section>\n");
}

static void put_if_there(GString *out, const struct results *r, const char *name)
{
	g_autofree char *path = g_build_filename(r->run->dir, name, NULL);
	g_autofree char *link = g_strconcat("../", name, NULL);

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return;
	g_string_append(out, "<li>");
	put_link(out, link, name);
	g_string_append(out, "</li>\n");
}

void put_files(GString *out, const struct results *r)
{
	static const char *const raw[] = {"run.json", "plan.ini", "journal", "replay.json",
					  "rings"};

	g_string_append(out, "<section id=\"files\" aria-labelledby=\"h-files\">\n"
			     "<h2 id=\"h-files\">Files</h2>\n<ul class=\"files\">\n"
			     "<li><a href=\"report.txt\">report.txt</a></li>\n");
	if (r)
		g_string_append(out, "<li><a href=\"report-full.txt\">report-full.txt</a></li>\n"
				     "<li><a href=\"summary.json\">summary.json</a></li>\n");
	for (unsigned int i = 0; r && i < G_N_ELEMENTS(raw); i++)
		put_if_there(out, r, raw[i]);
	if (!r)
		g_string_append(out, "<li><a href=\"../replay.json\">replay.json</a></li>\n");
	g_string_append(out, "</ul>\n</section>\n");
}
