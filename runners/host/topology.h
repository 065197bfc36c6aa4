/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's processors: which threads are of one core, which cores of one memory node. */
#ifndef VQLAB_HOST_TOPOLOGY_H
#define VQLAB_HOST_TOPOLOGY_H

#include <glib.h>
#include <sched.h>

struct host_cpu {
	int cpu;
	int core; /* the lowest of those that share a core with it, itself included */
	int node; /* 0 where the kernel knows none */
};

/*
 * Those of @allowed that there are below @root (text.h), ascending, as struct host_cpu.  Where it
 * is not told which share a core, each has its own.  The caller unrefs it.
 */
GArray *topology_read(const char *root, const cpu_set_t *allowed);

/* "0-3,8"; the caller frees it. */
char *cpus_text(const cpu_set_t *cpus);

#endif /* VQLAB_HOST_TOPOLOGY_H */
