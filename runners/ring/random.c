// SPDX-License-Identifier: GPL-2.0-or-later
#include "random.h"
#include "runners/tool/clock.h"

#include <linux/virtio_config.h>
#include <stdio.h>
#include <string.h>

#define START_MS 20000

/* Of x-order: loads that are smaller than a window shall not take long. */
#define PATIENCE_MS 1

static void free_caught(gpointer data)
{
	struct caught *c = data;

	g_free(c->shape);
	g_free(c->last);
	g_free(c);
}

static void free_boot(gpointer data)
{
	struct random_boot *b = data;

	g_ptr_array_unref(b->caught);
	g_ptr_array_unref(b->devices);
	g_free(b->tallies);
	g_free(b->order);
	g_free(b->failed);
	g_free(b->said);
	g_free(b);
}

/* Life number @life of the boot's device @i. */
static void live(struct random_boot *b, struct options *o, struct machine *m, struct memory *memory,
		 unsigned int i, uint64_t life)
{
	struct device *d = b->devices->pdata[i];
	struct tally *t = &b->tallies[i];
	struct dice dice = dice_of(b->seed, d->variant, life);
	struct caught *c;
	struct load l;

	random_draw_life(b, o, d, life, &dice, &l);
	c = g_new0(struct caught, 1);
	c->life = life;
	random_live(d, &l, memory, &dice, o->avoid & AVOID_FULL, o->operations - t->operations, t,
		    c);
	b->ring_reset |= d->mmio.offered >> VIRTIO_F_RING_RESET & 1;
	machine_explain(m, d);
	if (!c->device) {
		free_caught(c);
		return;
	}
	g_ptr_array_add(b->caught, c);
	/* Hours may pass until the table. */
	fprintf(stderr, "vqring: caught: %s, %s, seed %" PRIu64 ", life %" PRIu64 "\n", d->label,
		device_state_name(d->state), b->seed, life);
}

/* Lives in turn, until all have done enough. */
static void drive(struct random_boot *b, struct options *o, struct machine *m,
		  struct memory *memory, int64_t until_ms)
{
	unsigned int i;
	uint64_t life;
	bool more = true;

	for (i = 0; i < b->devices->len; i++)
		machine_connect(m, b->devices->pdata[i]);
	for (life = o->life ? o->life : 1; more; life++) {
		more = false;
		for (i = 0; i < b->devices->len; i++) {
			struct device *d = b->devices->pdata[i];

			if (d->state != DEVICE_OK || b->tallies[i].operations >= o->operations ||
			    (until_ms && now_ms() >= until_ms))
				continue;
			live(b, o, m, memory, i, life);
			/* With QEMU, all are gone; that is one result. */
			if (d->state == DEVICE_CRASHED)
				return;
			more = !o->life;
		}
	}
}

static bool run_boot(struct random_boot *b, struct options *o, struct memory *memory,
		     int64_t until_ms)
{
	struct machine_setup s = {
		.qemu = &o->qemu,
		.load = &b->load,
		.devices = b->devices,
		.memory = memory,
		.disk = b->disk,
		.order = b->order,
		.order_seed = b->seed & UINT32_MAX,
		.patience_ms = PATIENCE_MS,
		.disk_mib = o->disk_mib,
		.poll_us = o->poll_us,
		.limit_ms = START_MS,
		.seed = b->seed,
	};
	g_autoptr(GError) e = NULL;
	struct machine m;
	bool ok = machine_start(&m, &s, &e);

	if (ok) {
		drive(b, o, &m, memory, until_ms);
		b->said = machine_said(&m);
	} else {
		b->failed = g_strdup(e->message);
	}
	machine_stop(&m);
	return ok;
}

GPtrArray *random_run(struct options *o, GError **error)
{
	GPtrArray *boots = g_ptr_array_new_with_free_func(free_boot);
	int64_t until_ms = o->seconds ? now_ms() + o->seconds * 1000ll : 0;
	struct memory memory;
	unsigned int i, good = 0;

	for (i = 0; until_ms ? now_ms() < until_ms : i < o->boots; i++) {
		struct random_boot *b = g_new0(struct random_boot, 1);

		b->seed = o->load.seed + i;
		b->devices = options_devices(o, o->variants);
		b->caught = g_ptr_array_new_with_free_func(free_caught);
		b->tallies = g_new0(struct tally, b->devices->len);
		random_draw_boot(b, o);
		g_ptr_array_add(boots, b);
		if (!memory_open(&memory, o->memory_mib, error)) {
			g_ptr_array_unref(boots);
			return NULL;
		}
		good += run_boot(b, o, &memory, until_ms);
		memory_close(&memory);
		/* What cannot start does not get better. */
		if (b->failed)
			break;
	}
	if (good)
		return boots;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s",
		    ((struct random_boot *)boots->pdata[0])->failed);
	g_ptr_array_unref(boots);
	return NULL;
}
