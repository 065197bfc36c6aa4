// SPDX-License-Identifier: GPL-2.0-or-later
/* Measures as lines of a table. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/tool/text.h"
#include "table.h"
#include "units.h"

enum column {
	ELEMENTS,
	RATE,
	OOO,
	DEPTH_P50,
	DEPTH_P99,
	DEPTH_MAX,
	STASH_NOW,
	STASH_MAX,
	HOLD_P50,
	HOLD_P99,
	HOLD_P999,
	FLUSH_P50,
	FLUSH_P99,
	FLUSH_P999,
	LOST,
	COLUMNS
};

/* Ranks of 0 always stay; of the others the highest is left out first. */
static const struct {
	const char *group, *title;
	unsigned width, rank;
} columns[COLUMNS] = {
	[ELEMENTS] = {"", "elements", 9, 0},
	[RATE] = {"", "elem/s", 6, 0},
	[OOO] = {"", "ooo%", 5, 0},
	[DEPTH_P50] = {"depth", "p50", 4, 3},
	[DEPTH_P99] = {"depth", "p99", 4, 1},
	[DEPTH_MAX] = {"depth", "max", 4, 0},
	[STASH_NOW] = {"stash", "now", 4, 2},
	[STASH_MAX] = {"stash", "max", 4, 1},
	[HOLD_P50] = {"hold", "p50", 5, 4},
	[HOLD_P99] = {"hold", "p99", 5, 0},
	[HOLD_P999] = {"hold", "p99.9", 5, 6},
	[FLUSH_P50] = {"flush", "p50", 5, 1},
	[FLUSH_P99] = {"flush", "p99", 5, 5},
	[FLUSH_P999] = {"flush", "p99.9", 5, 7},
	[LOST] = {"", "lost", 4, 0},
};

#define NAME_MIN 12u /* that much of a name comes before the least column */
#define NAME_WISH 16u

struct vq_row *vq_row_new(const char *of, const struct vq_queue *q, int64_t lost)
{
	struct vq_row *row = g_new0(struct vq_row, 1);
	g_autofree char *name = NULL;

	name = g_strdup_printf("%s%s%s.%u%s", of ?: "", of ? "/" : "", q->device, q->index,
			       vq_queue_agrees(q) ? "" : " !");
	/* A byte is a column here. */
	row->name = vq_text_clean(name, -1, SIZE_MAX, VQ_ASCII);
	row->lost = lost;
	return row;
}

void vq_row_free(struct vq_row *row)
{
	g_free(row->name);
	g_free(row);
}

static unsigned width_of(unsigned shown)
{
	unsigned width = 0;

	for (int i = 0; i < COLUMNS; i++)
		if (shown & 1u << i)
			width += columns[i].width + 1;
	return width;
}

/* The column to be left out next, or COLUMNS. */
static int least(unsigned shown)
{
	int worst = COLUMNS;

	for (int i = 0; i < COLUMNS; i++)
		if (shown & 1u << i && columns[i].rank &&
		    (worst == COLUMNS || columns[i].rank > columns[worst].rank))
			worst = i;
	return worst;
}

void vq_table_fit(struct vq_table *t, const GPtrArray *rows, unsigned width, bool totals)
{
	unsigned longest = strlen("queue"), used;
	int out;

	for (guint i = 0; i < rows->len; i++)
		longest = MAX(longest, strlen(((struct vq_row *)rows->pdata[i])->name));
	t->totals = totals;
	t->name_width = longest;
	t->shown = (1u << COLUMNS) - 1;
	t->shown &= totals ? ~(1u << STASH_NOW) : ~(1u << ELEMENTS);
	if (!width)
		return;
	while (width_of(t->shown) + MIN(longest, NAME_WISH) > width &&
	       (out = least(t->shown)) != COLUMNS)
		t->shown &= ~(1u << out);
	used = width_of(t->shown);
	t->name_width =
		used + NAME_MIN < width ? MIN(longest, width - used) : MIN(longest, NAME_MIN);
}

