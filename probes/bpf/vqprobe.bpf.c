// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Uprobes on QEMU's virtqueue functions: one event for each call.
 *
 * An entry handler notes the arguments of the call and takes the time last; a
 * return handler takes the time first and sends the event.  So a recorded
 * duration holds as little of the probes as can be; what remains is measured
 * by calib.c.  The ring of events (lines.h) never blocks and never wakes anybody:
 * the loader looks every few tens of milliseconds.  What does not fit is counted.
 *
 * What costs most, but for the probe itself, is reading the process's memory:
 * two to three times as much as the clock.  So what cannot change from one call
 * to the next is read once and remembered with the queue.
 */
#include "core.bpf.h"
#include "flush.bpf.h"
#include "light.bpf.h"
#include "lines.bpf.h"
#include "resets.bpf.h"
#include "tables.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * At a pop: QEMU's count in use, where it is not yet known; and whether the queue
 * has begun anew, after a reset at the earliest.
 */
static __always_inline void tell_inuse(__u32 *inuse, __u64 vq, __u64 elem)
{
	struct vq_queue_slot *q = queue_of(vq);
	__u32 now = generation, ndescs = 0;
	__u64 vdev = 0;
	struct vq_reset_slot *r;

	if (q && q->inuse_generation == now)
		return;
	if (READ(*inuse, vq + layout.vq_start + layout.vq_inuse) ||
	    READ(vdev, vq + layout.vq_start + layout.vq_vdev) ||
	    READ(ndescs, elem + layout.elem_start + layout.elem_ndescs)) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		*inuse = VQ_INUSE_UNTOLD;
		return;
	}
	r = reset_of(q, vq, vdev);
	if (r && *inuse > (ndescs ?: 1))
		return;
	if (r)
		send_queue_reset(q, r, vq, vdev, now);
	if (q)
		q->inuse_generation = now;
}

/* The head goes first into the line, which is not in the cache as a rule: it comes
 * while the process's memory is read. */
static __always_inline void send_elem(__u16 type, __u64 vq, __u64 t0, __u64 ts, __u64 elem,
				      __u32 len)
{
	__u64 at;
	struct vq_line *l;
	struct vq_elem_event *e;
	struct elem_span s = {};
	__u32 inuse = type == VQ_POP ? VQ_INUSE_UNTOLD : 0;

	if (type == VQ_FILL) /* in the place of inuse */
		inuse = (__u32)bpf_get_current_pid_tgid();

	if (type == VQ_POP)
		tell_inuse(&inuse, vq, elem);
	l = take_line(type, vq, &at);
	if (!l)
		return;
	e = (void *)l->word;
	write_head(&e->h, type, sizeof(*e), vq, t0, ts);
	e->len = len;
	if (bpf_probe_read_user(s.word, layout.elem_size & 0x7f,
				(const void *)(elem + layout.elem_start)))
		__sync_fetch_and_add(&unreadable_calls, 1);
	e->id = FIELD(__u32, &s, layout.elem_index);
	e->ndescs = FIELD(__u32, &s, layout.elem_ndescs);
	e->inuse = inuse;
	publish_line(l, at);
}

/*
 * Each function's entry and return: as programs of their own, or as a session, in
 * which one program runs at both.
 */
static __always_inline int is_return(struct pt_regs *ctx)
{
	return ctx->ip != bpf_get_func_ip(ctx);
}

static __always_inline int pop_entered(struct pt_regs *ctx)
{
	struct call *c = call_enter(ctx, CALL_POP);

	if (!c)
		return 0;
	c->vq = ctx->di;
	c->t0 = bpf_ktime_get_ns();
	return 1;
}

static __always_inline void pop_returned(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns(), elem = ctx->ax;
	struct call *c = call_return(ctx, CALL_POP);

	if (!c)
		return;
	if (elem)
		send_elem(VQ_POP, c->vq, c->t0, ts, elem, 0);
	else
		__sync_fetch_and_add(&null_pops, 1);
	free_call(c);
}

/*
 * The element is read at the return, outside of the time that is measured: no
 * device frees an element before fill has returned.
 */
