/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"
#include "runners/tool/files.h"

#include <math.h>
#include <string.h>

#include "probes/tool/text.h"

#define TEXT_MAX (1u << 20) /* /proc/stat has a column for each interrupt */
#define NUMBER_MAX 1e18	    /* a double holds no larger one to the second, in nanoseconds */

static char *read_below(const char *root, const char *format, va_list args)
{
	g_autofree char *name = g_strdup_vprintf(format, args);
	g_autofree char *path = g_strconcat(root, name, NULL);

	return read_file(path, TEXT_MAX, NULL, NULL);
}

char *host_raw_text(const char *root, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = read_below(root, format, args);
	va_end(args);
	return text;
}

char *host_text(const char *root, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = read_below(root, format, args);
	va_end(args);
	return text ? vq_text_clean(g_strchomp(text), -1, TEXT_MAX, VQ_UTF8) : NULL;
}

bool host_number(const char **at, double *value)
{
	char *end;

	*value = NAN;
	while (**at == ' ' || **at == '\t')
		++*at;
	/* strtod takes signs, "nan", "inf" and hexadecimal, which the kernel does not write. */
	if (!g_ascii_isdigit(**at) || !g_ascii_strncasecmp(*at, "0x", 2))
		return false;
	*value = g_ascii_strtod(*at, &end);
	*at = end;
	if (*value <= NUMBER_MAX)
		return true;
	*value = NAN;
	return false;
}
