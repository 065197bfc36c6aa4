/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schedule.h"
#include "find.h"

#include <string.h>

void prng_seed(struct prng *r, uint64_t seed, uint64_t stream)
{
	/* Any odd multiplier spreads streams; the mixer in next does the rest. */
	r->state = seed ^ (stream * 0xd1342543de82ef95ull);
	prng_next(r);
}

/* SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014, figure 16 (with the variant 13 mixer). */
uint64_t prng_next(struct prng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint32_t prng_below(struct prng *r, uint32_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n;
	uint64_t x;

	do
		x = prng_next(r);
	while (x >= limit);
	return x % n;
}

static void shuffle(struct prng *r, int *list, int n)
{
	int i;

	for (i = n - 1; i > 0; i--) {
		int j = prng_below(r, i + 1), t = list[i];

		list[i] = list[j];
		list[j] = t;
	}
}

static void free_slot(gpointer data)
{
	struct slot *s = data;

	g_free(s->id);
	g_array_unref(s->phases);
	g_free(s);
}

static GArray *order_phases(const struct plan *p, const char *ring, struct prng *r)
{
	GArray *phases = g_array_new(FALSE, TRUE, sizeof(struct slot_phase));
	g_autofree int *order = g_new(int, p->workloads->len);
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++)
		order[i] = i;
	shuffle(r, order, p->workloads->len);
	for (i = 0; i < p->workloads->len; i++) {
		bool first = prng_below(r, 2);
		struct slot_phase ph = {p->workloads->pdata[order[i]], first};

		if (!plan_workload_on(ph.workload, ring))
			continue;
		g_array_append_val(phases, ph);
		ph.probes = !first;
		g_array_append_val(phases, ph);
	}
	return phases;
}

GPtrArray *schedule_make(const struct plan *p)
{
	GPtrArray *slots = g_ptr_array_new_with_free_func(free_slot);
	int rings = g_strv_length(p->rings), n = rings * p->variants->len, block, i;
	g_autofree int *order = g_new(int, n);

	for (block = 1; block <= p->blocks; block++) {
		struct prng r;
		uint64_t disk_seed;

		prng_seed(&r, p->seed, block);
		disk_seed = prng_next(&r) >> 32;
		for (i = 0; i < n; i++)
			order[i] = i;
		shuffle(&r, order, n);
		for (i = 0; i < n; i++) {
			struct slot *s = g_new0(struct slot, 1);

			s->block = block;
			s->position = i + 1;
			s->variant = p->variants->pdata[order[i] / rings];
			s->ring = p->rings[order[i] % rings];
			s->disk_seed = disk_seed;
			s->id = g_strdup_printf("b%02d-%s-%s", block, s->ring, s->variant->label);
			s->phases = order_phases(p, s->ring, &r);
			if (s->phases->len)
				g_ptr_array_add(slots, s);
			else
				free_slot(s);
		}
	}
	return slots;
}
