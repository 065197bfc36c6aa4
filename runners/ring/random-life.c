// SPDX-License-Identifier: GPL-2.0-or-later
/* One life of a device under a random driver. */
#include "random.h"
#include "blk.h"
#include "steps.h"

#include <string.h>
#include <unistd.h>

/* Operations shown of a life that ended badly. */
#define SHOWN 24

struct life {
	struct device *device;
	struct dice *dice;
	struct tally *tally;
	bool never_full;
	bool *owed;	/* by lane: a notification that is wanted and not sent */
	GString *last;	/* the operations, so far */
	unsigned int n; /* how many are in there */
};

static bool runs(const struct life *l)
{
	return l->device->state == DEVICE_OK;
}

static bool receives(const struct life *l)
{
	return l->device->class->send != NULL;
}

/* Adds one element if there is room, and, without full rings, for more than that. */
static bool add_one(struct life *l, struct lane *q)
{
	const struct virtqueue *v = &q->ring;

	if (l->never_full && v->n_free <= (v->set.indirect ? 1 : v->set.chain))
		return false;
	if (!step_add(l->device, q, 1))
		return false;
	l->tally->full += v->n_free == 0;
	return true;
}

static void add_many(struct life *l, struct lane *q, uint32_t most)
{
	while (most-- && add_one(l, q))
		;
}

static void publish(struct life *l, struct lane *q)
{
	l->owed[q - l->device->lanes] |= virtqueue_publish(&q->ring);
}

/* All that was added is seen, and notifications that are wanted are sent. */
static void settle(struct life *l)
{
	struct device *d = l->device;
	unsigned int i;

	for (i = 0; i < d->load->queues && runs(l); i++) {
		/* Who waits for frames has given all buffers that there are. */
		if (receives(l))
			add_many(l, &d->lanes[i], UINT32_MAX);
		publish(l, &d->lanes[i]);
		if (l->owed[i])
			step_notify(d, &d->lanes[i]);
		l->owed[i] = false;
	}
}

static uint64_t reap(struct life *l, struct lane *q, uint64_t most)
{
	uint64_t n = step_reap(l->device, q, most);

	l->tally->elements += n;
	return n;
}

static uint64_t reap_all(struct life *l)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < l->device->load->queues && runs(l); i++)
		n += reap(l, &l->device->lanes[i], UINT64_MAX);
	return n;
}

/* Until something has come back, or all has. */
static void wait_for(struct life *l, bool all)
{
	struct device *d = l->device;
	struct patience p = {0};
	uint64_t got = 0, now;

	settle(l);
	while (runs(l) && (all || !got) && step_outstanding(d)) {
		now = reap_all(l);
		got += now;
		if (now && receives(l))
			settle(l);
		if (step_take(d) || now)
			step_moved(d, &p);
		else
			step_wait(d, &p);
	}
}

static void do_add(struct life *l, struct lane *q, uint32_t n)
{
	add_many(l, q, n);
}

static void do_fill(struct life *l, struct lane *q, uint32_t n)
{
	add_many(l, q, UINT32_MAX);
	publish(l, q);
}

static void do_publish(struct life *l, struct lane *q, uint32_t n)
{
	publish(l, q);
	if (n & 1)
		settle(l);
}

/* Also one that nobody asked for (2.7.10: it should not be, but may). */
static void do_notify(struct life *l, struct lane *q, uint32_t n)
{
	step_notify(l->device, q);
	l->owed[q - l->device->lanes] = false;
}

static void do_reap(struct life *l, struct lane *q, uint32_t n)
{
	reap(l, q, n);
}

static void do_await(struct life *l, struct lane *q, uint32_t n)
{
	wait_for(l, false);
}

static void do_drain(struct life *l, struct lane *q, uint32_t n)
{
	wait_for(l, true);
}

static void do_interrupts(struct life *l, struct lane *q, uint32_t n)
{
	virtqueue_set_interrupts(&q->ring, n & 1);
}

/* Frames into the device, if it is one that receives. */
static void do_send(struct life *l, struct lane *q, uint32_t n)
{
	if (receives(l))
		l->device->class->send(l->device, n);
	else
		do_add(l, q, n);
}

static void do_pause(struct life *l, struct lane *q, uint32_t n)
{
	usleep(n);
}

/* No interrupt came for --stall: was there something to interrupt for? */
static void catch_sleeper(struct life *l, struct lane *q)
{
	int stall = l->device->load->stall_ms;

	if (reap(l, q, 1))
		device_catch(l->device, DEVICE_BROKEN, "interrupt",
			     g_strdup_printf("queue %u: an element was used, and its interrupt did "
					     "not come in %d ms",
					     q->index, stall));
	else
		device_catch(l->device, DEVICE_STALLED, "progress",
			     g_strdup_printf("nothing was completed in %d ms", stall));
}

/* As a driver that has nothing to do: asks for an interrupt and looks at no ring until
 * there is one.  One for another queue will do. */
