/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a report says, computed once; report, summary and plots format it.
 *
 * A cell is one (workload, ring, variant). It has one sample for each block:
 * the trial's probes-off phase gives throughput, CPU time, context switches and
 * latency, its probes-on phase the ordering measures. A phase that does not count
 * (phase_counts()) gives neither, and is listed.
 */
#ifndef VQLAB_ANALYSIS_RESULTS_H
#define VQLAB_ANALYSIS_RESULTS_H

#include <stddef.h>

#include "measures.h"
#include "run.h"
#include "stats.h"

struct disturbed;
struct document;
struct replayed;
struct rings;

struct sample {
	const struct trial *trial; /* NULL: not in the run */
	/* Of the phase without probes; NAN when it is missing or not ok. */
	double throughput, cpu, ctx, lat_p50, lat_p99;
	double busy;	      /* processors that QEMU kept busy, while perf counted */
	double speed;	      /* what ratios are of: throughput, or, where less is better, 1 / it */
	double packets, lost; /* a second, through the tap; share of datagrams */
	/* Of the phase with probes. */
	bool probed;
	const struct phase *probed_phase; /* NULL unless probed */
	double tax;			  /* speed with / without, same boot */
	double fill, flush;		  /* order cost's parts, corrected; ns an element */
	double cost, cost_raw;		  /* their sum; and before the correction */
	struct measures m;
};

struct cell {
	unsigned int workload, ring, variant;
	bool ordered;		/* publishes in order (all but the off variants) */
	bool planned;		/* the workload runs on this ring */
	struct sample *samples; /* one for each block */
	unsigned int n_samples;
	unsigned int ok, probed; /* samples with a throughput; with measures */
	unsigned int excluded;	 /* trials there whose sample does not count */
	const char *excluded_as; /* their state, "mixed", or NULL for none */
	struct comparison to_off, to_qemu, cpu_to_off, ctx_to_off, packets_to_off;
	/* Over all probed samples. */
	uint64_t elements, violations, lost;
	unsigned int unconserved;	 /* samples */
	unsigned int ring_min, ring_max; /* sizes of the rings; 0: not known */
	uint64_t depth_max, stash_max;
	struct hist depth, stash, hold;
};

/* Where probes sat and what they cost, over all phases with probes. */
struct site_use {
	const char *function, *kind, *instruction, *mode;
	unsigned int phases;
};

struct calibration_use {
	const char *function, *mode;
	unsigned int phases;
	struct spread cost, bias; /* lowest p05, median of medians, highest p95 */
};

struct exclusion {
	const struct trial *trial;
	const struct phase *phase; /* NULL: the trial, as far as no other phase counts */
};

struct results {
	const struct run *run;
	const struct replayed *replayed;   /* NULL: the run has no replay.json */
	const struct rings *rings;	   /* of its rings without a guest; may be empty */
	const struct disturbed *disturbed; /* NULL: nothing is known of the host meanwhile */
	double margin;
	unsigned int n_blocks;
	int *blocks; /* their numbers, ascending */
	/* The baseline's: index in run->variants; -1 when not in the plan. */
	int off, qemu;
	struct cell *cells; /* by workload, ring, variant */
	unsigned int n_cells;
	unsigned int trials_ok, trials_missing;
	unsigned int other_accel; /* trials whose accelerator is not the run's */
	GPtrArray *exclusions;	  /* struct exclusion */
	GPtrArray *sites;	  /* struct site_use */
	GPtrArray *calibrations;  /* struct calibration_use */
};

struct results *compute(const struct run *run, double margin);
void results_free(struct results *r);

/* compute()'s part in probe-use.c: fills r->sites and r->calibrations. */
void list_probe_use(struct results *r);

struct cell *cell_at(const struct results *r, unsigned int workload, unsigned int ring,
		     unsigned int variant);
const char *variant_name(const struct results *r, const struct cell *c);
const struct workload *workload_of(const struct results *r, const struct cell *c);

/* Does any of its trials tell packets a second?  Those of networks do, not in older runs. */
bool counts_packets(const struct results *r, unsigned int workload);

/*
 * A figure over a cell's samples, those that are NAN left out; name it with
 * offsetof(struct sample, ...). All are NAN when no sample has it.
 */
struct range {
	double min, median, max;
	unsigned int n;
};

struct range over_samples(const struct cell *c, size_t offset);
#define OVER(cell, figure) over_samples(cell, offsetof(struct sample, figure))

/*
 * Does anything complete out of order here? The share of elements stashed in
 * the most disordered cell, NAN if no phase with probes counts; a workload below
 * 1 in 10,000 says nothing about how strategies cope with disorder.
 */
double share_disordered(const struct results *r, unsigned int workload);
#define IN_ORDER_BELOW 1e-4

#endif
