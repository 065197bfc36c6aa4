/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pin=auto: which processors each part of a trial has to itself.
 *
 * Each vCPU, QEMU's main loop, each iothread and the servers of disks and networks have a core
 * each, whole: its other threads are nobody else's, but for what a part starts itself (a
 * pool of QEMU's for aio=threads).  All the rest, vqprobe and perf among it, has what is left,
 * which is a core at least: the first, on which most interrupts are served.
 */
#ifndef VQLAB_HOST_PIN_H
#define VQLAB_HOST_PIN_H

#include "topology.h"

#include <stdbool.h>

/* What a plan's trials consist of. */
struct pin_need {
	unsigned int vcpus;
	const char *const *iothreads; /* each in words, then NULL; or NULL: none */
	bool servers;		      /* of a disk (nbdkit), or of a network (iperf3) */
	bool pool;		      /* QEMU's own, of a disk with aio=threads */
};

struct pinning {
	GArray *vcpus, *iothreads; /* cpu_set_t, as many as there are */
	cpu_set_t main, servers, rest;
};

/*
 * Decides over @cpus, struct host_cpu.  True with @p filled, for pin_clear(); false if there are
 * not enough cores.  @said, in both cases, is that in words; the caller frees it.
 */
bool pin_decide(const GArray *cpus, const struct pin_need *need, struct pinning *p, char **said);
void pin_clear(struct pinning *p);

#endif /* VQLAB_HOST_PIN_H */
