// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of one workload. */
#include <math.h>

#include "report.h"
#include "wording.h"
#include "analysis/report/ring/sections.h"
#include "analysis/table.h"

static const char *ring_name(const struct results *r, unsigned int ring)
{
	return r->run->rings->pdata[ring];
}

/* False when the workload does not run on that ring. */
static bool ring_group(struct table *t, const struct results *r, unsigned int w, unsigned int ring)
{
	char *title = g_strdup_printf("%s ring", ring_name(r, ring));
	bool planned = cell_at(r, w, ring, 0)->planned;

	if (planned)
		table_group(t, title);
	g_free(title);
	return planned;
}

/* "0.689 [0.651, 0.712]" */
static void ratio_cell(struct table *t, const struct comparison *c)
{
	if (c->verdict == VERDICT_BASELINE)
		table_cell(t, "1");
	else if (isnan(c->ratio))
		table_cell(t, "-");
	else if (isnan(c->lo))
		table_cell(t, "%.3f", c->ratio);
	else
		table_cell(t, "%.3f [%.3f, %.3f]%s", c->ratio, c->lo, c->hi, c->student ? "t" : "");
}

/* Two of them fit into a row. */
static void short_ratio_cell(struct table *t, const struct comparison *c)
{
	if (c->verdict == VERDICT_BASELINE || isnan(c->ratio) || isnan(c->lo))
		ratio_cell(t, c);
	else
		table_cell(t, "%.2f [%.2f, %.2f]%s", c->ratio, c->lo, c->hi, c->student ? "t" : "");
}

static void verdict_cell(struct table *t, const struct results *r, const struct cell *c,
			 const struct comparison *cmp)
{
	char *text = verdict_text(r, c, cmp);

	table_cell(t, "%s", text);
	g_free(text);
}

/* A row of every variant, under the name of each ring that the workload ran on. */
static void each_row(struct table *t, const struct results *r, unsigned int w,
		     void (*row)(struct table *, const struct results *, const struct cell *))
{
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		if (!ring_group(t, r, w, ring))
			continue;
		for (unsigned int v = 0; v < r->run->variants->len; v++)
			row(t, r, cell_at(r, w, ring, v));
	}
}

static void throughput_row(struct table *t, const struct results *r, const struct cell *c)
{
	table_cell(t, "%s", variant_name(r, c));
	table_cell(t, "%u", c->ok);
	table_number(t, OVER(c, throughput).median);
	ratio_cell(t, &c->to_off);
	verdict_cell(t, r, c, &c->to_off);
}

static void throughput_table(struct document *out, const struct results *r, unsigned int w,
			     const char *unit)
{
	char *head = g_strdup_printf(">%s", unit);
	struct table *t = table_new("throughput", ">n", head, "to off [95 % CI]", "verdict", NULL);

	each_row(t, r, w, throughput_row);
	table_print(t, out);
	blank_line(out);
	g_free(head);
}

/* Does a variant keep order that is not QEMU's own? */
static bool any_beside_qemu(const struct results *r, unsigned int w)
{
	for (unsigned int v = 0; v < r->run->variants->len; v++)
		if ((int)v != r->qemu && cell_at(r, w, 0, v)->ordered)
			return true;
	return false;
}

static void qemu_table(struct document *out, const struct results *r, unsigned int w)
{
	struct table *t;

	if (r->qemu < 0 || !any_beside_qemu(r, w))
		return;
	t = table_new("throughput", ">n", "to qemu [95 % CI]", "verdict", NULL);
	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		if (!ring_group(t, r, w, ring))
			continue;
		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			const struct cell *c = cell_at(r, w, ring, v);

			if (!c->ordered || (int)v == r->qemu)
				continue;
			table_cell(t, "%s", variant_name(r, c));
			table_cell(t, "%u", c->to_qemu.n);
			ratio_cell(t, &c->to_qemu);
			verdict_cell(t, r, c, &c->to_qemu);
		}
	}
	table_print(t, out);
	blank_line(out);
}

static void packet_row(struct table *t, const struct results *r, const struct cell *c)
{
	table_cell(t, "%s", variant_name(r, c));
	table_number(t, OVER(c, packets).median);
	ratio_cell(t, &c->packets_to_off);
	table_number(t, 100 * OVER(c, lost).median);
}

static void packet_table(struct document *out, const struct results *r, unsigned int w)
{
	struct table *t;

	if (!counts_packets(r, w))
		return;
	t = table_new("packets", ">a second", "to off [95 % CI]", ">lost %", NULL);
	each_row(t, r, w, packet_row);
	table_print(t, out);
	paragraph(
		out, 0,
		"Packets: through the tap, both ways, of TCP as large as the guest's offloads make "
		"them. Lost: of UDP's datagrams, on either side of it.\n");
}

