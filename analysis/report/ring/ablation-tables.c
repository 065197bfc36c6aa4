// SPDX-License-Identifier: GPL-2.0-or-later
/* The ablation as tables: what the device does, what the driver does, throughput. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/table.h"
#include "ablation-tables.h"
#include "driver-costs.h"
#include "rings.h"

#define NAME_WIDTH 16

void put_value(struct table *t, double value, unsigned int digits)
{
	if (isnan(value))
		table_cell(t, "-");
	else
		table_cell(t, "%.*f", digits, value);
}

void put_effect(struct table *t, double effect, unsigned int digits, bool agree)
{
	g_autofree char *text = signed_text(effect, digits);

	table_cell(t, "%s%s", isnan(effect) || agree ? "" : "~", isnan(effect) ? "-" : text);
}

static void device_row(struct table *t, const struct ablation *a, const struct counted *c,
		       unsigned int ring, unsigned int order)
{
	struct sides device = device_sides(a, c, ring, order);
	struct sides entries = figure_sides(a, c, ring, order, COUNT_ENTRIES);
	struct sides bytes = figure_sides(a, c, ring, order, COUNT_WRITTEN);

	table_cell(t, "%.*s", NAME_WIDTH, (char *)c->orders->pdata[order]);
	put_value(t, device.value[SIDE_OFF], 0);
	put_effect(t, device.value[SIDE_QEMU] - device.value[SIDE_OFF], 0, device.agree);
	put_effect(t, order_effect(&device), 0, device.agree);
	put_effect(t, batch_effect(&device), 0, device.agree);
	put_effect(t, order_effect(&device) + batch_effect(&device), 0, device.agree);
	put_value(t, entries.value[SIDE_BATCH], 3);
	put_effect(t, order_effect(&bytes) + batch_effect(&bytes), 1, true);
}

/* "ring-read, split ring; 64 in flight, added 8 at a time" */
void put_group(struct table *t, const struct ring_workload *w, unsigned int ring)
{
	const struct counted *c = w->counted;
	g_autoptr(GString) title = g_string_new(NULL);

	g_string_append_printf(title, "%.24s, %s ring; %" PRIu64 " in flight", w->workload->name,
			       (char *)c->rings->pdata[ring], c->depth);
	if (c->batch)
		g_string_append_printf(title, ", added %" PRIu64 " at a time", c->batch);
	table_group(t, title->str);
}

bool is_ablated(const struct ablation *a, const struct ring_workload *w)
{
	return w->counted && side_place(a, w->counted->variants, SIDE_BATCH) >= 0;
}

void put_ablation_device(struct document *out, const struct results *r, const struct ablation *a)
{
	struct table *t = table_new("device", ">off", ">qemu", ">order", ">batch", ">both",
				    ">entries", ">bytes", NULL);

	for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
		const struct ring_workload *w = r->rings->workloads->pdata[i];

		for (unsigned int ring = 0; is_ablated(a, w) && ring < w->counted->rings->len;
		     ring++) {
			put_group(t, w, ring);
			for (unsigned int order = 0; order < w->counted->orders->len; order++)
				device_row(t, a, w->counted, ring, order);
		}
	}
	table_print(t, out);
}

int driver_part(const char *name)
{
	int part = 0;

	while (part < DRIVER_PARTS && strcmp(driver_part_names[part], name))
		part++;
	return part;
}

static void driver_row(struct table *t, const struct ablation *a, const struct run *run,
		       const struct workload *w, unsigned int ring)
{
	struct sides get_buf = driver_sides(a, run, w, ring, driver_part("get_buf"));
	struct sides work = driver_sides(a, run, w, ring, DRIVER_WORK);
	struct sides interrupts = interrupt_sides(a, run, w, ring);

	table_cell(t, "%.*s", NAME_WIDTH, w->name);
	put_value(t, get_buf.value[SIDE_OFF], 0);
	put_effect(t, order_effect(&get_buf), 0, true);
	put_effect(t, batch_effect(&get_buf), 0, true);
	put_value(t, work.value[SIDE_OFF], 0);
	put_effect(t, order_effect(&work), 0, work.agree);
	put_effect(t, batch_effect(&work), 0, work.agree);
	put_value(t, interrupts.value[SIDE_OFF], 3);
	put_value(t, interrupts.value[SIDE_ORDER], 3);
	put_value(t, interrupts.value[SIDE_BATCH], 3);
}

