/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a letter.  Each appends nothing where the run has nothing of the kind, and
 * says how much of it stands in report-full.txt alone.
 */
#ifndef VQLAB_ANALYSIS_LETTER_PARTS_H
#define VQLAB_ANALYSIS_LETTER_PARTS_H

#include "analysis/document.h"
#include "analysis/report/results.h"

/* How much of each part there is room for. */
struct room {
	unsigned int findings; /* how many of them */
	unsigned int items;    /* of what was left out */
	unsigned int live;     /* workloads in the table */
	unsigned int timed;    /* columns of the table; 0: no table */
	unsigned int rows;     /* strategies in a table, off included */
};

/* found.c: before all else; and after all figures. */
void put_letter_findings(struct document *out, const struct results *r, const struct room *room);
void put_letter_watched(struct document *out, const struct results *r, const struct room *room);

/* answer.c */
void put_answer(struct document *out, const struct results *r);

/* counted.c */
void put_letter_counted(struct document *out, const struct results *r, const struct room *room);

/* batches.c */
void put_letter_batches(struct document *out, const struct results *r);

/* live.c, timed.c */
void put_letter_live(struct document *out, const struct results *r, const struct room *room);
void put_letter_timed(struct document *out, const struct results *r, const struct room *room);

/* method.c */
void put_letter_method(struct document *out, const struct results *r);

/*
 * Of a run whose variants are of several QEMUs: what was counted, each over the variant that
 * it is held to.  False, and nothing said, of another run, or where nothing was counted.
 */
bool answer_arms(struct document *out, const struct results *r);

/* A line for each of these QEMUs, with its properties; @whole: and where it is from. */
void put_arms(struct document *out, const struct run *run, bool whole);

#endif
