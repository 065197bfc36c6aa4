/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio over MMIO (virtio 1.3, 4.2), as a driver uses it. */
#ifndef VQLAB_RING_MMIO_H
#define VQLAB_RING_MMIO_H

#include "qtest.h"

/* microvm's transports: bus virtio-mmio-bus.N at MMIO_BASE + N * MMIO_STEP. */
#define MMIO_BASE 0xfeb00000u
#define MMIO_STEP 512u
#define MMIO_BUSES 24

struct mmio {
	struct qtest *qtest;
	uint64_t base;
	uint64_t features; /* negotiated */
	uint64_t offered;
};

/*
 * Resets the device, which must be of type @id, and negotiates: all of @need, or an
 * error that names what is not offered.
 */
bool mmio_start(struct mmio *t, uint32_t id, uint64_t need, GError **error);

/* Gives queue @index its size and addresses; the size is an error if the device's is
 * smaller. */
bool mmio_queue(struct mmio *t, unsigned int index, uint32_t size, uint64_t desc, uint64_t driver,
		uint64_t device, GError **error);

/* The driver is ready: the device may work. */
bool mmio_ready(struct mmio *t, GError **error);
bool mmio_reset(struct mmio *t, GError **error);
bool mmio_notify(struct mmio *t, unsigned int queue, GError **error);

/* Has the device interrupted for a used buffer since this was asked last?  (4.2.2) */
bool mmio_interrupted(struct mmio *t, bool *was, GError **error);

/* The status register, or an error's text: evidence.  The caller frees it. */
char *mmio_status(struct mmio *t);

/* @bytes (at most 8) of the device's configuration space, little endian. */
bool mmio_config(struct mmio *t, unsigned int offset, int bytes, uint64_t *value, GError **error);

#endif /* VQLAB_RING_MMIO_H */
