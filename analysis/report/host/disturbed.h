/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which trials ran on a disturbed host, and do the verdicts hold without them?
 *
 * The rule asks what a thread on which all waits can have lost to others, as a share of the
 * time of one processor, and names a trial if in one of its phases that is more than the
 * margin within which the report calls rates equivalent: what is less cannot move a rate by
 * as much.  It looks at no figure that the report compares, and is the same for all variants.
 */
#ifndef VQLAB_ANALYSIS_HOST_DISTURBED_H
#define VQLAB_ANALYSIS_HOST_DISTURBED_H

#include "analysis/report/results.h"

/* What others did to it, the first that holds. */
enum disturbance_kind {
	BY_SETTINGS, /* the host was not set as the run says */
	BY_STEAL,    /* the hypervisor's */
	BY_OTHERS,   /* processes that are not the trial's, while QEMU's threads waited */
	BY_MEMORY,   /* something waited for memory */
};

struct disturbance {
	const struct trial *trial;
	const struct phase *phase; /* in which it was most; NULL for settings */
	enum disturbance_kind kind;
	double share; /* of one processor's time; NAN for settings */
};

/* A cell whose verdict is another one without the disturbed trials. */
struct changed_verdict {
	unsigned int cell; /* of both results */
	bool to_qemu;	   /* else to off */
	const struct comparison *with, *without;
};

struct disturbed {
	unsigned int recorded;	 /* timed trials that have a record */
	unsigned int beside;	 /* of them, those during which another QEMU was there */
	GPtrArray *trials;	 /* struct disturbance, in the trials' order */
	unsigned int verdicts;	 /* of two blocks and more, with all trials */
	GPtrArray *changes;	 /* struct changed_verdict; NULL: no trial is left, or all are */
	struct run run;		 /* the same without those trials */
	struct results *without; /* computed of it; NULL as changes is */
};

/*
 * Of the @n @periods of one trial or boot (NULL: not recorded) that in which others can have kept
 * more than @limit of a processor from it, and most; of the first @kind that holds, with its
 * @share.  -1: none.
 */
int disturbed_period(const struct meanwhile *const *periods, unsigned int n, double limit,
		     enum disturbance_kind *kind, double *share);

/* "steal", as reports have it. */
const char *disturbance_name(enum disturbance_kind kind);

/* The disturbance of a trial, judged with @limit; kind and share in @d. False: none. */
bool trial_disturbed(const struct trial *t, double limit, struct disturbance *d);

/* disturbed_free() it.  NULL: the run recorded nothing of its host. */
struct disturbed *find_disturbed(const struct results *r);
void disturbed_free(struct disturbed *d);

#endif
