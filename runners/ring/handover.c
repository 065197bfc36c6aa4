// SPDX-License-Identifier: GPL-2.0-or-later
#include "handover.h"

#include <math.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define HANDOVERS 400
#define TRIES 3

/* Odd, and the other has to answer by the next even number. */
struct court {
	_Alignas(128) atomic_uint line;
	_Alignas(128) atomic_int there; /* 1: where it shall be; -1: it may not */
	const struct place *place;
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *answer(void *data)
{
	struct court *c = data;
	unsigned int i;

	atomic_store(&c->there, place_device(c->place, gettid()) ? 1 : -1);
	/* On one processor each turn of the line would take a slice of the scheduler's. */
	if (c->there < 0)
		return NULL;
	for (i = 0; i < HANDOVERS * TRIES; i++) {
		while (atomic_load_explicit(&c->line, memory_order_acquire) != 2 * i + 1)
			;
		atomic_store_explicit(&c->line, 2 * i + 2, memory_order_release);
	}
	return NULL;
}

static double send(struct court *c, unsigned int from)
{
	double start = now_ns();
	unsigned int i;

	for (i = from; i < from + HANDOVERS; i++) {
		atomic_store_explicit(&c->line, 2 * i + 1, memory_order_release);
		while (atomic_load_explicit(&c->line, memory_order_acquire) != 2 * i + 2)
			;
	}
	return (now_ns() - start) / HANDOVERS;
}

double handover_measure(const struct place *p)
{
	struct court court = {.place = p};
	double least = NAN;
	GThread *other;
	unsigned int i;

	if (p->driver < 0)
		return NAN;
	other = g_thread_new("handover", answer, &court);
	/* It begins on this processor, which it must get. */
	while (!atomic_load(&court.there))
		g_usleep(10);
	/* Whatever comes between only adds. */
	for (i = 0; court.there > 0 && i < TRIES; i++)
		least = fmin(least, send(&court, i * HANDOVERS));
	g_thread_join(other);
	return least;
}
