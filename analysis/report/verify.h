/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_VERIFY_H
#define VQLAB_ANALYSIS_VERIFY_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* Phases with probes, by what came of holding them against their traces. */
struct verified {
	unsigned int agree, differ;
	unsigned int no_trace;	 /* none was kept */
	unsigned int no_summary; /* the phase has none: it failed */
};

/*
 * verify_trial() - reduce a trial's traces again, and compare with trial.json
 * @folder: the trial's folder
 * @id: its name, for messages
 * @v: counts each phase
 * @out: gets a line for each difference and each phase without a trace
 *
 * The traces go through vqprobe's own model, one event at a time; each figure
 * of each queue that both know is compared: counts exactly, what is not an
 * integer to nine digits. False with @error when trial.json cannot be read; a
 * trace that cannot is a difference.
 */
bool verify_trial(const char *folder, const char *id, struct verified *v, FILE *out,
		  GError **error);

#endif
