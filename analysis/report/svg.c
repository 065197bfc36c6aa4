// SPDX-License-Identifier: GPL-2.0-or-later
#include "svg.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "svg-defs.h"
#include "svg-numbers.h"

/* What gnuplot says of nearly every group, though it is inherited: said where it changes. */
static const char *const usual[][2] = {
	{"fill", "none"},
	{"color", "black"},
	{"stroke", "currentColor"},
	{"stroke-width", "1.20"},
};
#define N_USUAL G_N_ELEMENTS(usual)

/* An element whose start is not written before something in it draws. */
struct open {
	char *name;
	GString *start;	      /* without its '>'; NULL once written */
	bool closed;	      /* is the '>' written? */
	bool bare;	      /* has no tags, only content */
	char *usual[N_USUAL]; /* what holds in it of those, as gnuplot writes it; NULL: as outside
			       */
};

struct tidy {
	GString *out;
	const char *inside;
	GArray *open;	      /* struct open */
	unsigned int skipped; /* how deep in elements that are left out */
	unsigned int defs;    /* how deep in what is drawn elsewhere */
	bool any;
};

/* What draws by itself, and what only holds that. */
static const char *const drawing[] = {"circle", "ellipse", "line",  "path", "polygon", "polyline",
				      "rect",	"text",	   "tspan", "use",  NULL};
static const char *const holding[] = {"svg", "g", "defs", "desc", NULL};

static const char *const attributes[] = {"color",
					 "cx",
					 "cy",
					 "d",
					 "dx",
					 "dy",
					 "fill",
					 "fill-opacity",
					 "fill-rule",
					 "font-family",
					 "font-size",
					 "font-style",
					 "font-weight",
					 "height",
					 "id",
					 "points",
					 "r",
					 "rx",
					 "ry",
					 "stroke",
					 "stroke-dasharray",
					 "stroke-opacity",
					 "stroke-width",
					 "text-anchor",
					 "transform",
					 "viewBox",
					 "width",
					 "x",
					 "x1",
					 "x2",
					 "xlink:href",
					 "xmlns",
					 "xmlns:xlink",
					 "y",
					 "y1",
					 "y2",
					 NULL};

/* "rgb( 68,  68,  68)" -> "#444444"; other names of colours stay. g_free() it. */
static char *colour(const char *value)
{
	unsigned int c[3];

	if (!strcmp(value, "black"))
		return g_strdup("#000000");
	if (!strcmp(value, "white"))
		return g_strdup("#ffffff");
	if (sscanf(value, "rgb(%u,%u,%u)", &c[0], &c[1], &c[2]) == 3)
		return g_strdup_printf("#%02x%02x%02x", c[0] & 255, c[1] & 255, c[2] & 255);
	return g_ascii_strdown(value, -1);
}

