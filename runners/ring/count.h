/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vqring count: instructions an element in QEMU's device threads, by function.
 *
 * A job is one QEMU under callgrind, with all variants in it, for one order; each
 * variant is driven in each ring format.  Jobs of one order differ by their run: a
 * cell's figure comes from two or more that must agree.
 */
#ifndef VQLAB_RING_COUNT_H
#define VQLAB_RING_COUNT_H

#include "options.h"
#include "runners/tool/json.h"

/* Counts all; the JSON, RING.md describes it, to be freed by the caller.  NULL with
 * error set if nothing could be counted. */
JsonNode *count_run(struct options *o, GError **error);

/* What count.c and count-cells.c share. */
struct job {
	const char *order;
	unsigned int run;
	pid_t pid;
	char *path, *error_path;
	JsonNode *result;
	char *failed;
};

/* The cells of all jobs, an array of struct job, as RING.md describes them. */
JsonNode *count_merge(const struct options *o, GPtrArray *jobs, const char *valgrind);

/* The tables, on standard output; true if all was counted and no device was caught. */
bool count_table(JsonNode *root);

/* One job, in a process of its own: writes its cells to @path. */
bool count_job(struct options *o, const char *order, unsigned int run, const char *path,
	       GError **error);

/* The largest difference, of their mean, between runs that differ too little to matter. */
#define COUNT_AGREE 0.005

#endif /* VQLAB_RING_COUNT_H */
