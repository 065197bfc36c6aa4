// SPDX-License-Identifier: GPL-2.0-or-later
#include "random.h"
#include "report.h"
#include "probes/tool/jsonadd.h"

#include <stdio.h>
#include <string.h>

static void add_tally(struct tally *all, const struct tally *one)
{
	all->lives += one->lives;
	all->operations += one->operations;
	all->elements += one->elements;
	all->resets += one->resets;
	all->full += one->full;
	all->sleeps += one->sleeps;
}

/* As the option has it. */
static const char *avoided(const struct options *o)
{
	static const char *const words[] = {"", "full", "odd-size", "full,odd-size"};

	return words[o->avoid];
}

static void describe_boot(const struct random_boot *b, GString *s)
{
	g_string_append_printf(
		s, "%s%s%s, %s%s%s", load_is_net(b->load.kind) ? "virtio-net" : "virtio-blk on ",
		load_is_net(b->load.kind) ? "" : b->disk, b->order ? "" : "",
		b->load.kick ? "notified" : "polling", b->order ? ", " : "", b->order ?: "");
}

static void print_caught(const struct options *o, const struct random_boot *b,
			 const struct caught *c)
{
	const struct device *d = c->device;
	g_autoptr(GString) boot = g_string_new(NULL);

	describe_boot(b, boot);
	printf("%s: %s%s%s at operation %" PRIu64 " of life %" PRIu64 ", seed %" PRIu64 "\n",
	       d->label, device_state_name(d->state), d->rule ? ", " : "", d->rule ?: "",
	       c->operation, c->life, b->seed);
	printf("  %s\n  %s\n  %s\n  operations: %s\n", d->evidence, boot->str, c->shape, c->last);
	printf("  again: --seed %" PRIu64 " --life %" PRIu64 " --variants %s%s%s\n", b->seed,
	       c->life, d->variant, *avoided(o) ? " --avoid " : "", avoided(o));
}

bool random_table(const struct options *o, GPtrArray *boots)
{
	const struct random_boot *first = boots->pdata[0];
	unsigned int i, k, caught;
	bool good = true;

	printf("random drivers: %u boots from seed %" PRIu64 "%s%s\n", boots->len, o->load.seed,
	       *avoided(o) ? ", without " : "", avoided(o));
	printf("variant          lives  operations  elements  resets in flight   full  sleeps  "
	       "caught\n");
	for (i = 0; i < first->devices->len; i++) {
		const struct device *d = first->devices->pdata[i];
		struct tally t = {0};

		for (k = caught = 0; k < boots->len; k++) {
			const struct random_boot *b = boots->pdata[k];
			const struct device *same = b->devices->pdata[i];

			add_tally(&t, &b->tallies[i]);
			caught += same->state != DEVICE_OK;
		}
		printf("%-14s %7" PRIu64 " %11" PRIu64 " %9" PRIu64 " %17" PRIu64 " %6" PRIu64
		       " %7" PRIu64 " %7u\n",
		       d->label, t.lives, t.operations, t.elements, t.resets, t.full, t.sleeps,
		       caught);
	}
	if (first->ring_reset)
		printf("no queue was reset: VIRTIO_F_RING_RESET is offered, but QEMU's virtio by "
		       "MMIO "
		       "has no register for it\n");
	for (k = 0; k < boots->len; k++) {
		const struct random_boot *b = boots->pdata[k];

		good &= !b->caught->len && !b->failed;
		if (b->failed)
			printf("seed %" PRIu64 ": %s\n", b->seed, b->failed);
		for (i = 0; i < b->caught->len; i++)
			print_caught(o, b, b->caught->pdata[i]);
	}
	return good;
}

static const struct caught *caught_of(const struct random_boot *b, const struct device *d)
{
	unsigned int i;

	for (i = 0; i < b->caught->len; i++) {
		const struct caught *c = b->caught->pdata[i];

		if (c->device == d)
			return c;
	}
	return NULL;
}

static void report_device(JsonBuilder *j, const struct random_boot *b, unsigned int i)
{
	const struct device *d = b->devices->pdata[i];
	const struct tally *t = &b->tallies[i];
	const struct caught *c = caught_of(b, d);

	json_builder_begin_object(j);
	add_string(j, "label", d->label);
	add_string(j, "variant", d->variant);
	add_string(j, "state", device_state_name(d->state));
	add_int(j, "lives", t->lives);
	add_int(j, "operations", t->operations);
	add_int(j, "elements", t->elements);
	add_int(j, "resets_in_flight", t->resets);
	add_int(j, "completely_full", t->full);
	add_int(j, "sleeps", t->sleeps);
	if (c) {
		add_string(j, "rule", d->rule);
		add_string(j, "evidence", d->evidence);
		add_int(j, "life", c->life);
		add_int(j, "operation", c->operation);
		add_string(j, "driver", c->shape);
		add_string(j, "last_operations", c->last);
	}
	json_builder_end_object(j);
}

JsonNode *random_report(const struct options *o, GPtrArray *boots)
{
	g_autoptr(JsonBuilder) j = json_builder_new();
	unsigned int k, i;

	report_begin(j, o, "random");
	add_int(j, "seed", o->load.seed);
	add_int(j, "operations", o->operations);
	add_string(j, "avoid", avoided(o));
	json_builder_set_member_name(j, "boots");
	json_builder_begin_array(j);
	for (k = 0; k < boots->len; k++) {
		const struct random_boot *b = boots->pdata[k];

		json_builder_begin_object(j);
		add_int(j, "seed", b->seed);
		add_string(j, "device", load_is_net(b->load.kind) ? "virtio-net" : "virtio-blk");
		add_string(j, "disk", load_is_net(b->load.kind) ? NULL : b->disk);
		add_string(j, "order", b->order);
		add_bool(j, "kick", b->load.kick);
		add_string(j, "failed", b->failed);
		add_string(j, "said", b->said);
		json_builder_set_member_name(j, "devices");
		json_builder_begin_array(j);
		for (i = 0; i < b->devices->len; i++)
			report_device(j, b, i);
		json_builder_end_array(j);
		json_builder_end_object(j);
	}
	json_builder_end_array(j);
	json_builder_end_object(j);
	return json_builder_get_root(j);
}
