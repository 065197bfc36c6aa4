/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a load is made of: single steps of a driver, each checked. */
#ifndef VQLAB_RING_STEPS_H
#define VQLAB_RING_STEPS_H

#include "device.h"

/* Adds at most @most elements, for which there are slots and room, and publishes none.
 * Returns their number. */
uint64_t step_add(struct device *d, struct lane *q, uint64_t most);

/* Takes at most @most used elements and looks at each; returns their number. */
uint64_t step_reap(struct device *d, struct lane *q, uint64_t most);

/* False when the device has been caught. */
bool step_notify(struct device *d, struct lane *q);

/* Takes what has come out on the device's wire, if it has one; was there anything? */
bool step_take(struct device *d);

/* What has still to come back before nothing is under way. */
uint64_t step_outstanding(struct device *d);

/*
 * Waiting, zeroed at first.  Halfway to a stall the device is notified once more: if
 * that helps, a notification was lost or one was wanted and not asked for.
 */
struct patience {
	int64_t since; /* ns; 0: things move */
	bool notified;
	unsigned int looks;
};

/* Nothing has moved since the last look: waits a little, and catches a device that has
 * stalled. */
void step_wait(struct device *d, struct patience *p);

/* Something has; catches a device that was helped by the second notification. */
void step_moved(struct device *d, struct patience *p);

int64_t step_now_ns(void);

#endif /* VQLAB_RING_STEPS_H */
