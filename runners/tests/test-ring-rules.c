// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each rule that the driver holds a device to (RING.md) against a whole device that breaks
 * this one, once, and no other: it is caught, by that rule.  Without the check for it, the
 * test fails.  Two of them only random drivers hold it to.
 */
#include "ring-blk.h"
#include "runners/ring/blk.h"
#include "runners/ring/random.h"

#define ELEMENTS 400
#define STALL_MS 400   /* where the device does hang */
#define ASLEEP_MS 2000 /* where it has half of that to wake up, however busy the host is */

struct expected {
	const char *name;
	enum fault fault;
	const char *rule; /* NULL: it must not be caught */
	const char *evidence;
	enum { BOTH, SPLIT, PACKED } ring;
	enum load_kind kind;
	bool random;
};

static const struct expected rules[] = {
	{"nothing-read", NO_FAULT, NULL, NULL, BOTH, LOAD_READ, false},
	{"nothing-mixed", NO_FAULT, NULL, NULL, BOTH, LOAD_RANDRW, false},
	{"order", SWAPPED, "order", "oldest", BOTH, LOAD_READ, false},
	{"id-twice", ID_TWICE, "id", "not in flight", BOTH, LOAD_READ, false},
	{"id-outside", ID_OUTSIDE, "id", "not in flight", BOTH, LOAD_READ, false},
	{"length-more", LEN_MORE, "length", "may write", BOTH, LOAD_READ, false},
	{"length-less", LEN_LESS, "data", "has length", BOTH, LOAD_READ, false},
	{"length-of-a-write", LEN_LESS, "data", "has length 0, not 1", BOTH, LOAD_WRITE, false},
	{"index-ahead", INDEX_AHEAD, "used index", "moved from", SPLIT, LOAD_READ, false},
	{"index-back", INDEX_BACK, "used index", "moved from", SPLIT, LOAD_READ, false},
	{"flags-of-the-last-lap", WRAP_OLD, "flags", "wrap counter", PACKED, LOAD_READ, false},
	{"flags-of-neither", WRAP_HALF, "flags", "wrap counter", PACKED, LOAD_READ, false},
	{"first-word", DATA_FIRST, "data", "offset", BOTH, LOAD_READ, false},
	{"last-word", DATA_LAST, "data", "offset", BOTH, LOAD_READ, false},
	{"no-status", STATUS_NONE, "data", "none was written", BOTH, LOAD_READ, false},
	{"bad-status", STATUS_BAD, "data", "status 1", BOTH, LOAD_WRITE, false},
	{"lost-write", WRITE_LOST, "data", "of write", BOTH, LOAD_WRITE, false},
	{"lost-element", LOST, "progress", "nothing was completed", SPLIT, LOAD_READ, false},
	{"hang", HANGS, "progress", "nothing was completed", BOTH, LOAD_READ, false},
	{"asleep", ASLEEP, "notification", "second notification", BOTH, LOAD_READ, false},
	{"nothing-random", LAZY, NULL, NULL, BOTH, LOAD_RANDRW, true},
	{"no-interrupt", NO_INTERRUPT, "interrupt", "did not come", BOTH, LOAD_READ, true},
	{"writes-on", WRITES_ON, "reset", "after its reset", BOTH, LOAD_READ, true},
};

static void drive(struct device *d, struct load *l, struct memory *m)
{
	struct turn t;

	g_assert_true(device_start(d, l, m));
	if (load_turn(d, ELEMENTS, 0, &t))
		blk_read_back(d);
}

/* Lives until it is caught, or enough of them. */
static void drive_at_random(struct device *d, struct load *l, struct memory *m)
{
	struct dice dice = dice_of(1, "rules", 0);
	struct caught caught = {0};
	struct tally tally = {0};

	while (d->state == DEVICE_OK && tally.lives < 100)
		random_live(d, l, m, &dice, false, UINT64_MAX, &tally, &caught);
	g_assert_cmpuint(tally.elements, >, 0);
	g_assert_cmpint(caught.device == d, ==, d->state != DEVICE_OK);
	g_free(caught.shape);
	g_free(caught.last);
}

static void check(const struct expected *e, bool packed)
{
	bool hangs = e->fault == LOST || e->fault == HANGS || e->fault == NO_INTERRUPT;
	struct fake_blk *fake = g_new(struct fake_blk, 1);
	struct device *d = g_new0(struct device, 1);
	struct load l = {
		.kind = e->kind,
		.ring = {.size = 64, .packed = packed, .chain = 3, .lifo = true},
		.queues = 1,
		.depth = 16,
		.segment = 4096,
		.kick = true,
		.content = CONTENT_OFFSETS,
		.seed = 7,
		.stall_ms = e->fault == ASLEEP ? ASLEEP_MS
			    : hangs	       ? STALL_MS
					       : 60000,
	};
	struct memory memory;
	struct qtest qtest = {.limit_ms = 60000};

	g_assert_null(device_refuse(&l));
	g_assert_true(memory_open(&memory, 16, NULL));
	qtest.fd = fake_start(fake, e->fault, &memory);
	d->in_order = e->fault == SWAPPED;
	d->variant = g_strdup(d->in_order ? "qemu" : "off");
	d->socket = d->counter = -1;
	d->mmio.qtest = &qtest;
	(e->random ? drive_at_random : drive)(d, &l, &memory);
	if (d->evidence)
		g_test_message("%s, %s: %s", e->name, packed ? "packed" : "split", d->evidence);
	g_assert_cmpstr(d->rule, ==, e->rule);
	if (!e->rule) {
		g_assert_cmpint(d->state, ==, DEVICE_OK);
	} else {
		g_assert_cmpint(d->state, ==,
				!strcmp(e->rule, "progress") ? DEVICE_STALLED : DEVICE_BROKEN);
		g_assert_nonnull(strstr(d->evidence, e->evidence));
	}
	device_free(d);
	close(qtest.fd);
	g_thread_join(fake->thread);
	close(fake->fd);
	g_free(fake);
	memory_close(&memory);
}

static void test(gconstpointer data)
{
	const struct expected *e = data;

	if (e->ring != PACKED)
		check(e, false);
	if (e->ring != SPLIT)
		check(e, true);
}

int main(int argc, char **argv)
{
	size_t i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autofree char *path = g_strdup_printf("/rules/%s", rules[i].name);

		g_test_add_data_func(path, &rules[i], test);
	}
	return g_test_run();
}