/* What a page draws in its own colours, which differ by its theme. */
static const char *of_page(const char *colour)
{
	static const char *const own[][2] = {
		{"#000000", "var(--ink)"},   {"#444444", "var(--soft)"},
		{"#bbbbbb", "var(--rule)"},  {"#dddddd", "var(--grid)"},
		{"#eeeeee", "var(--shade)"}, {"#ffffff", "var(--paper)"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(own); i++)
		if (!strcmp(colour, own[i][0]))
			return own[i][1];
	return NULL;
}

static void put_colour(const struct tidy *t, GString *start, const char *value, bool of_text)
{
	g_autofree char *hex = colour(value);
	const char *own = t->inside && *hex == '#' ? of_page(hex) : NULL;

	/* The colours of curves are too light to be read on white. */
	if (!own && of_text && *hex == '#' && t->inside)
		own = "var(--ink)";
	g_string_append(start, own ? own : hex);
}

static int usual_place(const char *name)
{
	for (unsigned int i = 0; i < N_USUAL; i++)
		if (!strcmp(name, usual[i][0]))
			return i;
	return -1;
}

/* What holds where the next element begins. */
static const char *inherited(const struct tidy *t, unsigned int place)
{
	for (unsigned int i = t->open->len; i-- > 0;) {
		const struct open *o = &g_array_index(t->open, struct open, i);

		if (o->usual[place])
			return o->usual[place];
	}
	return usual[place][1];
}

/* Would it say what holds anyway?  Of text, a page chooses the colour. */
static bool says_nothing(const struct tidy *t, const char *name, const char *value, bool of_text)
{
	int place = t->defs ? -1 : usual_place(name);

	return place >= 0 && !(of_text && !strcmp(name, "fill")) &&
	       !strcmp(value, inherited(t, place));
}

static bool is_default(const char *name, const char *value)
{
	return (!strcmp(name, "stroke-dasharray") && !strcmp(value, "none")) ||
	       (strstr(name, "-opacity") && g_ascii_strtod(value, NULL) == 1);
}

static void put_value(const struct tidy *t, GString *start, const char *name, const char *value,
		      bool of_text)
{
	g_autofree char *safe = NULL;

	if (!strcmp(name, "d")) {
		svg_put_path(start, value);
	} else if (!strcmp(name, "points")) {
		svg_put_numbers(start, value, 1);
	} else if (!strcmp(name, "transform")) {
		svg_put_numbers(start, value, 1);
	} else if (!strcmp(name, "fill") || !strcmp(name, "stroke") || !strcmp(name, "color")) {
		put_colour(t, start, value, of_text);
	} else if (strchr("-.0123456789", *value)) {
		svg_put_numbers(start, value, 2);
	} else {
		safe = g_markup_escape_text(value, -1);
		g_string_append(start, safe);
	}
}

static void put_attribute(const struct tidy *t, GString *start, const char *name, const char *value,
			  bool of_text)
{
	bool id = !strcmp(name, "id"), link = !strcmp(name, "xlink:href");

	if (!g_strv_contains(attributes, name) || is_default(name, value) ||
	    (link && *value != '#') || !strcmp(name, "font-family"))
		return;
	if (id && !g_str_has_prefix(value, "gp")) /* nothing refers to it */
		return;
	if (t->inside && g_str_has_prefix(name, "xmlns"))
		return;
	g_string_append_printf(start, " %s=\"", t->inside && link ? "href" : name);
	if (link)
		g_string_append_c(start, '#');
	if ((id || link) && t->inside)
		g_string_append_printf(start, "%s-", t->inside);
	put_value(t, start, name, link ? value + 1 : value, of_text);
	g_string_append_c(start, '"');
}

static GString *start_of(const struct tidy *t, const char *name, const char **names,
			 const char **values)
{
	GString *start = g_string_new("<");
	bool top = t->open->len < 3; /* in no group but the one around all */
	bool root = !strcmp(name, "svg");
	bool of_text = g_strv_contains(names, "text-anchor");

	g_string_append(start, name);
	for (unsigned int i = 0; names[i]; i++)
		/* In a page its style says how large a plot is. */
		if (!root || !t->inside || !strcmp(names[i], "viewBox"))
			if (!says_nothing(t, names[i], values[i], of_text))
				put_attribute(t, start, names[i], values[i], of_text);
	if (root) {
		g_string_append(start, t->inside ? " aria-hidden=\"true\""
						 : " font-family=\"DejaVu Sans, sans-serif\"");
		for (unsigned int i = 0; i < N_USUAL; i++)
			put_attribute(t, start, usual[i][0], usual[i][1], false);
	} else if (top && !strcmp(name, "rect") && !g_strv_contains(names, "stroke")) {
		g_string_append(start, " stroke=\"none\"");
	}
	return start;
}

/* Writes the starts of all that is open, the last one without its '>'. */
static void write_starts(struct tidy *t)
{
	for (unsigned int i = 0; i < t->open->len; i++) {
		struct open *o = &g_array_index(t->open, struct open, i);

		if (i) {
			struct open *parent = o - 1;

			if (!parent->closed)
				g_string_append_c(t->out, '>');
			parent->closed = true;
		}
		if (!o->start)
			continue;
		if (t->out->len && strcmp(o->name, "tspan"))
			g_string_append_c(t->out, '\n');
		if (!strcmp(o->start->str, "<g")) {
			o->bare = o->closed = true; /* says nothing: only what is in it */
			g_string_truncate(o->start, 0);
			g_string_truncate(t->out, t->out->len - 1);
		}
		g_string_append(t->out, o->start->str);
		g_string_free(o->start, TRUE);
		o->start = NULL;
	}
}

/* A path that only moves, as of a tic without a length. */
static bool draws_nothing(const char *name, const char **names, const char **values)
{
	for (unsigned int i = 0; !strcmp(name, "path") && names[i]; i++)
		if (!strcmp(names[i], "d"))
			return !strpbrk(values[i], "LlHhVvCcSsQqTtAaZz");
	return false;
}

static void on_start(GMarkupParseContext *context, const char *name, const char **names,
		     const char **values, gpointer data, GError **error)
{
	struct tidy *t = data;
	struct open o = {.closed = false};

	(void)context;
	(void)error;
	if (t->skipped || (!g_strv_contains(drawing, name) && !g_strv_contains(holding, name)) ||
	    (t->inside && !strcmp(name, "desc")) || draws_nothing(name, names, values)) {
		t->skipped++;
		return;
	}
	o.name = g_strdup(name);
	o.start = start_of(t, name, names, values);
	for (unsigned int i = 0; names[i]; i++)
		if (usual_place(names[i]) >= 0)
			o.usual[usual_place(names[i])] = g_strdup(values[i]);
	g_array_append_val(t->open, o);
	t->defs += !strcmp(name, "defs");
	/* A text may turn out to be empty. */
	if ((g_strv_contains(drawing, name) && strcmp(name, "text")) || !strcmp(name, "desc"))
		write_starts(t);
	t->any = true;
}

static void free_open(void *data)
{
	struct open *o = data;

	if (o->start)
		g_string_free(o->start, TRUE);
	for (unsigned int i = 0; i < N_USUAL; i++)
		g_free(o->usual[i]);
	g_free(o->name);
}

static void on_end(GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
	struct tidy *t = data;
	struct open o;

	(void)context;
	(void)error;
	if (t->skipped) {
		t->skipped--;
		return;
	}
	o = g_array_index(t->open, struct open, t->open->len - 1);
	if (!o.start && !o.closed)
		g_string_append(t->out, "/>");
	else if (!o.start && !o.bare)
		g_string_append_printf(t->out, "</%s>", name);
	t->defs -= !strcmp(name, "defs");
	free_open(&o);
	g_array_set_size(t->open, t->open->len - 1);
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
		    GError **error)
{
	struct tidy *t = data;
	struct open *o;
	g_autofree char *safe = NULL;

	(void)context;
	(void)error;
	if (t->skipped || !t->open->len)
		return;
	o = &g_array_index(t->open, struct open, t->open->len - 1);
	if (strcmp(o->name, "text") && strcmp(o->name, "tspan") && strcmp(o->name, "desc"))
		return;
	write_starts(t);
	o = &g_array_index(t->open, struct open, t->open->len - 1);
	if (!o->closed)
		g_string_append_c(t->out, '>');
	o->closed = true;
	safe = g_markup_escape_text(text, length);
	g_string_append(t->out, safe);
}

char *svg_tidy(const char *svg, const char *inside, GError **error)
{
	static const GMarkupParser parser = {
		.start_element = on_start, .end_element = on_end, .text = on_text};
	struct tidy t = {.out = g_string_new(NULL), .inside = inside};
	GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &t, NULL);
	bool ok;

	t.open = g_array_new(FALSE, FALSE, sizeof(struct open));
	if (!inside)
		g_string_append(t.out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
	ok = g_markup_parse_context_parse(context, svg, strlen(svg), error) &&
	     g_markup_parse_context_end_parse(context, error);
	g_markup_parse_context_free(context);
	if (t.open->len) { /* only after an error; the last ones written by on_end() */
		for (unsigned int i = 0; i < t.open->len; i++)
			free_open(&g_array_index(t.open, struct open, i));
	}
	g_array_free(t.open, TRUE);
	if (ok) {
		g_autofree char *prefix = g_strdup_printf("%s%s", inside ?: "", inside ? "-" : "");

		svg_drop_unused(t.out, prefix);
	}
	g_string_append_c(t.out, '\n');
	return g_string_free(t.out, !ok);
}
