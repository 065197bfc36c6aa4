/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BPF_CORE_BPF_H
#define VQLAB_PROBES_BPF_CORE_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "probes/vqevent.h"
#include "probes/vqfunction.h"

/* What all of the BPF programs share: see vqprobe.bpf.c. */

/* The registers of the x86-64 calling convention; offsets by CO-RE. */
struct pt_regs {
	unsigned long di, si, dx, cx, ax, sp, ip;
} __attribute__((preserve_access_index));

#define FEATURE_PACKED 34
#define FEATURE_IN_ORDER 35

/* Set by the loader before loading. */
const volatile struct vq_layout layout;

/* Events are sent only while this is set, so that all sites begin at once. */
volatile __u32 enabled;

/* Events that did not fit, by type; pops that found the queue empty. */
__u64 lost[VQ_EVENT_TYPES];
__u64 null_pops;
/* Calls whose arguments could not be noted or read. */
__u64 unreadable_calls;
/* Calls within another of the same thread, which are not noted: see struct call. */
__u64 nested_calls;

#define READ(dst, addr) bpf_probe_read_user(&(dst), sizeof(dst), (const void *)(addr))

/* What is wanted of a VirtQueue and of an element, in one read each. */
struct vq_span {
	__u64 word[VQ_SPAN_MAX / 8];
};
struct elem_span {
	__u64 word[VQ_ELEM_SPAN_MAX / 8];
};
#define FIELD(type, span, offset) (*(type *)((char *)(span)->word + (offset)))

/*
 * From Linux 6.13 on, a program of more than 64 bytes of stack is given one in
 * other memory, where hardened usercopy takes 25 ns longer to find that it may
 * write (perf, on 6.18).  A program that has a tail call keeps the kernel's own stack;
 * so each has one, which is never made.
 */
struct no_program {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};
/* The kernel has programs of one kind in a table: those of functions with a return may be
 * sessions, others are not. */
struct no_program no_program SEC(".maps"), no_entry SEC(".maps");
const volatile __u32 never;

/*
 * Are the programs that have a return attached as sessions (target/attach.h)?  An entry of
 * a session returns 0 to have its return armed, 1 else.  Other entries must return 0: before
 * Linux 6.13 a 1 takes the probe off.
 */
const volatile __u32 session;

static __always_inline int arm_return(int yes)
{
	return session && !yes;
}

static __always_inline void stay_on_task_stack(struct pt_regs *ctx, struct no_program *table)
{
	if (never)
		bpf_tail_call(ctx, table, 0);
}

static __always_inline int read_vq(struct vq_span *s, __u64 vq)
{
	return bpf_probe_read_user(s->word, layout.vq_size & 0xff,
				   (const void *)(vq + layout.vq_start));
}

#endif
