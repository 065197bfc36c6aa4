/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trial: one boot of one variant on one ring, each workload of the plan run
 * twice in it, probes off and on.  It runs in a process of its own (see
 * campaign.c), in its own session, process group and network namespace.
 * TRIAL.md documents what it leaves behind.
 */
#ifndef VQLAB_TRIAL_H
#define VQLAB_TRIAL_H

#include "counted.h"
#include "runners/machine/disks.h"
#include "gates.h"
#include "runners/machine/link.h"
#include "load.h"
#include "perfstat.h"
#include "probe.h"
#include "runners/machine/qemu.h"
#include "runners/machine/qmp.h"
#include "runners/plan/schedule.h"
#include "runners/tool/json.h"

#define BOOT_LIMIT_S 60

/* What all trials of a run have in common. */
struct bench {
	struct plan *plan;
	struct qemuinfo qemu;
	struct guestinfo guest;
	char *plugin;  /* nbdkit's latency plugin */
	char *vqprobe; /* the program */
	char *dir;     /* the run folder */
	char *accel;   /* tcg or kvm */
	char *accel_why;
	char *no_probes;  /* why vqprobe cannot watch this QEMU; else NULL */
	GArray *identity; /* see identity.h */
	bool alone;	  /* no other vqbench measured on this host */
};

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
	double busy_s;		/* the load was at work at least as long, by that count */
	GString *faults;	/* of the gates that fall for this phase; gates.c */
	bool has_perf;
	struct perfstat_result perf;
	double window_s;	 /* the part of the run that perf counted */
	int64_t window_requests; /* requests or packets that QEMU handled in it */
	JsonObject *strategy;	 /* delta of x-reorder-stats, or NULL */
	JsonNode *probe;	 /* vqprobe's result for the device, or NULL */
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
	GPtrArray *phases;    /* struct phase */
	GPtrArray *gates;     /* struct gate */

	struct disk *disks; /* as bench->plan->disks */
	int *taps;	    /* as bench->plan->nets */
	struct child iperf3;
	struct qemu qemu;
	struct qmp *qmp;
	struct link *link;
};

/*
 * Runs @slot in this process and writes DIR/trial.json, DIR being made for it.
 * True when there is a result, of whatever state; false with VQB_FAILED when
 * the lab itself failed.
 */
bool trial_run(const struct bench *b, const struct slot *slot, const char *dir, int report_fd,
	       GError **error);

/* Boots a guest under @accel until it answers; false with the reason. */
bool trial_boots(const struct bench *b, const char *accel, const char *dir, int limit_s,
		 GError **error);

/* "ok", "invalid", "stalled", "crashed", "failed-to-start" for a code. */
const char *trial_state(int code);

/* -- parts ---------------------------------------------------------------- */

/* phase.c: runs @ph; false with the error that ended it. */
bool phase_run(struct trial *t, struct phase *ph, GError **error);

/* in-guest.c: everything that is asked of the guest. */
bool guest_wait_up(struct trial *t, int limit_s, GError **error);
bool guest_read_features(struct trial *t, GError **error);
bool guest_configure_nets(struct trial *t, GError **error);
bool guest_put_jobs(struct trial *t, GError **error);
/* Runs fio or iperf3 for @w with @watch looking on; its standard output (not
 * yet parsed), the link's until the next command. */
const GByteArray *guest_run_load(struct trial *t, const struct plan_workload *w, link_watch watch,
				 void *data, GError **error);

/* Is QEMU still there?  False with VQB_CRASHED and what it said last. */
bool trial_alive(struct trial *t, GError **error);

/* result.c */
bool trial_write(const struct trial *t, GError **error);

#endif /* VQLAB_TRIAL_H */
