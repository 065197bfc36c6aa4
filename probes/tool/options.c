// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "options.h"

bool vq_options_parse(GOptionContext *context, int *argc, char ***argv, bool *help, GError **error)
{
	gboolean wanted = FALSE;
	const GOptionEntry entries[] = {
		{"help", 'h', 0, G_OPTION_ARG_NONE, &wanted, "Print this help", NULL}, {NULL}};
	g_autofree char *text = NULL;

	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, entries, NULL);
	*help = false;
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	*help = wanted;
	if (wanted) {
		text = g_option_context_get_help(context, FALSE, NULL);
		fputs(text, stdout);
	}
	return true;
}
