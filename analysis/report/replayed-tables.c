// SPDX-License-Identifier: GPL-2.0-or-later
/* The section of a report that says what replays cost. */
#include "replayed.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/table.h"

struct measure {
	const char *name; /* of its rows, beside a trace */
	const char *title;
	bool over; /* off's own, and over off */
};

enum { INSTRUCTIONS, NANOSECONDS, MEMORY, MEASURES };

static const struct measure measures[MEASURES] = {
	[INSTRUCTIONS] = {"instr.", "Instructions an element: off's, and over off", true},
	[NANOSECONDS] = {"ns", "Nanoseconds an element: off's, and over off", true},
	[MEMORY] = {"bytes", "Memory of the state of a queue: bytes", false},
};

static bool is_off(const struct replayed *r, unsigned int v)
{
	return !strcmp(r->names->pdata[v], "off");
}

static double figure(const struct replayed *r, const struct replayed_source *s, unsigned int v,
		     unsigned int measure)
{
	const struct replayed_variant *x = &s->variants[v];

	if (measure == MEMORY)
		return x->memory;
	if (measure == INSTRUCTIONS)
		return is_off(r, v) ? x->instructions : x->instructions_over;
	return is_off(r, v) ? x->ns : x->ns_over;
}

/* So many variants fit beside each other into 72 columns. */
#define COLUMNS 7
#define HEAD_WIDTH 12

/* Variants @first to @first + COLUMNS - 1 of a table; off leads each. */
struct columns {
	unsigned int variant[COLUMNS], n;
};

/* The next columns after @c; false when there are none. */
static bool next_columns(const struct replayed *r, struct columns *c)
{
	unsigned int v = c->n ? c->variant[c->n - 1] + 1 : 0;

	if (v >= r->names->len)
		return false;
	c->n = 0;
	if (v && is_off(r, 0))
		c->variant[c->n++] = 0;
	while (v < r->names->len && c->n < COLUMNS)
		c->variant[c->n++] = v++;
	return true;
}

/* "hash-" over "table", "qemu" over "model". */
static char *column_head(const struct replayed *r, unsigned int v)
{
	const char *name = r->names->pdata[v], *dash = strchr(name, '-');

	if (replayed_is_model(r, v))
		return g_strdup_printf(">%s\nmodel", name);
	if (dash)
		return g_strdup_printf(">%.*s\n%.*s", (int)MIN(dash + 1 - name, HEAD_WIDTH), name,
				       HEAD_WIDTH, dash + 1);
	return g_strdup_printf(">%.*s\n%.*s", HEAD_WIDTH, name, HEAD_WIDTH,
			       name + MIN(strlen(name), HEAD_WIDTH));
}

/* Columns: @what, @depth if not NULL, the variants in two lines each. */
static struct table *variant_table(const struct replayed *r, const struct columns *c,
				   const char *what, const char *depth)
{
	char *head[COLUMNS + 1] = {NULL};
	struct table *t;

	for (unsigned int i = 0; i < c->n; i++)
		head[i] = column_head(r, c->variant[i]);
	if (depth)
		t = table_new(what, depth, head[0], head[1], head[2], head[3], head[4], head[5],
			      head[6], NULL);
	else
		t = table_new(what, head[0], head[1], head[2], head[3], head[4], head[5], head[6],
			      NULL);
	for (unsigned int i = 0; i < c->n; i++)
		g_free(head[i]);
	return t;
}

static void put_row(struct table *t, const struct replayed *r, const struct columns *c,
		    const struct replayed_source *s, unsigned int measure)
{
	for (unsigned int i = 0; i < c->n; i++) {
		double value = figure(r, s, c->variant[i], measure);

		if (measure == MEMORY)
			table_count(t, value);
		else if (measure == NANOSECONDS && fabs(value) < 99.95) /* no clock tells more */
			table_cell(t, "%.1f", value);
		else
			table_number(t, value);
	}
}

