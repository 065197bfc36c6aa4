/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_BUCKETS_H
#define VQLAB_PROBES_MODEL_BUCKETS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The buckets of a log-linear histogram of nanoseconds, as a summary's lists of
 * [lower bound, count] have them, too.
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

/* The bucket of @value: 0 to HIST_BUCKETS - 1. */
size_t hist_bucket(uint64_t value);

/* The smallest value of bucket @bucket. */
uint64_t hist_lower(size_t bucket);

/*
 * What stands for all values of the bucket whose smallest is @lower: its middle, as
 * in fio's percentiles; of a bucket of one value, that value.
 */
uint64_t hist_middle(uint64_t lower);

#endif
