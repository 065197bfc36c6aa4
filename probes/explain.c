// SPDX-License-Identifier: GPL-2.0-or-later
/* Which sites were planned, why, and what they cost. */
#include "explain.h"

/* What @fn costs according to @c; "-" if that was not measured. */
static char *cost_of(const struct vq_calibration *c, unsigned n, enum vq_function fn)
{
	for (unsigned i = 0; i < n; i++)
		if (c[i].fn == fn)
			return g_strdup_printf("%.0f", c[i].cost.median);
	return g_strdup("-");
}

static const char *mode_of(const struct vq_calibration *c, unsigned n, const struct vq_site *s)
{
	for (unsigned i = 0; i < n; i++)
		if (c[i].fn == s->fn)
			return vq_mode_name(c[i].mode);
	return vq_mode_name(vq_site_mode(s, 0xcc));
}

/* The calibration of probes that sit at the entries, with no other in the way. */
static unsigned calibrate_entries(struct vq_watch *w, struct vq_calibration entry[VQ_RETURNS],
				  GError **error)
{
	struct vq_site sites[VQ_FUNCTIONS];

	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		sites[i] = w->sites[i];
		sites[i].instruction = sites[i].first;
		sites[i].emulated = sites[i].first_emulated;
	}
	return vq_calibrate(w->skel, w->way, &w->layout, sites, entry, error);
}

bool vq_explain(struct vq_watch *w, bool costs, FILE *f, GError **error)
{
	struct vq_calibration entry[VQ_RETURNS] = {0};
	unsigned n = 0;

	if (costs) {
		n = calibrate_entries(w, entry, error);
		if (!n)
			return false;
	}
	fprintf(f, "process %d (%s): %s; struct offsets from its %s\n", w->pid, w->name,
		w->target->path, w->layout_from);
	fprintf(f, "%-24s %5s %-11s %-10s %6s %9s  %s\n", "function", "site", "instruction", "mode",
		"ns", "at entry", "why there");
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		const struct vq_site *s = &w->sites[i];
		g_autofree char *here = cost_of(w->calibration, w->n_calibration, i);
		g_autofree char *there = cost_of(entry, n, i);

		if (!s->present)
			continue;
		fprintf(f, "%-24s %5u %-11s %-10s %6s %9s  %s\n", vq_function_name(i), s->past,
			s->instruction, mode_of(w->calibration, w->n_calibration, s), here, there,
			s->why);
	}
	return true;
}
