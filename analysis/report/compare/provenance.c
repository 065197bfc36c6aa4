// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "analysis/report/ring/rings.h"
#include "analysis/table.h"
#include "compare.h"

/* Of one fact, what each run says. */
struct fact {
	const char *name, *a, *b;
};

/* A hash's beginning tells two of them apart. */
#define HASH_SHOWN 12

static void put_fact(struct document *out, const struct fact *f)
{
	field(out, f->name, "%s", *f->a ? f->a : "-");
	field(out, "", "%s", *f->b ? f->b : "-");
}

static char *count_text(uint64_t n)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, n);
}

/*
 * "name value" in both lists; those of one list alone are told with nothing beside them.
 * Returns how many.
 */
static unsigned int put_only(struct document *out, const GPtrArray *a, const GPtrArray *b)
{
	unsigned int n = 0;

	for (unsigned int side = 0; side < 2; side++) {
		const GPtrArray *own = side ? b : a, *other = side ? a : b;

		for (unsigned int i = 0; i < own->len; i++) {
			if (name_place(other, own->pdata[i]) >= 0)
				continue;
			field(out, side ? "only B" : "only A", "%s", (char *)own->pdata[i]);
			n++;
		}
	}
	return n;
}

/* What ended it, but for its plan; g_free() it. */
static char *until_rule(const struct run *run)
{
	return run->until.within > 0 ? g_strdup_printf("%.3g %%", 100 * run->until.within)
				     : g_strdup("");
}

static bool same_plan(const struct run *a, const struct run *b)
{
	g_autofree char *path_a = g_build_filename(a->dir, "plan.ini", NULL);
	g_autofree char *path_b = g_build_filename(b->dir, "plan.ini", NULL);
	g_autofree char *text_a = NULL, *text_b = NULL;

	/* A run from before plans were kept has none: then nothing can be said. */
	if (!g_file_get_contents(path_a, &text_a, NULL, NULL) ||
	    !g_file_get_contents(path_b, &text_b, NULL, NULL))
		return true;
	return !strcmp(text_a, text_b);
}

void compare_provenance(struct document *out, const struct run *a, const struct run *b)
{
	g_autofree char *cores_a = count_text(a->cores), *cores_b = count_text(b->cores);
	g_autofree char *memory_a = count_text(a->memory_mib),
			*memory_b = count_text(b->memory_mib);
	g_autofree char *blocks_a = count_text(a->blocks), *blocks_b = count_text(b->blocks);
	g_autofree char *until_a = until_rule(a), *until_b = until_rule(b);
	g_autofree char *seed_a = count_text(a->seed), *seed_b = count_text(b->seed);
	g_autofree char *hash_a = g_strndup(a->qemu_sha256, HASH_SHOWN);
	g_autofree char *hash_b = g_strndup(b->qemu_sha256, HASH_SHOWN);
	const struct fact facts[] = {
		{"plan", a->plan, b->plan},
		{"seed", seed_a, seed_b},
		{"blocks", blocks_a, blocks_b},
		{"baseline", a->baseline[0], b->baseline[0]},
		{"until", until_a, until_b},
		{"vqlab", a->vqlab_version, b->vqlab_version},
		{"commit", a->vqlab_commit, b->vqlab_commit},
		{"QEMU", a->qemu_version, b->qemu_version},
		{"source", a->qemu_source, b->qemu_source},
		{"sha256", hash_a, hash_b},
		{"hooks", a->qemu_hooks ? "yes" : "no", b->qemu_hooks ? "yes" : "no"},
		{"accel", a->accel, b->accel},
		{"cpu", a->cpu, b->cpu},
		{"virtual", a->host_virtual ? "yes" : "no", b->host_virtual ? "yes" : "no"},
		{"cores", cores_a, cores_b},
		{"MiB", memory_a, memory_b},
		{"kernel", a->kernel, b->kernel},
		{"os", a->os, b->os},
		{"guest", a->guest_kernel, b->guest_kernel},
		{"fio", a->fio, b->fio},
		{"iperf3", a->iperf3, b->iperf3},
		{"added", a->guest_added, b->guest_added},
		{"probes", a->no_probes, b->no_probes},
		{"pinned", a->pinned, b->pinned},
		{"tuned", a->tuned, b->tuned},
	};
	unsigned int alike = 0, only;

	heading(out, '-', "What differs in how they were made");
	for (unsigned int i = 0; i < G_N_ELEMENTS(facts); i++) {
		if (strcmp(facts[i].a, facts[i].b))
			put_fact(out, &facts[i]);
		else
			alike++;
	}
	only = put_only(out, a->versions, b->versions);
	/* Older runs do not say how their host was set. */
	if (a->settings->len && b->settings->len)
		only += put_only(out, a->settings, b->settings);
	if (!same_plan(a, b))
		paragraph(out, 0, "Their plan.ini differ.");
	if (alike == G_N_ELEMENTS(facts) && !only)
		paragraph(out, 0, "Nothing that they keep of it.");
	else
		paragraph(out, 0, "The other %u facts kept of both are the same.", alike);
}

void compare_names(struct document *out, const char *what, const GPtrArray *a, const GPtrArray *b)
{
	for (unsigned int side = 0; side < 2; side++) {
		const GPtrArray *own = side ? b : a, *other = side ? a : b;
		g_autoptr(GString) names = g_string_new(NULL);

		for (unsigned int i = 0; i < own->len; i++)
			if (name_place(other, own->pdata[i]) < 0)
				g_string_append_printf(names, "%s%.40s", names->len ? ", " : "",
						       (char *)own->pdata[i]);
		if (names->len)
			paragraph(out, 2, "- only %s has the %s %s", side ? "B" : "A", what,
				  names->str);
	}
}

int same_workload(const struct workload *w, const GPtrArray *b)
{
	for (unsigned int i = 0; i < b->len; i++) {
		const struct workload *o = b->pdata[i];

		if (!strcmp(w->name, o->name))
			return strcmp(w->kind, o->kind) || strcmp(w->unit, o->unit) ||
					       strcmp(w->summary, o->summary) ||
					       strcmp(w->direction, o->direction) ||
					       strcmp(w->settings, o->settings) ||
					       w->lower != o->lower ||
					       strcmp(w->measure, o->measure) ||
					       strcmp(w->load, o->load)
				       ? -1
				       : (int)i;
	}
	return -1;
}