void vq_table_header(const struct vq_table *t, GString *out, const char *lead)
{
	const char *last = "";
	size_t end; /* of the column's titles, in this line */

	g_string_append_printf(out, "%*s", (int)strlen(lead) + t->name_width, "");
	end = strlen(lead) + t->name_width;
	for (size_t i = 0, line = out->len - end; i < COLUMNS; i++) {
		const char *group = columns[i].group;

		if (!(t->shown & 1u << i))
			continue;
		/* A group's name stands over its first column, and may stick out. */
		if (!strcmp(group, last))
			group = "";
		end += columns[i].width + 1;
		g_string_append_printf(out, " %*s", MAX(0, (int)(end - (out->len - line)) - 1),
				       group);
		last = columns[i].group;
	}
	g_string_append_printf(out, "\n%s%-*s", lead, t->name_width, "queue");
	for (int i = 0; i < COLUMNS; i++)
		if (t->shown & 1u << i)
			g_string_append_printf(out, " %*s", columns[i].width, columns[i].title);
	g_string_append_c(out, '\n');
}

static void format(vq_field f, enum column i, const struct vq_row *row)
{
	const struct vq_rates *r = &row->r;
	const uint64_t number[COLUMNS] = {
		[DEPTH_P50] = r->depth_p50,   [DEPTH_P99] = r->depth_p99,
		[DEPTH_MAX] = r->depth_max,   [STASH_NOW] = r->stash_now,
		[STASH_MAX] = r->stash_max,   [HOLD_P50] = r->hold_p50,
		[HOLD_P99] = r->hold_p99,     [HOLD_P999] = r->hold_p999,
		[FLUSH_P50] = r->flush_p50,   [FLUSH_P99] = r->flush_p99,
		[FLUSH_P999] = r->flush_p999,
	};
	bool measured = r->fills;

	switch (i) {
	case ELEMENTS:
		snprintf(f, sizeof(vq_field), "%" PRIu64, r->elements);
		return;
	case RATE:
		vq_format_count(f, r->per_s, columns[i].width);
		return;
	case OOO:
		vq_format_percent(f, r->ooo);
		return;
	case LOST:
		vq_format_count(f, row->lost < 0 ? NAN : row->lost, columns[i].width);
		return;
	case HOLD_P50:
	case HOLD_P99:
	case HOLD_P999:
		measured = r->holds;
		break;
	case FLUSH_P50:
	case FLUSH_P99:
	case FLUSH_P999:
		measured = r->flushes;
		break;
	case STASH_NOW:
		measured = r->ordered;
		break;
	default:
		break;
	}
	if (!measured)
		strcpy(f, "-");
	else if (columns[i].width == 5)
		vq_format_time(f, number[i]);
	else
		vq_format_count(f, number[i], columns[i].width);
}

void vq_table_row(const struct vq_table *t, GString *out, const struct vq_row *row)
{
	size_t length = strlen(row->name);

	/* The end of a name tells more than its beginning. */
	if (length > t->name_width)
		g_string_append_printf(out, "~%s", row->name + length - t->name_width + 1);
	else
		g_string_append_printf(out, "%-*s", t->name_width, row->name);
	for (int i = 0; i < COLUMNS; i++) {
		vq_field f;

		if (!(t->shown & 1u << i))
			continue;
		format(f, i, row);
		g_string_append_printf(out, " %*s", columns[i].width, f);
	}
	g_string_append_c(out, '\n');
}

static int busier(gconstpointer a, gconstpointer b)
{
	const struct vq_row *x = *(struct vq_row *const *)a, *y = *(struct vq_row *const *)b;

	if (x->r.elements != y->r.elements)
		return x->r.elements < y->r.elements ? 1 : -1;
	return strcmp(x->name, y->name);
}

void vq_rows_sort(GPtrArray *rows)
{
	g_ptr_array_sort(rows, busier);
}
