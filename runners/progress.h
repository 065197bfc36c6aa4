/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The progress of a run on standard error: one line that is written anew on a
 * terminal, else one line for each finished trial. */
#ifndef VQLAB_PROGRESS_H
#define VQLAB_PROGRESS_H

#include "runners/plan/schedule.h"

struct progress {
	bool tty;
	int total, done;  /* slots, those of earlier sessions included */
	int fresh;	  /* finished in this session */
	int64_t spent_ms; /* in those */
	int64_t begun;	  /* clock of the present trial */
	const struct slot *slot;
	char doing[80];
};

void progress_init(struct progress *p, int total);
void progress_begin(struct progress *p, const struct slot *slot);
/* Shows what the present trial does; NULL: only the clock has moved. */
void progress_doing(struct progress *p, const char *doing);
void progress_end(struct progress *p, const char *state, const char *reason);
/* Before other messages: ends a line that is being written anew. */
void progress_clear(struct progress *p);

#endif /* VQLAB_PROGRESS_H */
