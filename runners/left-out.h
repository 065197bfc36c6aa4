/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a plan a QEMU cannot run: it is left out with a word, not refused. */
#ifndef VQLAB_LEFT_OUT_H
#define VQLAB_LEFT_OUT_H

#include "runners/trial/bench.h"

/* One variant that cannot run here. */
struct left_out {
	char *variant, *ring, *why;
};

/*
 * Takes the trials that their QEMUs (b->arms) cannot run, or that have none, out of @slots;
 * what was left out, struct left_out, for run.json.  The caller frees the array.
 */
GPtrArray *leave_out_variants(const struct bench *b, GPtrArray *slots);

/*
 * Takes the phases with probes out of @slots, and sets no_probes, where vqprobe cannot
 * watch a QEMU and that is somebody else's: its loads can be measured all the same.  Ours
 * must have what vqprobe needs: there the first trial says so.
 */
void leave_out_probes(struct bench *b, GPtrArray *slots);

/*
 * Takes the boots that count the guest's driver out of @slots, and sets no_driver, where
 * that cannot be done: only TCG counts, by a plugin that the lab builds for its own QEMU.
 * b->accel is known.
 */
void leave_out_driver(struct bench *b, GPtrArray *slots);

#endif /* VQLAB_LEFT_OUT_H */
