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

GPtrArray *leave_out_variants(const struct bench *b, GPtrArray *slots)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(free_left_out);
	const struct plan *p = b->plan;
	unsigned int i, r, s;

	for (i = 0; i < p->variants->len; i++)
		for (r = 0; p->rings[r]; r++) {
			struct plan_variant *v = p->variants->pdata[i];
			char *why = qemuinfo_lacks(&b->qemu, v->variant, p->rings[r]);
			struct left_out *l;

			if (!why)
				continue;
			fprintf(stderr,
				"vqbench: %s (%s) is left out: this QEMU cannot run it: %s\n",
				v->label, p->rings[r], why);
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

void leave_out_probes(struct bench *b, GPtrArray *slots)
{
	unsigned int i, k;

	if (json_flag(json_node_get_object(b->qemu.manifest), "hooks", false))
		return;
	b->no_probes = probe_refusal(b->vqprobe, &b->qemu);
	if (!b->no_probes)
		return;
	fprintf(stderr, "vqbench: phases with probes are left out: %s\n", b->no_probes);
	for (i = 0; i < slots->len; i++) {
		GArray *phases = ((struct slot *)slots->pdata[i])->phases;

		for (k = phases->len; k-- > 0;)
			if (g_array_index(phases, struct slot_phase, k).probes)
				g_array_remove_index(phases, k);
	}
}

void leave_out_driver(struct bench *b, GPtrArray *slots)
{
	g_autofree char *plugin = qemuinfo_counter(&b->qemu);
	unsigned int i;

	if (!schedule_count(slots, SLOT_DRIVER))
		return;
	if (strcmp(b->accel, "tcg"))
		b->no_driver = g_strdup_printf("under %s nobody sees the guest's instructions: "
					       "--accel tcg counts them",
					       b->accel);
	else if (access(plugin, R_OK))
		b->no_driver = g_strdup_printf("%s: %s: only a QEMU that the lab built can count",
					       plugin, g_strerror(errno));
	if (!b->no_driver)
		return;
	fprintf(stderr, "vqbench: the guest's driver is not counted: %s\n", b->no_driver);
	for (i = slots->len; i-- > 0;)
		if (((struct slot *)slots->pdata[i])->kind == SLOT_DRIVER)
			g_ptr_array_remove_index(slots, i);
}
