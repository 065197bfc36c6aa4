// SPDX-License-Identifier: GPL-2.0-or-later
/* Measures as lines of a table. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/tool/text.h"
#include "table.h"

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
	FLUSH_P50,
	FLUSH_P99,
	LOST,
	COLUMNS
};

/* Ranks of 0 always stay; of the others the highest is left out first. */
static const struct {
	const char *group, *title;
	unsigned width, rank;
} columns[COLUMNS] = {
	[ELEMENTS] = {"", "elements", 9, 0},  [RATE] = {"", "elem/s", 6, 0},
	[OOO] = {"", "ooo%", 5, 0},	      [DEPTH_P50] = {"depth", "p50", 4, 3},
	[DEPTH_P99] = {"depth", "p99", 4, 1}, [DEPTH_MAX] = {"depth", "max", 4, 0},
	[STASH_NOW] = {"stash", "now", 4, 2}, [STASH_MAX] = {"stash", "max", 4, 1},
	[HOLD_P50] = {"hold", "p50", 5, 4},   [HOLD_P99] = {"hold", "p99", 5, 0},
	[FLUSH_P50] = {"flush", "p50", 5, 1}, [FLUSH_P99] = {"flush", "p99", 5, 5},
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

	g_string_append_printf(out, "%s%-*s", lead, t->name_width, "");
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

typedef char field[32];

/* At most @width characters, 4 or more: 12345 as 12k. */
static void format_count(field f, double v, unsigned width)
{
	static const char unit[] = "kMGTPE";
	int i = 0;

	if (isnan(v)) {
		strcpy(f, "-");
		return;
	}
	if (v < pow(10, width) - 0.5) {
		snprintf(f, sizeof(field), v && v < 9.95 && v != floor(v) ? "%.1f" : "%.0f", v);
		return;
	}
	for (v /= 1000; v >= 999.5 && unit[i + 1]; i++)
		v /= 1000;
	snprintf(f, sizeof(field), v < 9.95 ? "%.1f%c" : "%.0f%c", v, unit[i]);
}

/* Five characters: 950ns, 9.5us, 95us, 1.2ms. */
static void format_time(field f, uint64_t ns)
{
	static const char *const unit[] = {"ns", "us", "ms", "s"};
	double v = ns;
	int i = 0;

	for (; v >= 999.5 && i < 3; i++)
		v /= 1000;
	snprintf(f, sizeof(field), i && v < 9.95 ? "%.1f%s" : "%.0f%s", v, unit[i]);
}

/* A share, four characters or so, that shows small ones, too. */
static void format_percent(field f, double v)
{
	if (isnan(v))
		strcpy(f, "-");
	else
		snprintf(f, sizeof(field), v < 9.995 ? "%.2f" : "%.1f", v);
}

static void format(field f, enum column i, const struct vq_row *row)
{
	const struct vq_rates *r = &row->r;
	const uint64_t number[COLUMNS] = {
		[DEPTH_P50] = r->depth_p50, [DEPTH_P99] = r->depth_p99, [DEPTH_MAX] = r->depth_max,
		[STASH_NOW] = r->stash_now, [STASH_MAX] = r->stash_max, [HOLD_P50] = r->hold_p50,
		[HOLD_P99] = r->hold_p99,   [FLUSH_P50] = r->flush_p50, [FLUSH_P99] = r->flush_p99,
	};
	bool measured = r->fills;

	switch (i) {
	case ELEMENTS:
		snprintf(f, sizeof(field), "%" PRIu64, r->elements);
		return;
	case RATE:
		format_count(f, r->per_s, columns[i].width);
		return;
	case OOO:
		format_percent(f, r->ooo);
		return;
	case LOST:
		format_count(f, row->lost < 0 ? NAN : row->lost, columns[i].width);
		return;
	case HOLD_P50:
	case HOLD_P99:
		measured = r->holds;
		break;
	case FLUSH_P50:
	case FLUSH_P99:
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
		format_time(f, number[i]);
	else
		format_count(f, number[i], columns[i].width);
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
		field f;

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
