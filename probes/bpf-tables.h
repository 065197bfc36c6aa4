/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_BPF_TABLES_H
#define VQLAB_BPF_TABLES_H

#include "bpf-core.h"

/* What is noted of calls, and known of queues. */

/*
 * Two tables without locks.  A slot is taken by comparing and swapping its key,
 * which is looked for in TRIES neighbouring slots.
 */
#define TRIES 4
#define SLOT 64 /* bytes, the key first: a cache line */

static __always_inline void *slot_of(void *table, __u32 bits, __u64 key, int take)
{
	__u32 at = key * 0x9e3779b97f4a7c15ull >> (64 - bits);

#pragma unroll
	for (int i = 0; i < TRIES; i++, at++) {
		__u64 *slot = table + (at & ((1u << bits) - 1)) * SLOT, was = *slot;

		if (!was && take)
			was = __sync_val_compare_and_swap(slot, 0, key);
		if (was == key || (!was && take))
			return slot;
	}
	return NULL;
}

/*
 * What an entry handler leaves for the return handler of the same call.  A call
 * is known by its place on the stack, which no other call has before it returns;
 * neither thread nor CPU would do, as coroutines and preemption show.
 */
struct call {
	__u64 key; /* 0: free */
	__u64 vq, t0, elem;
	__u32 arg, generation;
	__u16 used_idx;
	__u8 used_wrap, counted;
};

enum called { CALL_POP = 1, CALL_FILL, CALL_FLUSH, CALL_RESET, CALL_QUEUE_RESET };

#define CALL_BITS 10
/* The loader clears it between two windows. */
__u64 calls[(1 << CALL_BITS) * SLOT / 8] __attribute__((aligned(SLOT)));

/* A return address takes 8 bytes, so the lowest bits are free. */
static __always_inline struct call *call_enter(struct pt_regs *ctx, enum called fn)
{
	struct call *c;

	if (!enabled)
		return NULL;
	c = slot_of(calls, CALL_BITS, ctx->sp + fn, 1);
	if (!c)
		__sync_fetch_and_add(&unreadable_calls, 1);
	return c;
}

/* To be given back with call_over(). */
static __always_inline struct call *call_return(struct pt_regs *ctx, enum called fn)
{
	return slot_of(calls, CALL_BITS, ctx->sp - 8 + fn, 0);
}

static __always_inline void call_over(struct call *c)
{
	*(volatile __u64 *)&c->key = 0;
}

/*
 * What is known of a queue.  It holds as long as the generation: until a reset,
 * or a pause of the watch.  QEMU lets one thread at a time work on a queue.
 */
struct queue {
	__u64 vq;     /* the key */
	__u64 caches; /* what the ring was read through */
	__u64 ring;   /* see struct flush */
	__u32 flags;
	__u32 flushed; /* the generation that the above is of */
	__u32 told;    /* the generation in which QEMU's count in use was told */
	__u16 used_idx;
	/* Light only, see look(). */
	__u16 popped;
	__u32 window;
	__u32 known; /* the generation that these are of */
	__u64 vdev, avail;
};
_Static_assert(sizeof(struct call) <= SLOT && sizeof(struct queue) <= SLOT, "they fit");

#define QUEUE_BITS 9
static __u64 queues[(1 << QUEUE_BITS) * SLOT / 8] __attribute__((aligned(SLOT)));
__u32 generation = 1;

/* Windows of the watch so far. */
__u32 window;

/* NULL: too many queues.  Then all is read each time. */
static __always_inline struct queue *queue_of(__u64 vq)
{
	return slot_of(queues, QUEUE_BITS, vq, 1);
}

#endif
