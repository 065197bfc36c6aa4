/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's memory: a file that QEMU and vqring share.  Addresses are the
 * guest's and are all vqring's own: nothing that the device writes is ever used as
 * one.
 */
#ifndef VQLAB_RING_MEMORY_H
#define VQLAB_RING_MEMORY_H

#include "runners/tool/error.h"

struct memory {
	int fd;
	uint8_t *base;
	uint64_t size;
	uint64_t next;	/* free from here on */
	uint64_t floor; /* kept below that */
	bool exhausted; /* something was asked for that did not fit */
};

/* Makes @mib MiB; pages cost nothing until they are used. */
bool memory_open(struct memory *m, unsigned int mib, GError **error);
void memory_close(struct memory *m);

/*
 * The address of @size bytes, zeroed, aligned to @align (a power of two).  When
 * they do not fit, exhausted is set, and the address must not be used.
 */
uint64_t memory_take(struct memory *m, uint64_t size, uint64_t align);

/* Gives back everything but what is kept. */
void memory_clear(struct memory *m);

/* Keeps all that is taken: a device that nobody can stop may go on writing there. */
void memory_keep(struct memory *m);

/* Where @address lies in vqring's own address space. */
static inline void *memory_at(const struct memory *m, uint64_t address)
{
	return m->base + address;
}

#endif /* VQLAB_RING_MEMORY_H */
