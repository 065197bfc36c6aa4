// SPDX-License-Identifier: GPL-2.0-or-later
#include "colours.h"

#include <string.h>

#include "analysis/plots-resource.h"
#include "analysis/report/plots.h"

#define STYLE "/vqlab/plots/style.gp"

/* Appends the colours, '#rrggbb', that the script's array @name is set to. */
static void read_colours(const char *script, const char *name, GPtrArray *colours)
{
	g_autofree char *start = g_strdup_printf("array %s[", name);
	const char *from = strstr(script, start), *end;

	from = from ? strstr(from, "= [") : NULL;
	end = from ? strstr(from + 3, "]") : NULL;
	g_assert(end);
	while ((from = strchr(from, '#')) && from < end) {
		g_ptr_array_add(colours, g_strndup(from, strlen("#rrggbb")));
		from++;
	}
}

void put_variant_colours(GString *out, const GPtrArray *variants)
{
	g_autoptr(GBytes) style = g_resource_lookup_data(plots_get_resource(), STYLE, 0, NULL);
	g_autoptr(GPtrArray) colours = g_ptr_array_new_with_free_func(g_free);
	unsigned int spare = 0, known;
	g_autofree char *script = NULL;

	g_assert(style);
	script = g_strndup(g_bytes_get_data(style, NULL), g_bytes_get_size(style));
	read_colours(script, "COLOUR", colours);
	known = colours->len;
	read_colours(script, "OWN_COLOUR", colours);
	for (unsigned int v = 0; v < variants->len; v++) {
		unsigned int look = plot_look(variants->pdata[v], &spare) - 1;
		unsigned int own = colours->len - known;
		const char *colour =
			colours->pdata[look < known ? look : known + (look - known) % own];

		if (strcmp(colour, "#000000"))
			g_string_append_printf(out, ".v%u{--c:%s}", v, colour);
	}
}
