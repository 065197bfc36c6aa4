// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is hard on a probe: devices that are reset under load and drain in
 * coroutines, on stacks above and below; rings that move, by a reset or without;
 * calls within calls; a broken device.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#include "victim.h"

#define STACK (4u << 20) /* a flush takes 1 MiB */
#define ROUNDS 200

/* From now on the system calls by which the kernel comes back from probes are deadly. */
void enter_sandbox(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 335, 1, 0), /* uretprobe */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 336, 0, 1), /* uprobe */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		abort();
}

/* Three stacks, one above the other; a storm runs on the middle one. */
enum { LOW, MIDDLE, HIGH };
struct stacks {
	char *memory;
	ucontext_t caller, middle, other;
	VirtQueue *vq;
	unsigned where; /* the other is */
	void (*fn)(VirtQueue *vq);
};
static __thread struct stacks *here;

static void on_other(void)
{
	here->fn(here->vq);
}

/* Calls @fn on another stack, as a coroutine. */
static void call_on(unsigned where, void (*fn)(VirtQueue *vq), VirtQueue *vq)
{
	ucontext_t back;

	here->fn = fn;
	here->vq = vq;
	getcontext(&here->other);
	here->other.uc_stack.ss_sp = here->memory + where * STACK;
	here->other.uc_stack.ss_size = STACK;
	here->other.uc_link = &back;
	makecontext(&here->other, on_other, 0);
	swapcontext(&back, &here->other);
}

/* What a device's reset does first: it waits for some of what is under way. */
static void complete_some(VirtQueue *vq)
{
	for (unsigned n = rnd(vq, 8); n && vq->frontier < vq->n; n--) {
		do_fill(vq, vq->frontier);
		if (rnd(vq, 2))
			do_flush(vq);
	}
	do_flush(vq);
}

static void *moved_copy(void *old, size_t size, size_t room)
{
	void *new = calloc(1, room);

	memcpy(new, old, size);
	memset(old, 0x5a, room); /* never freed: who still looks there must see it */
	return new;
}

/* Puts the rings elsewhere; with all in them if @keep. */
static void move_rings(VirtQueue *vq, bool keep)
{
	size_t n = vq->vring.num;
	VRingMemoryRegionCaches *c = vq->vring.caches;

	c->used.ptr = moved_copy(c->used.ptr, keep ? (n + 1) * 8 : 0, (n + 1) * 8);
	c->desc.ptr = moved_copy(c->desc.ptr, keep ? n * 16 : 0, n * 16);
	c->avail.ptr = moved_copy(c->avail.ptr, keep ? (n + 3) * 2 : 0, (n + 3) * 2);
}

void drain_and_move(VirtQueue *vq)
{
	if (!here)
		return;
	call_on(rnd(vq, 2) ? HIGH : LOW, complete_some, vq);
	move_rings(vq, false);
}

/* The driver begins anew, too: what was under way is dropped. */
static void forget_all(VirtQueue *vq)
{
	for (uint64_t s = vq->unpublished; s < vq->n; s++) {
		struct record *r = rec(vq, s);

		if (r->published || r->gone)
			continue;
		vq->dropped += !r->filled;
		drop(vq, s);
		r->gone = true;
	}
	vq->unpublished = vq->frontier = vq->n;
	vq->n_pending = 0;
}

/* Nothing: but three calls, of which none may count. */
static void call_within(VirtQueue *vq)
{
	virtqueue_pop(vq, 0);
	virtqueue_flush(vq, 0);
	virtqueue_flush(vq, 0);
	vq->nested += 3;
}

void nest(VirtQueue *vq)
{
	VirtQueueElement *next = vq->next;

	vq->nest = NULL;
	vq->next = NULL;
	call_on(rnd(vq, 2) && !vq->low ? HIGH : LOW, call_within, vq);
	vq->next = next;
}

static void storm(VirtQueue *vq)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned n = 50 + rnd(vq, 400); n; n--) {
			if (vq->nests && !rnd(vq, 20))
				vq->nest = nest;
			step(vq);
		}
		vq->nest = NULL;
		if (!rnd(vq, 4)) {
			/* QEMU does so when its memory map changes. */
			vq->vring.caches = moved_copy(vq->vring.caches, sizeof(*vq->vring.caches),
						      sizeof(*vq->vring.caches));
			move_rings(vq, true);
		}
		if (rnd(vq, 3))
			continue;
		virtio_reset(vq->vdev);
		forget_all(vq);
		/* A reset is seen by what comes next. */
		vq->resets++;
		vq->events++;
		do {
			do_pop(vq);
		} while (!vq->inuse);
	}
}

