/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the two threads run that a timed turn is about: the driver, which is vqring, on one
 * processor, and the thread that serves the device on another, both before all other
 * programs (SCHED_RR).  QEMU's main loop and what else it has share the driver's processor.
 * Left to the kernel, two that spin beside each other move, and share, and boots differ
 * several times more than strategies do (RING.md, "What is timed").
 */
#ifndef VQLAB_RING_PLACE_H
#define VQLAB_RING_PLACE_H

#include <glib.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct place {
	int driver, device; /* processors, or -1: wherever the kernel likes */
	bool realtime;	    /* SCHED_RR, else like everybody */
	const char *why;    /* why not so, or NULL */
	cpu_set_t before;   /* where this process could run */
};

/* Nothing is placed, @why. */
struct place place_none(const char *why);

/*
 * This thread takes the driver's place, so that children start there, too.  With one
 * processor nothing is placed; without the right to it, without priority.
 */
struct place place_take(void);

/* @thread, which serves a device, goes to its place, if there is one; false: it may not. */
bool place_device(const struct place *p, pid_t thread);

/* This thread is like others again. */
void place_leave(const struct place *p);

/* Of one turn, by its end: what kept the two threads from running; seconds, NAN: unknown. */
struct unrest {
	double device_waited; /* the device's thread was ready and had no processor */
	double driver_away;   /* the driver did not run, or waited for QEMU's main loop */
	double stolen;	      /* of all processors by the hypervisor; in steps of 0.01 */
};

/* Around a turn: begin, then end. */
void unrest_begin(struct unrest *u, pid_t process, pid_t thread);
void unrest_end(struct unrest *u, pid_t process, pid_t thread);

#endif /* VQLAB_RING_PLACE_H */
