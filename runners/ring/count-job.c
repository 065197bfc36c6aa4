// SPDX-License-Identifier: GPL-2.0-or-later
#include "callgrind.h"
#include "count.h"
#include "probes/tool/jsonadd.h"
#include "machine.h"
#include "profile.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <stdlib.h>
#include <string.h>

/* valgrind is slow to start. */
#define START_MS 120000

/* Functions listed for each cell, those with most instructions of their own. */
#define LISTED 40

/* reorder-round.c.inc: publishes what pushes have filled. */
#define ROUND "virtqueue_reorder_publish_round"

/* What is counted for each element, and in which functions its repetitions are. */
static const struct {
	const char *name;
	const char *inside[4];
	const char *later; /* what a bottom half does of it: x-reorder-flush=round */
} measured[] = {
	{"virtqueue_pop", {"virtqueue_pop", "virtqueue_split_pop", "virtqueue_packed_pop"}, NULL},
	{"virtqueue_fill", {"virtqueue_fill", "virtqueue_unordered_fill"}, NULL},
	{"virtqueue_flush",
	 {"virtqueue_flush", "virtqueue_unordered_flush", "virtqueue_split_flush",
	  "virtqueue_packed_flush"},
	 NULL},
	{"virtqueue_push", {"virtqueue_push"}, ROUND},
	{ROUND, {ROUND}, NULL},
};

static void add_str(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, value);
}

/* The thread that works on the rings. */
static const struct profile *device_thread(GPtrArray *profiles)
{
	const struct profile *best = NULL;
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < profiles->len; i++) {
		const struct profile *p = profiles->pdata[i];
		const struct profile_fn *pop = profile_find(p, "virtqueue_pop");
		uint64_t n = pop ? pop->self : 0;

		if (n > most) {
			most = n;
			best = p;
		}
	}
	return best;
}

static uint64_t calls_of(const struct profile *p, const char *name)
{
	const struct profile_fn *f = profile_find(p, name);

	return f ? f->calls : 0;
}

static uint64_t calls_by(const struct profile *p, const char *from, const char *to)
{
	const struct profile_fn *f = profile_find(p, from);
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; f && i < f->callees->len; i++) {
		const struct profile_call *call = f->callees->pdata[i];

		n += strcmp(call->name, to) ? 0 : call->calls;
	}
	return n;
}

