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
#include "bpf-core.h"
#include "bpf-flush.h"
#include "bpf-light.h"
#include "bpf-lines.h"
#include "bpf-tables.h"

char LICENSE[] SEC("license") = "GPL";

/* QEMU's count in use, where it is not yet known. */
static __always_inline int read_inuse(__u32 *inuse, __u64 vq)
{
	struct queue *q = queue_of(vq);

	if (q && q->told == generation)
		return 0;
	if (q)
		q->told = generation;
	return READ(*inuse, vq + layout.vq_start + layout.vq_inuse);
}

/* The head goes first into the line, which is not in the cache as a rule: it comes
 * while the process's memory is read. */
static __always_inline void send_elem(__u16 type, __u64 vq, __u64 t0, __u64 ts, __u64 elem,
				      __u32 len)
{
	__u64 at;
	struct vq_line *l = take_line(type, vq, &at);
	struct vq_elem_event *e;
	struct elem_span s = {};
	__u32 inuse = type == VQ_POP ? VQ_INUSE_UNTOLD : 0;

	if (!l)
		return;
	e = (void *)l->word;
	head(&e->h, type, sizeof(*e), vq, t0, ts);
	e->len = len;
	if (bpf_probe_read_user(s.word, layout.elem_size & 0x7f,
				(const void *)(elem + layout.elem_start)) ||
	    (type == VQ_POP && read_inuse(&inuse, vq)))
		__sync_fetch_and_add(&unreadable_calls, 1);
	e->id = FIELD(__u32, &s, layout.elem_index);
	e->ndescs = FIELD(__u32, &s, layout.elem_ndescs);
	e->inuse = inuse;
	line_done(l, at);
}

SEC("uprobe")
int pop_entry(struct pt_regs *ctx)
{
	struct call *c = call_enter(ctx, CALL_POP);

	if (!c)
		return 0;
	c->vq = ctx->di;
	c->t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uretprobe")
int pop_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns(), elem = ctx->ax;
	struct call *c = call_return(ctx, CALL_POP);

	stay_on_task_stack(ctx);
	if (!c)
		return 0;
	if (elem)
		send_elem(VQ_POP, c->vq, c->t0, ts, elem, 0);
	else
		__sync_fetch_and_add(&null_pops, 1);
	call_over(c);
	return 0;
}

/*
 * The element is read at the return, outside of the time that is measured: no
 * device frees an element before fill has returned.
 */
SEC("uprobe")
int fill_entry(struct pt_regs *ctx)
{
	struct call *c = call_enter(ctx, CALL_FILL);

	if (!c)
		return 0;
	c->vq = ctx->di;
	c->elem = ctx->si;
	c->arg = ctx->dx;
	c->t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uretprobe")
int fill_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();
	struct call *c = call_return(ctx, CALL_FILL);

	stay_on_task_stack(ctx);
	if (!c)
		return 0;
	send_elem(VQ_FILL, c->vq, c->t0, ts, c->elem, c->arg);
	call_over(c);
	return 0;
}

/*
 * Where the used index was: it is read, but for plain split rings that were
 * flushed before.  Those move by the count that the caller gives, or, if the
 * device is broken, not at all.
 */
