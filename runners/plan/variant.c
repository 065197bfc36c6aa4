/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "variant.h"

#include <glib.h>
#include <string.h>

#include "variants/reorder.h"

const char *variant_without_label(const char *text)
{
	const char *at = strchr(text, '=');

	return at ? at + 1 : text;
}

char *variant_label(const char *text)
{
	const char *at = strchr(text, '=');

	return at ? g_strndup(text, at - text) : g_strdelimit(g_strdup(text), "+", '-');
}

char *variant_names(void)
{
	GString *names = g_string_new("off, qemu");
	unsigned int i;

	for (i = 0; reorder_strategies[i]; i++)
		g_string_append_printf(names, ", %s", reorder_strategies[i]->name);
	g_string_append(names, "; of strategies also NAME+round");
	return g_string_free(names, FALSE);
}

const char *variant_strategy(const char *variant, bool *rounds)
{
	const ReorderOps *ops = reorder_variant(variant, rounds);

	return ops ? ops->name : NULL;
}

bool variant_known(const char *variant)
{
	bool rounds;

	return !strcmp(variant, "off") || !strcmp(variant, "qemu") ||
	       variant_strategy(variant, &rounds);
}