/* What a function calls: where its instructions go. */
static void add_callees(JsonBuilder *b, const struct profile_fn *f)
{
	unsigned int i;

	add_int(b, "self", f->self - f->repeats);
	json_builder_set_member_name(b, "callees");
	json_builder_begin_array(b);
	for (i = 0; i < f->callees->len; i++) {
		const struct profile_call *call = f->callees->pdata[i];

		json_builder_begin_object(b);
		add_str(b, "name", call->name);
		add_int(b, "calls", call->calls);
		add_int(b, "instructions", call->inclusive);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static void add_measured(JsonBuilder *b, const struct profile *p)
{
	size_t i, k;

	json_builder_set_member_name(b, "functions");
	json_builder_begin_object(b);
	for (i = 0; i < G_N_ELEMENTS(measured); i++) {
		const struct profile_fn *f = profile_find(p, measured[i].name), *in;
		const struct profile_fn *later =
			measured[i].later ? profile_find(p, measured[i].later) : NULL;
		uint64_t repeats = 0;

		if (!f)
			continue;
		for (k = 0; k < 4 && measured[i].inside[k]; k++) {
			in = profile_find(p, measured[i].inside[k]);
			repeats += in ? in->repeats : 0;
		}
		json_builder_set_member_name(b, f->name);
		json_builder_begin_object(b);
		add_int(b, "calls", f->calls);
		add_int(b, "instructions",
			f->self + f->called - repeats + (later ? later->self + later->called : 0));
		add_int(b, "repeats", repeats);
		add_callees(b, f);
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
}

/*
 * Flushes that published something, so stores of a split ring's used index; 0 if nothing
 * tells.  Without order each does.  QEMU's own order writes entries and index in its
 * flush, and on a split ring each write ends with a call that marks the memory.  The
 * glue's (variants/qemu/reorder-flush.c.inc) does so for the index, and has functions
 * of their own for all else that publishes.
 */
static uint64_t used_flushes(const struct profile *p, const struct device *d, bool packed,
			     uint64_t elements)
{
	static const char mark[] = "address_space_cache_invalidate";
	uint64_t writes = calls_by(p, "virtqueue_flush", mark) +
			  calls_by(p, "virtqueue_unordered_flush", mark);

	if (!d->in_order)
		return calls_of(p, "virtqueue_flush");
	if (!strcmp(d->variant, "qemu"))
		return !packed && writes > elements ? writes - elements : 0;
	return calls_by(p, "virtqueue_reorder_flush_split", mark) +
	       calls_by(p, "virtqueue_reorder_flush_split_skips", mark) +
	       calls_of(p, "virtqueue_reorder_publish_split") +
	       calls_of(p, "virtqueue_reorder_publish_split_skips") +
	       calls_of(p, "virtqueue_reorder_publish_packed") +
	       calls_of(p, "virtqueue_reorder_publish_one_packed");
}

static int by_self(gconstpointer a, gconstpointer b)
{
	const struct profile_fn *x = *(struct profile_fn *const *)a,
				*y = *(struct profile_fn *const *)b;
	uint64_t n = x->self - x->repeats, m = y->self - y->repeats;

	return n != m ? (n < m ? 1 : -1) : strcmp(x->name, y->name);
}

static void add_listed(JsonBuilder *b, const struct profile *p)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	GHashTableIter it;
	gpointer f;
	unsigned int i;

	g_hash_table_iter_init(&it, p->fns);
	while (g_hash_table_iter_next(&it, NULL, &f))
		g_ptr_array_add(list, f);
	g_ptr_array_sort(list, by_self);
	json_builder_set_member_name(b, "self");
	json_builder_begin_array(b);
	for (i = 0; i < list->len && i < LISTED; i++) {
		const struct profile_fn *one = list->pdata[i];

		json_builder_begin_object(b);
		add_str(b, "name", one->name);
		add_int(b, "calls", one->calls);
		add_int(b, "instructions", one->self - one->repeats);
		add_int(b, "repeats", one->repeats);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static void add_ring(JsonBuilder *b, const struct device *d)
{
	const struct virtqueue_sums *s = &d->sums;

	json_builder_set_member_name(b, "ring_sums");
	json_builder_begin_object(b);
	add_int(b, "used", s->used);
	add_int(b, "used_entries", s->entries);
	add_int(b, "index_moves_seen", s->index_moves);
	add_int(b, "bytes_read_by_device", s->device_read);
	add_int(b, "bytes_written_by_device", s->device_written);
	add_int(b, "reordered", s->reordered);
	add_int(b, "depth_max", s->depth_max);
	json_builder_set_member_name(b, "depth_mean");
	json_builder_add_double_value(b, s->used ? (double)s->depth_total / s->used : 0);
	json_builder_end_object(b);
}

/* Drives @d and counts; what was counted is in *@profiles.  False: it was caught, or
 * callgrind failed, which is then the evidence. */
static bool drive(struct device *d, struct options *o, struct callgrind *c, struct turn *t,
		  GPtrArray **profiles)
{
	g_autoptr(GError) e = NULL;
	struct turn warm;
	bool ok;

	/* Once before, so that what is made at first use is there. */
	if (!load_turn(d, MAX(o->load.batch, 16), 0, &warm))
		return false;
	if (!callgrind_begin(c, &e)) {
		device_catch(d, DEVICE_CRASHED, NULL, g_strdup(e->message));
		return false;
	}
	ok = load_turn(d, o->elements, 0, t);
	*profiles = callgrind_end(c, &e);
	if (!*profiles && ok)
		device_catch(d, DEVICE_CRASHED, NULL, g_strdup(e->message));
	return ok && *profiles;
}

static void count_cell(JsonBuilder *b, struct machine *m, struct device *d, struct options *o,
		       struct memory *memory, struct callgrind *c)
{
	int64_t cut = machine_cut(m, d);
	GPtrArray *profiles = NULL;
	const struct profile *p;
	struct turn t = {0};

	memory_clear(memory);
	if (device_start(d, &o->load, memory))
		drive(d, o, c, &t, &profiles);
	cut = cut < 0 ? 0 : machine_cut(m, d) - cut;
	device_stop(d);
	if (d->state != DEVICE_OK)
		memory_keep(memory);
	add_str(b, "label", d->label);
	add_str(b, "variant", d->variant);
	add_str(b, "ring", o->load.ring.packed ? "packed" : "split");
	add_str(b, "state", device_state_name(d->state));
	add_int(b, "elements", t.elements);
	add_int(b, "windows_cut", cut);
	if (d->state != DEVICE_OK) {
		add_str(b, "rule", d->rule ? d->rule : "");
		add_str(b, "evidence", d->evidence);
	}
	add_ring(b, d);
	p = profiles ? device_thread(profiles) : NULL;
	if (p) {
		add_int(b, "thread", p->total - p->repeats);
		add_int(b, "thread_repeats", p->repeats);
		add_measured(b, p);
		add_int(b, "used_flushes", used_flushes(p, d, o->load.ring.packed, t.elements));
		add_listed(b, p);
	}
	if (profiles)
		g_ptr_array_unref(profiles);
}

static void add_not_run(JsonBuilder *b, const struct device *d, const char *ring)
{
	add_str(b, "label", d->label);
	add_str(b, "variant", d->variant);
	add_str(b, "ring", ring);
	add_str(b, "state", "not-run");
	add_str(b, "rule", "");
	add_str(b, "evidence", "it was caught before, on the other ring format");
}

static void count_all(JsonBuilder *b, struct machine *m, GPtrArray *devices, struct options *o,
		      struct memory *memory, struct callgrind *c)
{
	unsigned int i, r;

	c->pid = m->child.pid;
	for (r = 0; o->rings[r]; r++)
		for (i = 0; i < devices->len; i++) {
			struct device *d = devices->pdata[i];

			machine_connect(m, d);
			o->load.ring.packed = !strcmp(o->rings[r], "packed");
			json_builder_begin_object(b);
			/* Caught in one format, it may hang in any. */
			if (d->state == DEVICE_OK)
				count_cell(b, m, d, o, memory, c);
			else
				add_not_run(b, d, o->rings[r]);
			json_builder_end_object(b);
		}
}

static bool count_in_qemu(JsonBuilder *b, struct options *o, const char *order, unsigned int run,
			  struct callgrind *c, struct memory *memory, bool *iothreads,
			  GError **error)
{
	g_autoptr(GPtrArray) devices = options_devices(o, o->variants);
	g_auto(GStrv) wrapper = callgrind_wrapper(c);
	g_auto(GStrv) environment = callgrind_environment();
	struct machine_setup s = {
		.qemu = &o->qemu,
		.load = &o->load,
		.devices = devices,
		.memory = memory,
		.disk = o->disk,
		.order = order,
		.order_seed = o->order_seed,
		.props = o->props,
		.disk_mib = o->disk_mib,
		.poll_us = o->poll_us,
		.wrapper = wrapper,
		.environment = environment,
		.limit_ms = START_MS,
		/* Each run has its devices in other places. */
		.seed = o->load.seed + run,
	};
	struct machine m;
	bool ok = machine_start(&m, &s, error);

	if (ok)
		count_all(b, &m, devices, o, memory, c);
	*iothreads = m.iothreads;
	machine_stop(&m);
	return ok;
}

bool count_job(struct options *o, const char *order, unsigned int run, const char *path,
	       GError **error)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL, *dir = g_strdup_printf("%s.callgrind", path);
	struct callgrind c = {0};
	struct memory memory;
	bool ok = memory_open(&memory, o->memory_mib, error), iothreads = false;

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "cells");
	json_builder_begin_array(b);
	ok = ok && callgrind_open(&c, dir, error) && callgrind_refuse_io_uring(error) &&
	     count_in_qemu(b, o, order, run, &c, &memory, &iothreads, error);
	json_builder_end_array(b);
	json_builder_set_member_name(b, "iothreads");
	json_builder_add_boolean_value(b, iothreads);
	json_builder_end_object(b);
	callgrind_close(&c);
	memory_close(&memory);
	root = json_builder_get_root(b);
	text = json_text(root, false);
	return ok && write_file(path, text, strlen(text), error);
}