SEC("uprobe")
int flush_entry(struct pt_regs *ctx)
{
	struct call *c = call_enter(ctx, CALL_FLUSH);
	struct queue *q;

	stay_on_task_stack(ctx);
	if (!c)
		return 0;
	c->vq = ctx->di;
	c->arg = ctx->si;
	c->generation = generation;
	q = queue_of(ctx->di);
	c->counted = q && q->flushed == generation &&
		     !(q->flags & (VQ_FLUSH_PACKED | VQ_FLUSH_IN_ORDER));
	if (!c->counted) {
		struct vq_span s = {};

		if (read_vq(&s, ctx->di))
			__sync_fetch_and_add(&unreadable_calls, 1);
		c->used_idx = FIELD(__u16, &s, layout.vq_used_idx);
		c->used_wrap = FIELD(__u8, &s, layout.vq_used_wrap);
	}
	c->t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uprobe")
int fill_light(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();

	stay_on_task_stack(ctx);
	if (!enabled)
		return 0;
	look_before(ctx->di, ts, 0);
	send_elem(VQ_FILL, ctx->di, ts, ts, ctx->si, ctx->dx);
	return 0;
}

/* The ring slots that the used index has passed. */
static __always_inline __u32 moved(struct flush *f, const struct call *c, struct queue *q,
				   __u16 idx, __u32 wrapped)
{
	__u32 n;

	if (c->counted) {
		n = q && q->used_idx == idx ? 0 : c->arg;
		f->old_raw = (__u16)(idx - n);
	} else {
		f->old_raw = c->used_idx;
		n = (__u16)(idx - f->old_raw);
		if (f->flags & VQ_FLUSH_PACKED)
			/* A full ring moves by num: only the wrap counter shows it. */
			n = idx - f->old_raw + (wrapped ? f->num : 0);
	}
	if (q)
		q->used_idx = idx;
	return n > f->num ? 0 : n;
}

static __always_inline void flushed(const struct call *c, __u64 ts)
{
	struct flush f = {.vq = c->vq, .t0 = c->t0, .ts = ts, .ring = NO_RING};
	struct queue *q = queue_of(c->vq);
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
	if (q)
		q->told = generation;
	if (old_wrap)
		f.flags |= VQ_FLUSH_OLD_WRAP;
	if (wrap)
		f.flags |= VQ_FLUSH_NEW_WRAP;
	f.total = moved(&f, c, q, FIELD(__u16, &s, layout.vq_used_idx), !!wrap != !!old_wrap);
	f.old_idx = f.old_raw % f.num;
	if (light)
		look(c->vq, &s, ts, 0);
	if (f.total <= 1)
		send_short_flush(&f);
	else if (f.total <= 4)
		send_flush(&f, 0, f.total, 4);
	else
		bpf_loop((f.total + VQ_FLUSH_CHUNK - 1) / VQ_FLUSH_CHUNK, send_flush_chunk, &f, 0);
}

SEC("uretprobe")
int flush_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns();
	struct call *c = call_return(ctx, CALL_FLUSH);

	stay_on_task_stack(ctx);
	if (!c)
		return 0;
	flushed(c, ts);
	call_over(c);
	return 0;
}

static __always_inline int elem_entry(struct pt_regs *ctx, __u16 type)
{
	__u64 ts = bpf_ktime_get_ns();

	if (!enabled)
		return 0;
	look_before(ctx->di, ts, type == VQ_UNPOP);
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
	head(&e->h, type, sizeof(*e), vq, t0, ts);
	e->count = count;
	e->inuse = inuse;
	line_done(l, at);
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
	look_before(ctx->di, ts, (__u32)ctx->si <= inuse ? ctx->si : 0);
	send_count(VQ_REWIND, ctx->di, ts, ts, ctx->si, inuse);
	return 0;
}

/* Resets count from their return: a device completes requests within. */
static __always_inline int reset_entered(struct pt_regs *ctx, enum called fn)
{
	struct call *c = call_enter(ctx, fn);

	__sync_fetch_and_add(&generation, 1);
	if (!c)
		return 0;
	c->vq = ctx->di;
	c->arg = ctx->si;
	c->t0 = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int reset_returned(struct pt_regs *ctx, enum called fn, __u16 type)
{
	__u64 ts = bpf_ktime_get_ns();
	struct call *c = call_return(ctx, fn);

	__sync_fetch_and_add(&generation, 1);
	if (!c)
		return 0;
	queues_reset(c->vq, type == VQ_QUEUE_RESET, c->arg);
	send_count(type, c->vq, c->t0, ts, type == VQ_RESET ? 0 : c->arg, 0);
	call_over(c);
	return 0;
}

SEC("uprobe")
int reset_entry(struct pt_regs *ctx)
{
	return reset_entered(ctx, CALL_RESET);
}

SEC("uretprobe")
int reset_return(struct pt_regs *ctx)
{
	return reset_returned(ctx, CALL_RESET, VQ_RESET);
}

SEC("uprobe")
int queue_reset_entry(struct pt_regs *ctx)
{
	return reset_entered(ctx, CALL_QUEUE_RESET);
}

SEC("uretprobe")
int queue_reset_return(struct pt_regs *ctx)
{
	return reset_returned(ctx, CALL_QUEUE_RESET, VQ_QUEUE_RESET);
}
