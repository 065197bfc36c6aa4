// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "analysis/report/complain.h"
#include "analysis/report/loaded.h"
#include "analysis/report/page/markdown.h"
#include "analysis/text.h"
#include "pool.h"

static bool may_pool(struct results *const *r, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++) {
		g_autofree char *why = why_apart(r[0]->run, r[i]->run);

		if (why) {
			fprintf(stderr,
				"vqreport: %s and %s: %s (--mixed pools them all the same)\n",
				r[0]->run->dir, r[i]->run->dir, why);
			return false;
		}
	}
	return true;
}

static void print(struct results *const *r, unsigned int n, bool markdown)
{
	struct document *d = pool_document(r, n);
	g_autofree char *text = markdown ? document_markdown(d) : document_text(d);

	fputs(text, stdout);
	document_free(d);
}

int pool_command(char *const *dir, unsigned int n, double margin, bool mixed, bool markdown)
{
	struct loaded *runs = g_new0(struct loaded, n);
	struct results **r = g_new0(struct results *, n);
	int status = EXIT_SUCCESS;

	for (unsigned int i = 0; i < n && !status; i++) {
		GError *error = NULL;

		if (load_results(&runs[i], dir[i], margin, &error)) {
			r[i] = runs[i].results;
		} else {
			failed(error);
			status = EXIT_USAGE;
		}
	}
	if (!status && !mixed && !may_pool(r, n))
		status = EXIT_USAGE;
	if (!status)
		print(r, n, markdown);
	for (unsigned int i = 0; i < n; i++)
		loaded_free(&runs[i]);
	g_free(r);
	g_free(runs);
	return status;
}
