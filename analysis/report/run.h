/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis: from a run's trials to a report.
 *
 *	run.c, workload.c, trial.c  DIR/run.json, DIR/trials/x/trial.json -> struct run, by
 *	            reader.c, which trusts no JSON
 *	measures.c  one phase's queues -> depth, stash, hold, order cost
 *	results.c   all trials -> one struct cell for each (workload, ring,
 *	            variant), compared within blocks; the only place that computes
 *	stats.c, interval.c, power.c   the statistics behind that: median, interval, p,
 *	            verdict, what would have been seen
 *	blocks.c    how many blocks a run has
 *	until.c     vqbench run --until: are there blocks enough?
 *	baseline.c  of a run that compares to others than off and qemu: their labels
 *	wording.c   phrases that text and plots share
 *	report.c, tables.c, limits.c   struct results -> what it says, analysis/document.h
 *	findings.c  of that what stands first: stalls, crashes, violations
 *	page/       all of it -> index.html
 *	compare/    vqreport compare: two runs side by side
 *	pool/       vqreport RUN RUN...: those of several hosts; loaded.c: a run and its rings
 *	letter/     the answer, and what carries it -> report.txt
 *	summary.c, writer.c            struct results -> summary.json
 *	results-csv.c, csv.c           the same figures as rows; figures.c names both's
 *	replayed-read.c, replayed-tables.c, replayed-plots.c   DIR/replay.json, which
 *	            vqreplay wrote (replay/ops.h), to a section and plots
 *	host/       what the host did meanwhile, and what that leaves of the verdicts
 *	driver.c    what a counting boot counted of the guest's driver
 *	ring/       what vqring counted and timed without a guest (ring/rings.h)
 *	plots.c, plot-*.c, ../plots/   struct results -> SVG and PNG by gnuplot, with script
 *	            and data beside them; svg.c and png.c make them small
 *	verify.c                       --verify: trial.json against the traces
 *	traces.c                       --traces: which of them stand for the run
 *
 * The unit of statistics is the trial (one boot). Nothing here depends on the
 * time of day, a hash table's order, the locale or the order of directory
 * entries: the same trials give the same bytes.
 *
 * This header is the trials as they were read ("vqlab-run-1",
 * "vqlab-trial-1", "vqlab-probe-1").
 */
#ifndef VQLAB_ANALYSIS_RUN_H
#define VQLAB_ANALYSIS_RUN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A histogram: bins in ascending order of value, each count > 0. */
struct bin {
	uint64_t value; /* exact, or the lower bound of a log-linear bucket */
	uint64_t count;
};

struct hist {
	struct bin *bins;
	unsigned int n;
};

struct queue {
	char *device, *type, *ring;
	unsigned int index, num;
	bool in_order, conserved;
	uint64_t pops, fills, flushes, published, unpopped, detached;
	uint64_t in_flight_start, in_flight_end, unmatched_fills;
	uint64_t order_violations, resets, stashed, stash_max;
	double stash_time_mean; /* elements, weighted by time */
	uint64_t hold_sum_ns, fill_sum_ns, flush_sum_ns;
	double span_s;
	struct hist depth, stash_count, batch;	/* exact */
	struct hist hold_ns, fill_ns, flush_ns; /* log-linear */
};

struct site {
	char *function, *kind, *instruction, *mode;
	uint64_t hits;
};

struct spread {
	double p05, median, p95; /* ns */
};

struct calibration {
	char *function, *mode;
	uint64_t n;
	struct spread cost, bias;
};

struct probe {
	double seconds;
	uint64_t events, lost_events, unreadable_rings;
	GPtrArray *sites;	 /* struct site */
	GPtrArray *calibrations; /* struct calibration */
	GPtrArray *queues;	 /* struct queue, sorted by index */
};

/* What a driver executed is told apart as in runners/guest-count/counter.h. */
#define DRIVER_PARTS 6
extern const char *const driver_part_names[DRIVER_PARTS];

/* Instructions of the guest kernel's virtio_ring in one phase of a counting boot. */
struct driver {
	uint64_t instructions;
	uint64_t requests; /* by QEMU or the tap; 0: not known */
	uint64_t part[DRIVER_PARTS];
	uint64_t elements;   /* that came back; 0: nothing told them */
	uint64_t interrupts; /* UINT64_MAX: not known */
	uint64_t segments;   /* of its requests, that it mapped; 0: no function tells them */
};

/* What the host did in a phase; seconds of one processor; NAN: it does not tell. */
struct meanwhile {
	double seconds;			/* how long the phase was */
	double steal;			/* that the hypervisor took */
	double others;			/* of what was not the trial's */
	double waited;			/* that QEMU's threads were kept from running, added up */
	double cpu_stall, memory_stall; /* in which something waited for a processor, for memory */
};