static void synth_table(struct document *out, const struct replayed *r, const struct columns *c,
			unsigned int measure)
{
	struct table *t = variant_table(r, c, "completed", ">depth\nmax");
	g_autofree char *before = g_strdup("");

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		bool varies = replayed_varies(r, s);
		char *title;

		if (!*s->synth)
			continue;
		title = varies ? g_strdup_printf("%s, %s ring of...", s->synth, s->ring)
			       : g_strdup_printf("%s ring of %u", s->ring, s->size);
		if (strcmp(title, before))
			table_group(t, title);
		g_free(before);
		before = title;
		if (varies)
			table_cell(t, "%u", s->size);
		else
			table_cell(t, "%s", s->synth);
		table_cell(t, "%u", s->depth_max);
		put_row(t, r, c, s, measure);
	}
	table_print(t, out);
}

static void synth_tables(struct document *out, const struct replayed *r, unsigned int measure)
{
	struct columns c = {.n = 0};

	paragraph(out, 0, "\n%s.\n", measures[measure].title);
	for (unsigned int tables = 0; next_columns(r, &c); tables++) {
		if (tables)
			blank_line(out);
		synth_table(out, r, &c, measure);
	}
}

/* ".../trials/ID/vqprobe-WORKLOAD-on.vqt" -> "WORKLOAD, ID"; else as it is. */
static char *trace_label(const char *name)
{
	g_auto(GStrv) part = g_strsplit(name, "/", -1);
	unsigned int n = g_strv_length(part);
	const char *file = n ? part[n - 1] : name;

	if (n < 3 || strcmp(part[n - 3], "trials") || !g_str_has_prefix(file, "vqprobe-") ||
	    !g_str_has_suffix(file, "-on.vqt"))
		return g_strdup(file);
	return g_strdup_printf("%.*s, %s",
			       (int)(strlen(file) - strlen("vqprobe-") - strlen("-on.vqt")),
			       file + strlen("vqprobe-"), part[n - 2]);
}

/* Is it recorded, and of a queue that negotiated order? */
static bool is_recorded(const struct replayed_source *s, bool ordered)
{
	return !*s->synth && !strcmp(s->recorded_order, "ordered") == ordered;
}

static void trace_table(struct document *out, const struct replayed *r, const struct columns *c,
			bool ordered)
{
	struct table *t = variant_table(r, c, "recorded", NULL);

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		g_autofree char *label = trace_label(s->name), *where = NULL, *what = NULL;

		if (!is_recorded(s, ordered))
			continue;
		where = g_strdup_printf("%s: %s ring of %u%s", label, s->ring, s->size,
					!strcmp(s->recorded_order, "mixed") ? ", ordered in part"
									    : "");
		what = g_strdup_printf("  %" PRIu64 " elements, %.0f %% reordered, depth mean "
				       "%.1f, max %u",
				       s->elements,
				       s->elements ? 100.0 * s->reordered / s->elements : 0,
				       s->elements ? s->depth_mean : 0, s->depth_max);
		table_group(t, where);
		table_group(t, what);
		for (unsigned int m = 0; m < MEMORY; m++) {
			table_cell(t, "  %s", measures[m].name);
			put_row(t, r, c, s, m);
		}
	}
	table_print(t, out);
}

static unsigned int count_recorded(const struct replayed *r, bool ordered)
{
	unsigned int n = 0;

	for (guint i = 0; i < r->sources->len; i++)
		n += is_recorded(r->sources->pdata[i], ordered);
	return n;
}

static void trace_tables(struct document *out, const struct replayed *r, bool ordered)
{
	struct columns c = {.n = 0};

	if (!count_recorded(r, ordered))
		return;
	if (ordered)
		paragraph(
			out, 0,
			"\nWhat ordered queues did, replayed: off's cost, and over off. These are "
			"the orders that a strategy meets.\n");
	else
		paragraph(out, 0,
			  "\nWhat queues without VIRTIO_F_IN_ORDER did, replayed in order: off's "
			  "cost, and over off. Their drivers went on past an old element, where an "
			  "ordered ring holds them back: where depth is not 0, no ordered queue "
			  "sees that order, and none ever a depth beyond its iodepth. What grows "
			  "with depth costs more here than it would in use.\n");
	for (unsigned int tables = 0; next_columns(r, &c); tables++) {
		if (tables)
			blank_line(out);
		trace_table(out, r, &c, ordered);
	}
}

