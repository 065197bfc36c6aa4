/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_TABLES_BPF_H
#define VQLAB_PROBES_BPF_TABLES_BPF_H

#include "core.bpf.h"
#include "slots.h"

/*
 * What is noted of calls, and known of queues: tables without locks.  A slot is taken by comparing
 * and swapping its key, which is looked for in TRIES neighbouring slots.
 */
#define TRIES 4

static __always_inline void *slot_of(void *table, __u32 bits, __u64 key, int take)
{
	__u32 at = key * 0x9e3779b97f4a7c15ull >> (64 - bits);

#pragma unroll
	for (int i = 0; i < TRIES; i++, at++) {
		__u64 *slot = table + (at & ((1u << bits) - 1)) * VQ_SLOT, found = *slot;

		if (!found && take)
			found = __sync_val_compare_and_swap(slot, 0, key);
		if (found == key || (!found && take))
			return slot;
	}
	return NULL;
}

/*
 * What an entry handler leaves for the return handler of the same call: one call
 * for each thread at a time.
 *
 * A thread must never have two return probes of ours pending.  When the kernel
 * arms one it drops all those of the thread whose place on the stack is not above
 * the stack pointer, because their functions must have ended; that is wrong where
 * a function has switched to another stack, a coroutine's, and the one that was
 * dropped then kills the process by its return (SIGILL).  So a call within
 * another is not noted, and with sessions (target/attach.h) not armed either, but
 * counted.  Only a driver that puts its buffers into a device's memory causes one.
 * Nor is a call armed while any other return probe is pending on another stack, as
 * one of a watch that has ended since, or of another tool: the kernel is asked.
 *
 * By the place on the stack a return handler knows whether the noted call is the one
 * that returns, or one around it.
 */
struct call {
	__u64 key;   /* the thread; 0: free */
	__u64 place; /* of the return address on the stack, and the function; 0: none */
	__u64 vq, t0, elem;
	__u32 arg, generation;
	__u16 used_idx;
	__u8 used_wrap, counted;
};

enum called {
	CALL_NONE,
#define CALL_ID(id, ...) CALL_##id,
	VQ_FUNCTION_TABLE(CALL_ID, VQ_FUNCTION_NONE)
#undef CALL_ID
};
/* A return address takes 8 bytes, so the lowest bits of its place are free for these. */
_Static_assert(VQ_RETURNS < 8, "they fit");

#define CALL_BITS 10
__u64 calls[(1 << CALL_BITS) * VQ_SLOT / 8] __attribute__((aligned(VQ_SLOT)));

/*
 * Has the call noted in @c been left without a return, by longjmp or at the
 * thread's end?  So it is if the stack pointer has come back to where it was or
 * above, on the same stack: of two stacks, which have 1 MiB and more, places are not
 * that near to each other.
 */
#define NEAR (256u << 10)
static __always_inline int is_abandoned(const struct call *c, __u64 sp)
{
	return sp - (c->place & ~7ull) < NEAR;
}

/* Of the kernel's structs, what is wanted; offsets by CO-RE. */
struct return_instance {
	unsigned long stack; /* where the function found its return address */
} __attribute__((preserve_access_index));
struct uprobe_task {
	struct return_instance *return_instances; /* the latest first */
} __attribute__((preserve_access_index));
struct task_struct {
	struct uprobe_task *utask;
} __attribute__((preserve_access_index));

/* Is a return probe pending in this thread, whosever, on another stack than @sp's? */
static __always_inline int is_pending_elsewhere(__u64 sp)
{
	const struct uprobe_task *utask = bpf_get_current_task_btf()->utask;
	const struct return_instance *latest = utask ? utask->return_instances : NULL;

	return latest && sp - latest->stack + NEAR >= 2ull * NEAR;
}

static __always_inline struct call *call_enter(struct pt_regs *ctx, enum called fn)
{
	struct call *c;

	if (!enabled)
		return NULL;
	if (session && is_pending_elsewhere(ctx->sp)) {
		__sync_fetch_and_add(&nested_calls, 1);
		return NULL;
	}
	c = slot_of(calls, CALL_BITS, (__u32)bpf_get_current_pid_tgid(), 1);
	if (!c) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return NULL;
	}
	if (c->place && !is_abandoned(c, ctx->sp)) {
		__sync_fetch_and_add(&nested_calls, 1);
		return NULL;
	}
	c->place = ctx->sp + fn;
	return c;
}

/* To be given back with free_call(). */
static __always_inline struct call *call_return(struct pt_regs *ctx, enum called fn)
{
	struct call *c = slot_of(calls, CALL_BITS, (__u32)bpf_get_current_pid_tgid(), 0);

	return c && c->place == ctx->sp - 8 + fn ? c : NULL;
}

static __always_inline void free_call(struct call *c)
{
	*(volatile __u64 *)&c->place = 0;
	*(volatile __u64 *)&c->key = 0;
}

_Static_assert(sizeof(struct call) <= VQ_SLOT, "fits");

#define QUEUE_BITS 9
__u64 queues[(1 << QUEUE_BITS) * VQ_SLOT / 8] __attribute__((aligned(VQ_SLOT)));
__u32 generation = 1;

/* Windows of the watch so far. */
__u32 window;

/* NULL: too many queues.  Then all is read each time. */
static __always_inline struct vq_queue_slot *queue_of(__u64 vq)
{
	return slot_of(queues, QUEUE_BITS, vq, 1);
}

#endif
