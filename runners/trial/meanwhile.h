/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host did while a trial ran on it: runners/host/, asked at the right moments. */
#ifndef VQLAB_TRIAL_MEANWHILE_H
#define VQLAB_TRIAL_MEANWHILE_H

#include "state.h"
#include "runners/host/activity.h"

/*
 * This moment, as the member before or after of trial.json; with its member settings if these
 * are not the run's any more.  The caller unrefs it.
 */
JsonObject *meanwhile_now(const struct trial *t);

/* A phase begins; meanwhile_end() is called for each. */
void meanwhile_begin(const struct trial *t, struct activity *begin);

/* What happened since, as a phase's member host; the caller unrefs it. */
JsonObject *meanwhile_end(const struct trial *t, struct activity *begin);

#endif /* VQLAB_TRIAL_MEANWHILE_H */
