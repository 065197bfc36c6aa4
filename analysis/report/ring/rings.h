/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ring: what a run has of the rings without a guest, and of the guest's driver.
 *
 *	rings.c         RUN/rings/ -> struct rings, by
 *	read-counted.c  one file of `vqring count`
 *	read-timed.c    the files of `vqring run`
 *	costs.c         counted cells beside off's
 *	driver-costs.c  counting boots: instructions of the guest's driver, an element
 *	time.c          boots -> a ratio and its interval
 *	timed-quiet.c   boots that others disturbed, and ratios without them
 *	counted-text.c, counted-tables.c, live-table.c, driver-table.c, timed-table.c,
 *	replay-table.c  -> report-full.txt
 *	match.c         which counted order is most like a load in a guest
 *	ring-summary.c  -> summary.json
 *	ring-csv.c      -> rows of --csv
 *	ablation.c      order alone and one used entry a batch, told apart; ablation-text.c,
 *	ablation-tables.c, ablation-summary.c, plot-ablation.c say so
 *	plot-answer.c   -> the first plot: each strategy's cost, counted and timed
 *	plot-counted.c, plot-depth.c   -> the plots of order cost, and of cost over depth
 *	check.c         --verify: cells against the runs that they are means of
 */
#ifndef VQLAB_ANALYSIS_RING_RINGS_H
#define VQLAB_ANALYSIS_RING_RINGS_H

#include "counted.h"
#include "timed.h"
#include "analysis/report/run.h"

/* What a workload is of, so that counted and live ones of a kind stand together. */
enum ring_class { CLASS_BLK, CLASS_TX, CLASS_RX, RING_CLASSES };
extern const char *const ring_class_names[RING_CLASSES];

enum ring_class class_of(const struct workload *w);

/* A workload of the kind ring; of it there is one of the three. */
struct ring_workload {
	const struct workload *workload;
	enum ring_class class;
	struct counted *counted; /* NULL: not counted */
	GPtrArray *timed;	 /* struct timed of each of the run's rings, or NULL; or NULL */
	GPtrArray *left_out;	 /* char *: what could not be run, and why */
};

struct rings {
	GPtrArray *workloads; /* struct ring_workload, in the plan's order */
};

/* Reads @run's folder rings/; NULL with @error "FILE: what: why" if a file is broken. */
struct rings *load_rings(const struct run *run, GError **error);
void rings_free(struct rings *rings);

/* The first counted workload of a class, or NULL. */
const struct ring_workload *counted_of(const struct rings *rings, enum ring_class class);

/* The place of @name among @names (char *), or -1. */
int name_place(const GPtrArray *names, const char *name);

#endif