bool has_ablation_driver(const struct results *r, const struct ablation *a, unsigned int w,
			 unsigned int ring)
{
	struct sides work = driver_sides(a, r->run, r->run->workloads->pdata[w], ring, DRIVER_WORK);

	return !isnan(work.value[SIDE_BATCH]);
}

bool put_ablation_driver(struct document *out, const struct results *r, const struct ablation *a)
{
	const struct run *run = r->run;
	struct table *t = table_new("driver", ">get_buf", ">order", ">batch", ">work", ">order",
				    ">batch", ">irqs", ">order", ">batch", NULL);
	bool any = false;

	for (unsigned int ring = 0; ring < run->rings->len; ring++) {
		g_autofree char *title =
			g_strdup_printf("%s ring", (char *)run->rings->pdata[ring]);
		bool begun = false;

		for (unsigned int w = 0; w < run->workloads->len; w++) {
			if (!has_ablation_driver(r, a, w, ring))
				continue;
			if (!begun)
				table_group(t, title);
			begun = any = true;
			driver_row(t, a, run, run->workloads->pdata[w], ring);
		}
	}
	if (any) {
		blank_line(out);
		table_print(t, out);
	} else {
		table_free(t);
	}
	return any;
}

/* "+3.1 [+2.0, +4.2]", in per cent; g_free() it. */
static char *ratio_text(const struct block_ratio *x)
{
	if (isnan(x->ratio))
		return g_strdup("-");
	if (isnan(x->lo))
		return g_strdup_printf("%+.1f", 100 * (x->ratio - 1));
	return g_strdup_printf("%+.1f [%+.1f,%+.1f]", 100 * (x->ratio - 1), 100 * (x->lo - 1),
			       100 * (x->hi - 1));
}

void each_ablation_rate(const struct results *r, const struct ablation *a, ablation_rate_fn fn,
			void *data)
{
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		const char *name = r->run->rings->pdata[ring];

		for (unsigned int i = 0; r->rings && i < r->rings->workloads->len; i++) {
			const struct ring_workload *w = r->rings->workloads->pdata[i];
			const struct timed *t = w->timed ? w->timed->pdata[ring] : NULL;

			if (t && t->boots->len && side_place(a, t->variants, SIDE_BATCH) >= 0)
				fn(data, w->workload, name, ring_rates(a, t));
		}
		for (unsigned int w = 0; r->n_blocks && w < r->run->workloads->len; w++) {
			struct ablation_rates x = guest_rates(a, r, w, ring);

			if (!isnan(x.off))
				fn(data, r->run->workloads->pdata[w], name, x);
		}
	}
}

struct rate_table {
	struct table *table;
	char *ring; /* of the group */
};

static void rate_row(void *data, const struct workload *w, const char *ring,
		     struct ablation_rates x)
{
	struct rate_table *t = data;
	const struct block_ratio *ratios[] = {&x.order, &x.batch};

	if (g_strcmp0(t->ring, ring)) {
		g_autofree char *title = g_strdup_printf("%s ring", ring);

		table_group(t->table, title);
		g_free(t->ring);
		t->ring = g_strdup(ring);
	}
	table_cell(t->table, "%.*s", NAME_WIDTH, w->name);
	table_number(t->table, x.off);
	table_cell(t->table, "%u", x.batch.n);
	for (unsigned int i = 0; i < G_N_ELEMENTS(ratios); i++) {
		g_autofree char *text = ratio_text(ratios[i]);

		table_cell(t->table, "%s", text);
	}
}

bool put_ablation_rates(struct document *out, const struct results *r, const struct ablation *a)
{
	struct rate_table t = {table_new("throughput", ">off", ">n", "order alone, %",
					 "one entry a batch, %", NULL),
			       NULL};
	bool any;

	each_ablation_rate(r, a, rate_row, &t);
	any = t.ring != NULL;
	g_free(t.ring);
	if (any) {
		blank_line(out);
		table_print(t.table, out);
	} else {
		table_free(t.table);
	}
	return any;
}
