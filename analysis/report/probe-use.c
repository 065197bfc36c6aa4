// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the probes sat, in which mode, and what they cost: over all phases. */
#include "results.h"

#include <string.h>

static void use_site(GPtrArray *uses, const struct site *s)
{
	struct site_use *use;

	for (unsigned int i = 0; i < uses->len; i++) {
		use = uses->pdata[i];
		if (!strcmp(use->function, s->function) && !strcmp(use->kind, s->kind) &&
		    !strcmp(use->instruction, s->instruction) && !strcmp(use->mode, s->mode)) {
			use->phases++;
			return;
		}
	}
	use = g_new0(struct site_use, 1);
	*use = (struct site_use){s->function, s->kind, s->instruction, s->mode, 1};
	g_ptr_array_add(uses, use);
}

static int by_site(const void *a, const void *b)
{
	const struct site_use *x = *(struct site_use *const *)a, *y = *(struct site_use *const *)b;
	int order = strcmp(x->function, y->function);

	order = order ? order : strcmp(x->kind, y->kind);
	order = order ? order : strcmp(x->instruction, y->instruction);
	return order ? order : strcmp(x->mode, y->mode);
}

/* While it is collected, a use keeps the medians of each phase. */
struct collected {
	struct calibration_use use;
	GArray *cost, *bias; /* double: medians */
};

static void use_calibration(GPtrArray *all, const struct calibration *c)
{
	struct collected *found = NULL;

	for (unsigned int i = 0; i < all->len && !found; i++) {
		struct collected *other = all->pdata[i];

		if (!strcmp(other->use.function, c->function) && !strcmp(other->use.mode, c->mode))
			found = other;
	}
	if (!found) {
		found = g_new0(struct collected, 1);
		found->use = (struct calibration_use){c->function, c->mode, 0, c->cost, c->bias};
		found->cost = g_array_new(FALSE, FALSE, sizeof(double));
		found->bias = g_array_new(FALSE, FALSE, sizeof(double));
		g_ptr_array_add(all, found);
	}
	found->use.phases++;
	found->use.cost.p05 = MIN(found->use.cost.p05, c->cost.p05);
	found->use.cost.p95 = MAX(found->use.cost.p95, c->cost.p95);
	found->use.bias.p05 = MIN(found->use.bias.p05, c->bias.p05);
	found->use.bias.p95 = MAX(found->use.bias.p95, c->bias.p95);
	g_array_append_val(found->cost, c->cost.median);
	g_array_append_val(found->bias, c->bias.median);
}

static int by_function(const void *a, const void *b)
{
	const struct calibration_use *x = *(struct calibration_use *const *)a;
	const struct calibration_use *y = *(struct calibration_use *const *)b;
	int order = strcmp(x->function, y->function);

	return order ? order : strcmp(x->mode, y->mode);
}

static void keep_calibrations(struct results *r, GPtrArray *all)
{
	for (unsigned int i = 0; i < all->len; i++) {
		struct collected *c = all->pdata[i];
		struct calibration_use *use = g_new0(struct calibration_use, 1);

		*use = c->use;
		use->cost.median = median((double *)c->cost->data, c->cost->len);
		use->bias.median = median((double *)c->bias->data, c->bias->len);
		g_array_free(c->cost, TRUE);
		g_array_free(c->bias, TRUE);
		g_ptr_array_add(r->calibrations, use);
	}
	g_ptr_array_sort(r->calibrations, by_function);
}

void list_probe_use(struct results *r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	r->sites = g_ptr_array_new_with_free_func(g_free);
	r->calibrations = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; i < r->run->trials->len; i++) {
		const struct trial *t = r->run->trials->pdata[i];

		for (unsigned int j = 0; j < t->phases->len; j++) {
			const struct probe *p = ((struct phase *)t->phases->pdata[j])->probe;

			for (unsigned int k = 0; p && k < p->sites->len; k++)
				use_site(r->sites, p->sites->pdata[k]);
			for (unsigned int k = 0; p && k < p->calibrations->len; k++)
				use_calibration(all, p->calibrations->pdata[k]);
		}
	}
	g_ptr_array_sort(r->sites, by_site);
	keep_calibrations(r, all);
	g_ptr_array_free(all, TRUE);
}
