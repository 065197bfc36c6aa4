/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON, a member a line.  By hand rather than by json-glib, which prints 17
 * digits: the last of them belong to the C library, and the same trials shall give the
 * same bytes.  Strings must be printable ASCII, as reader.h makes them.
 */
#ifndef VQLAB_ANALYSIS_WRITER_H
#define VQLAB_ANALYSIS_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "run.h"

struct writer {
	GString *out;
	unsigned int depth;
	bool first; /* nothing stands yet in the innermost bracket; true at the start */
	bool inlined;
};

/*
 * Each begins a member of the innermost object; in an array @name is NULL.  A number
 * that is not finite becomes null.
 */
void write_open(struct writer *w, const char *name, char bracket);
void write_inline(struct writer *w, const char *name); /* an object on one line */
void write_string(struct writer *w, const char *name, const char *value);
void write_number(struct writer *w, const char *name, double value); /* ten digits */
void write_count(struct writer *w, const char *name, uint64_t value);
void write_truth(struct writer *w, const char *name, bool value);
void write_names(struct writer *w, const char *name, const GPtrArray *values);
void write_hist(struct writer *w, const char *name, const struct hist *values);

/* Closes what write_open() or write_inline() opened. */
void write_close(struct writer *w, char bracket);

#endif
