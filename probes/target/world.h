/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_WORLD_H
#define VQLAB_PROBES_TARGET_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "target.h"

/*
 * A made-up world for a copy of QEMU's code to run in: an emulated CPU that has
 * no access to anything but that copy, a stack, and objects.  An object is 64 KiB
 * of zeroes, or of pointers of which each leads to another such object, so that
 * the address of an access says by which pointers it was reached.  Every access
 * to objects is logged.
 */

/* The objects, one each. */
#define ARENA 0x200000000000ull
#define OBJECT 0x10000ull

struct object {
	uint64_t held_at; /* address of the pointer to it; 0: it was made by us */
	bool pointers;	  /* each word leads to an object of its own; else zeroes */
};

struct access {
	uint64_t at, value; /* the value of a read is not known */
	int size;
	bool write;
};

struct uc_struct;
struct world {
	struct vq_target *target;
	struct uc_struct *uc;
	uint64_t bias;
	GArray *objects;    /* struct object */
	GHashTable *mapped; /* addresses of pages of objects */
	GArray *log;	    /* struct access, of the last call */
	/* The learner's, see learn.c. */
	struct vq_layout *l; /* what was found out so far */
	int null;	     /* offset of a pointer in VirtQueue to be NULL, or negative */
};

/*
 * Begins a world with a copy of @target's binary.  False if that cannot be; to be
 * followed by world_end in either case.
 */
bool world_begin(struct world *w, struct vq_target *target);
void world_end(struct world *w);

/* The address of a new object; @held_at as above. */
uint64_t new_object(struct world *w, bool pointers, uint64_t held_at);

/* The object that @at is in; NULL if in none.  Good until the next is made. */
const struct object *object_of(const struct world *w, uint64_t at);

/* Memory of objects, at most 8 bytes of it. */
void poke(struct world *w, uint64_t at, uint64_t value, size_t size);
uint64_t peek(struct world *w, uint64_t at, size_t size);

/*
 * Calls @name with these arguments; false if there is no such function.  It need
 * not get to its end: what it did until then is in the log.  @result, the return
 * value, may be NULL.
 */
bool call(struct world *w, const char *name, uint64_t di, uint64_t si, uint64_t dx,
	  uint64_t *result);

#endif
