// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"
#include "backend.h"
#include "machine.h"
#include "option-table.h"
#include "props.h"
#include "probes/tool/output.h"
#include "runners/plan/variant.h"
#include "runners/tool/json.h"
#include "variants/order-shapes.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_DEFAULT 64

/* What count counts by default: in order, and out of it in three ways. */
#define COUNT_ORDERS "in-order,shuffle:32,shuffle:256,straggler:64"

static bool refuse(GError **error, const char *what, const char *why)
{
	g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "%s: %s", what, why);
	return false;
}

/* @o must be one of @names, if it was given: then its place among them is in @value. */
static bool choose(enum option o, const char *const *names, unsigned int *value, GError **error)
{
	const char *given = option_text(o, NULL);
	unsigned int i;

	for (i = 0; given && names[i]; i++)
		if (!strcmp(given, names[i])) {
			*value = i;
			return true;
		}
	if (given) {
		g_autofree char *list = g_strjoinv(", ", (char **)names);

		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "%s=%s: not one of %s", option_name(o),
			    given, list);
	}
	return !given;
}

/* Splits what was given at its commas; NULL with error set if one comes twice. */
static char **split_list(enum option o, const char *otherwise, GError **error)
{
	char **list = g_strsplit(option_text(o, otherwise), ",", -1);
	unsigned int i, k;

	for (i = 0; list[i]; i++)
		for (k = 0; k < i; k++)
			if (!strcmp(list[i], list[k])) {
				g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
					    "%s: %s is there twice", option_name(o), list[i]);
				g_strfreev(list);
				return NULL;
			}
	return list;
}

static bool read_rings(struct options *o, bool both, GError **error)
{
	unsigned int i;

	o->rings = split_list(OPTION_RING, both ? "split,packed" : "split", error);
	if (!o->rings)
		return false;
	for (i = 0; o->rings[i]; i++)
		if (strcmp(o->rings[i], "split") && strcmp(o->rings[i], "packed"))
			return refuse(error, "--ring", "split or packed");
	if (!both && i != 1)
		return refuse(error, "--ring", "run takes one format");
	o->load.ring.packed = !strcmp(o->rings[0], "packed");
	return true;
}

static bool read_orders(struct options *o, bool count, GError **error)
{
	bool net = load_is_net(o->load.kind);
	OrderShape shape;
	unsigned int i;

	o->orders = split_list(OPTION_ORDER,
			       !count ? ""
			       : net  ? ORDER_NATURAL
				      : COUNT_ORDERS,
			       error);
	if (!o->orders)
		return false;
	for (i = 0; o->orders[i]; i++) {
		bool natural = !strcmp(o->orders[i], ORDER_NATURAL);

		if (net && !natural)
			return refuse(error, "--order", "virtio-net completes in its own");
		if (natural && !count)
			return refuse(error, "--order=" ORDER_NATURAL,
				      "that is the disk's own, without --order");
		if (!natural && !order_shape_parse(o->orders[i], &shape)) {
			g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
				    "--order=%s: not one of " ORDER_SHAPES "%s", o->orders[i],
				    count ? ", " ORDER_NATURAL : "");
			return false;
		}
	}
	if (!count && i > 1)
		return refuse(error, "--order", "run takes one");
	return true;
}

static bool read_load(struct options *o, GError **error)
{
	static const char *const loads[] = {"read", "write", "randrw", "tx", "rx", NULL};
	unsigned int load = LOAD_READ;
	bool ok = choose(OPTION_LOAD, loads, &load, error);

	o->load.kind = load;
	return ok;
}

