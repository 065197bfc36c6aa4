// SPDX-License-Identifier: GPL-2.0-or-later
#include "cpu.h"

#include <glib.h>
#include <string.h>

#include "text.h"

#define MAX_NAME 200

char *vq_cpu_name(void)
{
	g_autofree char *text = NULL;
	char *line = NULL, *colon;

	if (g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
		line = strstr(text, "model name");
	if (!line)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	colon = strchr(line, ':');
	return colon ? vq_text_clean(g_strstrip(colon + 1), -1, MAX_NAME, VQ_ASCII) : NULL;
}
