// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"
#include "runners/tool/json.h"

#include "probes/tool/options.h"
#include "probes/tool/output.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_DEFAULT 64

/* What count counts by default: in order, and out of it in three ways. */
#define COUNT_NATURAL "natural"
#define COUNT_ORDERS "in-order,shuffle:32,shuffle:256,straggler:64"

/* As GOption wants them, before they are looked at. */
static struct {
	char *qemu, *variants, *load, *ring, *order, *disk, *recycle, *content, *json;
	int size, depth, batch, chain, segment, queues, rounds, turn, boots, stall;
	int memory, disk_mib, poll, runs, jobs;
	int64_t elements, seed, order_seed;
	gboolean indirect, no_event_idx, kick, interrupts, batches, hold;
} raw;

static void set_defaults(bool count)
{
	memset(&raw, 0, sizeof(raw));
	raw.size = 0;
	raw.depth = 0;
	raw.batch = -1;
	raw.chain = 0;
	raw.segment = 0;
	raw.queues = 1;
	raw.rounds = 10;
	raw.turn = 200;
	raw.boots = 1;
	raw.stall = count ? 20000 : 2000;
	raw.memory = 512;
	raw.disk_mib = 16;
	raw.poll = 1000;
	raw.runs = 2;
	raw.jobs = 2;
	raw.elements = count ? 1024 : 0;
	raw.seed = 1;
	raw.order_seed = 1;
	raw.kick = count;
}

#define INT(name, field, help, arg)                                                                \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_INT, &raw.field, help, arg                                \
	}
#define INT64(name, field, help, arg)                                                              \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_INT64, &raw.field, help, arg                              \
	}
#define STR(name, field, help, arg)                                                                \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_STRING, &raw.field, help, arg                             \
	}
#define FLAG(name, field, help)                                                                    \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_NONE, &raw.field, help, NULL                              \
	}

static const GOptionEntry both[] = {
	STR("qemu", qemu, "Folder made by runners/setup/qemu.sh", "DIR"),
	STR("variants", variants, "off, qemu, and strategies; one twice is A/A", "A,B"),
	STR("load", load, "read, write, randrw (virtio-blk), tx, rx (virtio-net)", "KIND"),
	STR("ring", ring, "split or packed; count: a list", "FORMAT"),
	INT("size", size, "Descriptors of the ring", "N"),
	INT("depth", depth, "Elements in flight in each queue (64, or what fits)", "N"),
	INT("batch", batch, "So many are added at once (0: each when there is room)", "N"),
	INT("chain", chain, "Segments of an element (virtio-net: 1, else 3)", "N"),
	INT("segment", segment, "Bytes of a data segment (4096), a frame sent, a buffer (1500)",
	    "BYTES"),
	INT("queues", queues, "Queues of each virtio-blk (1)", "N"),
	STR("recycle", recycle, "Buffers freed last first (as Linux), or first", "WHICH"),
	FLAG("indirect", indirect, "Chains as indirect tables"),
	FLAG("no-event-idx", no_event_idx, "Without VIRTIO_F_EVENT_IDX"),
	FLAG("interrupts", interrupts, "Let the device interrupt; nobody listens"),
	FLAG("batches", batches, "In order, a used entry may stand for several elements"),
	STR("disk", disk, "null, file, or QEMU's -blockdev options (null)", "WHAT"),
	INT("disk-mib", disk_mib, "Size of each disk (16)", "MIB"),
	STR("content", content, "Of another disk: any, zeroes, offsets (any)", "WHAT"),
	STR("order", order, "Complete in this order, by x-order; count: a list", "ORDER"),
	INT64("order-seed", order_seed, "x-order's seed (1)", "N"),
	INT64("elements", elements, "Elements of a turn, instead of a time", "N"),
	INT64("seed", seed, "Of the load, of rounds, of the bus (1)", "N"),
	INT("stall", stall, "No completion for so long is a hang", "MS"),
	INT("memory", memory, "The guest's (512)", "MIB"),
	STR("json", json, "Write the result there", "FILE"),
	G_OPTION_ENTRY_NULL};

