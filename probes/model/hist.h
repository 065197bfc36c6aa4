/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_HIST_H
#define VQLAB_PROBES_MODEL_HIST_H

#include "buckets.h"

/* A log-linear histogram of nanoseconds. */
struct hist {
	uint64_t n, sum;
	uint64_t count[HIST_BUCKETS];
};

void hist_add(struct hist *h, uint64_t value);

/*
 * Counts of numbers that are small as a rule, growing as needed: likewise, but
 * exact below 65,536.  Depths beyond, of what passes an element that hangs, are
 * rounded down by at most 1/32,768.
 */
#define COUNTS_SUB_BITS 15

struct counts {
	uint64_t *count;
	size_t n;
};
void counts_add(struct counts *c, uint64_t value);
/* The smallest value of count[@bucket]. */
uint64_t counts_lower(size_t bucket);
uint64_t counts_total(const struct counts *c);
void counts_free(struct counts *c);

/*
 * Quantile @q, 0 to 1, by nearest rank: of times the middle of its bucket, of counts
 * the count (beyond 65,536 the least of its bucket: never more than there was); 0 if
 * empty.
 */
uint64_t hist_quantile(const struct hist *h, double q);
uint64_t counts_quantile(const struct counts *c, double q);

/*
 * What has been added to @now since it was as @then: into @out, which is
 * overwritten; @then becomes as @now.  counts_since wants @out empty, and the
 * caller frees it.
 */
void hist_since(struct hist *then, const struct hist *now, struct hist *out);
void counts_since(struct counts *then, const struct counts *now, struct counts *out);

#endif
