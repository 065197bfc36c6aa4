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
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "vqevent.h"

char LICENSE[] SEC("license") = "GPL";

/* The registers of the x86-64 calling convention; offsets by CO-RE. */
struct pt_regs {
	unsigned long di, si, dx, cx, ax, sp;
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
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct vq_line);
} lines SEC(".maps");
const volatile __u32 line_mask = 63;
struct vq_ring ring __attribute__((aligned(64)));

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

/* Losses by queue (by device for resets).  Of queues that find no room here only
 * the total is known. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} lost_of SEC(".maps");

static __always_inline int lose(__u16 type, __u64 vq)
{
	__u64 *n = bpf_map_lookup_elem(&lost_of, &vq), one = 1;

	__sync_fetch_and_add(&lost[type], 1);
	if (!n && bpf_map_update_elem(&lost_of, &vq, &one, BPF_NOEXIST))
		n = bpf_map_lookup_elem(&lost_of, &vq);
	if (n)
		__sync_fetch_and_add(n, 1);
	return 1;
}

#define NO_ROOM (~0ull)

/* Is there room for @n lines from @at on? */
static __always_inline int room_for(__u64 at, __u32 n)
{
	__u64 tail = *(volatile __u64 *)&ring.tail_seen;

	if (at + n - tail <= line_mask + 1ull)
		return 1;
	tail = *(volatile __u64 *)&ring.tail;
	*(volatile __u64 *)&ring.tail_seen = tail;
	return at + n - tail <= line_mask + 1ull;
}

/* Takes @n lines: the place of the first, or NO_ROOM. */
static __always_inline __u64 take_lines(__u32 n)
{
	for (int i = 0; i < 8; i++) {
		__u64 at = *(volatile __u64 *)&ring.head;

		if (!room_for(at, n))
			return NO_ROOM;
		if (__sync_val_compare_and_swap(&ring.head, at, at + n) == at)
			return at;
	}
	return NO_ROOM; /* others took some each time: it does not happen */
}

static __always_inline struct vq_line *line_at(__u64 at)
{
	__u32 i = at & line_mask;

	return bpf_map_lookup_elem(&lines, &i);
}

/* A line for an event of @type that fits one, its place in @at; NULL: lost. */
static __always_inline struct vq_line *take_line(__u16 type, __u64 vq, __u64 *at)
{
	struct vq_line *l;

	*at = take_lines(1);
	l = line_at(*at);
	if (*at != NO_ROOM && l)
		return l;
	lose(type, vq);
	return NULL;
}

