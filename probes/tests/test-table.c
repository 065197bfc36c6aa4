// SPDX-License-Identifier: GPL-2.0-or-later
/* The live table: rates of an interval, and lines that fit. */
#include <math.h>

#include "probes/show/table.h"
#include "events.h"

/* Two intervals: the second must know nothing of the first. */
static void test_interval(void)
{
	struct vq_snapshot *then = g_new0(struct vq_snapshot, 1);
	struct vq_rates r;
	struct driver d;

	begin(&d, 256, false, false);
	for (int i = 0; i < 100; i++) {
		pop(&d, 0);
		pop(&d, 1);
		fill(&d, 1); /* depth 1, S = 1 */
		fill(&d, 0);
		d.ts += 5000;
		flush(&d, (struct used[]){{1, 10, 1}, {0, 0, 1}}, 2);
	}
	vq_rates_since(then, d.q, 0.5, &r);
	g_assert_cmpuint(r.elements, ==, 200);
	g_assert_cmpfloat(r.per_s, ==, 400);
	g_assert_cmpfloat(r.ooo, ==, 50);
	g_assert_cmpuint(r.depth_max, ==, 1);
	g_assert_cmpuint(r.stash_max, ==, 1);
	g_assert_cmpuint(r.hold_p99, ==, hist_middle(hist_lower(hist_bucket(5000))));
	for (int i = 0; i < 10; i++) {
		pop(&d, 0);
		fill(&d, 0);
		d.ts += 70;
		flush1(&d, 0);
	}
	vq_rates_since(then, d.q, 2, &r);
	g_assert_cmpuint(r.elements, ==, 10);
	g_assert_cmpfloat(r.per_s, ==, 5);
	g_assert_cmpfloat(r.ooo, ==, 0);
	g_assert_cmpuint(r.depth_p99, ==, 0);
	g_assert_cmpuint(r.depth_max, ==, 0);
	g_assert_cmpuint(r.stash_max, ==, 0);
	g_assert_cmpuint(r.hold_p99, ==, hist_middle(hist_lower(hist_bucket(70))));
	/* Nothing at all: no figures, rather than zeroes that look like some. */
	vq_rates_since(then, d.q, 1, &r);
	g_assert_cmpuint(r.elements, ==, 0);
	g_assert_true(isnan(r.ooo));
	g_assert_cmpuint(r.fills + r.flushes + r.holds, ==, 0);
	/* And over all. */
	vq_rates_all(d.q, 0, &r);
	g_assert_cmpuint(r.elements, ==, 210);
	g_assert_true(isnan(r.per_s));
	g_assert_cmpuint(r.depth_max, ==, 1);
	vq_snapshot_free(then);
	end(&d);
}

static struct vq_row *row(const char *device, struct vq_rates r, int64_t lost)
{
	struct vq_queue q = {.index = 65535};
	struct vq_row *row;

	g_strlcpy(q.device, device, sizeof(q.device));
	row = vq_row_new(NULL, &q, lost);
	row->r = r;
	return row;
}

/* The row's line, or with @header the two above it. */
static char *line(const struct vq_row *r, unsigned width, bool totals, bool header)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	struct vq_table c;
	GString *s = g_string_new(NULL);

	g_ptr_array_add(rows, (void *)r);
	vq_table_fit(&c, rows, width, totals);
	if (header)
		vq_table_header(&c, s, "");
	else
		vq_table_row(&c, s, r);
	return g_string_free(s, FALSE);
}

/* Figures as large as they come. */
static const struct vq_rates large = {
	.ordered = true,
	.elements = 99999999, /* some hours of the busiest queue have more digits */
	.per_s = 99.4e6,
	.ooo = 100,
	.depth_p50 = 32767,
	.depth_p99 = 32767,
	.depth_max = 32767,
	.stash_now = 32767,
	.stash_max = 32767,
	.hold_p50 = 999499,
	.hold_p99 = 999499999,
	.hold_p999 = 1499999999,
	.flush_p50 = 999,
	.flush_p99 = 9949,
	.flush_p999 = 99949,
	.fills = 1,
	.flushes = 1,
	.holds = 1,
};

