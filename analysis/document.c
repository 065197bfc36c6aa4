// SPDX-License-Identifier: GPL-2.0-or-later
#include "document.h"

#include <stdarg.h>

#include "table.h"

static void block_free(struct block *b)
{
	g_free(b->name);
	g_free(b->text);
	table_free(b->table);
	g_free(b);
}

struct document *document_new(void)
{
	struct document *d = g_new0(struct document, 1);

	d->blocks = g_ptr_array_new_with_free_func((GDestroyNotify)block_free);
	return d;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	g_ptr_array_free(d->blocks, TRUE);
	g_free(d);
}

static struct block *add(struct document *out, enum block_kind kind)
{
	struct block *b = g_new0(struct block, 1);

	b->kind = kind;
	g_ptr_array_add(out->blocks, b);
	return b;
}

void heading(struct document *out, char line, const char *format, ...)
{
	struct block *b = add(out, BLOCK_HEADING);
	va_list args;

	b->line = line;
	va_start(args, format);
	b->text = g_strdup_vprintf(format, args);
	va_end(args);
}

void paragraph(struct document *out, unsigned int indent, const char *format, ...)
{
	struct block *b = add(out, BLOCK_PARAGRAPH);
	va_list args;

	b->indent = indent;
	va_start(args, format);
	b->text = g_strdup_vprintf(format, args);
	va_end(args);
}

void field(struct document *out, const char *name, const char *format, ...)
{
	struct block *b = add(out, BLOCK_FIELD);
	va_list args;

	b->name = g_strdup(name);
	va_start(args, format);
	b->text = g_strdup_vprintf(format, args);
	va_end(args);
}

void plot_here(struct document *out, const char *name)
{
	add(out, BLOCK_PLOT)->name = g_strdup(name);
}

void blank_line(struct document *out)
{
	add(out, BLOCK_BLANK);
}

void table_print(struct table *t, struct document *out)
{
	add(out, BLOCK_TABLE)->table = t;
}
