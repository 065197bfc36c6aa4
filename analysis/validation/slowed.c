// SPDX-License-Identifier: GPL-2.0-or-later
#include "slowed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/report/ring/time.h"
#include "row.h"

#define BASE "array-window"
#define SLOWED "slowed-"
#define LOOPS 2000
#define TIMES 101
#define NEAR 0.2 /* of what was planted: what overlaps with it is not known better */

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* What variants/planted.c does in slowed-@ticks, in ns of this host. */
static double wait_ns(uint64_t ticks)
{
	double ns[TIMES];

	for (int i = 0; i < TIMES; i++) {
		double begun = now_ns();

		for (int k = 0; k < LOOPS; k++) {
			uint64_t start = __builtin_ia32_rdtsc();

			while (__builtin_ia32_rdtsc() - start < ticks)
				;
		}
		ns[i] = (now_ns() - begun) / LOOPS;
	}
	return median(ns, TIMES);
}

static bool check_one(const struct timed *t, unsigned int label, unsigned int base)
{
	const char *name = t->labels->pdata[label];
	double planted = wait_ns(atoi(name + strlen(SLOWED)));
	double element = 1e9 / ring_rate(t, base);
	struct block_ratio r = ring_ratio(t, label, base);
	double lo = element * (1 / r.hi - 1), hi = element * (1 / r.lo - 1);
	g_autofree char *found = g_strdup_printf("%s is slower", name);
	g_autofree char *what = g_strdup_printf("%s, ns an element", name);
	g_autofree char *wanted = g_strdup_printf("%.0f +-20 %%", planted);

	return row(r.hi < 1, found, "beyond doubt", "%.3f: %.3f-%.3f", r.ratio, r.lo, r.hi) &
	       row(hi >= planted * (1 - NEAR) && lo <= planted * (1 + NEAR), what, wanted,
		   "%.0f: %.0f-%.0f", element * (1 / r.ratio - 1), lo, hi);
}

static bool check(const struct timed *t, unsigned int base)
{
	g_autofree char *text =
		g_strdup_printf("elements/s to %s, %s, %u boots", BASE, t->order, t->boots->len);
	bool ok = true;

	row_heading(text);
	for (unsigned int l = 0; l < t->labels->len; l++)
		if (g_str_has_prefix(t->labels->pdata[l], SLOWED))
			ok &= check_one(t, l, base);
	return ok;
}

bool check_slowed(const char *file, GError **error)
{
	struct reader r = {};
	struct timed *t = timed_new();
	JsonObject *top = reader_open(&r, file, NULL);
	unsigned int base = 0;
	bool ok;

	if (top)
		timed_add(t, &r, top, 1);
	while (base < t->labels->len && strcmp(t->labels->pdata[base], BASE))
		base++;
	if (base == t->labels->len)
		reader_fail(&r, BASE, "is not there");
	ok = reader_close(&r, error) && check(t, base);
	timed_free(t);
	return ok;
}