static __always_inline int fill_entered(struct pt_regs *ctx)
{
	struct call *c = call_enter(ctx, CALL_FILL);

	if (!c)
		return 0;
	c->vq = ctx->di;
	c->elem = ctx->si;
	c->arg = ctx->dx;
	c->t0 = bpf_ktime_get_ns();
	return 1;
}

static __always_inline void fill_returned(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();
	struct call *c = call_return(ctx, CALL_FILL);

	if (!c)
		return;
	send_elem(VQ_FILL, c->vq, c->t0, ts, c->elem, c->arg);
	free_call(c);
}

/*
 * Where the used index was: it is read, but for plain split rings that were
 * flushed before, which go on from where they were.
 */
static __always_inline int flush_entered(struct pt_regs *ctx)
{
	struct call *c = call_enter(ctx, CALL_FLUSH);
	struct vq_queue_slot *q;

	if (!c)
		return 0;
	c->vq = ctx->di;
	c->arg = ctx->si;
	c->generation = generation;
	q = queue_of(ctx->di);
	c->counted = q && q->ring_generation == generation &&
		     !(q->flags & (VQ_FLUSH_PACKED | VQ_FLUSH_IN_ORDER));
	if (c->counted) {
		c->used_idx = q->used_idx;
	} else {
		struct vq_span s = {};

		if (read_vq(&s, ctx->di))
			__sync_fetch_and_add(&unreadable_calls, 1);
		c->used_idx = FIELD(__u16, &s, layout.vq_used_idx);
		c->used_wrap = FIELD(__u8, &s, layout.vq_used_wrap);
	}
	c->t0 = bpf_ktime_get_ns();
	return 1;
}

/*
 * Counts the ring slots that the used index has passed, which is at @idx now.  What the
 * device says that it flushes is not what is published where completions are put into
 * order, nor if the device is broken.  It is taken where the index has jumped, set by
 * somebody else; what was known of the queue is forgotten then.
 */
static __always_inline __u32 pass_used_slots(struct flush *f, const struct call *c,
					     struct vq_queue_slot *q, __u16 idx, __u32 wrapped)
{
	__u32 n;

	f->old_raw = c->used_idx;
	n = (__u16)(idx - f->old_raw);
	if (f->flags & VQ_FLUSH_PACKED)
		/* A full ring moves by num: only the wrap counter shows it. */
		n = idx - f->old_raw + (wrapped ? f->num : 0);
	if (n > f->num) {
		n = c->counted && c->arg <= f->num ? c->arg : 0;
		f->old_raw = (__u16)(idx - n);
		if (q)
			q->ring_generation = 0;
	}
	if (q)
		q->used_idx = idx;
	return n;
}

static __always_inline void record_flush(const struct call *c, __u64 ts)
{
	struct flush f = {.vq = c->vq, .t0 = c->t0, .ts = ts, .ring = NO_RING};
	struct vq_queue_slot *q = queue_of(c->vq);
	struct vq_span s = {};
	int err = read_vq(&s, c->vq);
	__u8 wrap = FIELD(__u8, &s, layout.vq_used_wrap);
	__u8 old_wrap = c->counted ? wrap : c->used_wrap;

	f.num = FIELD(__u32, &s, layout.vq_num);
	f.inuse = FIELD(__u32, &s, layout.vq_inuse);
	find_ring(&f, &s, q, c->generation);
	if (err || !f.num || f.num > 32768) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return;
	}
	if (old_wrap)
		f.flags |= VQ_FLUSH_OLD_WRAP;
	if (wrap)
		f.flags |= VQ_FLUSH_NEW_WRAP;
	f.total = pass_used_slots(&f, c, q, FIELD(__u16, &s, layout.vq_used_idx),
				  !!wrap != !!old_wrap);
	f.old_idx = f.old_raw % f.num;
	if (q && q->ring_generation == generation)
		q->inuse_generation = generation;
	if (leave_out(f.flags))
		return;
	if (light)
		send_new_pops(c->vq, &s, ts, 0, 0);
	if (f.total <= 1)
		send_short_flush(&f);
	else if (f.total <= 4)
		send_flush(&f, 0, f.total, 4);
	else
		bpf_loop((f.total + VQ_FLUSH_CHUNK - 1) / VQ_FLUSH_CHUNK, send_flush_chunk, &f, 0);
}

