/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ends a run before its last block.  Budget: whole blocks, as long as they fit.  What a
 * block takes is what the longest one took before, in this process.  Until: as many blocks
 * as its figures ask for, which vqreport judges, with intervals that allow for that.
 */
#ifndef VQLAB_ENDING_H
#define VQLAB_ENDING_H

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

/* A run whose number of blocks follows from its figures. */
struct until {
	char *rule;	/* "5%"; NULL: no such run */
	double percent; /* how far an interval may reach from its ratio, or 0 */
	char *vqreport; /* the program */
	bool met;	/* nothing is open any more */
};

/* The most blocks, where nobody says how many. */
#define UNTIL_BLOCKS 40

/*
 * The rule of the run in @dir (NULL: none) if there is one, else @given, "5%", or NULL.
 * False with @error if @given is none, or the run has another.
 */
bool until_settle(struct until *u, const char *given, const char *dir, GError **error);

/*
 * How many blocks a run may have: @asked; if that is 0, the plan's, which 0 stands for, or
 * with a rule as many as the run in @dir had, or UNTIL_BLOCKS.
 */
int64_t until_blocks(const struct until *u, const char *dir, int64_t asked);

/*
 * Looks at the run in @dir between two blocks, sets u->met, and says on standard error what
 * is open.  False with @error if vqreport cannot tell.
 */
bool until_look(struct until *u, const char *dir, GError **error);

#endif /* VQLAB_ENDING_H */
