/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What those that read one kind of report share. */
#include "load.h"

#include <math.h>

#include "probes/tool/text.h"

bool load_refuse(GError **error, const char *format, ...)
{
	g_autofree char *why = NULL;
	va_list args;

	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error_literal(error, VQB_ERROR, VQB_INVALID, why);
	return false;
}

JsonNode *load_parse(const char *text, size_t len, const char *what, GError **error)
{
	g_autoptr(GError) e = NULL;
	JsonNode *n = parse_json(text, len, what, &e);

	if (!n) {
		g_autofree char *said = vq_text_clean(text, len, 160, VQ_ASCII);

		load_refuse(error, "%s%s%s", e->message, *said ? ": " : "", said);
	}
	return n;
}

bool load_sane(double x)
{
	return isfinite(x) && x >= 0 && x < 1e15;
}
