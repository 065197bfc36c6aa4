/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_BENCH_H
#define VQLAB_BENCH_H

#include "runners/machine/folders.h"
#include "runners/plan/plan.h"
#include "runners/tool/json.h"

/* What a variant runs on. */
struct bench_arm {
	struct qemuinfo *qemu; /* shared by all variants of that QEMU; NULL: there is none */
	char *no_qemu;	       /* why not: it could not be built; else NULL */
	char *no_probes;       /* why vqprobe cannot watch it; else NULL */
	char *no_driver;       /* why the guest's driver cannot be counted; else NULL */
};

/* What all trials of a run have in common. */
struct bench {
	struct plan *plan;
	struct bench_arm *arms; /* of each of the plan's variants, in its order; see arms.h */
	struct qemuinfo *qemu;	/* of the first of them that there is */
	struct guestinfo guest;
	char *plugin;  /* nbdkit's latency plugin */
	char *vqprobe; /* the program */
	char *vqring;  /* likewise */
	char *dir;     /* the run folder */
	char *accel;   /* tcg or kvm */
	char *accel_why;
	char *until;	      /* "5%": what ends it (runners/ending.h), or NULL */
	char *against;	      /* the revision to which a tree is held (plan/against.h), or NULL */
	char *no_probes;      /* why vqprobe can watch none of the QEMUs; else NULL */
	char *no_driver;      /* why the guest's driver cannot be counted at all; else NULL */
	GArray *identity;     /* see identity.h */
	JsonObject *settings; /* of the host, as run.json has them (runners/host/settings.h) */
	struct pinning *pinning; /* where trials run (runners/host/pin.h); NULL: anywhere */
	char *pinned;		 /* that in words, or why not; NULL: the plan does not ask for it */
	char *tuned;		 /* what --tune did, in words; NULL: it was not asked for */
	bool alone;		 /* no other vqbench measured on this host */
};

/* That of @v, one of its plan's. */
struct bench_arm *bench_arm(const struct bench *b, const struct plan_variant *v);

/* Its properties, of plan/props.h; NULL: it has none of its own. */
const char *bench_props(const struct plan_variant *v);

/*
 * Is this root, and are the programs there that trials call?  @given: vqprobe is one that the
 * user has named.
 */
bool bench_check_tools(const struct bench *b, bool given, GError **error);

#endif /* VQLAB_BENCH_H */
