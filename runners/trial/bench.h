/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_BENCH_H
#define VQLAB_BENCH_H

#include "runners/machine/folders.h"
#include "runners/plan/plan.h"

/* What all trials of a run have in common. */
struct bench {
	struct plan *plan;
	struct qemuinfo qemu;
	struct guestinfo guest;
	char *plugin;  /* nbdkit's latency plugin */
	char *vqprobe; /* the program */
	char *vqring;  /* likewise */
	char *dir;     /* the run folder */
	char *accel;   /* tcg or kvm */
	char *accel_why;
	char *no_probes;  /* why vqprobe cannot watch this QEMU; else NULL */
	char *no_driver;  /* why the guest's driver cannot be counted; else NULL */
	GArray *identity; /* see identity.h */
	bool alone;	  /* no other vqbench measured on this host */
};

#endif /* VQLAB_BENCH_H */
