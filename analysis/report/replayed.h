/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vqreplay wrote, as a part of a report: replay.json ("vqlab-replay-1") to
 * tables and plots.  Nothing is measured here.
 */
#ifndef VQLAB_ANALYSIS_REPLAYED_H
#define VQLAB_ANALYSIS_REPLAYED_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct document;

/* Of one variant; NAN where it was not measured. */
struct replayed_variant {
	double ns, ns_low, ns_high;
	double ns_over; /* off */
	double instructions, instructions_over;
	uint64_t memory;
	bool model;		/* of what QEMU does by itself */
	char *wrong, *recorded; /* or "" */
};

struct replayed_source {
	char *name, *synth; /* "" if it is a trace */
	/* "ordered", "unordered", "mixed": what was recorded; "" if it is made up */
	char *recorded_order;
	char *ring; /* of the queue with the most elements */
	unsigned int size;
	uint64_t elements, reordered, completed_early, ignored, broken;
	unsigned int depth_max, repeats;
	double depth_mean;
	char *counter;
	struct replayed_variant *variants; /* as many as names */
	unsigned int n;
};

struct replayed {
	char *created, *cpu, *kernel, *version;
	uint64_t cores;
	GPtrArray *names;   /* char *: variants */
	GPtrArray *sources; /* struct replayed_source */
};

/* NULL with @error if @path is no such file. */
struct replayed *load_replayed(const char *path, GError **error);
void replayed_free(struct replayed *r);

/* Made up, and the same order on several sizes of this ring? */
bool replayed_varies(const struct replayed *r, const struct replayed_source *s);

/* Is the variant with this index a model of what QEMU does by itself? */
bool replayed_is_model(const struct replayed *r, unsigned int variant);

/* The section of a report. */
void report_replayed(struct document *out, const struct replayed *r);

/* A report of nothing else; document_free() it. */
struct document *replayed_document(const struct replayed *r);

/* Adds plots to @folder, which exists; that of cost over depth only with @depth. */
bool draw_replayed(const struct replayed *r, const char *folder, bool depth, GError **error);

#endif
