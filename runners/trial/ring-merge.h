/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload of kind=ring on several QEMUs: vqring drives one, so it is run once for each (or
 * twice, timed), and what it wrote becomes one file, as if it had been one.
 */
#ifndef VQLAB_RING_MERGE_H
#define VQLAB_RING_MERGE_H

#include "runners/tool/json.h"
#include "bench.h"

/* The variants that vqring can drive together: of one QEMU, with the same properties. */
struct ring_part {
	GPtrArray *variants;	     /* struct plan_variant, the plan's */
	const struct qemuinfo *qemu; /* NULL: there is none */
	const char *no_qemu, *props;
};

/* Of all of the plan's variants, in its order; of struct ring_part, which the array owns. */
GPtrArray *ring_parts(const struct bench *b);

/* What was read so far. */
struct ring_merge {
	bool time;	  /* boots are merged; else cells */
	JsonNode *result; /* or NULL */
	GString *why;	  /* what there is no result of; or NULL */
};

/*
 * Takes the result of @part, the file @path, unless @why says why there is none: then those
 * of the others say so.
 */
void ring_merge_add(struct ring_merge *m, const struct ring_part *part, const char *why,
		    const char *path);

/*
 * Writes the result of all to @path and frees what @m holds.  NULL, or why there is no
 * result; the caller frees it.  With @error set it could not be written.
 */
char *ring_merge_write(struct ring_merge *m, const struct bench *b, const char *path,
		       GError **error);

#endif /* VQLAB_RING_MERGE_H */
