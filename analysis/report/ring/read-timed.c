// SPDX-License-Identifier: GPL-2.0-or-later
#include "timed.h"

#include <string.h>

#include "analysis/report/host/record.h"

#define LABELS_MAX 64
#define RATE_MAX 1e12

static void boot_free(void *data)
{
	struct timed_boot *b = data;

	for (unsigned int i = 0; i < b->n; i++) {
		g_free(b->devices[i].state);
		g_free(b->devices[i].rule);
		g_free(b->devices[i].evidence);
		g_free(b->devices[i].rate);
	}
	g_free(b->devices);
	g_ptr_array_free(b->host, TRUE);
	g_free(b->changed);
	g_free(b->failed);
	g_free(b);
}

struct timed *timed_new(void)
{
	struct timed *t = g_new0(struct timed, 1);

	t->labels = g_ptr_array_new_with_free_func(g_free);
	t->variants = g_ptr_array_new_with_free_func(g_free);
	t->boots = g_ptr_array_new_with_free_func(boot_free);
	return t;
}

void timed_free(struct timed *t)
{
	if (!t)
		return;
	g_ptr_array_free(t->boots, TRUE);
	g_ptr_array_free(t->labels, TRUE);
	g_ptr_array_free(t->variants, TRUE);
	g_free(t->base);
	g_free(t->device);
	g_free(t->load);
	g_free(t->order);
	g_free(t);
}

int timed_off(const struct timed *t)
{
	const GPtrArray *names = t->base ? t->labels : t->variants;

	for (unsigned int i = 0; i < names->len; i++)
		if (!strcmp(names->pdata[i], t->base ? t->base : "off"))
			return i;
	return -1;
}

const struct timed_device *timed_device(const struct timed *t, unsigned int boot,
					unsigned int label)
{
	static const struct timed_device nothing = {.state = "not-run", .rule = "", .evidence = ""};
	const struct timed_boot *b = t->boots->pdata[boot];

	return label < b->n && b->devices[label].there ? &b->devices[label] : &nothing;
}

/* Elements/s of each of a device's turns; g_free() it. */
static double *read_turns(struct reader *r, JsonArray *turns, unsigned int *n)
{
	double *rate = g_new(double, array_length(turns) + 1);

	*n = array_length(turns);
	for (unsigned int i = 0; !r->error && i < *n; i++) {
		JsonObject *o = array_object(r, turns, i, "turns");
		double elements = need_count(r, o, "elements"), s = need_number(r, o, "seconds");

		if (!r->error && !(s > 0 && elements / s < RATE_MAX))
			reader_fail(r, "seconds", "is no time that a turn takes");
		rate[i] = elements / s;
	}
	return rate;
}

/* Its place among the labels, which it joins if it is new. */
static unsigned int place(struct timed *t, struct reader *r, JsonObject *device)
{
	char *label = need_string(r, device, "label");
	unsigned int i = 0;

	while (i < t->labels->len && strcmp(t->labels->pdata[i], label))
		i++;
	if (i == LABELS_MAX)
		reader_fail(r, "label", "are more than 64 different ones");
	if (i == t->labels->len) {
		g_ptr_array_add(t->variants, opt_string(r, device, "variant", label));
		g_ptr_array_add(t->labels, label);
	} else {
		g_free(label);
	}
	return i;
}

static void read_device(struct timed *t, struct timed_boot *b, struct reader *r, JsonObject *o)
{
	unsigned int label = place(t, r, o);
	struct timed_device *d;

	if (r->error)
		return;
	if (label >= b->n) {
		b->devices = g_renew(struct timed_device, b->devices, label + 1);
		memset(&b->devices[b->n], 0, (label + 1 - b->n) * sizeof(*b->devices));
		b->n = label + 1;
	}
	d = &b->devices[label];
	if (d->there) {
		reader_fail(r, "devices", "one label twice");
		return;
	}
	d->there = true;
	d->state = need_string(r, o, "state");
	d->rule = opt_string(r, o, "rule", "");
	d->evidence = opt_string(r, o, "evidence", "");
	d->rate = read_turns(r, opt_array(r, o, "turns"), &d->turns);
	/* What a device did before it was caught is no rate to compare. */
	if (strcmp(d->state, "ok"))
		g_clear_pointer(&d->rate, g_free);
}

static void read_host(struct timed *t, struct timed_boot *b, struct reader *r, JsonObject *o)
{
	JsonArray *host = opt_array(r, o, "host");

	b->host = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; !r->error && i < array_length(host); i++)
		g_ptr_array_add(b->host, read_meanwhile(r, array_object(r, host, i, "host")));
	b->changed = t->settings && t->settings->len ? read_changed_settings(r, o, t->settings)
						     : g_strdup("");
	b->other_qemus = read_other_qemus(r, o);
}

static void read_boot(struct timed *t, struct reader *r, JsonObject *o, int block)
{
	struct timed_boot *b = g_new0(struct timed_boot, 1);
	JsonArray *devices = opt_array(r, o, "devices");

	g_ptr_array_add(t->boots, b);
	b->block = block;
	b->failed = opt_string(r, o, "failed", "");
	read_host(t, b, r, o);
	for (unsigned int i = 0; !r->error && i < array_length(devices); i++)
		read_device(t, b, r, array_object(r, devices, i, "devices"));
}

/* All boots are of one load: the first file says which. */
static void read_load(struct timed *t, struct reader *r, JsonObject *top)
{
	JsonObject *o = need_object(r, top, "load");
	char *device = need_string(r, o, "device"), *load = need_string(r, o, "kind");
	char *order = opt_string(r, top, "order", "natural");

	if (!t->device) {
		t->device = g_steal_pointer(&device);
		t->load = g_steal_pointer(&load);
		t->order = g_steal_pointer(&order);
		t->size = need_count(r, o, "size");
		t->depth = need_count(r, o, "depth");
		t->chain = opt_count(r, o, "chain", 0);
	} else if (strcmp(device, t->device) || strcmp(load, t->load) || strcmp(order, t->order)) {
		reader_fail(r, "load", "is not that of the workload's other boots");
	}
	g_free(device);
	g_free(load);
	g_free(order);
}

void timed_add(struct timed *t, struct reader *r, JsonObject *top, int block)
{
	JsonArray *boots = need_array(r, top, "boots");

	read_load(t, r, top);
	for (unsigned int i = 0; !r->error && i < array_length(boots); i++)
		read_boot(t, r, array_object(r, boots, i, "boots"), block);
}
