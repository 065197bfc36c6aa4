// SPDX-License-Identifier: GPL-2.0-or-later
#include "rounds.h"
#include "blk.h"
#include "handover.h"
#include "hardware.h"
#include "runners/host/activity.h"
#include "runners/host/settings.h"
#include "runners/host/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define START_MS 20000
#define WARM_UP_NS 10000000

static void free_boot(gpointer data)
{
	struct boot *b = data;

	g_ptr_array_unref(b->devices);
	g_ptr_array_unref(b->counters);
	g_array_unref(b->order);
	g_free(b->failed);
	g_free(b->said);
	g_free(b->command_line);
	g_free(b->no_counter);
	g_clear_pointer(&b->before, json_object_unref);
	g_clear_pointer(&b->after, json_object_unref);
	g_clear_pointer(&b->host, json_object_unref);
	g_free(b);
}

static struct boot *new_boot(const struct options *o, uint64_t seed)
{
	struct boot *b = g_new0(struct boot, 1);

	b->devices = options_devices(o, o->variants);
	b->counters = g_ptr_array_new_with_free_func(g_free);
	b->order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	b->seed = seed;
	return b;
}

static void take_turn(struct machine *m, struct options *o, struct device *d, bool counts)
{
	struct turn t = {0};
	bool ok;

	if (d->state != DEVICE_OK)
		return;
	unrest_begin(&t.unrest, m->child.pid, d->thread);
	ok = load_turn(d, counts ? o->elements : 0,
		       counts ? (o->elements ? 0 : o->turn_ms * 1000000ll) : WARM_UP_NS, &t);
	unrest_end(&t.unrest, m->child.pid, d->thread);
	if (!ok)
		machine_explain(m, d);
	else if (counts)
		g_array_append_val(d->turns, t);
}

static void shuffle(GRand *r, uint32_t *list, uint32_t n)
{
	uint32_t i, j, old;

	for (i = n; i-- > 1;) {
		j = g_rand_int_range(r, 0, i + 1);
		old = list[i];
		list[i] = list[j];
		list[j] = old;
	}
}

/*
 * This moment, whole and as JSON.  Of who waited for a processor only the two threads count that
 * a turn is about: QEMU's main loop shares the driver's, and waits for that.
 */
static JsonObject *read_now(struct activity *a, const struct boot *b, const struct machine *m)
{
	JsonObject *o;
	uint32_t i;

	activity_read(a, HOST_ROOT, getsid(0), 0);
	activity_add_thread(a, HOST_ROOT, getpid(), gettid());
	for (i = 0; i < b->devices->len; i++)
		activity_add_thread(a, HOST_ROOT, m->child.pid,
				    ((struct device *)b->devices->pdata[i])->thread);
	o = activity_json(a);
	json_object_set_object_member(o, "settings", host_settings(HOST_ROOT));
	return o;
}

static void take_turns(struct boot *b, struct machine *m, struct options *o)
{
	uint32_t n = b->devices->len, i, round;
	g_autofree uint32_t *list = g_new(uint32_t, n);
	g_autoptr(GRand) r = g_rand_new_with_seed(b->seed + 1);
	struct activity begin, end;

	/* With a number of elements, exactly these shall be seen. */
	for (i = 0; i < n; i++) {
		list[i] = i;
		if (!o->elements)
			take_turn(m, o, b->devices->pdata[i], false);
	}
	b->before = read_now(&begin, b, m);
	for (round = 0; round < o->rounds; round++) {
		shuffle(r, list, n);
		g_array_append_vals(b->order, list, n);
		for (i = 0; i < n; i++)
			take_turn(m, o, b->devices->pdata[list[i]], true);
	}
	b->after = read_now(&end, b, m);
	b->host = activity_between(&begin, &end);
	activity_clear(&begin);
	activity_clear(&end);
	for (i = 0; i < n && !load_is_net(o->load.kind); i++) {
		struct device *d = b->devices->pdata[i];

		if (d->state == DEVICE_OK && !blk_read_back(d))
			machine_explain(m, d);
	}
}

static void hold(const struct options *o, const struct machine *m, const char *when)
{
	char line[64];

	if (!o->hold)
		return;
	printf("vqring: QEMU is process %d, %s; a line on standard input goes on\n", m->child.pid,
	       when);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return;
}

