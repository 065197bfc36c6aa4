/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms of a made-up run. */
#ifndef VQLAB_TESTS_TALLY_H
#define VQLAB_TESTS_TALLY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Exact or log-linear counts, printed as [[value, count], ...]. */
struct tally {
	GTree *bins;
	uint64_t sum;
};

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int by_key(const void *a, const void *b, void *data)
{
	return by_number(a, b);
}

static void tally_add(struct tally *t, uint64_t value, bool log_linear)
{
	uint64_t *key = g_new(uint64_t, 1), *count;
	int shift = 0;

	if (!t->bins)
		t->bins = g_tree_new_full(by_key, NULL, g_free, g_free);
	t->sum += value;
	while (log_linear && value >> shift >= 64)
		shift++;
	*key = value >> shift << shift;
	count = g_tree_lookup(t->bins, key);
	if (count) {
		++*count;
		g_free(key);
	} else {
		count = g_new(uint64_t, 1);
		*count = 1;
		g_tree_insert(t->bins, key, count);
	}
}

static gboolean put_bin(void *key, void *value, void *data)
{
	GString *out = data;

	g_string_append_printf(out, "%s[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]",
			       out->str[out->len - 1] == '[' ? "" : ",", *(uint64_t *)key,
			       *(uint64_t *)value);
	return FALSE;
}

static void put_tally(GString *out, const char *name, struct tally *t)
{
	g_string_append_printf(out, "\"%s\":[", name);
	if (t->bins) {
		g_tree_foreach(t->bins, put_bin, out);
		g_tree_destroy(t->bins);
	}
	g_string_append(out, "],");
	t->bins = NULL;
}

#endif /* VQLAB_TESTS_TALLY_H */