static bool read_words(struct options *o, bool count, GError **error)
{
	static const char *const recycles[] = {"last", "first", NULL};
	static const char *const contents[] = {"any", "zeroes", "offsets", NULL};
	unsigned int recycle = 0, content = CONTENT_ANY;

	if (!read_load(o, error) || !choose(OPTION_RECYCLE, recycles, &recycle, error) ||
	    !choose(OPTION_CONTENT, contents, &content, error))
		return false;
	o->load.ring.lifo = recycle == 0;
	o->disk = g_strdup(option_text(OPTION_DISK, "null"));
	o->backend = option_text(OPTION_BACKEND, NULL);
	o->load.foreign = o->backend != NULL;
	o->load.content = !strcmp(o->disk, "null") && o->load.kind == LOAD_READ ? CONTENT_ZEROES
			  : !strcmp(o->disk, "file")				? CONTENT_OFFSETS
										: content;
	return read_rings(o, count, error) && read_orders(o, count, error);
}

/* An option that another makes meaningless. */
static bool clashes(const struct options *o, GError **error)
{
	bool net = load_is_net(o->load.kind),
	     made = !strcmp(o->disk, "null") || !strcmp(o->disk, "file");
	bool x_order = false;
	unsigned int i;

	for (i = 0; o->orders[i]; i++)
		x_order |= strcmp(o->orders[i], ORDER_NATURAL) != 0;
	const struct {
		enum option option;
		bool idle;
		const char *why;
	} cases[] = {
		{OPTION_TURN, option_given(OPTION_ELEMENTS), "--elements says how long a turn is"},
		{OPTION_NO_PIN, option_given(OPTION_ELEMENTS) || option_given(OPTION_HOLD),
		 "nothing is pinned with --elements or --hold"},
		{OPTION_POLL, option_given(OPTION_KICK), "with --kick nothing polls"},
		{OPTION_DISK, net, "virtio-net has none"},
		{OPTION_DISK_MIB, net, "virtio-net has none"},
		{OPTION_DISK_MIB, !made, "the other disk has a size of its own"},
		{OPTION_CONTENT, net, "virtio-net has no disk"},
		{OPTION_BACKEND, !net, "QEMU serves virtio-blk"},
		{OPTION_CONTENT, made, "what the lab's own disks hold is known"},
		{OPTION_ORDER_SEED, !x_order, "there is no x-order: name one by --order"},
	};

	for (i = 0; i < G_N_ELEMENTS(cases); i++)
		if (cases[i].idle && option_given(cases[i].option))
			return refuse(error, option_name(cases[i].option), cases[i].why);
	return true;
}

static void read_numbers(struct options *o, bool count)
{
	o->disk_mib = option_number(OPTION_DISK_MIB, 16);
	o->memory_mib = option_number(OPTION_MEMORY, 512);
	o->poll_us = option_number(OPTION_POLL, 1000);
	o->rounds = option_number(OPTION_ROUNDS, 10);
	o->boots = option_number(OPTION_BOOTS, 1);
	o->runs = option_number(OPTION_RUNS, 2);
	o->jobs = option_number(OPTION_JOBS, 2);
	o->elements = option_number(OPTION_ELEMENTS, count ? 1024 : 0);
	o->order_seed = option_number(OPTION_ORDER_SEED, 1);
	o->hold = option_given(OPTION_HOLD);
	o->pin = !option_given(OPTION_NO_PIN);
	o->together = option_given(OPTION_TOGETHER);
	o->check = option_given(OPTION_CHECK);
}

/*
 * Counting wants the same work each time, so batches that are added at once and return
 * whole; half of the buffers stay with a device that receives.
 */
static void fill_shape(struct load *l, bool count)
{
	uint32_t descs = l->ring.indirect ? 1 : l->ring.chain;
	bool sends = l->kind == LOAD_TX, receives = l->kind == LOAD_RX;
	uint32_t depth = !count ? DEPTH_DEFAULT : sends ? 128 : 256;

	l->ring.size = option_number(OPTION_SIZE, count && !sends ? 1024 : 256);
	l->depth = option_number(OPTION_DEPTH, MIN(depth, MAX(l->ring.size / descs, 1)));
	l->batch = option_number(OPTION_BATCH, !count ? 0 : receives ? l->depth / 2 : l->depth);
}

