// SPDX-License-Identifier: GPL-2.0-or-later
#include "svg-defs.h"

#include <string.h>

/* gnuplot's shapes: gpPt0 to gpPt14, of which those that refer to another one to a lower one. */
#define SHAPES 15

static void drop(GString *svg, const char *id)
{
	g_autofree char *used = g_strdup_printf("\"#%s\"", id);
	g_autofree char *given = g_strdup_printf(" id=\"%s\"", id);
	const char *at = strstr(svg->str, given), *from = at, *to;

	if (!at || strstr(svg->str, used))
		return;
	to = strstr(at, "/>");
	while (from > svg->str && *from != '\n')
		from--;
	if (to)
		g_string_erase(svg, from - svg->str, to + 2 - from);
}

void svg_drop_unused(GString *svg, const char *prefix)
{
	g_autofree char *dot = g_strdup_printf("%sgpDot", prefix);

	for (unsigned int i = SHAPES; i-- > 0;) {
		g_autofree char *id = g_strdup_printf("%sgpPt%u", prefix, i);

		drop(svg, id);
	}
	drop(svg, dot);
}
