// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "counted.h"
#include "noisy.h"
#include "probes/tool/text.h"
#include "slowed.h"

enum { EXIT_MISSED = 1, EXIT_USAGE = 2 };

static bool check_ring(const char *file, GError **error)
{
	struct noise *n = noise_of_ring(file, error);
	bool ok = n && check_noise(n);

	noise_free(n);
	return ok;
}

static bool check_run(const char *dir, GError **error)
{
	GPtrArray *list = noise_of_run(dir, error);
	bool ok = list != NULL;

	for (unsigned int i = 0; list && i < list->len; i++)
		ok &= check_noise(list->pdata[i]);
	if (list)
		g_ptr_array_free(list, TRUE);
	return ok;
}

static const struct {
	const char *name;
	bool (*check)(const char *path, GError **error);
} kinds[] = {
	{"counts", check_planted_counts},
	{"ring", check_ring},
	{"run", check_run},
	{"slowed", check_slowed},
};

/* Exits 0 if all is as it should be, 1 if not or if a file cannot be read. */
int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	for (unsigned int i = 0; argc == 3 && i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *text = NULL;
		bool ok;

		if (strcmp(argv[1], kinds[i].name))
			continue;
		ok = kinds[i].check(argv[2], &error);
		if (error) {
			text = vq_text_clean(error->message, -1, 1000, VQ_UTF8);
			fprintf(stderr, "validate: %s\n", text);
		}
		return ok ? 0 : EXIT_MISSED;
	}
	fputs("usage: validate counts|ring|slowed FILE.json, or run DIR (make validate does)\n",
	      stderr);
	return EXIT_USAGE;
}
