/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts QEMU for a trial. */
#ifndef VQLAB_QEMU_H
#define VQLAB_QEMU_H

#include "disks.h"
#include "folders.h"
#include "runners/guest-count/counter.h"
#include "runners/tool/kept.h"

struct qemu {
	struct child child;
	int qmp_fd, agent_fd;	    /* our ends; the one who takes them over sets -1 */
	struct kept *console, *log; /* what the guest and QEMU say */
};

struct qemu_setup {
	const struct qemuinfo *info;
	const struct guestinfo *guest;
	const struct plan *plan;
	const char *variant, *ring;
	const char *props;   /* the variant's own, of plan/props.h, or NULL */
	const char *accel;   /* tcg or kvm */
	const char *console; /* log files, created here */
	const char *log;
	struct disk *disks; /* n of plan->disks, opened; NULL: none of them */
	const GArray *taps; /* ints, a queue each of plan->nets, one after the other; NULL: none */
	struct guest_counter *counter; /* opened here, to be closed; NULL: nobody counts */
};

/* Disks and taps may be closed by the caller afterwards.  Also of one that could not be
 * started, qemu_end() must be called. */
bool qemu_start(struct qemu *q, const struct qemu_setup *s, GError **error);

/* Kills it; what it said is in the files then.  One that is all zero is allowed. */
void qemu_end(struct qemu *q);

/*
 * What -device is given for @p on @info: what the plan says of it, the properties of a variant,
 * @props (or NULL), and @more, with a comma before each.  The caller frees it.
 */
char *qemu_disk_device(const struct plan_disk *p, const struct qemuinfo *info, const char *props,
		       const char *more);

/*
 * The properties that the plan has for a device of @info, with a comma before each: sizes and
 * number of rings, its own and those of a variant, @props (or NULL).  "": none.  The caller
 * frees it.
 */
char *qemu_disk_props(const struct plan_disk *p, const struct qemuinfo *info, const char *props);
char *qemu_net_props(const struct plan_net *p, const struct qemuinfo *info, const char *props);

/* The names of iothreads that the plan's disks have, each once, in their order.  The caller unrefs
 * the array. */
GPtrArray *qemu_iothreads(const struct plan *p);

/* "iothread a of disk tail", or of all disks of @p that have the iothread @name; the caller frees
 * it. */
char *qemu_iothread_words(const struct plan *p, const char *name);

/* What stands before such a name in the id of its object. */
#define IOTHREAD_ID "thread-"

/* -object and the thread of each name that the plan's disks have. */
void qemu_push_iothreads(GPtrArray *argv, const struct plan *p);

/* The command line as one line of text, of the last qemu_start. */
const char *qemu_command_line(void);

#endif /* VQLAB_QEMU_H */