/* Its thread goes to its place, and is counted where the processor counts. */
static void find_thread(struct boot *b, struct machine *m, struct device *d)
{
	g_autoptr(GError) e = NULL;

	d->thread = machine_thread(m, d);
	if (!place_device(&b->place, d->thread))
		b->place.why = "the kernel does not let it choose a device's processor";
	d->counter = d->thread ? hardware_open(d->thread, &e) : -1;
	if (d->counter < 0 && !b->no_counter)
		b->no_counter = g_strdup(e ? e->message : "QEMU does not name the thread");
}

static void drive(struct boot *b, struct machine *m, struct options *o, struct memory *memory)
{
	uint32_t i;

	/* In the order of the bus: where each has its rings and buffers is drawn with it. */
	for (i = 0; i < b->devices->len; i++) {
		struct device *d = device_on_bus(b->devices, i);

		machine_connect(m, d);
		if (device_start(d, &o->load, memory))
			find_thread(b, m, d);
		/* QEMU itself has read from the disk, to guess its geometry. */
		d->cut = o->orders[0] ? machine_cut(m, d) : -1;
	}
	hold(o, m, "before the load");
	b->handover_ns[0] = handover_measure(&b->place);
	take_turns(b, m, o);
	b->handover_ns[1] = handover_measure(&b->place);
	hold(o, m, "after the load");
	for (i = 0; i < b->devices->len; i++) {
		struct device *d = b->devices->pdata[i];

		g_ptr_array_add(b->counters, machine_counters(m, d));
		if (d->cut >= 0)
			d->cut = machine_cut(m, d) - d->cut;
	}
	b->said = machine_said(m);
	for (i = 0; i < b->devices->len; i++)
		device_stop(b->devices->pdata[i]);
}

static bool run_boot(struct boot *b, struct options *o, struct memory *memory)
{
	struct machine_setup s = {
		.qemu = &o->qemu,
		.load = &o->load,
		.devices = b->devices,
		.memory = memory,
		.disk = o->disk,
		.backend = o->backend,
		.order = o->orders[0],
		.order_seed = o->order_seed,
		.props = o->props,
		.disk_mib = o->disk_mib,
		.poll_us = o->poll_us,
		.limit_ms = START_MS,
		.seed = b->seed,
	};
	g_autoptr(GError) e = NULL;
	struct machine m;
	bool ok = machine_start(&m, &s, &e);

	memory_clear(memory);
	b->command_line = g_strdup(m.command_line);
	b->iothreads = m.iothreads;
	if (ok)
		drive(b, &m, o, memory);
	else
		b->failed = g_strdup(e->message);
	machine_stop(&m);
	return ok;
}

/*
 * Timed turns want two processors of their own.  Not so where other threads of QEMU's do the
 * work, which would then have none, or where vqprobe shall watch.
 */
static struct place take_place(const struct options *o)
{
	if (!o->pin)
		return place_none("--no-pin");
	if (o->elements || o->hold)
		return place_none("turns are no time");
	if (!load_is_net(o->load.kind) && strcmp(o->disk, "null"))
		return place_none("the disk has threads of its own");
	if (o->backend)
		return place_none("another program serves the devices");
	return place_take();
}

GPtrArray *rounds_run(struct options *o, GError **error)
{
	GPtrArray *boots = g_ptr_array_new_with_free_func(free_boot);
	struct place place;
	struct memory memory;
	unsigned int i, good = 0;

	if (!memory_open(&memory, o->memory_mib, error)) {
		g_ptr_array_unref(boots);
		return NULL;
	}
	place = take_place(o);
	o->load.alone = place.driver >= 0;
	for (i = 0; i < o->boots; i++) {
		struct boot *b = new_boot(o, o->load.seed + i);

		b->place = place;
		g_ptr_array_add(boots, b);
		good += run_boot(b, o, &memory);
	}
	place_leave(&place);
	memory_close(&memory);
	if (good)
		return boots;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s", ((struct boot *)boots->pdata[0])->failed);
	g_ptr_array_unref(boots);
	return NULL;
}
