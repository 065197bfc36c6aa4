// SPDX-License-Identifier: GPL-2.0-or-later
#include "replayed.h"

#include <math.h>
#include <string.h>

#include "reader.h"

static void source_free(void *data)
{
	struct replayed_source *s = data;

	for (unsigned int i = 0; i < s->n; i++) {
		g_free(s->variants[i].wrong);
		g_free(s->variants[i].recorded);
	}
	g_free(s->variants);
	g_free(s->name);
	g_free(s->synth);
	g_free(s->recorded_order);
	g_free(s->ring);
	g_free(s->counter);
	g_free(s);
}

void replayed_free(struct replayed *r)
{
	if (!r)
		return;
	g_ptr_array_unref(r->sources);
	g_ptr_array_unref(r->names);
	g_free(r->created);
	g_free(r->cpu);
	g_free(r->kernel);
	g_free(r->version);
	g_free(r);
}

static void read_variant(struct reader *r, JsonObject *o, struct replayed_variant *v)
{
	JsonObject *ns = need_object(r, o, "ns"), *over = need_object(r, o, "ns_over_off");

	v->ns = opt_number(r, ns, "median", NAN);
	v->ns_low = opt_number(r, ns, "ci95_low", NAN);
	v->ns_high = opt_number(r, ns, "ci95_high", NAN);
	v->ns_over = opt_signed(r, over, "median", NAN);
	v->instructions = opt_number(r, o, "instructions", NAN);
	v->instructions_over = opt_signed(r, o, "instructions_over_off", NAN);
	v->memory = need_count(r, o, "memory");
	v->model = opt_bool(r, o, "model");
	v->wrong = opt_string(r, o, "wrong", "");
	v->recorded = opt_string(r, o, "recorded", "");
}

/* All sources have the same variants, in the same order. */
static void read_variants(struct reader *r, JsonObject *o, struct replayed *all,
			  struct replayed_source *s)
{
	JsonArray *a = need_array(r, o, "variants");
	bool first = !all->names->len;

	s->n = array_length(a);
	s->variants = g_new0(struct replayed_variant, s->n);
	for (unsigned int i = 0; i < s->n; i++) {
		JsonObject *v = array_object(r, a, i, "variants");
		char *name = need_string(r, v, "name");

		read_variant(r, v, &s->variants[i]);
		/* Older files do not say which variants are models. */
		s->variants[i].model |= !strcmp(name, "off") || !strcmp(name, "qemu");
		if (first)
			g_ptr_array_add(all->names, g_strdup(name));
		else if (i >= all->names->len || g_strcmp0(all->names->pdata[i], name))
			reader_fail(r, "variants", "are not those of the first source");
		g_free(name);
	}
	if (s->n != all->names->len)
		reader_fail(r, "variants", "are not those of the first source");
}

/*
 * The ring of the queue with the most elements: a network card's trace has some requests
 * of the guest's disk, too.
 */
static void read_ring(struct reader *r, JsonArray *queues, struct replayed_source *s)
{
	uint64_t most = 0;

	s->ring = g_strdup("");
	for (unsigned int i = 0; i < array_length(queues); i++) {
		JsonObject *q = array_object(r, queues, i, "queues");
		uint64_t elements = opt_count(r, q, "elements", 0);

		if (i && elements <= most)
			continue;
		most = elements;
		g_free(s->ring);
		s->ring = need_string(r, q, "ring");
		s->size = need_count(r, q, "size");
	}
}

/*
 * For older files, which do not say whether the recorded queues were ordered: they
 * have "recorded", how the order of publication compares, if and only if one was.
 */
static char *guess_recorded_order(const struct replayed_source *s)
{
	if (*s->synth || !g_str_has_suffix(s->name, ".vqt"))
		return g_strdup("");
	for (unsigned int i = 0; i < s->n; i++)
		if (*s->variants[i].recorded)
			return g_strdup("ordered");
	return g_strdup("unordered");
}

static void read_source(struct reader *r, JsonObject *o, struct replayed *all)
{
	struct replayed_source *s = g_new0(struct replayed_source, 1);

	g_ptr_array_add(all->sources, s);
	s->name = need_string(r, o, "name");
	s->synth = opt_string(r, o, "synth", "");
	read_ring(r, need_array(r, o, "queues"), s);
	s->elements = need_count(r, o, "elements");
	s->reordered = need_count(r, o, "reordered");
	s->completed_early = need_count(r, o, "completed_early");
	s->ignored = need_count(r, o, "ignored");
	s->broken = need_count(r, o, "broken");
	s->depth_max = need_count(r, o, "depth_max");
	s->depth_mean = opt_number(r, o, "depth_mean", NAN);
	s->repeats = need_count(r, o, "repeats");
	s->counter = opt_string(r, o, "counter", "");
	read_variants(r, o, all, s);
	if (o && json_object_has_member(o, "recorded_order"))
		s->recorded_order = opt_string(r, o, "recorded_order", "");
	else
		s->recorded_order = guess_recorded_order(s);
}

struct replayed *load_replayed(const char *path, GError **error)
{
	struct replayed *all = g_new0(struct replayed, 1);
	struct reader r = {0};
	JsonObject *top = reader_open(&r, path, "vqlab-replay-1");
	JsonObject *host = need_object(&r, top, "host");
	JsonArray *sources = need_array(&r, top, "sources");

	all->names = g_ptr_array_new_with_free_func(g_free);
	all->sources = g_ptr_array_new_with_free_func(source_free);
	all->created = need_string(&r, top, "created");
	all->version = need_string(&r, top, "vqlab_version");
	all->cpu = need_string(&r, host, "cpu");
	all->kernel = need_string(&r, host, "kernel");
	all->cores = need_count(&r, host, "cores");
	for (unsigned int i = 0; i < array_length(sources); i++)
		read_source(&r, array_object(&r, sources, i, "sources"), all);
	if (reader_close(&r, error))
		return all;
	replayed_free(all);
	return NULL;
}

bool replayed_varies(const struct replayed *r, const struct replayed_source *s)
{
	unsigned int sizes = 0;

	for (guint i = 0; *s->synth && i < r->sources->len; i++) {
		const struct replayed_source *other = r->sources->pdata[i];

		sizes += !strcmp(s->synth, other->synth) && !strcmp(s->ring, other->ring);
	}
	return sizes >= 3;
}

bool replayed_is_model(const struct replayed *r, unsigned int variant)
{
	const struct replayed_source *first = r->sources->len ? r->sources->pdata[0] : NULL;

	return first && first->variants[variant].model;
}