struct phase {
	char *workload, *kind, *device, *state, *reason, *unit;
	bool probes;
	bool judged; /* its state is by gates of its own, not only of its trial */
	int order;
	double seconds, throughput;
	double cpu_s, ctx_switches;	   /* of the window; NAN: not counted */
	double window_s;		   /* the part of the phase that perf counted */
	uint64_t window_requests;	   /* what the device completed in it */
	double lat_mean, lat_p50, lat_p99; /* us; NAN where there is none */
	uint64_t ios, bytes;
	double packets_per_s;	  /* through the tap, both ways; NAN: no network, or not told */
	uint64_t datagrams, lost; /* of UDP: that were received, and that were not */
	struct probe *probe;	  /* NULL without probes */
	struct driver *driver;	  /* NULL, but in counting boots */
	struct meanwhile *host;	  /* NULL: not recorded */
	char *trace;		  /* a file in the trial's folder, if it says so; "": none kept */
};

struct gate {
	char *name, *detail;
	bool ok;
};

struct trial {
	char *id, *variant, *ring, *state, *reason, *accel;
	int block, position;
	bool counting; /* of no block: the driver's instructions are counted in it */
	double boot_s;
	uint64_t other_qemus;
	char *changed;	   /* settings of the host that were not the run's, or "" */
	GPtrArray *gates;  /* struct gate */
	GPtrArray *phases; /* struct phase */
};

/* Of what the cost is told: an I/O, a Gbit, a packet. */
enum work { WORK_IO, WORK_GBIT, WORK_PACKET, N_WORKS };

struct workload {
	char *name, *kind, *device, *summary, *unit;
	enum work work;
	bool lower;	     /* less of its unit is better */
	bool paced;	     /* sent at a rate of the plan's, not as fast as it goes */
	char *direction;     /* of a network's: out, in, both */
	char *settings;	     /* all else that tells it from others: protocol, program, or "" */
	GPtrArray *rings;    /* char *; empty: all of the run's */
	unsigned int blocks; /* only in the first of them; 0: in all */
	/* Of the kind ring; else "". */
	char *measure, *load; /* count, time; read, write, randrw, tx, rx */
};

/* What the plan asked for and this QEMU cannot run. */
struct left_out {
	char *variant, *ring, *why;
};

/* The QEMU of a variant, and what its devices are given. */
struct arm {
	char *label, *version, *source, *sha256, *props;
	char *no_qemu;	 /* why there is none, or "" */
	char *confined;	 /* how it was, or "" */
	char *no_probes; /* why it was not watched, or "" */
	bool hooks;
};

/* When the run was to end: vqbench run --until.  Its number of blocks was not set before. */
struct until {
	double within;	   /* how far intervals may reach from their ratio, 0.05; 0: no such run */
	unsigned int most; /* blocks, whatever they say */
};

struct run {
	char *dir;
	char *name, *plan, *created;
	char *plan_hash; /* of the plan, its jobs and programs; "": older runs do not say */
	uint64_t seed;
	char *cpu, *kernel, *os;
	uint64_t cores, memory_mib;
	bool host_virtual;
	char *pinned, *tuned; /* how, or why not; "": nobody asked for it */
	GPtrArray *settings;  /* char *, "name value", of the host; empty: older runs */
	char *accel, *accel_why;
	char *confined;	 /* how QEMU was; "": older runs do not say */
	char *no_probes; /* why nothing was watched; "" if it was */
	char *qemu_version, *qemu_source, *qemu_sha256;
	bool qemu_hooks;
	char *guest_kernel, *guest_source, *fio, *iperf3;
	char *guest_added; /* what the plan put into it, or "" */
	char *vqlab_version, *vqlab_commit;
	GPtrArray *versions;	   /* char *, "name version", sorted */
	GPtrArray *variants;	   /* char *: labels, in the plan's order */
	GPtrArray *strategies;	   /* char *: what each label stands for */
	char *against;		   /* the revision to which a tree was held, or "" */
	char *baseline[2];	   /* labels to which is compared: off, qemu, or the plan's */
	GPtrArray *arms;	   /* struct arm; empty: all variants are of one QEMU */
	GPtrArray *left_out;	   /* struct left_out */
	GPtrArray *rings;	   /* char * */
	GPtrArray *workloads;	   /* struct workload, of guests */
	GPtrArray *ring_workloads; /* struct workload, of the kind ring */
	GPtrArray *trials;	   /* struct trial, by block, ring, variant */
	GPtrArray *counting;	   /* struct trial: counting boots, likewise */
	char *no_driver;	   /* why no driver was counted, or "" */
	unsigned int blocks, trials_planned;
	unsigned int blocks_of_plan; /* whatever the command said; 0: older runs do not say */
	struct until until;
};

/**
 * load_run() - read a whole run folder
 * @dir: the folder
 *
 * Of a run with until, blocks and trials_planned are those of the blocks that were begun.
 * Every string read is printable ASCII afterwards: trials hold text that came
 * from a guest. Returns the run, which run_free() frees, or NULL with @error
 * set to "FILE: what: why".
 */
struct run *load_run(const char *dir, GError **error);
void run_free(struct run *run);

/* Reads one trial.json; the parts of load_run() that tests drive. */
struct trial *load_trial(const char *path, const struct run *run, GError **error);
void trial_free(struct trial *trial);

/*
 * Do a phase's figures count? If its own state is ok, whatever became of the trial's
 * other phases; but where gates were judged for the trial alone (older runs), only if
 * the trial is ok, too. See runners/TRIAL.md.
 */
bool phase_counts(const struct trial *trial, const struct phase *phase);

#endif
