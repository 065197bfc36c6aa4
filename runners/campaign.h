/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the trials one after the other, each in a process of its own (worker.h). */
#ifndef VQLAB_CAMPAIGN_H
#define VQLAB_CAMPAIGN_H

#include "ending.h"
#include "rundir.h"
#include "signals.h"
#include "runners/host/tune.h"
#include "runners/trial/bench.h"

struct campaign {
	struct bench *bench;
	struct rundir *run;
	GPtrArray *slots;
	struct budget budget;
	struct until until;
	char **again;		/* states whose trials are run once more, or NULL */
	struct tuned tuned;	/* what campaign_tune() changed, for tune_end() */
	struct signals signals; /* what ended the run, if one did */
};

/* Makes this process the one that takes the signals, and the orphans of trials. */
bool campaign_init(struct campaign *c, GError **error);

/*
 * Waits until no other vqbench measures on this host, and takes the host's lock until
 * this process ends; with @together it does neither.  Sets bench->alone.  False with an
 * error, or when a signal came (c->signals.caught).
 */
bool campaign_take_host(struct campaign *c, bool together, GError **error);

/*
 * Puts back what a vqbench that was killed had tuned, and says so; then tunes the host if @tune is
 * asked for.  False with an error; then nothing is changed.
 */
bool campaign_tune(struct campaign *c, bool tune, GError **error);

/*
 * Finds out whether a guest boots under KVM (@want "auto" or "kvm") and sets
 * bench->accel and accel_why.  False when KVM was demanded and does not work,
 * or when a signal came (c->signals.caught).
 */
bool campaign_choose_accel(struct campaign *c, const char *want, GError **error);

/*
 * Runs what is not there yet, and what c->again names, in whole blocks as far as
 * c->budget lasts and until c->until is met.  False: the lab failed, nothing
 * worked in a whole block, or c->signals.caught is set.
 */
bool campaign_run(struct campaign *c, GError **error);

#endif /* VQLAB_CAMPAIGN_H */
