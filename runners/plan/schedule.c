/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "schedule.h"
#include "find.h"
#include "kinds.h"

#include <stdio.h>
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

const char *slot_phase_mode(const struct slot_phase *ph)
{
	return ph->counts ? "count" : ph->probes ? "on" : "off";
}

char *slot_phase_title(const struct slot_phase *ph)
{
	return g_strdup_printf("%s (%s)", ph->workload->name,
			       ph->counts   ? "counted"
			       : ph->probes ? "probes on"
					    : "probes off");
}

static struct slot *new_slot(enum slot_kind kind, const struct plan_variant *v, const char *ring)
{
	struct slot *s = g_new0(struct slot, 1);

	s->kind = kind;
	s->variant = v;
	s->ring = ring;
	s->phases = g_array_new(FALSE, TRUE, sizeof(struct slot_phase));
	return s;
}

/* A boot without phases would be for nothing. */
static void add_boot(GPtrArray *slots, struct slot *s)
{
	if (s->phases->len)
		g_ptr_array_add(slots, s);
	else
		free_slot(s);
}

static bool in_guest(const struct plan_workload *w, const char *ring)
{
	return plan_kind(w)->guest && plan_workload_on(w, ring);
}

static void order_phases(const struct plan *p, struct slot *s, struct prng *r)
{
	g_autofree int *order = g_new(int, p->workloads->len);
	int n = 0;
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++)
		if (plan_kind(p->workloads->pdata[i])->guest)
			order[n++] = i;
	shuffle(r, order, n);
	for (i = 0; i < (unsigned int)n; i++) {
		bool first = prng_below(r, 2);
		struct slot_phase ph = {p->workloads->pdata[order[i]], first, false};

		if (!plan_workload_on(ph.workload, s->ring) ||
		    !plan_workload_in(ph.workload, s->block))
			continue;
		g_array_append_val(s->phases, ph);
		ph.probes = !first;
		g_array_append_val(s->phases, ph);
	}
}

static bool is_ring(const struct plan_workload *w, const char *measure)
{
	return w->ring.measure && !strcmp(w->ring.measure, measure);
}

static void add_counted_rings(GPtrArray *slots, const struct plan *p)
{
	unsigned int i;
	int k;

	for (i = 0; i < p->workloads->len; i++) {
		const struct plan_workload *w = p->workloads->pdata[i];
		bool any = false;
		struct slot *s;

		for (k = 0; p->rings[k]; k++)
			any = any || plan_workload_on(w, p->rings[k]);
		if (!any || !is_ring(w, "count"))
			continue;
		s = new_slot(SLOT_RING, NULL, NULL);
		s->workload = w;
		s->id = g_strdup(w->name);
		g_ptr_array_add(slots, s);
	}
}

static void add_drivers(GPtrArray *slots, const struct plan *p)
{
	struct prng r;
	unsigned int i, v;
	uint64_t seed;
	int k;

	prng_seed(&r, p->seed, 0);
	seed = prng_next(&r) >> 32;
	for (k = 0; p->rings[k]; k++)
		for (v = 0; v < p->variants->len; v++) {
			struct plan_variant *variant = p->variants->pdata[v];
			struct slot *s;

			if (!plan_counts_driver(p, variant))
				continue;
			s = new_slot(SLOT_DRIVER, variant, p->rings[k]);
			s->seed = seed;
			s->id = g_strdup_printf("count-%s-%s", s->ring, variant->label);
			for (i = 0; i < p->workloads->len; i++) {
				struct slot_phase ph = {p->workloads->pdata[i], false, true};

				if (in_guest(ph.workload, s->ring))
					g_array_append_val(s->phases, ph);
			}
			add_boot(slots, s);
		}
}

static void add_trials(GPtrArray *slots, const struct plan *p, int block, struct prng *r)
{
	int rings = g_strv_length(p->rings), n = rings * p->variants->len, i;
	g_autofree int *order = g_new(int, n);
	uint64_t seed = prng_next(r) >> 32;

	for (i = 0; i < n; i++)
		order[i] = i;
	shuffle(r, order, n);
	for (i = 0; i < n; i++) {
		struct slot *s = new_slot(SLOT_TRIAL, p->variants->pdata[order[i] / rings],
					  p->rings[order[i] % rings]);

		s->block = block;
		s->position = i + 1;
		s->seed = seed;
		s->id = g_strdup_printf("b%02d-%s-%s", block, s->ring, s->variant->label);
		order_phases(p, s, r);
		add_boot(slots, s);
	}
}

/* After the trials are drawn: a plan's rings do not change their order. */
static void add_timed_rings(GPtrArray *slots, const struct plan *p, int block, int first,
			    struct prng *r)
{
	unsigned int i;
	int k;

	for (i = 0; i < p->workloads->len; i++)
		for (k = 0; p->rings[k]; k++) {
			const struct plan_workload *w = p->workloads->pdata[i];
			struct slot *s;

			if (!is_ring(w, "time") || !plan_workload_on(w, p->rings[k]) ||
			    !plan_workload_in(w, block))
				continue;
			s = new_slot(SLOT_RING, NULL, p->rings[k]);
			s->workload = w;
			s->block = block;
			s->seed = prng_next(r) >> 32;
			s->id = g_strdup_printf("%s-%s-b%02d", w->name, s->ring, block);
			g_ptr_array_insert(slots, first + prng_below(r, slots->len - first + 1), s);
		}
}

GPtrArray *schedule_make(const struct plan *p)
{
	GPtrArray *slots = g_ptr_array_new_with_free_func(free_slot);
	int block;

	add_counted_rings(slots, p);
	add_drivers(slots, p);
	for (block = 1; block <= p->blocks; block++) {
		int first = slots->len;
		struct prng r;

		prng_seed(&r, p->seed, block);
		add_trials(slots, p, block, &r);
		add_timed_rings(slots, p, block, first, &r);
	}
	return slots;
}

int schedule_count(GPtrArray *slots, enum slot_kind kind)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < slots->len; i++)
		n += ((struct slot *)slots->pdata[i])->kind == kind;
	return n;
}

void schedule_keep_counted(GPtrArray *slots)
{
	unsigned int i;

	for (i = slots->len; i-- > 0;)
		if (((struct slot *)slots->pdata[i])->block)
			g_ptr_array_remove_index(slots, i);
}

char *schedule_sizes(GPtrArray *slots)
{
	GString *s = g_string_new(NULL);
	int drivers = schedule_count(slots, SLOT_DRIVER), rings = schedule_count(slots, SLOT_RING);

	g_string_append_printf(s, "%d trials", schedule_count(slots, SLOT_TRIAL));
	if (drivers)
		g_string_append_printf(s, ", %d counting boot%s", drivers, drivers > 1 ? "s" : "");
	if (rings)
		g_string_append_printf(s, ", %d of vqring", rings);
	return g_string_free(s, FALSE);
}

void schedule_print(const struct plan *p, GPtrArray *slots)
{
	g_autofree char *sizes = schedule_sizes(slots);
	unsigned int i, k;

	printf("# plan %s, seed %" PRId64 ", %s\n", p->name, p->seed, sizes);
	for (i = 0; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];

		printf("%s%s", s->id, s->kind == SLOT_RING ? " vqring" : "");
		for (k = 0; k < s->phases->len; k++) {
			struct slot_phase *ph = &g_array_index(s->phases, struct slot_phase, k);

			printf(" %s/%s", ph->workload->name, slot_phase_mode(ph));
		}
		printf("\n");
	}
}
