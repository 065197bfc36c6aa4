/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What callgrind wrote about one thread: instructions by function.
 *
 * callgrind counts each iteration of a rep-prefixed instruction; a processor counts
 * one instruction.  Given --dump-instr=yes it says what was counted at each address,
 * so such iterations are found (the program's code tells which addresses they are)
 * and kept apart.
 */
#ifndef VQLAB_RING_PROFILE_H
#define VQLAB_RING_PROFILE_H

#include "runners/tool/error.h"

/* From one function to another. */
struct profile_call {
	const char *name; /* of the one that is called */
	uint64_t calls;
	uint64_t inclusive; /* instructions, repetitions included */
};

struct profile_fn {
	char *name;
	uint64_t calls;	    /* as seen from its callers */
	uint64_t self;	    /* without what it calls, repetitions included */
	uint64_t called;    /* what it calls, inclusive; itself not */
	uint64_t repeats;   /* of self: iterations of rep-prefixed instructions but the first */
	GPtrArray *callees; /* of struct profile_call, owned */
};

struct profile {
	unsigned int thread;
	uint64_t total, repeats;
	GHashTable *fns; /* name to struct profile_fn */
};

/* Reads the file @path.  The caller frees it; NULL with error set. */
struct profile *profile_read(const char *path, GError **error);
void profile_free(struct profile *p);

/* The function, or NULL if it was not executed. */
const struct profile_fn *profile_find(const struct profile *p, const char *name);

#endif /* VQLAB_RING_PROFILE_H */
