// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>

#include "text.h"

/* Format characters (Cf) turn the direction or are not seen: g_unichar_isprint()
 * refuses them, as it does controls. */
static bool prints(gunichar c, enum vq_charset charset)
{
	return charset == VQ_ASCII ? c >= 0x20 && c <= 0x7e
				   : g_unichar_isprint(c) && !g_unichar_iszerowidth(c);
}

char *vq_text_clean(const char *text, gssize len, size_t max, enum vq_charset charset)
{
	const char *p = text, *end = len < 0 ? NULL : text + len;
	GString *out = g_string_new(NULL);

	while (end ? p < end : *p) {
		gunichar c = g_utf8_get_char_validated(p, end ? end - p : -1);
		size_t width = c == (gunichar)-1 || c == (gunichar)-2 ? 1 : g_utf8_skip[(guchar)*p];
		bool return_newline = c == '\r' && (!end || p + 1 < end) && p[1] == '\n';

		if (c == '\t' || c == '\n' || c == '\r')
			c = ' ';
		if (width == 1 && (guchar)*p >= 0x80)
			c = '?';
		if (!prints(c, charset))
			c = '?';
		if (!return_newline && out->len + g_unichar_to_utf8(c, NULL) > max)
			break;
		if (!return_newline)
			g_string_append_unichar(out, c);
		p += width;
	}
	return g_string_free(out, FALSE);
}

void vq_text_clean_field(char *field, size_t size, enum vq_charset charset)
{
	size_t len = strnlen(field, size);
	g_autofree char *clean = vq_text_clean(field, len, size - 1, charset);

	strncpy(field, clean, size);
}
