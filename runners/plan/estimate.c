/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "estimate.h"
#include "find.h"
#include "kinds.h"

#include <stdio.h>
#include <string.h>

/* Of results/reference: a boot, what surrounds a load, a cell of vqring count
 * or run. */
#define BOOT_S 6.0
#define PHASE_S 1.5
#define CELL_S 1.2
#define VQRING_S 1.0

static unsigned int ring_formats(const struct plan *p, const struct plan_workload *w)
{
	unsigned int n = 0;
	int k;

	for (k = 0; p->rings[k]; k++)
		n += plan_workload_on(w, p->rings[k]);
	return n;
}

double estimate_slot(const struct plan *p, const struct slot *slot)
{
	const struct plan_workload *w = slot->workload;
	double s = BOOT_S;
	unsigned int i;

	if (slot->kind == SLOT_RING && !slot->block)
		return VQRING_S + CELL_S * p->variants->len * g_strv_length(w->ring.orders) *
					  ring_formats(p, w);
	if (slot->kind == SLOT_RING)
		return VQRING_S + (double)w->seconds * p->variants->len;
	for (i = 0; i < slot->phases->len; i++)
		s += PHASE_S + g_array_index(slot->phases, struct slot_phase, i).workload->seconds;
	return s;
}

/* Of how many slots is @w a part? */
static unsigned int boots_of(const struct plan_workload *w, GPtrArray *slots)
{
	unsigned int n = 0, i, k;

	for (i = 0; i < slots->len; i++) {
		const struct slot *s = slots->pdata[i];
		bool in = s->workload == w;

		for (k = 0; k < s->phases->len && !in; k++)
			in = g_array_index(s->phases, struct slot_phase, k).workload == w;
		n += in;
	}
	return n;
}

void estimate_print(const struct plan *p, GPtrArray *slots)
{
	g_autofree char *sizes = schedule_sizes(slots);
	double seconds = 0;
	size_t width = strlen("workload");
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++)
		width = MAX(width, strlen(((struct plan_workload *)p->workloads->pdata[i])->name));
	printf("%-*s  %-16s  %s\n", (int)width, "workload", "device", "boots");
	for (i = 0; i < p->workloads->len; i++) {
		const struct plan_workload *w = p->workloads->pdata[i];

		printf("%-*s  %-16s  %u\n", (int)width, w->name, w->device_id, boots_of(w, slots));
	}
	for (i = 0; i < slots->len; i++)
		seconds += estimate_slot(p, slots->pdata[i]);
	printf("%u variants: %s; about %.0f min under TCG on two cores\n", p->variants->len, sizes,
	       MAX(seconds / 60, 1));
}
