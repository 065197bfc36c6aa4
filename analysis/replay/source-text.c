// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations from a file in the text format. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "source.h"

struct text_source {
	struct source s;
	char *path;
};

/* A file being read, line by line. */
struct lines {
	FILE *file;
	unsigned long number; /* of the line */
	size_t len;
	char text[OPS_LINE_MAX];
};

/* The next line without its end: 1, 0 at the end of the file, -1 if too long. */
static int next_line(struct lines *l)
{
	int c;

	l->len = 0;
	l->number++;
	while ((c = getc_unlocked(l->file)) != EOF && c != '\n') {
		if (l->len == sizeof(l->text))
			return -1;
		l->text[l->len++] = c;
	}
	if (c == EOF && !l->len)
		return 0;
	if (l->len && l->text[l->len - 1] == '\r')
		l->len--;
	return 1;
}

/* One line; NULL or what is wrong.  *@order is made by the ring line. */
static char *take_line(const struct lines *l, struct order **order, op_fn fn, void *data)
{
	struct ops_line line;
	char *wrong = ops_parse_line(l->text, l->len, &line);

	if (wrong || line.kind == LINE_EMPTY)
		return wrong;
	if (line.kind == LINE_RING) {
		if (*order)
			return g_strdup("a second ring line");
		*order = order_new(&line.shape);
		return NULL;
	}
	if (!*order)
		return g_strdup("the first line must be 'ring split|packed SIZE'");
	wrong = order_op(*order, &line.op);
	if (!wrong && fn)
		fn(0, &line.op, *order, data);
	return wrong;
}

bool ops_read_text(FILE *file, const char *name, struct ring_shape *shape,
		   struct order_counts *counts, op_fn fn, void *data, GError **error)
{
	g_autofree struct lines *l = g_new(struct lines, 1);
	struct order *order = NULL;
	char *wrong = NULL;
	int more = 0;

	l->file = file;
	l->number = 0;
	while (!wrong && (more = next_line(l)) > 0)
		wrong = take_line(l, &order, fn, data);
	if (more < 0)
		wrong = g_strdup_printf("longer than %u bytes", OPS_LINE_MAX);
	else if (!wrong && ferror(file))
		wrong = g_strdup(g_strerror(errno));
	else if (!wrong && !order)
		wrong = g_strdup("no operations: the first line must be 'ring split|packed SIZE'");
	if (order) {
		*shape = order->shape;
		if (counts)
			*counts = order->counts;
	}
	if (wrong)
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "%s:%lu: %s", name, l->number, wrong);
	order_free(order);
	g_free(wrong);
	return !wrong;
}

static bool text_run(struct source *s, op_fn fn, void *data, GError **error)
{
	FILE *file = fopen(((struct text_source *)s)->path, "re");
	struct ring_shape shape = {0};
	struct order_counts counts;
	bool ok;

	if (!file) {
		g_set_error(error, OPS_ERROR, OPS_BAD_INPUT, "%s: %s", s->name, g_strerror(errno));
		return false;
	}
	ok = ops_read_text(file, s->name, &shape, &counts, fn, data, error);
	fclose(file);
	if (ok && !s->queues->len)
		source_add(s, "", 0, &shape)->counts = counts;
	return ok;
}

static void text_clear(struct source *s)
{
	g_free(((struct text_source *)s)->path);
}

struct source *text_source(const char *path, const char *name, GError **error)
{
	struct text_source *t = source_new(sizeof(*t), name);

	t->s.run = text_run;
	t->s.clear = text_clear;
	t->path = g_strdup(path);
	if (text_run(&t->s, NULL, NULL, error))
		return &t->s;
	source_free(&t->s);
	return NULL;
}
