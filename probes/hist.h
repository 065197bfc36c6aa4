/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_HIST_H
#define VQLAB_HIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * A log-linear histogram of nanoseconds.
 *
 * Values below 2^(HIST_SUB_BITS + 1) = 64 have a bucket each.  Above, each
 * power of two [2^k, 2^(k+1)) is cut into 2^HIST_SUB_BITS = 32 buckets of equal
 * width 2^(k-5), so that a bucket is never wider than 1/32 = 3.2 % of its lower
 * bound.  With m = k - 5 the bucket of v is 32 m + (v >> m), where v >> m is
 * in [32, 64): the 32 m makes the ranges of successive k adjoin.  k is 63 at
 * most, m 58, and the last bucket 32 * 58 + 63 = 1919.
 */
#define HIST_SUB_BITS 5
#define HIST_BUCKETS 1920

struct hist {
	uint64_t n, sum;
	uint64_t count[HIST_BUCKETS];
};

/* The bucket of @value: 0 to HIST_BUCKETS - 1. */
size_t hist_bucket(uint64_t value);

/* The smallest value of bucket @bucket. */
uint64_t hist_lower(size_t bucket);

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
void counts_free(struct counts *c);

/*
 * The lower bound of the bucket that holds quantile @q, 0 to 1, by nearest
 * rank; 0 if empty.
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
