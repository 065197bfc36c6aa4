/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One workload of a trial, with probes or without. */
#ifndef VQLAB_PHASE_H
#define VQLAB_PHASE_H

#include "state.h"

/* Runs @ph; false with the error that ended it. */
bool phase_run(struct trial *t, struct phase *ph, GError **error);

#endif /* VQLAB_PHASE_H */