static void cpu_row(struct table *t, const struct results *r, const struct cell *c)
{
	table_cell(t, "%s", variant_name(r, c));
	table_number(t, OVER(c, cpu).median);
	short_ratio_cell(t, &c->cpu_to_off);
	table_number(t, OVER(c, ctx).median);
	short_ratio_cell(t, &c->ctx_to_off);
	table_number(t, OVER(c, busy).median);
}

static void cpu_table(struct document *out, const struct results *r, unsigned int w, enum work work)
{
	static const char *const cpu[N_WORKS] = {">CPU ms\n/1k I/O", ">CPU ms\n/Gbit",
						 ">CPU ms\n/1k pkt"};
	static const char *const switches[N_WORKS] = {">switches\n/I/O", ">switches\n/Gbit",
						      ">switches\n/pkt"};
	struct table *t = table_new("cost", cpu[work], "to off\n[95 % CI]", switches[work],
				    "to off\n[95 % CI]", ">CPUs\nbusy", NULL);

	each_row(t, r, w, cpu_row);
	table_print(t, out);
	blank_line(out);
}

static void order_row(struct table *t, const struct results *r, const struct cell *c)
{
	table_cell(t, "%s", variant_name(r, c));
	table_number(t, 100 * OVER(c, m.stashed).median);
	table_count(t, OVER(c, m.depth_p50).median);
	table_count(t, OVER(c, m.depth_p99).median);
	table_count(t, c->probed ? c->depth_max : NAN);
	table_number(t, OVER(c, m.stash_mean).median);
	table_count(t, c->probed ? c->stash_max : NAN);
	table_number(t, OVER(c, m.hold_p50).median / 1e3);
	table_number(t, OVER(c, m.hold_p99).median / 1e3);
	table_number(t, OVER(c, m.batch_mean).median);
}

static void order_table(struct document *out, const struct results *r, unsigned int w)
{
	struct table *t =
		table_new("ordering", ">stash\n%", ">depth\np50", ">\np99", ">\nmax", ">S\nmean",
			  ">\nmax", ">hold\np50 us", ">\np99 us", ">batch\nmean", NULL);

	each_row(t, r, w, order_row);
	table_print(t, out);
	blank_line(out);
}

static void probe_row(struct table *t, const struct results *r, const struct cell *c)
{
	table_cell(t, "%s", variant_name(r, c));
	table_cell(t, "%u", c->probed);
	table_cell(t, "%" G_GUINT64_FORMAT, c->elements);
	table_number(t, OVER(c, m.fill_p50).median);
	table_number(t, OVER(c, m.flush_p50).median);
	table_number(t, OVER(c, cost_raw).median);
	table_number(t, OVER(c, cost).median);
	table_number(t, OVER(c, tax).median);
	/* Out of order is what off is for: no violation there. */
	if (c->ordered && c->probed)
		table_cell(t, "%" G_GUINT64_FORMAT, c->violations);
	else
		table_cell(t, "-");
}

static void probe_table(struct document *out, const struct results *r, unsigned int w)
{
	struct table *t =
		table_new("order cost", ">n", ">elements", ">fill\np50 ns", ">flush\np50 ns",
			  ">cost\nraw ns", ">\nless bias", ">probe\ntax", ">viol.", NULL);

	each_row(t, r, w, probe_row);
	table_print(t, out);
}

/* "Ring size, as watched: split 1024 entries, packed 1024." */
static void ring_sizes(struct document *out, const struct results *r, unsigned int w)
{
	GString *text = g_string_new(NULL);

	for (unsigned int ring = 0; ring < r->run->rings->len; ring++) {
		unsigned int least = 0, most = 0;

		for (unsigned int v = 0; v < r->run->variants->len; v++) {
			const struct cell *c = cell_at(r, w, ring, v);

			if (c->ring_min)
				least = least ? MIN(least, c->ring_min) : c->ring_min;
			most = MAX(most, c->ring_max);
		}
		if (!most)
			continue;
		g_string_append_printf(text, "%s%s %u", text->len ? ", " : "", ring_name(r, ring),
				       least);
		if (least < most)
			g_string_append_printf(text, " to %u", most);
	}
	if (text->len)
		paragraph(out, 0, "Ring size, as watched: %s entries.\n", text->str);
	g_string_free(text, TRUE);
}

void report_workload(struct document *out, const struct results *r, unsigned int w)
{
	const struct workload *workload = r->run->workloads->pdata[w];

	heading(out, '-', "%s", workload->name);
	if (workload->summary[0])
		paragraph(out, 0, "%s\n", workload->summary);
	if (workload->lower)
		paragraph(out, 0,
			  "Less %s is better: ratios are of its inverse, so that one above 1 is "
			  "faster.\n",
			  workload->unit);
	ring_sizes(out, r, w);
	throughput_table(out, r, w, workload->unit);
	qemu_table(out, r, w);
	packet_table(out, r, w);
	cpu_table(out, r, w, workload->work);
	order_table(out, r, w);
	probe_table(out, r, w);
	if (workload->work != WORK_IO)
		paragraph(out, 0, "\nrx and tx queue of the device are added up.");
	report_driver(out, r, w);
}
