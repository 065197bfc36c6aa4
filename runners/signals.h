/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signals that end a run: read from a descriptor, never handled asynchronously, so a
 * second one does no harm.
 */
#ifndef VQLAB_SIGNALS_H
#define VQLAB_SIGNALS_H

#include <stdbool.h>

struct signals {
	int fd;
	int caught; /* the one that came, or 0 */
};

/* Blocks SIGINT, SIGTERM and SIGHUP and opens their descriptor; false with errno set. */
bool signals_open(struct signals *s);

/* Takes one that has come, if any, into s->caught. */
bool signals_read(struct signals *s);

/* Waits up to @limit_ms for one; true when it came. */
bool signals_wait(struct signals *s, int limit_ms);

#endif /* VQLAB_SIGNALS_H */
