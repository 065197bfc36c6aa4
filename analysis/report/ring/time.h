/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What throughput without a guest says of two devices: the only place that estimates it. */
#ifndef VQLAB_ANALYSIS_RING_TIME_H
#define VQLAB_ANALYSIS_RING_TIME_H

#include "probes/tool/interval.h"
#include "timed.h"

/*
 * Elements/s of @label over those of @base.  A boot is a block: of it the median over the
 * rounds counts, of the ratio of both turns of a round (probes/tool/interval.h).
 */
struct block_ratio ring_ratio(const struct timed *t, unsigned int label, unsigned int base);

/* The same without the boots that @out says; one for each of @t's. */
struct block_ratio ring_ratio_without(const struct timed *t, unsigned int label, unsigned int base,
				      const bool *out);

/* Its log in one boot; NAN where one of both has no rate. */
double boot_log_ratio(const struct timed *t, unsigned int boot, unsigned int label,
		      unsigned int base);

/* Elements/s: the median over boots of the medians of turns; NAN without any. */
double ring_rate(const struct timed *t, unsigned int label);

/* The same of one boot. */
double boot_rate(const struct timed *t, unsigned int boot, unsigned int label);

#endif
