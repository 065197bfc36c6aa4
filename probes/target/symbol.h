/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_SYMBOL_H
#define VQLAB_PROBES_TARGET_SYMBOL_H

#include "target.h"

/* A function, as the symbol tables have it. */
struct vq_symbol {
	uint64_t address; /* in the file's own address space */
	uint64_t size;	  /* in bytes, 0 if unknown */
	unsigned rivals;  /* others with as good a claim to the name: it may be the wrong one */
};

/*
 * Looks @name up in .symtab, .dynsym, a separate file's or .gnu_debugdata's: the global
 * function of that name, else virtio.c's own, else any.
 */
bool vq_target_symbol(struct vq_target *t, const char *name, struct vq_symbol *sym);

/* A loaded segment as the file has it. */
struct vq_segment {
	uint64_t address;     /* in the file's own address space */
	uint64_t offset;      /* in the file */
	size_t size;	      /* in the file */
	size_t memsize;	      /* in memory: the rest is zeroes */
	const uint8_t *bytes; /* as long as the target lives */
};

/* The loaded segment number @i, from 0 on; false when there are no more. */
bool vq_target_segment_at(struct vq_target *t, unsigned i, struct vq_segment *s);

/* The segment that @address of the file's own address space lies in. */
bool vq_target_segment(struct vq_target *t, uint64_t address, struct vq_segment *s);

#endif