static const GOptionEntry run_only[] = {
	FLAG("kick", kick, "The device sleeps and is notified (else it polls)"),
	INT("poll", poll, "How long it polls before it sleeps (1000)", "US"),
	INT("rounds", rounds, "Turns of each variant (10)", "N"),
	INT("turn", turn, "Length of a turn (200)", "MS"),
	INT("boots", boots, "QEMUs, one after the other: the blocks (1)", "N"),
	FLAG("hold", hold,
	     "Print QEMU's pid and wait for a line on standard input, before "
	     "and after the load"),
	G_OPTION_ENTRY_NULL};

static const GOptionEntry count_only[] = {
	INT("runs", runs, "QEMUs for each cell: at least 2 to compare (2)", "N"),
	INT("jobs", jobs, "QEMUs at the same time (2)", "N"), G_OPTION_ENTRY_NULL};

static bool refuse(GError **error, const char *what, const char *why)
{
	g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "%s: %s", what, why);
	return false;
}

static bool choose(const char *given, const char *const *names, unsigned int *value,
		   const char *option, GError **error)
{
	unsigned int i;

	for (i = 0; given && names[i]; i++)
		if (!strcmp(given, names[i])) {
			*value = i;
			return true;
		}
	if (given) {
		g_autofree char *list = g_strjoinv(", ", (char **)names);

		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "--%s=%s: not one of %s", option,
			    given, list);
	}
	return !given;
}

static bool read_words(struct options *o, bool count, GError **error)
{
	static const char *const loads[] = {"read", "write", "randrw", "tx", "rx", NULL};
	static const char *const recycles[] = {"last", "first", NULL};
	static const char *const contents[] = {"any", "zeroes", "offsets", NULL};
	unsigned int load = LOAD_READ, recycle = 0, content = CONTENT_ANY, i;

	if (!choose(raw.load, loads, &load, "load", error) ||
	    !choose(raw.recycle, recycles, &recycle, "recycle", error) ||
	    !choose(raw.content, contents, &content, "content", error))
		return false;
	o->load.kind = load;
	o->load.ring.lifo = recycle == 0;
	o->disk = g_strdup(raw.disk ? raw.disk : "null");
	o->load.content = !strcmp(o->disk, "null") && load == LOAD_READ ? CONTENT_ZEROES
			  : !strcmp(o->disk, "file")			? CONTENT_OFFSETS
									: content;
	o->rings = g_strsplit(raw.ring ? raw.ring : count ? "split,packed" : "split", ",", -1);
	for (i = 0; o->rings[i]; i++)
		if (strcmp(o->rings[i], "split") && strcmp(o->rings[i], "packed"))
			return refuse(error, "--ring", "split or packed");
	if (!count && (!*o->rings || i != 1))
		return refuse(error, "--ring", "run takes one format");
	o->load.ring.packed = !g_strcmp0(o->rings[0], "packed");
	o->orders = g_strsplit(raw.order	   ? raw.order
			       : !count		   ? ""
			       : load_is_net(load) ? COUNT_NATURAL
						   : COUNT_ORDERS,
			       ",", -1);
	if (load_is_net(load) && raw.order && strcmp(raw.order, COUNT_NATURAL))
		return refuse(error, "--order", "virtio-net completes in its own");
	o->variants = g_strsplit(raw.variants ? raw.variants : "", ",", -1);
	o->json = g_strdup(raw.json);
	return true;
}

