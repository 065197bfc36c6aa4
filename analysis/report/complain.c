// SPDX-License-Identifier: GPL-2.0-or-later
#include "complain.h"

#include <stdio.h>

#include "probes/tool/text.h"

int usage(const char *what, const char *why)
{
	fprintf(stderr, "vqreport: %s: %s (see vqreport --help)\n", what, why);
	return EXIT_USAGE;
}

int failed(GError *error)
{
	/* It may name files, or quote what gnuplot said. */
	g_autofree char *text = vq_text_clean(error->message, -1, 1000, VQ_UTF8);

	fprintf(stderr, "vqreport: %s\n", text);
	g_error_free(error);
	return EXIT_FAILED;
}
