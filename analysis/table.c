// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <math.h>
#include <stdarg.h>

struct table *table_new(const char *head, ...)
{
	struct table *t = g_new0(struct table, 1);
	va_list args;

	t->cells = g_ptr_array_new_with_free_func(g_free);
	va_start(args, head);
	for (; head; head = va_arg(args, const char *)) {
		struct column *c = &t->columns[t->n++];
		char **lines;

		g_assert(t->n <= TABLE_COLUMNS);
		c->right = head[0] == '>';
		lines = g_strsplit(head + c->right, "\n", 2);
		c->head = g_strdup(lines[0] ?: ""); /* of "" there is no line */
		c->head2 = lines[0] ? g_strdup(lines[1]) : NULL;
		g_strfreev(lines);
	}
	va_end(args);
	return t;
}

void table_group(struct table *t, const char *title)
{
	t->grouped = true;
	g_ptr_array_add(t->cells, g_strdup_printf("\n%s", title));
}

void table_cell(struct table *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(t->cells, g_strdup_vprintf(format, args));
	va_end(args);
}

char *number_text(double value)
{
	double size = fabs(value);

	if (isnan(value))
		return g_strdup("-");
	if (!size)
		return g_strdup("0");
	if (size >= 99.95)
		return g_strdup_printf("%.0f", value);
	if (size >= 9.995)
		return g_strdup_printf("%.1f", value);
	if (size >= 0.09995)
		return g_strdup_printf("%.2f", value);
	return g_strdup_printf("%.2g", value);
}

char *signed_text(double value, unsigned int digits)
{
	if (isnan(value))
		return g_strdup("-");
	if (fabs(value) < 0.5 * pow(10, -(double)digits))
		return g_strdup("0");
	return g_strdup_printf("%+.*f", digits, value);
}

void table_number(struct table *t, double value)
{
	g_ptr_array_add(t->cells, number_text(value));
}

void table_count(struct table *t, double value)
{
	if (isnan(value))
		table_cell(t, "-");
	else
		table_cell(t, "%.*f", value != floor(value), value);
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->n; i++) {
		g_free(t->columns[i].head);
		g_free(t->columns[i].head2);
	}
	g_ptr_array_free(t->cells, TRUE);
	g_free(t);
}
