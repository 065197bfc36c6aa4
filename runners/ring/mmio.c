// SPDX-License-Identifier: GPL-2.0-or-later
#include "mmio.h"
#include "runners/tool/clock.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>

/* "virt", little endian; and the version that is not the legacy one. */
#define MAGIC 0x74726976
#define VERSION 2

static bool get(struct mmio *t, uint32_t reg, uint32_t *value, GError **error)
{
	return qtest_read(t->qtest, t->base + reg, 4, value, error);
}

static bool put(struct mmio *t, uint32_t reg, uint32_t value, GError **error)
{
	return qtest_write32(t->qtest, t->base + reg, value, error);
}

static bool identify(struct mmio *t, uint32_t id, GError **error)
{
	uint32_t magic, version, device;

	if (!get(t, VIRTIO_MMIO_MAGIC_VALUE, &magic, error) ||
	    !get(t, VIRTIO_MMIO_VERSION, &version, error) ||
	    !get(t, VIRTIO_MMIO_DEVICE_ID, &device, error))
		return false;
	if (magic == MAGIC && version == VERSION && device == id)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "no virtio device of type %u at 0x%" PRIx64 ": magic 0x%x, version %u, type %u",
		    id, t->base, magic, version, device);
	return false;
}

bool mmio_reset(struct mmio *t, GError **error)
{
	uint32_t status = 0;
	int64_t until = now_ms() + t->qtest->limit_ms;

	if (!put(t, VIRTIO_MMIO_STATUS, 0, error))
		return false;
	do
		if (!get(t, VIRTIO_MMIO_STATUS, &status, error))
			return false;
	while (status && now_ms() < until);
	if (!status)
		return true;
	g_set_error(error, VQB_ERROR, VQB_NO_START, "the device does not reset: status 0x%x",
		    status);
	return false;
}

static bool offered(struct mmio *t, uint64_t *features, GError **error)
{
	uint32_t low, high;

	if (!put(t, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0, error) ||
	    !get(t, VIRTIO_MMIO_DEVICE_FEATURES, &low, error) ||
	    !put(t, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1, error) ||
	    !get(t, VIRTIO_MMIO_DEVICE_FEATURES, &high, error))
		return false;
	*features = (uint64_t)high << 32 | low;
	return true;
}

static bool accept(struct mmio *t, uint64_t features, GError **error)
{
	return put(t, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0, error) &&
	       put(t, VIRTIO_MMIO_DRIVER_FEATURES, features, error) &&
	       put(t, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1, error) &&
	       put(t, VIRTIO_MMIO_DRIVER_FEATURES, features >> 32, error);
}

bool mmio_start(struct mmio *t, uint32_t id, uint64_t need, GError **error)
{
	uint32_t step = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER, status;
	uint64_t has;

	if (!identify(t, id, error) || !mmio_reset(t, error) ||
	    !put(t, VIRTIO_MMIO_STATUS, step, error) || !offered(t, &has, error))
		return false;
	t->offered = has;
	if (need & ~has) {
		g_set_error(error, VQB_ERROR, VQB_NO_START,
			    "the device does not offer feature bit %d",
			    __builtin_ctzll(need & ~has));
		return false;
	}
	step |= VIRTIO_CONFIG_S_FEATURES_OK;
	if (!accept(t, need, error) || !put(t, VIRTIO_MMIO_STATUS, step, error) ||
	    !get(t, VIRTIO_MMIO_STATUS, &status, error))
		return false;
	t->features = need;
	if (status & VIRTIO_CONFIG_S_FEATURES_OK)
		return true;
	g_set_error(error, VQB_ERROR, VQB_NO_START, "the device refuses the features 0x%" PRIx64,
		    need);
	return false;
}

static bool put_address(struct mmio *t, uint32_t low, uint32_t high, uint64_t a, GError **error)
{
	return put(t, low, a, error) && put(t, high, a >> 32, error);
}

bool mmio_queue(struct mmio *t, unsigned int index, uint32_t size, uint64_t desc, uint64_t driver,
		uint64_t device, GError **error)
{
	uint32_t most;

	if (!put(t, VIRTIO_MMIO_QUEUE_SEL, index, error) ||
	    !get(t, VIRTIO_MMIO_QUEUE_NUM_MAX, &most, error))
		return false;
	if (size > most) {
		g_set_error(error, VQB_ERROR, VQB_NO_START,
			    "queue %u holds at most %u descriptors, not %u", index, most, size);
		return false;
	}
	return put(t, VIRTIO_MMIO_QUEUE_NUM, size, error) &&
	       put_address(t, VIRTIO_MMIO_QUEUE_DESC_LOW, VIRTIO_MMIO_QUEUE_DESC_HIGH, desc,
			   error) &&
	       put_address(t, VIRTIO_MMIO_QUEUE_AVAIL_LOW, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, driver,
			   error) &&
	       put_address(t, VIRTIO_MMIO_QUEUE_USED_LOW, VIRTIO_MMIO_QUEUE_USED_HIGH, device,
			   error) &&
	       put(t, VIRTIO_MMIO_QUEUE_READY, 1, error);
}

bool mmio_ready(struct mmio *t, GError **error)
{
	return put(t, VIRTIO_MMIO_STATUS,
		   VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER |
			   VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK,
		   error);
}

bool mmio_notify(struct mmio *t, unsigned int queue, GError **error)
{
	return put(t, VIRTIO_MMIO_QUEUE_NOTIFY, queue, error);
}

bool mmio_interrupted(struct mmio *t, bool *was, GError **error)
{
	uint32_t status;

	if (!get(t, VIRTIO_MMIO_INTERRUPT_STATUS, &status, error))
		return false;
	*was = status & VIRTIO_MMIO_INT_VRING;
	return !status || put(t, VIRTIO_MMIO_INTERRUPT_ACK, status, error);
}

char *mmio_status(struct mmio *t)
{
	g_autoptr(GError) e = NULL;
	uint32_t status;

	if (!get(t, VIRTIO_MMIO_STATUS, &status, &e))
		return g_strdup(e->message);
	return g_strdup_printf("device status 0x%x%s", status,
			       status & VIRTIO_CONFIG_S_NEEDS_RESET ? " (needs reset)" : "");
}

bool mmio_config(struct mmio *t, unsigned int offset, int bytes, uint64_t *value, GError **error)
{
	uint32_t byte;
	int i;

	*value = 0;
	for (i = 0; i < bytes; i++) {
		if (!qtest_read(t->qtest, t->base + VIRTIO_MMIO_CONFIG + offset + i, 1, &byte,
				error))
			return false;
		*value |= (uint64_t)(byte & 0xff) << (8 * i);
	}
	return true;
}