static void test_width(void)
{
	struct vq_row *r = row("a-device-with-a-very-long-name-indeed", large, 99999999);

	for (unsigned width = 52; width < 200; width++) {
		for (int i = 0; i < 4; i++) {
			g_autofree char *s = line(r, width, i & 1, i & 2);
			g_auto(GStrv) lines = g_strsplit(s, "\n", -1);

			for (int n = 0; lines[n]; n++)
				g_assert_cmpuint(strlen(lines[n]), <=, width);
		}
	}
	vq_row_free(r);
}

static void test_figures(void)
{
	struct vq_row *r = row("d", large, 1234);
	g_autofree char *s = line(r, 0, false, false);

	g_assert_cmpstr(s, ==,
			"d.65535    99M 100.0  33k  33k  33k  33k  33k 999us 999ms  1.5s 999ns "
			"9.9us 100us 1234\n");
	r->r = (struct vq_rates){.per_s = 0.25, .ooo = NAN, .ordered = true};
	r->lost = -1;
	g_free(s);
	s = line(r, 0, false, false);
	g_assert_cmpstr(s, ==,
			"d.65535    0.2     -    -    -    -    0    -     -     -     -     -     "
			"-     -    -\n");
	vq_row_free(r);
}

/* Completions of which not one pop was seen: nothing is in order, or out of it. */
static void test_orderless(void)
{
	struct vq_rates r;
	struct driver d;

	begin(&d, 256, false, false);
	for (int i = 0; i < 100; i++) {
		d.inuse++;
		fill(&d, i % 4);
		d.ts += 50;
		flush1(&d, i % 4);
	}
	vq_rates_all(d.q, 1, &r);
	g_assert_true(isnan(r.ooo));
	g_assert_false(r.ordered);
	g_assert_cmpuint(r.fills, ==, 0);
	g_assert_cmpuint(r.elements, ==, 100);
	g_assert_true(vq_queue_orderless(d.q));
	g_assert_false(vq_queue_conserved(d.q));
	end(&d);
}

/* At 80 columns everything that was asked for is there. */
static void test_eighty(void)
{
	struct vq_row *r = row("disk-1", large, 0);
	g_autofree char *header = line(r, 79, false, true), *narrow = line(r, 42, false, true);

	for (int i = 0; i < 4; i++)
		g_assert_nonnull(
			strstr(header, ((const char *[]){"depth", "stash", "hold", "flush"})[i]));
	g_assert_nonnull(strstr(header, "p50  p99  max  now  max   p50   p99   p50   p99 lost"));
	g_assert_nonnull(strstr(narrow, "depth"));
	g_assert_null(strstr(narrow, "flush"));
	vq_row_free(r);
}

static void test_hostile_name(void)
{
	struct vq_row *r = row("\033[2Jdisk\n", large, 0);

	g_assert_cmpstr(r->name, ==, "?[2Jdisk .65535");
	vq_row_free(r);
}

static void test_busiest_first(void)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)vq_row_free);
	static const char *const want[] = {"b.65535", "a.65535", "c.65535"};

	g_ptr_array_add(rows, row("c", (struct vq_rates){.elements = 1}, 0));
	g_ptr_array_add(rows, row("a", (struct vq_rates){.elements = 1}, 0));
	g_ptr_array_add(rows, row("b", (struct vq_rates){.elements = 2}, 0));
	vq_rows_sort(rows);
	for (int i = 0; i < 3; i++)
		g_assert_cmpstr(((struct vq_row *)rows->pdata[i])->name, ==, want[i]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/table/interval", test_interval);
	g_test_add_func("/table/width", test_width);
	g_test_add_func("/table/figures", test_figures);
	g_test_add_func("/table/orderless", test_orderless);
	g_test_add_func("/table/eighty", test_eighty);
	g_test_add_func("/table/hostile-name", test_hostile_name);
	g_test_add_func("/table/busiest-first", test_busiest_first);
	return g_test_run();
}