static bool read_numbers(struct options *o, GError **error)
{
	const struct {
		const char *name;
		int64_t value, least, most;
	} limits[] = {
		{"--size", raw.size, 0, 32768},
		{"--depth", raw.depth, 0, 32768},
		{"--batch", raw.batch, -1, 32768},
		{"--chain", raw.chain, 0, 1024},
		{"--segment", raw.segment, 0, 1 << 20},
		{"--queues", raw.queues, 1, 64},
		{"--rounds", raw.rounds, 1, 100000},
		{"--turn", raw.turn, 1, 3600000},
		{"--boots", raw.boots, 1, 1000},
		{"--stall", raw.stall, 1, 3600000},
		{"--memory", raw.memory, 16, 2048},
		{"--disk-mib", raw.disk_mib, 1, 1 << 20},
		{"--poll", raw.poll, 1, 1000000},
		{"--runs", raw.runs, 1, 100},
		{"--jobs", raw.jobs, 1, 64},
		{"--elements", raw.elements, 0, 1ll << 40},
		{"--seed", raw.seed, 0, 1ll << 62},
		{"--order-seed", raw.order_seed, 0, UINT32_MAX},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(limits); i++)
		if (limits[i].value < limits[i].least || limits[i].value > limits[i].most) {
			g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
				    "%s=%" PRId64 ": not from %" PRId64 " to %" PRId64,
				    limits[i].name, limits[i].value, limits[i].least,
				    limits[i].most);
			return false;
		}
	o->disk_mib = raw.disk_mib;
	o->memory_mib = raw.memory;
	o->poll_us = raw.poll;
	o->rounds = raw.rounds;
	o->turn_ms = raw.turn;
	o->boots = raw.boots;
	o->runs = raw.runs;
	o->jobs = raw.jobs;
	o->elements = raw.elements;
	o->order_seed = raw.order_seed;
	o->hold = raw.hold;
	return true;
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

	l->ring.size = raw.size ? raw.size : count && !sends ? 1024 : 256;
	l->depth = raw.depth ? (uint32_t)raw.depth : MIN(depth, MAX(l->ring.size / descs, 1));
	if (raw.batch >= 0)
		l->batch = raw.batch;
	else
		l->batch = !count ? 0 : receives ? l->depth / 2 : l->depth;
}

static void fill_load(struct options *o, bool count)
{
	struct load *l = &o->load;
	bool net = load_is_net(l->kind);

	l->ring.event_idx = !raw.no_event_idx;
	l->ring.indirect = raw.indirect;
	l->ring.batches = raw.batches;
	l->ring.interrupts = raw.interrupts;
	l->ring.chain = raw.chain ? raw.chain : net ? 1 : 3;
	l->queues = raw.queues;
	fill_shape(l, count);
	l->segment = raw.segment ? raw.segment : net ? 1500 : 4096;
	l->kick = raw.kick;
	l->settle = count && l->kind == LOAD_TX;
	l->seed = raw.seed;
	l->stall_ms = raw.stall;
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
			g_autofree char *lacks =
				qemuinfo_lacks(&o->qemu, o->variants[i], o->rings[0]);

			if (lacks)
				return refuse(error, o->variants[i], lacks);
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

bool options_read(struct options *o, const char *command, int argc, char **argv, GError **error)
{
	bool count = !strcmp(command, "count");
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autofree char *dir = NULL;
	const char *why;
	bool help;

	memset(o, 0, sizeof(*o));
	g_set_prgname(count ? "vqring count" : "vqring run");
	set_defaults(count);
	g_option_context_add_main_entries(context, both, NULL);
	g_option_context_add_main_entries(context, count ? count_only : run_only, NULL);
	if (!vq_options_parse(context, &argc, &argv, &help, error)) {
		(*error)->domain = VQB_ERROR;
		(*error)->code = VQB_BAD_INPUT;
		return false;
	}
	if (help)
		exit(vq_output_finish("vqring", 0));
	if (argc > 1)
		return refuse(error, argv[1], "not an option");
	if (!raw.qemu)
		return refuse(error, "--qemu", "needed: a folder made by runners/setup/qemu.sh");
	if (!read_words(o, count, error) || !read_numbers(o, error))
		return false;
	fill_load(o, count);
	why = device_refuse(&o->load);
	if (why)
		return refuse(error, "this load cannot be", why);
	dir = g_canonicalize_filename(raw.qemu, NULL);
	return qemuinfo_load(&o->qemu, dir, error) && settle_variants(o, error);
}

void options_free(struct options *o)
{
	g_strfreev(o->variants);
	g_strfreev(o->rings);
	g_strfreev(o->orders);
	g_free(o->disk);
	g_free(o->json);
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
		d->variant = g_strdup(variants[i]);
		d->label = same ? g_strdup_printf("%s-%u", variants[i], same + 1)
				: g_strdup(variants[i]);
		d->in_order = strcmp(variants[i], "off") != 0;
		d->socket = d->counter = -1;
		d->turns = g_array_new(FALSE, FALSE, sizeof(struct turn));
		g_ptr_array_add(list, d);
	}
	return list;
}