static bool any_synth(const struct replayed *r)
{
	for (guint i = 0; i < r->sources->len; i++)
		if (*((struct replayed_source *)r->sources->pdata[i])->synth)
			return true;
	return false;
}

/* The widest 95 % interval of a time, in per cent of it: half its width. */
static double widest(const struct replayed *r)
{
	double most = NAN;

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];

		for (unsigned int v = 0; v < s->n; v++) {
			const struct replayed_variant *x = &s->variants[v];

			most = fmax(most, 50 * (x->ns_high - x->ns_low) / x->ns);
		}
	}
	return most;
}

static void put_wrong(struct document *out, const struct replayed *r)
{
	unsigned int checked = 0, wrong = 0, ordered = 0, differ = 0;

	for (guint i = 0; i < r->sources->len; i++) {
		const struct replayed_source *s = r->sources->pdata[i];
		g_autofree char *label = trace_label(s->name);
		bool recorded = false, differs = false;

		for (unsigned int v = 0; v < s->n; v++) {
			const struct replayed_variant *x = &s->variants[v];

			checked += !is_off(r, v);
			wrong += *x->wrong != 0;
			recorded |= *x->recorded != 0;
			differs |= !strcmp(x->recorded, "differs");
			if (*x->wrong)
				paragraph(out, 2, "\n- %s: %s: WRONG: %s", label,
					  (char *)r->names->pdata[v], x->wrong);
		}
		ordered += recorded;
		differ += differs;
		if (s->completed_early)
			paragraph(out, 2,
				  "- %s: %" PRIu64
				  " elements were completed early, where an ordered "
				  "ring would have been full",
				  label, s->completed_early);
		if (s->ignored || s->broken)
			paragraph(out, 2,
				  "- %s: %" PRIu64 " fills or detaches without a pop were ignored, "
				  "%" PRIu64 " pops or rewinds cannot have been",
				  label, s->ignored, s->broken);
	}
	paragraph(out, 0,
		  "\nOf %u replays of ordered variants %u published in another order than that of "
		  "the pops.%s",
		  checked, wrong, ordered ? "" : " No recording is of an ordered queue.");
	if (ordered)
		paragraph(out, 0,
			  "%u of the recordings are of ordered queues; in %u of them QEMU "
			  "published in "
			  "another order than the replay.",
			  ordered, differ);
}

void report_replayed(struct document *out, const struct replayed *r)
{
	const struct replayed_source *first = r->sources->len ? r->sources->pdata[0] : NULL;
	g_autofree char *most = number_text(widest(r));

	heading(out, '-', "Replay");
	paragraph(
		out, 0,
		"The strategies' object code beside a used ring in memory, without QEMU and guest "
		"around it, over the same operations (vqreplay): pop, fill, flush, the writing of "
		"the ring included. Over off: more than the same loop costs without order. off and "
		"qemu are models of what QEMU does by itself, written for this loop, and not its "
		"code; the others are the object code that runs in QEMU. "
		"Instructions by %s; times are thread CPU time, medians of %u repeats, the widest "
		"95 %% interval +-%s %%. %s, %" PRIu64 " cores, Linux %s, %.10s.",
		first && *first->counter ? first->counter : "nothing", first ? first->repeats : 0,
		most, r->cpu, r->cores, r->kernel, r->created);
	for (unsigned int m = 0; any_synth(r) && m < MEASURES; m++)
		synth_tables(out, r, m);
	trace_tables(out, r, true);
	trace_tables(out, r, false);
	put_wrong(out, r);
	plot_here(out, "replay-depth");
	plot_here(out, "replay-size");
}

struct document *replayed_document(const struct replayed *r)
{
	struct document *out = document_new();

	heading(out, '=', "vqlab: replay, %.10s", r->created);
	report_replayed(out, r);
	return out;
}