static __always_inline void flush_returned(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();
	struct call *c = call_return(ctx, CALL_FLUSH);

	if (!c)
		return;
	record_flush(c, ts);
	free_call(c);
}

#define ENTRY_AND_RETURN(name)                                                                     \
	SEC("uprobe") int name##_session(struct pt_regs *ctx)                                      \
	{                                                                                          \
		stay_on_task_stack(ctx, &no_program);                                              \
		if (!is_return(ctx))                                                               \
			return arm_return(name##_entered(ctx));                                    \
		name##_returned(ctx);                                                              \
		return 0;                                                                          \
	}                                                                                          \
	SEC("uprobe") int name##_entry(struct pt_regs *ctx)                                        \
	{                                                                                          \
		stay_on_task_stack(ctx, &no_program);                                              \
		name##_entered(ctx);                                                               \
		return 0;                                                                          \
	}                                                                                          \
	SEC("uretprobe") int name##_return(struct pt_regs *ctx)                                    \
	{                                                                                          \
		stay_on_task_stack(ctx, &no_program);                                              \
		name##_returned(ctx);                                                              \
		return 0;                                                                          \
	}

ENTRY_AND_RETURN(pop)
ENTRY_AND_RETURN(fill)
ENTRY_AND_RETURN(flush)

SEC("uprobe")
int fill_light(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();

	stay_on_task_stack(ctx, &no_entry);
	if (!enabled)
		return 0;
	if (send_new_pops_before(ctx->di, ts, 0))
		send_elem(VQ_FILL, ctx->di, ts, ts, ctx->si, ctx->dx);
	return 0;
}

static __always_inline int elem_entry(struct pt_regs *ctx, __u16 type)
{
	__u64 ts = bpf_ktime_get_ns();

	if (!enabled)
		return 0;
	if (send_new_pops_before(ctx->di, ts, type == VQ_UNPOP))
		send_elem(type, ctx->di, ts, ts, ctx->si, 0);
	return 0;
}

SEC("uprobe")
int unpop_entry(struct pt_regs *ctx)
{
	return elem_entry(ctx, VQ_UNPOP);
}

SEC("uprobe")
int detach_entry(struct pt_regs *ctx)
{
	return elem_entry(ctx, VQ_DETACH);
}

static __always_inline void send_count(__u16 type, __u64 vq, __u64 t0, __u64 ts, __u32 count,
				       __u32 inuse)
{
	__u64 at;
	struct vq_line *l = take_line(type, vq, &at);
	struct vq_count_event *e;

	if (!l)
		return;
	e = (void *)l->word;
	write_head(&e->h, type, sizeof(*e), vq, t0, ts);
	e->count = count;
	e->inuse = inuse;
	publish_line(l, at);
}

SEC("uprobe")
int rewind_entry(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();
	__u32 inuse = 0;

	if (!enabled)
		return 0;
	if (READ(inuse, ctx->di + layout.vq_start + layout.vq_inuse))
		__sync_fetch_and_add(&unreadable_calls, 1);
	/* QEMU refuses more. */
	if (send_new_pops_before(ctx->di, ts, (__u32)ctx->si <= inuse ? ctx->si : 0))
		send_count(VQ_REWIND, ctx->di, ts, ts, ctx->si, inuse);
	return 0;
}

SEC("uprobe")
int reset_entry(struct pt_regs *ctx)
{
	note_reset(ctx->di, bpf_ktime_get_ns());
	if (enabled)
		__sync_fetch_and_add(&reset_calls, 1);
	return 0;
}

SEC("uprobe")
int queue_reset_entry(struct pt_regs *ctx)
{
	__u64 vq = 0;

	if (READ(vq, ctx->di + layout.vdev_vq))
		__sync_fetch_and_add(&unreadable_calls, 1);
	note_reset(vq + (__u64)(__u32)ctx->si * layout.vq_stride, bpf_ktime_get_ns());
	if (enabled)
		__sync_fetch_and_add(&queue_reset_calls, 1);
	return 0;
}
