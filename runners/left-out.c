/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "left-out.h"
#include "runners/plan/schedule.h"
#include "runners/trial/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void free_left_out(gpointer data)
{
	struct left_out *l = data;

	g_free(l->variant);
	g_free(l->ring);
	g_free(l->why);
	g_free(l);
}

/* NULL also when its QEMU is not known yet. */
static char *lacking(const struct bench_arm *a, const char *variant, const char *ring)
{
	return a->qemu ? qemuinfo_lacks(a->qemu, variant, ring) : g_strdup(a->no_qemu);
}

GPtrArray *leave_out_variants(const struct bench *b, GPtrArray *slots)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(free_left_out);
	const struct plan *p = b->plan;
	unsigned int i, r, s;

	for (i = 0; i < p->variants->len; i++)
		for (r = 0; p->rings[r]; r++) {
			struct plan_variant *v = p->variants->pdata[i];
			char *why = lacking(&b->arms[i], v->variant, p->rings[r]);
			struct left_out *l;

			if (!why)
				continue;
			fprintf(stderr, "vqbench: %s (%s) is left out: %s: %s\n", v->label,
				p->rings[r],
				b->arms[i].qemu ? "this QEMU cannot run it" : "it has no QEMU",
				why);
			l = g_new0(struct left_out, 1);
			l->variant = g_strdup(v->label);
			l->ring = g_strdup(p->rings[r]);
			l->why = why;
			g_ptr_array_add(list, l);
			for (s = slots->len; s-- > 0;) {
				struct slot *slot = slots->pdata[s];

				if (slot->variant == v && slot->ring == p->rings[r])
					g_ptr_array_remove_index(slots, s);
			}
		}
	return list;
}

/* Have its variants QEMUs or properties of their own? */
static bool own_arms(const struct plan *p)
{
	return p->arms->len > 0;
}

/* Of the first variant with the same QEMU, which was asked before; NULL: there is none. */
static const struct bench_arm *asked(const struct bench *b, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < i; k++)
		if (b->arms[k].qemu == b->arms[i].qemu)
			return &b->arms[k];
	return NULL;
}

static void drop_probes(GPtrArray *slots, const struct plan_variant *v)
{
	unsigned int i, k;

	for (i = 0; i < slots->len; i++) {
		struct slot *slot = slots->pdata[i];

		if (slot->variant != v)
			continue;
		for (k = slot->phases->len; k-- > 0;)
			if (g_array_index(slot->phases, struct slot_phase, k).probes)
				g_array_remove_index(slot->phases, k);
	}
}

void leave_out_probes(struct bench *b, GPtrArray *slots)
{
	const struct plan *p = b->plan;
	unsigned int i, watched = 0;
	char *why = NULL;

	for (i = 0; i < p->variants->len; i++) {
		struct bench_arm *a = &b->arms[i];
		const struct bench_arm *same = asked(b, i);

		if (!a->qemu)
			continue;
		if (same)
			a->no_probes = g_strdup(same->no_probes);
		else if (!json_flag(json_node_get_object(a->qemu->manifest), "hooks", false))
			a->no_probes = probe_refusal(b->vqprobe, a->qemu);
		watched += !a->no_probes;
		if (!a->no_probes)
			continue;
		if (!same)
			fprintf(stderr, "vqbench: phases with probes are left out%s%s: %s\n",
				own_arms(p) ? " of " : "",
				own_arms(p) ? ((struct plan_variant *)p->variants->pdata[i])->label
					    : "",
				a->no_probes);
		why = a->no_probes;
		drop_probes(slots, p->variants->pdata[i]);
	}
	b->no_probes = watched ? NULL : g_strdup(why);
}

static char *uncounted(const struct bench *b, const struct bench_arm *a)
{
	g_autofree char *plugin = a->qemu ? qemuinfo_counter(a->qemu) : NULL;

	if (strcmp(b->accel, "tcg"))
		return g_strdup_printf("under %s nobody sees the guest's instructions: --accel tcg "
				       "counts them",
				       b->accel);
	if (plugin && access(plugin, R_OK))
		return g_strdup_printf("%s: %s: only a QEMU that the lab built can count", plugin,
				       g_strerror(errno));
	return NULL;
}

void leave_out_driver(struct bench *b, GPtrArray *slots)
{
	const char *said = NULL;
	unsigned int i;

	for (i = slots->len; i-- > 0;) {
		struct slot *slot = slots->pdata[i];
		struct bench_arm *a;

		if (slot->kind != SLOT_DRIVER)
			continue;
		a = bench_arm(b, slot->variant);
		if (!a->no_driver)
			a->no_driver = uncounted(b, a);
		if (!a->no_driver)
			continue;
		if (g_strcmp0(said, a->no_driver))
			fprintf(stderr, "vqbench: the guest's driver is not counted: %s\n",
				a->no_driver);
		said = a->no_driver;
		g_ptr_array_remove_index(slots, i);
	}
	b->no_driver = schedule_count(slots, SLOT_DRIVER) ? NULL : g_strdup(said);
}
