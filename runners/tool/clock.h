/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the time is: for limits, and for people. */
#ifndef VQLAB_CLOCK_H
#define VQLAB_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that only goes forward. */
int64_t now_ms(void);

/* The present as "2026-11-22T01:02:03Z"; the caller frees it. */
char *utc_now(void);

#endif /* VQLAB_CLOCK_H */
