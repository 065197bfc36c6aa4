// SPDX-License-Identifier: GPL-2.0-or-later
/* Which queue an event is of: names, and memory that one device leaves to the next. */
#include "events.h"

static void name(struct driver *d, uint64_t vdev, uint32_t index, const char *device,
		 const char *type)
{
	struct vq_queue_event e = {
		.h = {VQ_QUEUE, sizeof(e), 0, 0, VQ}, .vdev = vdev, .index = index};

	g_strlcpy(e.device, device, sizeof(e.device));
	g_strlcpy(e.type, type, sizeof(e.type));
	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
	g_assert_true(vq_model_knows_as(d->m, &e));
}

static void element(struct driver *d)
{
	pop(d, 1);
	fill(d, 1);
	flush1(d, 1);
}

static void reset(struct driver *d, uint64_t vdev)
{
	struct vq_count_event e = {.h = {VQ_RESET, sizeof(e), 0, ++d->ts, vdev}};

	g_assert_true(vq_model_event(d->m, &e.h, sizeof(e)));
	d->inuse = 0;
}

static struct vq_queue *queue(const struct driver *d, guint i)
{
	g_assert_cmpuint(d->m->queues->len, >, i);
	return d->m->queues->pdata[i];
}

/* The same again is nothing new, as after a reboot of the guest. */
static void test_same(void)
{
	struct driver d;

	begin(&d, 8, false, false);
	element(&d);
	reset(&d, VDEV);
	name(&d, VDEV, 3, "disk", "virtio-blk");
	element(&d);
	g_assert_cmpuint(d.m->queues->len, ==, 1);
	g_assert_cmpuint(queue(&d, 0)->pops, ==, 2);
	g_assert_cmpuint(queue(&d, 0)->resets, ==, 1);
	end(&d);
}

/* Each difference makes another queue, which begins anew. */
static void test_replaced(void)
{
	static const struct {
		uint64_t vdev;
		uint32_t index;
		const char *device, *type;
	} next[] = {{VDEV, 3, "disk-two", "virtio-blk"},
		    {VDEV + 8, 3, "disk", "virtio-blk"},
		    {VDEV, 2, "disk", "virtio-blk"},
		    {VDEV, 3, "disk", "virtio-net"}};

	for (size_t i = 0; i < G_N_ELEMENTS(next); i++) {
		struct driver d;

		begin(&d, 8, false, false);
		element(&d);
		reset(&d, VDEV);
		name(&d, next[i].vdev, next[i].index, next[i].device, next[i].type);
		d.q = queue(&d, 1);
		d.used_idx = 0;
		element(&d);
		element(&d);
		reset(&d, next[i].vdev);
		g_assert_cmpuint(queue(&d, 0)->pops, ==, 1);
		g_assert_cmpuint(queue(&d, 0)->resets, ==, 1);
		g_assert_cmpuint(queue(&d, 1)->pops, ==, 2);
		g_assert_cmpuint(queue(&d, 1)->resets, ==, 1);
		g_assert_true(vq_queue_conserved(queue(&d, 0)));
		g_assert_true(vq_queue_conserved(queue(&d, 1)));
		g_assert_cmpstr(queue(&d, 1)->device, ==, next[i].device);
		end(&d);
	}
}

/* Names that a trace brings along are cleaned before anybody shows them. */
static void test_hostile(void)
{
	struct driver d;

	begin(&d, 8, false, false);
	name(&d, VDEV, 3, "di\033[2J\nsk\xff", "\xe2\x80\xaeklb");
	g_assert_cmpstr(queue(&d, 1)->device, ==, "di?[2J sk?");
	g_assert_cmpstr(queue(&d, 1)->type, ==, "?klb");
	end(&d);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/queues/same", test_same);
	g_test_add_func("/queues/replaced", test_replaced);
	g_test_add_func("/queues/hostile", test_hostile);
	return g_test_run();
}
