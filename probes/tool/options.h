/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_OPTIONS_H
#define VQLAB_PROBES_TOOL_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

/*
 * As g_option_context_parse(), but for --help: that prints the options, sets @help
 * and returns true, so that the caller ends by way of vq_output_finish().  GLib's own
 * --help ends the program from within, whether or not the text could be written.
 */
bool vq_options_parse(GOptionContext *context, int *argc, char ***argv, bool *help, GError **error);

#endif