static void fill_load(struct options *o, bool count)
{
	struct load *l = &o->load;
	bool net = load_is_net(l->kind);

	l->ring.event_idx = !option_given(OPTION_NO_EVENT_IDX);
	l->ring.indirect = option_given(OPTION_INDIRECT);
	l->ring.batches = option_given(OPTION_BATCHES);
	l->ring.interrupts = option_given(OPTION_INTERRUPTS);
	l->ring.chain = option_number(OPTION_CHAIN, net ? 1 : 3);
	l->queues = option_number(OPTION_QUEUES, 1);
	fill_shape(l, count);
	l->segment = option_number(OPTION_SEGMENT, net ? 1500 : 4096);
	l->kick = count || option_given(OPTION_KICK);
	l->settle = count && l->kind == LOAD_TX;
	l->seed = option_number(OPTION_SEED, 1);
	/* Caches and branch predictors are another device's. */
	l->lead_ns = o->turn_ms * (1000000 / 10);
	l->stall_ms = option_number(OPTION_STALL, count ? 20000 : 2000);
}

/* A load as it was asked for. */
static bool read_fixed(struct options *o, bool count, GError **error)
{
	const char *why;

	if (!read_words(o, count, error) || !clashes(o, error))
		return false;
	read_numbers(o, count);
	/* Short, so that a round is over before the host changes; a slow disk needs more. */
	o->turn_ms = option_number(OPTION_TURN, strcmp(o->disk, "null") ? 200 : 10);
	fill_load(o, count);
	why = backend_refuse(o->backend) ?: device_refuse(&o->load);
	return !why || refuse(error, "this load cannot be", why);
}

static bool read_avoid(struct options *o, GError **error)
{
	static const char *const names[] = {"full", "odd-size"};
	g_auto(GStrv) list = split_list(OPTION_AVOID, "", error);
	unsigned int i, k;

	for (i = 0; list && list[i]; i++) {
		for (k = 0; k < G_N_ELEMENTS(names) && strcmp(list[i], names[k]);)
			k++;
		if (k == G_N_ELEMENTS(names))
			return refuse(error, "--avoid", "full, odd-size, or both");
		o->avoid |= 1u << k;
	}
	return list != NULL;
}

/* What bounds loads that are drawn. */
static bool read_random(struct options *o, GError **error)
{
	if (!read_load(o, error) || !read_rings(o, true, error) || !read_avoid(o, error))
		return false;
	if (option_given(OPTION_SECONDS) && option_given(OPTION_BOOTS))
		return refuse(error, "--boots", "--seconds says how many");
	if (option_given(OPTION_LIFE) &&
	    (option_given(OPTION_SECONDS) || option_given(OPTION_BOOTS)))
		return refuse(error, "--life", "it is of one boot: give that one's --seed alone");
	read_numbers(o, false);
	o->any_load = !option_given(OPTION_LOAD);
	o->operations = option_number(OPTION_OPERATIONS, 1000);
	o->seconds = option_number(OPTION_SECONDS, 0);
	o->life = option_number(OPTION_LIFE, 0);
	o->load.seed = option_number(OPTION_SEED, 1);
	o->load.stall_ms = option_number(OPTION_STALL, 5000);
	return true;
}