static void do_sleep(struct life *l, struct lane *q, uint32_t n)
{
	struct device *d = l->device;
	int64_t until = step_now_ns() + d->load->stall_ms * 1000000ll;
	g_autoptr(GError) e = NULL;
	bool was = false;

	settle(l);
	if (!runs(l) || !q->ring.in_flight)
		return;
	virtqueue_set_interrupts(&q->ring, true);
	if (mmio_interrupted(&d->mmio, &was, &e) && !virtqueue_arm(&q->ring)) {
		reap(l, q, UINT64_MAX);
		return;
	}
	if (receives(l))
		d->class->send(d, n);
	if (!step_outstanding(d))
		return;
	l->tally->sleeps++;
	for (was = false; !e && !was && step_now_ns() < until;) {
		usleep(50);
		mmio_interrupted(&d->mmio, &was, &e);
	}
	if (e)
		device_catch(d, DEVICE_CRASHED, NULL, g_strdup(e->message));
	else if (!was)
		catch_sleeper(l, q);
}

/* So often of all, and with a number from 1 to that. */
static const struct {
	const char *name;
	unsigned int weight;
	uint32_t most;
	void (*run)(struct life *l, struct lane *q, uint32_t n);
} operations[] = {
	{"add", 20, 64, do_add},
	{"send", 14, 64, do_send},
	{"publish", 14, 2, do_publish},
	{"reap", 16, 64, do_reap},
	{"fill", 8, 1, do_fill},
	{"await", 10, 1, do_await},
	{"drain", 4, 1, do_drain},
	{"sleep", 6, 16, do_sleep},
	{"interrupts", 3, 2, do_interrupts},
	{"notify", 3, 1, do_notify},
	{"pause", 2, 2000, do_pause},
};
#define WEIGHTS 100

static void note(struct life *l, const char *name, unsigned int queue, uint32_t n)
{
	if (l->n++ >= SHOWN)
		g_string_erase(l->last, 0, strchr(l->last->str, ',') + 2 - l->last->str);
	g_string_append_printf(l->last, "%s%s %u", l->last->len ? ", " : "", name, n);
	if (l->device->load->queues > 1)
		g_string_append_printf(l->last, " on %u", queue);
}

static void operate(struct life *l)
{
	uint32_t roll = dice_roll(l->dice, WEIGHTS), i, n, queue;
	struct device *d = l->device;

	for (i = 0; roll >= operations[i].weight; i++)
		roll -= operations[i].weight;
	n = dice_any_size(l->dice, operations[i].most);
	queue = dice_roll(l->dice, d->load->queues);
	note(l, operations[i].name, queue, n);
	operations[i].run(l, &d->lanes[queue], n);
	step_take(d);
}

/* Of what the device may write. */
static uint32_t hash_rings(const struct device *d)
{
	uint32_t hash = 0, i, k;

	for (i = 0; i < d->load->queues; i++) {
		const struct virtqueue *v = &d->lanes[i].ring;
		uint64_t at = v->set.packed ? v->desc : v->device;
		uint32_t bytes = v->set.packed ? 16 * v->set.size : 6 + 8 * v->set.size;
		const uint8_t *p = memory_at(v->memory, at);

		for (k = 0; k < bytes; k++)
			hash = hash * 31 + p[k];
	}
	return hash;
}

/* After a reset the rings are the driver's again (2.4.1). */
static void end(struct life *l)
{
	struct device *d = l->device;
	bool quiet = dice_once_in(l->dice, 2), look = dice_once_in(l->dice, 4);
	bool all = dice_once_in(l->dice, 8);
	g_autoptr(GError) e = NULL;
	uint32_t before;

	if (quiet)
		wait_for(l, true);
	/* That load fills rings. */
	if (quiet && all && runs(l) && !l->never_full && d->class == &blk_class)
		blk_read_back(d);
	if (!runs(l))
		return;
	l->tally->resets += step_outstanding(d) > 0;
	if (!mmio_reset(&d->mmio, &e)) {
		device_catch(d, e->code == VQB_CRASHED ? DEVICE_CRASHED : DEVICE_STALLED, "reset",
			     g_strdup(e->message));
		return;
	}
	before = hash_rings(d);
	if (!look)
		return;
	usleep(500);
	if (hash_rings(d) != before)
		device_catch(d, DEVICE_BROKEN, "reset",
			     g_strdup("it wrote to its rings after its reset"));
}

void random_live(struct device *d, struct load *load, struct memory *m, struct dice *dice,
		 bool never_full, uint64_t most, struct tally *t, struct caught *caught)
{
	uint64_t length = 4 + dice_any_size(dice, 200), n = 0;
	struct life l = {
		.device = d,
		.dice = dice,
		.tally = t,
		.never_full = never_full,
		.owed = g_new0(bool, load->queues),
		.last = g_string_new(NULL),
	};

	memory_clear(m);
	t->lives++;
	if (device_start(d, load, m)) {
		for (; n < MIN(length, most) && runs(&l); n++)
			operate(&l);
		if (runs(&l))
			end(&l);
	}
	t->operations += n;
	if (!runs(&l)) {
		caught->device = d;
		caught->operation = n;
		caught->last = g_strdup(l.last->str);
		caught->shape = random_describe(load, d->in_order);
	}
	device_stop(d);
	if (d->state != DEVICE_OK)
		memory_keep(m);
	g_string_free(l.last, TRUE);
	g_free(l.owed);
}
