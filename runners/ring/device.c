// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>
#include <unistd.h>

#include "variants/reorder.h"

const char *load_name(enum load_kind kind)
{
	static const char *const names[] = {"read", "write", "randrw", "tx", "rx"};

	return names[kind];
}

bool load_is_net(enum load_kind kind)
{
	return kind == LOAD_TX || kind == LOAD_RX;
}

const struct device_class *device_class_of(const struct load *l)
{
	if (l->kind == LOAD_RX)
		return l->foreign ? &rx_foreign_class : &rx_class;
	return l->kind == LOAD_TX ? &tx_class : &blk_class;
}

const char *device_refuse(const struct load *l)
{
	const char *why = virtqueue_refuse(&l->ring);
	uint32_t descs = l->ring.indirect ? 1 : l->ring.chain;

	if (why)
		return why;
	if (!l->depth || (uint64_t)l->depth * descs > l->ring.size)
		return "the ring does not hold as many elements as shall be in flight";
	if (l->batch > l->depth)
		return "a batch is not larger than what may be in flight";
	if (l->queues < 1 || l->queues > 64)
		return "a device has 1 to 64 queues";
	return device_class_of(l)->refuse(l);
}

static uint64_t features(const struct device *d, const struct load *l)
{
	uint64_t f = 1ull << VIRTIO_F_VERSION_1 | d->class->features(l);

	if (l->ring.packed)
		f |= 1ull << VIRTIO_F_RING_PACKED;
	if (d->in_order)
		f |= 1ull << VIRTIO_F_IN_ORDER;
	if (l->ring.event_idx)
		f |= 1ull << VIRTIO_RING_F_EVENT_IDX;
	if (l->ring.indirect)
		f |= 1ull << VIRTIO_RING_F_INDIRECT_DESC;
	return f;
}

static void open_lane(struct device *d, unsigned int i)
{
	const struct load *l = d->load;
	struct virtqueue_setup set = l->ring;
	const ReorderOps *ops = reorder_variant(d->variant, NULL);
	struct lane *q = &d->lanes[i];
	uint32_t k;

	set.in_order = d->in_order;
	set.batches |= ops && reorder_skips(ops);
	q->index = d->class->queue(l, i);
	virtqueue_init(&q->ring, &set, d->memory);
	q->n_slots = l->depth;
	q->slots = g_new(uint32_t, l->depth);
	q->sectors = g_new0(uint64_t, l->depth);
	q->writes = g_new0(bool, l->depth);
	/* Taken from the end when last freed first: so that slot 0 comes first. */
	for (k = 0; k < l->depth; k++)
		q->slots[k] = l->ring.lifo ? l->depth - 1 - k : k;
}

static bool start(struct device *d, GError **error)
{
	const struct load *l = d->load;
	unsigned int i;

	if (!mmio_start(&d->mmio, d->class->virtio_id, features(d, l), error))
		return false;
	for (i = 0; i < l->queues; i++)
		open_lane(d, i);
	if (!d->class->open(d, error))
		return false;
	if (d->memory->exhausted) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "the guest's %" PRIu64 " MiB do not hold all rings and buffers: raise "
			    "--memory, or lower --depth",
			    d->memory->size >> 20);
		return false;
	}
	for (i = 0; i < l->queues; i++) {
		const struct virtqueue *v = &d->lanes[i].ring;

		if (!mmio_queue(&d->mmio, d->lanes[i].index, l->ring.size, v->desc, v->driver,
				v->device, error))
			return false;
	}
	return mmio_ready(&d->mmio, error);
}

bool device_start(struct device *d, const struct load *l, struct memory *memory)
{
	g_autoptr(GError) e = NULL;

	d->class = device_class_of(l);
	d->load = l;
	d->memory = memory;
	d->random = l->seed * 2 + 1;
	d->lanes = g_new0(struct lane, l->queues);
	d->notified = 0;
	if (start(d, &e))
		return true;
	device_catch(d, e->code == VQB_CRASHED ? DEVICE_CRASHED : DEVICE_NO_START, NULL,
		     g_strdup(e->message));
	return false;
}

static void add_sums(struct virtqueue_sums *all, const struct virtqueue_sums *one)
{
	all->added += one->added;
	all->publishes += one->publishes;
	all->kicks_wanted += one->kicks_wanted;
	all->used += one->used;
	all->entries += one->entries;
	all->index_moves += one->index_moves;
	all->device_read += one->device_read;
	all->device_written += one->device_written;
	all->reordered += one->reordered;
	all->depth_total += one->depth_total;
	all->depth_max = MAX(all->depth_max, one->depth_max);
}

struct device *device_on_bus(const GPtrArray *devices, unsigned int bus)
{
	unsigned int i = 0;

	while (((struct device *)devices->pdata[i])->bus != bus)
		i++;
	return devices->pdata[i];
}

void device_stop(struct device *d)
{
	unsigned int i;

	if (!d->lanes)
		return;
	/* One that hangs may hang in its reset, too. */
	if (d->state == DEVICE_OK)
		mmio_reset(&d->mmio, NULL);
	d->sums = (struct virtqueue_sums){0};
	for (i = 0; i < d->load->queues; i++) {
		add_sums(&d->sums, &d->lanes[i].ring.sums);
		virtqueue_free(&d->lanes[i].ring);
		g_free(d->lanes[i].slots);
		g_free(d->lanes[i].sectors);
		g_free(d->lanes[i].writes);
	}
	g_clear_pointer(&d->lanes, g_free);
}

void device_free(struct device *d)
{
	device_stop(d);
	if (d->class)
		d->class->close(d);
	if (d->socket >= 0)
		close(d->socket);
	if (d->counter >= 0)
		close(d->counter);
	g_free(d->label);
	g_free(d->variant);
	g_free(d->rule);
	g_free(d->evidence);
	if (d->turns)
		g_array_unref(d->turns);
	g_free(d);
}