/* Those that were named must be there; without names, all that are. */
static bool settle_variants(struct options *o, GError **error)
{
	JsonArray *names = json_list(json_node_get_object(o->qemu.manifest), "strategies");
	g_autoptr(GStrvBuilder) b = g_strv_builder_new();
	unsigned int i;

	if (g_strv_length(o->variants) > MMIO_BUSES)
		return refuse(error, "--variants", "a QEMU has room for 24 devices");
	if (o->variants[0]) {
		for (i = 0; o->variants[i]; i++) {
			const char *variant = variant_without_label(o->variants[i]);
			g_autofree char *lacks = qemuinfo_lacks(&o->qemu, variant, o->rings[0]);

			if (lacks)
				return refuse(error, variant, lacks);
		}
		return true;
	}
	g_strfreev(o->variants);
	g_strv_builder_add(b, "off");
	if (o->qemu.in_order)
		g_strv_builder_add(b, "qemu");
	for (i = 0; names && i < json_array_get_length(names); i++) {
		const char *name = json_array_get_string_element(names, i);

		/* Of the hash tables, the one that the thread began with. */
		if (name && strcmp(name, "hash-table-flag"))
			g_strv_builder_add(b, name);
	}
	o->variants = g_strv_builder_end(b);
	return true;
}

/* What cannot be written is better known before minutes of work. */
static bool writes_json(const struct options *o, GError **error)
{
	if (!o->json || vq_output_check(o->json, error))
		return true;
	(*error)->domain = VQB_ERROR;
	(*error)->code = VQB_BAD_INPUT;
	return false;
}

bool options_read(struct options *o, const char *command, int argc, char **argv, GError **error)
{
	bool count = !strcmp(command, "count");
	g_autofree char *dir = NULL;
	bool random = !strcmp(command, "random"), help;

	memset(o, 0, sizeof(*o));
	g_set_prgname(random ? "vqring random" : count ? "vqring count" : "vqring run");
	if (!options_given(random  ? FOR_RANDOM
			   : count ? FOR_COUNT
				   : FOR_RUN,
			   &argc, &argv, &help, error)) {
		(*error)->domain = VQB_ERROR;
		(*error)->code = VQB_BAD_INPUT;
		return false;
	}
	if (help)
		exit(vq_output_finish("vqring", 0));
	if (argc > 1)
		return refuse(error, argv[1], "not an option");
	if (!option_given(OPTION_QEMU) && !option_given(OPTION_CHECK))
		return refuse(error, "--qemu", "needed: a folder made by runners/setup/qemu.sh");
	o->variants = g_strsplit(option_text(OPTION_VARIANTS, ""), ",", -1);
	o->json = g_strdup(option_text(OPTION_JSON, NULL));
	if (!(random ? read_random(o, error) : read_fixed(o, count, error)))
		return false;
	if (o->check)
		return true;
	dir = g_canonicalize_filename(option_text(OPTION_QEMU, NULL), NULL);
	if (!qemuinfo_load(&o->qemu, dir, error))
		return false;
	/* What counts leaves out such orders; a run has no other. */
	if (o->orders && o->orders[0] && !count && !machine_knows_x_order(&o->qemu))
		return refuse(error, "--order", "this QEMU has no x-order: setup/qemu.sh's has");
	return settle_props(o, option_text(OPTION_PROPS, NULL), error) &&
	       settle_variants(o, error) && writes_json(o, error);
}

void options_free(struct options *o)
{
	g_strfreev(o->variants);
	g_strfreev(o->rings);
	g_strfreev(o->orders);
	g_strfreev(o->orders_lacking);
	g_free(o->disk);
	g_free(o->json);
	g_free(o->props);
}

static void free_device(gpointer d)
{
	device_free(d);
}

GPtrArray *options_devices(const struct options *o, char **variants)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(free_device);
	unsigned int i, k, same;

	for (i = 0; variants[i]; i++) {
		struct device *d = g_new0(struct device, 1);

		for (k = same = 0; k < i; k++)
			same += !strcmp(variants[k], variants[i]);
		d->variant = g_strdup(variant_without_label(variants[i]));
		d->label = variant_label(variants[i]);
		if (same) {
			g_autofree char *label = d->label;

			d->label = g_strdup_printf("%s-%u", label, same + 1);
		}
		d->in_order = strcmp(d->variant, "off") != 0;
		d->socket = d->counter = -1;
		d->turns = g_array_new(FALSE, FALSE, sizeof(struct turn));
		g_ptr_array_add(list, d);
	}
	return list;
}
