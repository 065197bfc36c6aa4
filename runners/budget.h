/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a run may take: whole blocks, as long as they fit.  What a block takes is what
 * the longest one took before, in this process.
 */
#ifndef VQLAB_BUDGET_H
#define VQLAB_BUDGET_H

#include "runners/tool/error.h"

struct budget {
	int64_t ms; /* 0: no limit */
	int64_t begun, block_begun;
	int64_t longest; /* block that ran whole; 0: none yet */
	int block;	 /* the present one */
	int left_from;	 /* the first block that did not fit, or 0 */
};

#define BUDGET_MAX_S (30 * 86400)

/* "90s", "30m", "2h", at most 30 days, to ms; false if it is none. */
bool budget_parse(const char *text, int64_t *ms);

/* The clock starts. */
void budget_begin(struct budget *b);

/*
 * Is there time for @block?  Blocks come one after the other; the first that runs needs no
 * estimate, and 0, what is counted, always fits.
 */
bool budget_fits(struct budget *b, int block);

/* A block has ended, and ran @whole: nothing of it was there already. */
void budget_block_ended(struct budget *b, bool whole);

#endif /* VQLAB_BUDGET_H */