/* Is a probe on virtqueue_flush?  Then its first byte is another. */
static bool is_probed(void)
{
	return *(volatile uint8_t *)(uintptr_t)virtqueue_flush != 0x0f;
}

static void wait_until(bool probed)
{
	while (is_probed() != probed)
		usleep(1000);
}

/* The watch whose return probe is pending ends, and another comes, as a line of input says: then
 * calls within. */
static void outlast(VirtQueue *vq)
{
	char line[16];

	vq->nest = NULL;
	printf("held\n");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		abort();
	for (unsigned i = 0; i < 50; i++)
		nest(vq);
}

static void hand_over(VirtQueue *vq)
{
	wait_until(true);
	vq->nest = outlast;
	virtqueue_flush(vq, 0);
	for (unsigned i = 0; i < 5000; i++)
		step(vq);
}

static void run_middle(void)
{
	if (here->vq->over)
		hand_over(here->vq);
	else
		storm(here->vq);
}

void *run_storm(void *arg)
{
	struct stacks s = {.vq = arg};

	s.memory = mmap(NULL, 3 * STACK, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (s.memory == MAP_FAILED)
		abort();
	here = &s;
	getcontext(&s.middle);
	s.middle.uc_stack.ss_sp = s.memory + MIDDLE * STACK;
	s.middle.uc_stack.ss_size = STACK;
	s.middle.uc_link = &s.caller;
	makecontext(&s.middle, run_middle, 0);
	swapcontext(&s.caller, &s.middle);
	here = NULL;
	munmap(s.memory, 3 * STACK);
	finish(arg);
	return NULL;
}

static __thread jmp_buf way_out;

static void leave(VirtQueue *vq)
{
	vq->nest = NULL;
	longjmp(way_out, 1);
}

static __attribute__((noinline)) void flush_deep_below(VirtQueue *vq)
{
	volatile char room[100 << 10];

	room[0] = 0;
	virtqueue_flush(vq, 0);
	room[1] = 0;
}

/* Calls that never return, between those of a load; the next comes from further up. */
void *run_leave(void *arg)
{
	VirtQueue *vq = arg;

	for (volatile unsigned i = 0; i < 200; i++) {
		for (unsigned n = 0; n < 50; n++)
			step(vq);
		vq->nest = leave;
		if (!setjmp(way_out))
			flush_deep_below(vq);
		do_pop(vq);
	}
	finish(vq);
	return NULL;
}

static void wait_within(VirtQueue *vq)
{
	vq->nest = NULL;
	wait_until(false);
}

/* As a load, but deeper on the stack than where it was called. */
static __attribute__((noinline)) void step_below(VirtQueue *vq)
{
	volatile char room[8192];

	room[0] = 0;
	for (unsigned i = 0; i < 5000; i++)
		step(vq);
	room[1] = 0;
}

/*
 * Where functions begin with a nop: a load, in which a flush lasts until the probes are
 * taken off, and when they are on again another one.
 */
void *run_hold(void *arg)
{
	VirtQueue *vq = arg;

	wait_until(true);
	for (unsigned i = 0; i < 5000; i++)
		step(vq);
	do_flush(vq);
	wait_until(true);
	vq->nest = wait_within;
	virtqueue_flush(vq, 0);
	wait_until(true);
	step_below(vq);
	return NULL;
}

/* A load, then a device that is broken, then a reset that heals it, and a load. */
void *run_broken(void *arg)
{
	VirtQueue *vq = arg;

	for (unsigned i = 0; i < 5000; i++)
		step(vq);
	vq->vdev->broken = true;
	for (unsigned i = 0; i < 3; i++)
		step(vq);
	while (vq->frontier < vq->n)
		do_fill(vq, vq->frontier);
	do_flush(vq);
	virtio_reset(vq->vdev);
	vq->vdev->broken = false;
	forget_all(vq);
	vq->resets++;
	vq->events++;
	for (unsigned i = 0; i < 5000; i++)
		step(vq);
	finish(vq);
	return NULL;
}
