/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a trial while it runs, and goes to trial.json in the end: the one
 * thing that its parts share.  trial.c makes it and calls them.
 */
#ifndef VQLAB_TRIAL_STATE_H
#define VQLAB_TRIAL_STATE_H

#include "bench.h"
#include "counted.h"
#include "load.h"
#include "perfstat.h"
#include "received.h"
#include "runners/guest-count/counter.h"
#include "runners/machine/disks.h"
#include "runners/machine/link.h"
#include "runners/machine/qemu.h"
#include "runners/machine/qmp.h"
#include "runners/plan/schedule.h"
#include "runners/tool/json.h"

/* One workload, once. */
struct phase {
	const struct slot_phase *slot;
	int order; /* from 0, as run */
	int code;  /* 0: ok, or a VQB_ code */
	char *reason;
	double wall_s; /* all of it, with perf's and vqprobe's start and end */
	bool worked;   /* the load did what it should, whatever else is wrong; gates.c */
	bool has_load;
	struct load load; /* valid with has_load */
	bool has_counted;
	struct counted counted; /* what QEMU or the tap counted; valid with has_counted */
	bool has_received;
	struct received received; /* of a network card, from before to behind the load */
	double busy_s;		  /* the load was at work at least as long, by that count */
	GString *faults;	  /* of the gates that fall for this phase; gates.c */
	unsigned int more_faults; /* for which there is no room */
	bool has_perf;
	struct perfstat_result perf;
	double window_s;	 /* the part of the run that perf counted */
	int64_t window_requests; /* requests or packets that QEMU handled in it */
	JsonObject *strategy;	 /* delta of x-reorder-stats, or NULL */
	JsonNode *probe;	 /* vqprobe's result for the device, or NULL */
	JsonObject *driver;	 /* what the guest's driver executed, or NULL */
	JsonObject *host;	 /* what the host did meanwhile */
	char *trace;		 /* name of its trace in the trial's folder, or NULL */
};

struct trial {
	const struct bench *bench;
	const struct slot *slot;
	char *dir;	   /* ID.tmp, ours to fill */
	int report_fd;	   /* messages to vqbench (message.h); -1: none */
	int64_t oom_kills; /* of the host, at the start */
	char *started;
	double boot_s;
	int code; /* 0: ok, or a VQB_ code */
	char *reason;
	JsonObject *features; /* device id -> bits in hex */
	JsonObject *before;   /* what the host did, and how it was set */
	JsonObject *after;    /* likewise, with all still running */
	GPtrArray *phases;    /* struct phase */
	GPtrArray *gates;     /* struct gate */

	struct disk *disks; /* as bench->plan->disks */
	GArray *taps;	    /* ints: as bench->plan->nets, a queue each */
	struct child iperf3;
	struct guest_counter counter; /* of a boot that counts the driver */
	struct qemu qemu;
	struct qmp *qmp;
	struct link *link;
};

/* Is it a boot that counts the driver? */
bool trial_counts(const struct trial *t);

/* A struct phase, and all that it holds. */
void phase_free(gpointer phase);

/* "ok", "invalid", "stalled", "crashed", "failed-to-start" for a code. */
const char *trial_state(int code);

#endif /* VQLAB_TRIAL_STATE_H */
