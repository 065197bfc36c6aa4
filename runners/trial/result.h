/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial.json; TRIAL.md documents it. */
#ifndef VQLAB_RESULT_H
#define VQLAB_RESULT_H

#include "state.h"

/* Writes it into the trial's folder. */
bool result_write(const struct trial *t, GError **error);

#endif /* VQLAB_RESULT_H */
