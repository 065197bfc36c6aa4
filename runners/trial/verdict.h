/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gate while it is judged: all of its faults, over the phases. */
#ifndef VQLAB_VERDICT_H
#define VQLAB_VERDICT_H

#include "state.h"

struct verdict {
	const char *name;  /* the gate's, a literal */
	GString *faults;   /* those that fit; the caller's to free */
	unsigned int more; /* faults that are only counted */
};

/* Of one fault, and of all that a gate or a phase tells. */
#define FAULT_MAX 300
#define FAULTS_MAX 1200

/* Without a fault so far. */
struct verdict verdict_begin(const char *name);

/* One more fault, of @ph alone: it goes to the verdict and to the phase. */
void verdict_add(struct verdict *v, struct phase *ph, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A fault of the whole boot: no phase of it can be counted. */
void verdict_add_boot(struct verdict *v, struct trial *t, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* A fault of the trial, which takes no phase with it. */
void verdict_add_trial(struct verdict *v, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * The faults as one text: whole ones, and how many more there are.  The caller frees it.
 */
char *verdict_text(const GString *faults, unsigned int more);

#endif /* VQLAB_VERDICT_H */
