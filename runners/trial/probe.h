/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vqprobe beside a phase: start, stop, and its result. */
#ifndef VQLAB_PROBE_H
#define VQLAB_PROBE_H

#include "runners/machine/folders.h"
#include "runners/tool/spawn.h"
#include "runners/tool/json.h"

struct probe {
	struct child child;
	char *json, *log;
};

/*
 * Starts @program on QEMU's @pid and waits until it is attached and
 * calibrated.  Its result goes to @json, its messages to @json with .log, and
 * all events to @trace unless that is NULL.  False with VQB_INVALID when a signal
 * ended it, with VQB_FAILED when it says that it cannot work here.
 */
bool probe_start(struct probe *p, const char *program, pid_t pid, const char *json,
		 const char *trace, GError **error);

/* Is it still there?  False with VQB_INVALID and how it ended. */
bool probe_alive(struct probe *p, GError **error);

/*
 * Ends vqprobe and reads its result: of the whole phase, or of its beginning where vqprobe
 * had ended before.  NULL with VQB_INVALID when it failed or its result cannot be read;
 * the caller frees the node.
 */
JsonNode *probe_finish(struct probe *p, GError **error);

/* Ends it, whatever it was doing; for a phase that failed. */
void probe_abandon(struct probe *p);

/*
 * Why vqprobe (@program) cannot watch this QEMU, NULL when it can: tried on one
 * without devices, that runs no guest.  The caller frees the answer.
 */
char *probe_refusal(const char *program, const struct qemuinfo *q);

/* A copy of @result with only the queues of @device. */
JsonNode *probe_of_device(JsonNode *result, const char *device);

#endif /* VQLAB_PROBE_H */
