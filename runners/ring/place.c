// SPDX-License-Identifier: GPL-2.0-or-later
#include "place.h"
#include "runners/host/text.h"
#include "runners/host/topology.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define HYPERVISOR_FIELD 8 /* of /proc/stat's first line: user, nice, ... steal */

/* The last processors that may be used, of two cores if there are: interrupts go to the
 * first ones. */
static bool choose(struct place *p)
{
	g_autoptr(GArray) cpus = topology_read(HOST_ROOT, &p->before);
	const struct host_cpu *all = (const struct host_cpu *)cpus->data;
	unsigned int last, i;

	if (cpus->len < 2)
		return false;
	last = cpus->len - 1;
	p->device = all[last].cpu;
	for (i = last; i > 0 && all[i - 1].core == all[last].core; i--)
		;
	p->driver = all[i ? i - 1 : last - 1].cpu;
	return true;
}

static bool pin(pid_t thread, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(thread, sizeof(set), &set) == 0;
}

struct place place_none(const char *why)
{
	return (struct place){.driver = -1, .device = -1, .why = why};
}

void place_leave(const struct place *p)
{
	struct sched_param none = {0};

	if (p->realtime)
		sched_setscheduler(0, SCHED_OTHER, &none);
	if (p->driver >= 0)
		sched_setaffinity(0, sizeof(p->before), &p->before);
}

struct place place_take(void)
{
	struct sched_param least = {.sched_priority = sched_get_priority_min(SCHED_RR)};
	struct place p = place_none(NULL);

	if (sched_getaffinity(0, sizeof(p.before), &p.before) < 0)
		return place_none("the kernel does not say which processors there are");
	if (!choose(&p))
		return place_none("there is but one processor");
	if (!pin(0, p.driver))
		return place_none("the kernel does not let it choose a processor");
	p.realtime = sched_setscheduler(0, SCHED_RR, &least) == 0;
	if (p.realtime)
		return p;
	/* QEMU will be nobody: without the capability its threads could not be told apart, and
	 * driver and device would share a processor. */
	if (geteuid() == 0) {
		place_leave(&p);
		return place_none("QEMU, another user, cannot be placed: CAP_SYS_NICE is missing");
	}
	p.why = "no priority over other programs: as root, or with CAP_SYS_NICE";
	return p;
}

bool place_device(const struct place *p, pid_t thread)
{
	return p->device < 0 || (thread && pin(thread, p->device));
}

/* The second field of a thread's schedstat: ns on a run queue. */
static double waited(pid_t process, pid_t thread)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/schedstat", process, thread);
	uint64_t ran, waited;
	FILE *f = fopen(path, "re");
	int n = f ? fscanf(f, "%" SCNu64 " %" SCNu64, &ran, &waited) : 0;

	if (f)
		fclose(f);
	return n == 2 ? waited / 1e9 : NAN;
}

static double stolen(void)
{
	FILE *f = fopen("/proc/stat", "re");
	uint64_t ticks = 0;
	int i, n = f ? fscanf(f, "cpu") : EOF;

	for (i = 0; n != EOF && i < HYPERVISOR_FIELD; i++)
		n = fscanf(f, "%" SCNu64, &ticks);
	if (f)
		fclose(f);
	return n == 1 ? (double)ticks / sysconf(_SC_CLK_TCK) : NAN;
}

/* Time in which this thread did not run, since whenever. */
static double away(void)
{
	struct timespec now, ran;

	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	return now.tv_sec - ran.tv_sec + (now.tv_nsec - ran.tv_nsec) / 1e9;
}

void unrest_begin(struct unrest *u, pid_t process, pid_t thread)
{
	u->device_waited = waited(process, thread);
	u->stolen = stolen();
	u->driver_away = away();
}

void unrest_end(struct unrest *u, pid_t process, pid_t thread)
{
	u->driver_away = away() - u->driver_away;
	u->stolen = stolen() - u->stolen;
	u->device_waited = waited(process, thread) - u->device_waited;
}