/* The line in place @at is written.  x86 keeps the order of stores. */
static __always_inline void line_done(struct vq_line *l, __u64 at)
{
	asm volatile("" ::: "memory");
	*(volatile __u64 *)&l->tag = at + 1;
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

/*
 * From Linux 6.13 on, a program of more than 64 bytes of stack is given one in
 * other memory, where hardened usercopy takes 25 ns longer to find that it may
 * write (perf, on 6.18).  Not so if it could call others by tail, which this one
 * never does.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} no_program SEC(".maps");
const volatile __u32 never;

static __always_inline void stay_on_task_stack(struct pt_regs *ctx)
{
	if (never)
		bpf_tail_call(ctx, &no_program, 0);
}

static __always_inline int read_vq(struct vq_span *s, __u64 vq)
{
	return bpf_probe_read_user(s->word, layout.vq_size & 0xff,
				   (const void *)(vq + layout.vq_start));
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

#define NO_RING (1ull << 63) /* no process has that address */

/* One flush, as long as its records are being written. */
struct flush {
	__u64 vq, t0, ts;
	__u64 ring; /* address of entry 0, or NO_RING */
	__u32 stride;
	__u32 num;
	__u32 inuse;
	__u32 total;
	__u32 flags;
	__u32 old_idx; /* of the first entry, below num */
	__u32 old_raw;
};

static __always_inline void flush_head(const struct flush *f, struct vq_flush_event *e, __u32 pos,
				       __u32 n, const __u32 room)
{
	head(&e->h, VQ_FLUSH, sizeof(*e) + room * sizeof(struct vq_used_entry), f->vq, f->t0,
	     f->ts);
	e->num = f->num;
	e->inuse = f->inuse;
	e->total = f->total;
	e->old_idx = f->old_raw;
	e->n = n;
	e->pos = pos;
}

/* The entry in @slot of the ring; 0, or the flag that says that it cannot be read
 * and is 0.  Without branches, for the verifier walks them all. */
static __always_inline __u32 read_used(const struct flush *f, __u32 slot, struct vq_used_entry *u)
{
	return (READ(*u, f->ring + (__u64)slot * f->stride) >> 31) & VQ_FLUSH_UNREADABLE;
}

/* The slot behind @slot of @num: likewise. */
static __always_inline __u32 next_slot(__u32 slot, __u32 num)
{
	return (slot + 1) & ((__s32)(slot + 1 - num) >> 31);
}

/* Sends a flush of one entry, or of none. */
static __always_inline void send_short_flush(const struct flush *f)
{
	__u64 at;
	struct vq_line *l = take_line(VQ_FLUSH, f->vq, &at);
	struct vq_used_entry u = {};
	struct vq_flush_event *e;

	_Static_assert(sizeof(*e) + sizeof(u) == sizeof(l->word), "fills a line");
	if (!l)
		return;
	e = (void *)l->word;
	flush_head(f, e, 0, f->total, 1);
	e->flags = f->flags;
	if (f->total)
		e->flags |= read_used(f, f->old_idx, &u);
	e->used[0] = u;
	line_done(l, at);
}

/*
 * Sends @n entries from @pos on, in a record with room for @room, a constant: the
 * lines are taken first, and the entries read into them.
 */
static __always_inline int send_flush(struct flush *f, __u32 pos, __u32 n, const __u32 room)
{
	const __u32 words = sizeof(struct vq_flush_event) / sizeof(__u64);
	const __u32 n_lines = (words + room + VQ_LINE_WORDS - 1) / VQ_LINE_WORDS;
	__u32 i = 0, k, w = words, slot, flags = f->flags;
	__u64 at = take_lines(n_lines);
	struct vq_line *first = line_at(at), *l;
	struct vq_flush_event *e;

	_Static_assert(sizeof(struct vq_used_entry) == sizeof(__u64), "an entry is a word");
	if (at == NO_ROOM || !first)
		return lose(VQ_FLUSH, f->vq);
	e = (void *)first->word;
	flush_head(f, e, pos, n, room);
	slot = f->old_idx + pos;
	if (slot >= f->num)
		slot -= f->num;
	for (k = 0; k < n_lines; k++, w = 0) {
		l = line_at(at + k);
		for (; l && w < VQ_LINE_WORDS; w++, i++) {
			if (i >= n) {
				l->word[w] = 0;
				continue;
			}
			flags |= read_used(f, slot, (void *)&l->word[w]);
			slot = next_slot(slot, f->num);
		}
	}
	e->flags = flags;
	for (k = 0; k < n_lines; k++) {
		l = line_at(at + k);
		if (l)
			line_done(l, at + k);
	}
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
static __always_inline int read_ring(struct flush *f, const struct vq_span *s)
{
	__u64 caches = FIELD(__u64, s, layout.vq_caches), vdev = FIELD(__u64, s, layout.vq_vdev);
	__u64 ring = 0, features = 0;
	int err;

	err = READ(features, vdev + layout.vdev_features);
	if (features & (1ull << FEATURE_IN_ORDER))
		f->flags |= VQ_FLUSH_IN_ORDER;
	if (features & (1ull << FEATURE_PACKED)) {
		f->flags |= VQ_FLUSH_PACKED;
		err |= READ(ring, caches + layout.caches_desc_ptr);
		ring += 8;
	} else {
		err |= READ(ring, caches + layout.caches_used_ptr);
		ring += 4;
	}
	if (err || !caches || ring < 4096)
		return -1;
	f->ring = ring;
	return 0;
}

/*
 * As above, or as it was when the queue was last flushed.  QEMU makes new caches
 * for each change of its memory map, which does not move the guest's memory, and
 * when the driver places the ring, which a reset precedes.
 */
static __always_inline void find_ring(struct flush *f, const struct vq_span *s, struct queue *q,
				      __u32 born)
{
	__u64 caches = FIELD(__u64, s, layout.vq_caches);

	if (q && q->flushed == born && q->caches == caches) {
		f->flags = q->flags;
		f->ring = q->ring;
	} else if (!read_ring(f, s) && q) {
		q->caches = caches;
		q->flags = f->flags;
		q->ring = f->ring;
		q->flushed = born;
	}
	f->stride = f->flags & VQ_FLUSH_PACKED ? 16 : 8;
}

/*
 * The light way: no probe on pop, none on the return of fill, so half of the hits
 * and less.  Which elements were popped, and in which order, is in the avail ring,
 * up to where QEMU says that it has popped: look() sends what is new there, before
 * each event that a pop must precede.  The driver reuses an entry only after as
 * many others as the ring has.
 *
 * A packed ring has no such list: its pops are not seen.
 */
const volatile __u32 light;

struct look {
	__u64 vq, ts, avail;
	__u32 from, num, n;
	__u32 inuse; /* for the last of the n */
};

static long send_popped(__u32 i, void *arg)
{
	const struct look *l = arg;
	__u64 at;
	struct vq_line *line = take_line(VQ_POP, l->vq, &at);
	struct vq_elem_event *e;
	__u16 head_idx = 0;

	if (!line)
		return 0;
	if (READ(head_idx, l->avail + 2 * (((l->from + i) & 0xffff) % l->num)))
		__sync_fetch_and_add(&unreadable_calls, 1);
	e = (void *)line->word;
	head(&e->h, VQ_POP, sizeof(*e), l->vq, l->ts, l->ts);
	e->len = 0;
	e->id = head_idx;
	e->ndescs = 1;
	e->inuse = i + 1 < l->n ? VQ_INUSE_UNTOLD : l->inuse;
	line_done(line, at);
	return 0;
}

/* Devices that were reset, so that their queues begin with nothing popped. */
struct was_reset {
	__u64 vdev; /* the key */
	__u32 window;
};
#define RESET_BITS 7
static __u64 resets[(1 << RESET_BITS) * SLOT / 8] __attribute__((aligned(SLOT)));

/* At the first look in a window: how many have been popped, of which we know. */
static __always_inline __u16 popped_before(const struct queue *q, __u16 idx)
{
	const struct was_reset *r = slot_of(resets, RESET_BITS, q->vdev, 0);

	return r && r->window == window ? 0 : idx;
}

/* What look() must know of a queue; 0: it cannot be known.  No flush of the queue
 * is under way, or it is at its end. */
static __always_inline int know(struct queue *q, const struct vq_span *s)
{
	struct flush f = {.ring = NO_RING};

	if (q->known == generation)
		return 1;
	if (q->flushed != generation) {
		find_ring(&f, s, q, generation);
		q->used_idx = FIELD(__u16, s, layout.vq_used_idx);
	}
	q->vdev = FIELD(__u64, s, layout.vq_vdev);
	if (q->flushed != generation ||
	    READ(q->avail, FIELD(__u64, s, layout.vq_caches) + layout.caches_avail_ptr))
		return 0;
	q->known = generation;
	return 1;
}

/* Sends the pops that @s, read just now, shows; the number then is @back less,
 * because the caller will take so many back. */
static __always_inline void look(__u64 vq, const struct vq_span *s, __u64 ts, __u32 back)
{
	struct look l = {.vq = vq, .ts = ts, .num = FIELD(__u32, s, layout.vq_num)};
	__u32 inuse = FIELD(__u32, s, layout.vq_inuse);
	__u16 idx = FIELD(__u16, s, layout.vq_last_avail_idx);
	struct queue *q = queue_of(vq);

	if (!q || !know(q, s) || !l.num) {
		__sync_fetch_and_add(&unreadable_calls, 1);
		return;
	}
	l.from = q->window == window ? q->popped : popped_before(q, idx);
	l.n = (__u16)(idx - l.from);
	l.inuse = q->told == generation ? VQ_INUSE_UNTOLD : inuse;
	q->window = window;
	q->popped = idx - back;
	if (q->flags & VQ_FLUSH_PACKED)
		return;
	l.avail = q->avail + 4;
	if (l.n && l.n <= l.num)
		q->told = generation;
	if (l.n == 1)
		send_popped(0, &l);
	else if (l.n && l.n <= l.num)
		bpf_loop(l.n, send_popped, &l, 0);
}

/* Before an entry program's own event. */
static __always_inline void look_before(__u64 vq, __u64 ts, __u32 back)
{
	struct vq_span s = {};

	if (!light)
		return;
	if (read_vq(&s, vq))
		__sync_fetch_and_add(&unreadable_calls, 1);
	else
		look(vq, &s, ts, back);
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

/* A reset queue begins anew; of a device, or with @vq one of its queues. */
struct begin {
	__u64 vdev, vq;
};

static long begin_anew(__u32 i, void *arg)
{
	const struct begin *b = arg;
	struct queue *q = (void *)queues + (i & ((1 << QUEUE_BITS) - 1)) * SLOT;

	if (q->vdev == b->vdev && (!b->vq || q->vq == b->vq))
		q->popped = 0;
	return 0;
}

static __always_inline void queues_reset(__u64 vdev, int one, __u32 index)
{
	struct begin b = {.vdev = vdev};
	struct was_reset *r;

	if (!light)
		return;
	r = one ? NULL : slot_of(resets, RESET_BITS, vdev, 1);
	if (r)
		r->window = window;
	if (one && READ(b.vq, vdev + layout.vdev_vq))
		return;
	b.vq += one ? (__u64)index * layout.vq_stride : 0;
	bpf_loop(1 << QUEUE_BITS, begin_anew, &b, 0);
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
