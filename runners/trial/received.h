/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a network card's driver in the guest took, beside what the tap gave: a used entry
 * that says another length than the device wrote shows nowhere else, for IP cuts off what
 * a frame has too much.
 */
#ifndef VQLAB_RECEIVED_H
#define VQLAB_RECEIVED_H

#include <stdbool.h>
#include <stdint.h>

struct trial;
struct plan_workload;

/* Bytes of frames to the guest, since boot. */
struct received {
	int64_t by_tap, by_driver;
};

/*
 * That of the network card of @w, while nothing is under way to it; false: unknown, or never
 * so, or no network card.
 */
bool received_read(struct trial *t, const struct plan_workload *w, struct received *r);

#endif /* VQLAB_RECEIVED_H */
