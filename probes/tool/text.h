/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_TEXT_H
#define VQLAB_PROBES_TOOL_TEXT_H

#include <glib.h>
#include <stddef.h>

/*
 * probes/tool/ is what every program of the lab does alike: text.h for text that
 * others wrote, output.h for what is written, start.h for the process itself.  It
 * stands in probes/ because that is the room which all others may include.
 */

/* What may remain of a text. */
enum vq_charset {
	VQ_ASCII, /* 0x20 to 0x7e: for tables, where a byte is a column */
	VQ_UTF8,  /* whatever Unicode has that prints: for names that are shown */
};

/*
 * The first @len bytes of @text (-1: up to its NUL) as one line that is safe to
 * print: a guest, a process name or a file may hold terminal escapes, line ends, or
 * characters that turn the direction of writing.  White space becomes a blank, and
 * every other character that does not print, or is no valid UTF-8, a '?'.  A carriage
 * return before a line end is dropped.  At most @max bytes, never half a character;
 * the caller frees it.
 *
 * Text is cleaned once, where it enters a program, and by this function alone.
 */
char *vq_text_clean(const char *text, gssize len, size_t max, enum vq_charset charset);

/*
 * The same in the @size bytes of a struct's @field, where it may lack its NUL; it has
 * one afterwards, and zeroes behind it.
 */
void vq_text_clean_field(char *field, size_t size, enum vq_charset charset);

#endif
