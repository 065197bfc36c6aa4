// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Uprobes on QEMU's virtqueue functions: one event for each call.
 *
 * An entry handler notes the arguments for its thread and takes the time last;
 * a return handler takes the time first and sends the event.  So a recorded
 * duration holds as little of the probes as can be; what remains is measured
 * by calib.c.  Notes are kept per thread, not per CPU: a handler can be
 * preempted.  The ring buffer never blocks and never wakes anybody: the loader
 * looks every few tens of milliseconds.  What does not fit is counted.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "vqevent.h"

char LICENSE[] SEC("license") = "GPL";

/* The registers of the x86-64 calling convention; offsets by CO-RE. */
struct pt_regs {
	unsigned long di, si, dx, cx, ax;
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

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} events SEC(".maps");

/* What an entry handler leaves for the return handler of the same thread. */
struct call {
	__u64 vq; /* 0: no call noted */
	__u64 t0;
	__u64 elem;
	__u32 arg;
	__u16 used_idx;
	__u16 used_wrap;
};

struct thread {
	struct call pop, fill, flush, reset, queue_reset;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

/* Losses by queue (by device for resets).  Of queues that find no room here only
 * the total is known. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} lost_of SEC(".maps");

static __always_inline void lose(__u16 type, __u64 vq)
{
	__u64 *n = bpf_map_lookup_elem(&lost_of, &vq), one = 1;

	__sync_fetch_and_add(&lost[type], 1);
	if (!n && bpf_map_update_elem(&lost_of, &vq, &one, BPF_NOEXIST))
		n = bpf_map_lookup_elem(&lost_of, &vq);
	if (n)
		__sync_fetch_and_add(n, 1);
}

#define READ(dst, addr) bpf_probe_read_user(&(dst), sizeof(dst), (const void *)(addr))

/* What is wanted of a VirtQueue and of an element, in one read each. */
struct vq_span {
	__u64 word[VQ_SPAN_MAX / 8];
};
struct elem_span {
	__u64 word[VQ_ELEM_SPAN_MAX / 8];
};
#define FIELD(type, span, offset) (*(type *)((char *)(span)->word + (offset)))

static __always_inline int read_vq(struct vq_span *s, __u64 vq)
{
	return bpf_probe_read_user(s->word, layout.vq_size & 0xff,
				   (const void *)(vq + layout.vq_start));
}

static __always_inline struct thread *thread_enter(void)
{
	struct thread *t;

	if (!enabled)
		return NULL;
	t = bpf_task_storage_get(&threads, bpf_get_current_task_btf(), NULL,
				 BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		__sync_fetch_and_add(&unreadable_calls, 1);
	return t;
}

static __always_inline struct thread *thread_return(void)
{
	return bpf_task_storage_get(&threads, bpf_get_current_task_btf(), NULL, 0);
}

static __always_inline void head(struct vq_head *h, __u16 type, __u16 size, __u64 vq, __u64 t0,
				 __u64 ts)
{
	__u64 dur = ts - t0;

	h->type = type;
	h->size = size;
	h->dur_ns = dur > 0xffffffff ? 0xffffffff : dur;
	h->ts = ts;
	h->vq = vq;
}

static __always_inline int send_elem(__u16 type, __u64 vq, __u64 t0, __u64 ts, __u64 elem,
				     __u32 len)
{
	struct vq_elem_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	struct elem_span s = {};

	if (!e) {
		lose(type, vq);
		return 0;
	}
	head(&e->h, type, sizeof(*e), vq, t0, ts);
	e->inuse = 0;
	if (bpf_probe_read_user(s.word, layout.elem_size & 0x7f,
				(const void *)(elem + layout.elem_start)) ||
	    (type == VQ_POP && READ(e->inuse, vq + layout.vq_start + layout.vq_inuse)))
		__sync_fetch_and_add(&unreadable_calls, 1);
	e->id = FIELD(__u32, &s, layout.elem_index);
	e->ndescs = FIELD(__u32, &s, layout.elem_ndescs);
	e->len = len;
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("uprobe")
int pop_entry(struct pt_regs *ctx)
{
	struct thread *t = thread_enter();

	if (!t)
		return 0;
	t->pop.vq = ctx->di;
	t->pop.t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uretprobe")
int pop_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns(), elem = ctx->ax, vq;
	struct thread *t = thread_return();

	if (!t || !t->pop.vq)
		return 0;
	vq = t->pop.vq;
	t->pop.vq = 0;
	if (!elem) {
		__sync_fetch_and_add(&null_pops, 1);
		return 0;
	}
	return send_elem(VQ_POP, vq, t->pop.t0, ts, elem, 0);
}

/*
 * The element is read at the return, outside of the time that is measured: no
 * device frees an element before fill has returned.
 */
SEC("uprobe")
int fill_entry(struct pt_regs *ctx)
{
	struct thread *t = thread_enter();

	if (!t)
		return 0;
	t->fill.vq = ctx->di;
	t->fill.elem = ctx->si;
	t->fill.arg = ctx->dx;
	t->fill.t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uretprobe")
int fill_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns(), vq;
	struct thread *t = thread_return();

	if (!t || !t->fill.vq)
		return 0;
	vq = t->fill.vq;
	t->fill.vq = 0;
	return send_elem(VQ_FILL, vq, t->fill.t0, ts, t->fill.elem, t->fill.arg);
}

SEC("uprobe")
int flush_entry(struct pt_regs *ctx)
{
	struct thread *t = thread_enter();
	struct vq_span s = {};

	if (!t)
		return 0;
	if (read_vq(&s, ctx->di))
		__sync_fetch_and_add(&unreadable_calls, 1);
	t->flush.used_idx = FIELD(__u16, &s, layout.vq_used_idx);
	t->flush.used_wrap = FIELD(__u8, &s, layout.vq_used_wrap);
	t->flush.vq = ctx->di;
	t->flush.t0 = bpf_ktime_get_ns();
	return 0;
}

/* One flush, as long as its records are being written. */
struct flush {
	__u64 vq, t0, ts;
	__u64 ring; /* address of entry 0; 0: unreadable */
	__u32 stride;
	__u32 num;
	__u32 inuse;
	__u32 total;
	__u32 flags;
	__u32 old_idx; /* of the first entry, below num */
	__u32 old_raw;
};

/*
 * Sends @n entries from @pos on, in a record with room for @room, a constant:
 * the verifier wants record sizes to be.  Returns 1 when it was lost.
 */
static __always_inline int send_flush(struct flush *f, __u32 pos, __u32 n, const __u32 room)
{
	const __u32 size = sizeof(struct vq_flush_event) + room * sizeof(struct vq_used_entry);
	struct vq_flush_event *e = bpf_ringbuf_reserve(&events, size, 0);
	__u32 i, slot, flags = f->flags;

	if (!e) {
		lose(VQ_FLUSH, f->vq);
		return 1;
	}
	head(&e->h, VQ_FLUSH, size, f->vq, f->t0, f->ts);
	e->num = f->num;
	e->inuse = f->inuse;
	e->total = f->total;
	e->old_idx = f->old_raw;
	e->n = n;
	e->pos = pos;
	slot = f->old_idx + pos;
	if (slot >= f->num)
		slot -= f->num;
	for (i = 0; i < room; i++) {
		e->used[i].first = e->used[i].second = 0;
		if (i >= n)
			continue;
		if (!f->ring || READ(e->used[i], f->ring + (__u64)slot * f->stride))
			flags |= VQ_FLUSH_UNREADABLE;
		if (++slot >= f->num)
			slot = 0;
	}
	e->flags = flags;
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

static long send_flush_chunk(__u32 i, void *arg)
{
	struct flush *f = arg;
	__u32 pos = i * VQ_FLUSH_CHUNK, n = f->total - pos;

	send_flush(f, pos, n < VQ_FLUSH_CHUNK ? n : VQ_FLUSH_CHUNK, VQ_FLUSH_CHUNK);
	return 0;
}

/* Where the used entries are: split rings have a used ring behind a header of
 * four bytes, packed ones overwrite the descriptors. */
static __always_inline void find_ring(struct flush *f, const struct vq_span *s)
{
	__u64 caches = FIELD(__u64, s, layout.vq_caches), vdev = FIELD(__u64, s, layout.vq_vdev);
	__u64 ring = 0, features = 0;
	int err;

	f->flags = 0;
	f->ring = 0;
	err = READ(features, vdev + layout.vdev_features);
	if (features & (1ull << FEATURE_IN_ORDER))
		f->flags |= VQ_FLUSH_IN_ORDER;
	if (features & (1ull << FEATURE_PACKED)) {
		f->flags |= VQ_FLUSH_PACKED;
		err |= READ(ring, caches + layout.caches_desc_ptr);
		f->stride = 16;
		if (!err && caches && ring)
			f->ring = ring + 8;
	} else {
		err |= READ(ring, caches + layout.caches_used_ptr);
		f->stride = 8;
		if (!err && caches && ring)
			f->ring = ring + 4;
	}
}

/* The ring slots that the used index has passed. */
static __always_inline __u32 moved(const struct flush *f, __u16 idx, __u32 wrapped)
{
	__u32 n;

	if (!(f->flags & VQ_FLUSH_PACKED))
		n = (__u16)(idx - f->old_raw);
	else /* A full ring moves by num: only the wrap counter shows it. */
		n = idx - f->old_raw + (wrapped ? f->num : 0);
	return n > f->num ? 0 : n;
}

SEC("uretprobe")
int flush_return(struct pt_regs *ctx)
{
	struct flush f = {.ts = bpf_ktime_get_ns()};
	struct thread *t = thread_return();
	struct vq_span s = {};
	__u8 old_wrap, wrap;
	int err;

	if (!t || !t->flush.vq)
		return 0;
	f.vq = t->flush.vq;
	f.t0 = t->flush.t0;
	f.old_raw = t->flush.used_idx;
	old_wrap = t->flush.used_wrap;
	t->flush.vq = 0;
	err = read_vq(&s, f.vq);
	f.num = FIELD(__u32, &s, layout.vq_num);
	f.inuse = FIELD(__u32, &s, layout.vq_inuse);
	wrap = FIELD(__u8, &s, layout.vq_used_wrap);
	find_ring(&f, &s);
	if (err || !f.num || f.num > 32768) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return 0;
	}
	if (old_wrap)
		f.flags |= VQ_FLUSH_OLD_WRAP;
	if (wrap)
		f.flags |= VQ_FLUSH_NEW_WRAP;
	f.old_idx = f.old_raw % f.num;
	f.total = moved(&f, FIELD(__u16, &s, layout.vq_used_idx), !!wrap != !!old_wrap);
	if (f.total <= 1)
		send_flush(&f, 0, f.total, 1);
	else if (f.total <= 4)
		send_flush(&f, 0, f.total, 4);
	else
		bpf_loop((f.total + VQ_FLUSH_CHUNK - 1) / VQ_FLUSH_CHUNK, send_flush_chunk, &f, 0);
	return 0;
}

static __always_inline int elem_entry(struct pt_regs *ctx, __u16 type)
{
	__u64 ts = bpf_ktime_get_ns();

	if (!enabled)
		return 0;
	return send_elem(type, ctx->di, ts, ts, ctx->si, 0);
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

static __always_inline int send_count(__u16 type, __u64 vq, __u64 t0, __u64 ts, __u32 count,
				      __u32 inuse)
{
	struct vq_count_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		lose(type, vq);
		return 0;
	}
	head(&e->h, type, sizeof(*e), vq, t0, ts);
	e->count = count;
	e->inuse = inuse;
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
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
	return send_count(VQ_REWIND, ctx->di, ts, ts, ctx->si, inuse);
}

/* Resets count from their return: a device completes requests within. */
SEC("uprobe")
int reset_entry(struct pt_regs *ctx)
{
	struct thread *t = thread_enter();

	if (!t)
		return 0;
	t->reset.vq = ctx->di;
	t->reset.t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uretprobe")
int reset_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns(), vdev;
	struct thread *t = thread_return();

	if (!t || !t->reset.vq)
		return 0;
	vdev = t->reset.vq;
	t->reset.vq = 0;
	return send_count(VQ_RESET, vdev, t->reset.t0, ts, 0, 0);
}

SEC("uprobe")
int queue_reset_entry(struct pt_regs *ctx)
{
	struct thread *t = thread_enter();

	if (!t)
		return 0;
	t->queue_reset.vq = ctx->di;
	t->queue_reset.arg = ctx->si;
	t->queue_reset.t0 = bpf_ktime_get_ns();
	return 0;
}

SEC("uretprobe")
int queue_reset_return(struct pt_regs *ctx)
{
	__u64 ts = bpf_ktime_get_ns(), vdev;
	struct thread *t = thread_return();

	if (!t || !t->queue_reset.vq)
		return 0;
	vdev = t->queue_reset.vq;
	t->queue_reset.vq = 0;
	return send_count(VQ_QUEUE_RESET, vdev, t->queue_reset.t0, ts, t->queue_reset.arg, 0);
}
