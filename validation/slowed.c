// SPDX-License-Identifier: GPL-2.0-or-later
#include "slowed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/report/ring/time.h"
#include "row.h"

#define BASE "array-window"
#define PLANTED "planted-"
#define NOPS 2000
#define LOOPS 500
#define TIMES 101

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* Of one of what variants/planted.c executes N of. */
static double instruction_ns(void)
{
	double ns[TIMES];

	for (int i = 0; i < TIMES; i++) {
		double start = now_ns();

		for (int k = 0; k < LOOPS; k++)
			asm volatile(".rept %c0\n\tnop\n\t.endr" : : "i"(NOPS));
		ns[i] = (now_ns() - start) / LOOPS / NOPS;
	}
	return median(ns, TIMES);
}

static bool check_one(const struct timed *t, unsigned int label, unsigned int base, double ns)
{
	const char *name = t->labels->pdata[label];
	double planted = atof(name + strlen(PLANTED)) * ns;
	struct block_ratio r = ring_ratio(t, label, base);
	double expected = 1 / (1 + planted * 1e-9 * ring_rate(t, base));
	g_autofree char *what = g_strdup_printf("%s, %.0f ns more", name, planted);
	g_autofree char *found = g_strdup_printf("%s is slower", name);
	g_autofree char *wanted = g_strdup_printf("%.3f inside", expected);

	return row(r.hi < 1, found, "beyond doubt", "%.3f", r.ratio) &
	       row(r.lo <= expected && expected <= r.hi, what, wanted, "%.3f to %.3f", r.lo, r.hi);
}

static bool check(const struct timed *t, unsigned int base)
{
	double ns = instruction_ns();
	g_autofree char *text =
		g_strdup_printf("elements/s to %s, %u boots, %s, one more in %.3f ns", BASE,
				t->boots->len, t->order, ns);
	bool ok = true;

	row_heading(text);
	for (unsigned int l = 0; l < t->labels->len; l++)
		if (g_str_has_prefix(t->labels->pdata[l], PLANTED))
			ok &= check_one(t, l, base, ns);
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
