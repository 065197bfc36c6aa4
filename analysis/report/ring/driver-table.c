// SPDX-License-Identifier: GPL-2.0-or-later
#include "driver-table.h"

#include <math.h>
#include <string.h>

#include "analysis/table.h"
#include "driver-costs.h"
#include "sections.h"

/* So many workloads fit beside each other into 72 columns. */
#define COLUMNS 4
#define HEAD_WIDTH 13

static const struct workload *workload_at(const struct results *r, unsigned int w)
{
	return r->run->workloads->pdata[w];
}

static double cost_of(const struct results *r, unsigned int w, unsigned int ring, int variant,
		      unsigned int part)
{
	if (variant < 0)
		return NAN;
	return driver_cost(driver_of(r->run, workload_at(r, w), ring, variant), part);
}

static bool is_counted(const struct results *r, unsigned int w, unsigned int ring)
{
	for (unsigned int v = 0; v < r->run->variants->len; v++)
		if (!isnan(cost_of(r, w, ring, v, DRIVER_ALL)))
			return true;
	return false;
}

static bool is_counted_anywhere(const struct results *r, unsigned int w)
{
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++)
		if (is_counted(r, w, ring))
			return true;
	return false;
}

bool has_driver_class(const struct results *r, enum ring_class class)
{
	for (unsigned int w = 0; w < r->run->workloads->len; w++)
		if (class_of(workload_at(r, w)) == class && is_counted_anywhere(r, w))
			return true;
	return false;
}

static bool is_alike(const struct results *r, unsigned int w, unsigned int ring,
		     unsigned int variant)
{
	const struct workload *of = workload_at(r, w);

	return r->off < 0 || driver_alike(driver_of(r->run, of, ring, variant),
					  driver_of(r->run, of, ring, r->off));
}

/* Does the number of segments go into it? */
static bool by_segments(unsigned int part)
{
	return part == DRIVER_ALL || part == DRIVER_WORK ||
	       (part < DRIVER_PARTS && !strcmp(driver_part_names[part], "add"));
}

/* Of @part: off's own, or over off's. */
static char *part_text(const struct results *r, unsigned int w, unsigned int ring,
		       unsigned int variant, unsigned int part)
{
	double off = cost_of(r, w, ring, r->off, part), own = cost_of(r, w, ring, variant, part);
	g_autofree char *text = NULL;

	if (isnan(own))
		return g_strdup("-");
	if ((int)variant == r->off)
		return g_strdup_printf("%.0f", own);
	if (isnan(off))
		return g_strdup("no off");
	text = signed_text(own - off, 0);
	return g_strconcat(by_segments(part) && !is_alike(r, w, ring, variant) ? "~" : "", text,
			   NULL);
}

char *driver_over_text(const struct results *r, unsigned int workload, unsigned int ring,
		       unsigned int variant)
{
	return part_text(r, workload, ring, variant, DRIVER_WORK);
}

/* Which of the class's workloads were counted; the caller frees the list. */
static GArray *choose(const struct results *r, enum ring_class class)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (unsigned int w = 0; w < r->run->workloads->len; w++)
		if (class_of(workload_at(r, w)) == class && is_counted_anywhere(r, w))
			g_array_append_val(chosen, w);
	return chosen;
}

static void put_columns(struct document *out, const struct results *r, const unsigned int *w,
			unsigned int n)
{
	char *head[COLUMNS + 1] = {NULL};
	struct table *t;

	for (unsigned int i = 0; i < n; i++)
		head[i] = g_strdup_printf(">%.*s", HEAD_WIDTH, workload_at(r, w[i])->name);
	t = table_new("driver", head[0], head[1], head[2], head[3], NULL);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		g_autofree char *title =
			g_strdup_printf("%s ring", (char *)r->run->rings->pdata[ring]);
		bool any = false;

		for (unsigned int i = 0; i < n; i++)
			any |= is_counted(r, w[i], ring);
		if (!any)
			continue;
		table_group(t, title);
		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			table_cell(t, "%s", (char *)r->run->variants->pdata[v]);
			for (unsigned int i = 0; i < n; i++) {
				g_autofree char *work = part_text(r, w[i], ring, v, DRIVER_WORK);
				g_autofree char *notices =
					part_text(r, w[i], ring, v, DRIVER_NOTICES);

				if (strcmp(work, "-"))
					table_cell(t, "%s %5s", work, notices);
				else
					table_cell(t, "-");
			}
		}
	}
	table_print(t, out);
	for (unsigned int i = 0; i < n; i++)
		g_free(head[i]);
}

void put_driver_classes(struct document *out, const struct results *r, enum ring_class class)
{
	g_autoptr(GArray) chosen = choose(r, class);

	if (!chosen->len)
		return;
	paragraph(
		out, 0,
		"Instructions an element in virtio_ring of the guest's Linux %s, off's, and over "
		"off: its work on the ring, and beside it kicks and interrupts, as many as the "
		"load's timing made.%s ~: requests of other sizes in segments than off's, which is "
		"most of the difference.\n",
		r->run->guest_kernel,
		class == CLASS_BLK ? "" : " Both queues of the card, sent and received.");
	for (unsigned int i = 0; i < chosen->len; i += COLUMNS) {
		if (i)
			blank_line(out);
		put_columns(out, r, &g_array_index(chosen, unsigned int, i),
			    MIN(COLUMNS, chosen->len - i));
	}
}

void report_driver(struct document *out, const struct results *r, unsigned int w)
{
	struct table *t;

	if (!is_counted_anywhere(r, w))
		return;
	t = table_new("driver", ">add", ">kick", ">get_buf", ">detach", ">interrupt", ">other",
		      ">all", NULL);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		g_autofree char *title =
			g_strdup_printf("%s ring", (char *)r->run->rings->pdata[ring]);

		if (!is_counted(r, w, ring))
			continue;
		table_group(t, title);
		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			table_cell(t, "%s", (char *)r->run->variants->pdata[v]);
			for (unsigned int part = 0; part <= DRIVER_ALL; part++) {
				g_autofree char *text = part_text(r, w, ring, v, part);

				table_cell(t, "%s", text);
			}
		}
	}
	blank_line(out);
	table_print(t, out);
	paragraph(
		out, 0,
		"\nInstructions an element in the guest's virtio_ring, by what they are "
		"for: off's, and over off. Counted. ~: its requests had other numbers of segments "
		"than off's.");
}
