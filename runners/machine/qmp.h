/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small QMP client: one command at a time, events passed over. */
#ifndef VQLAB_QMP_H
#define VQLAB_QMP_H

#include "runners/tool/json.h"

struct qmp;

/* Takes over @fd; waits for the greeting and leaves negotiation mode. */
struct qmp *qmp_open(int fd, int limit_ms, GError **error);
void qmp_close(struct qmp *q);

/*
 * Runs @command with @arguments (JSON text, or NULL) and returns what came
 * under "return"; the caller frees it.  NULL with error set: QEMU refused, or
 * did not answer in @limit_ms; no command can be sent after the latter.
 */
JsonNode *qmp_call(struct qmp *q, const char *command, const char *arguments, int limit_ms,
		   GError **error);

/* query-status: "running", "internal-error" ...; "" when it cannot be had. */
char *qmp_status(struct qmp *q);

/* What QEMU's block layer has finished for a device since it was started. */
struct block_counts {
	int64_t reads, writes, flushes, unmaps; /* requests of the guest's, as it sent them */
	int64_t failed;				/* of any kind, and not among these */
	int64_t merged; /* of these, those that went to the back end with another one */
	int64_t bytes;	/* read, written and unmapped */
};

/* Those of block device @id (its -device id); false: unknown. */
bool qmp_block_counts(struct qmp *q, const char *id, struct block_counts *c);

/* A string property of an object, or NULL. */
char *qmp_get_string(struct qmp *q, const char *path, const char *property);

/* A number of x-query-virtio-queue-status of virtqueue @queue; -1: unknown (QEMU older than
 * 7.2). */
int64_t qmp_queue_status(struct qmp *q, const char *id, int queue, const char *what);

/* Elements that the device holds in virtqueue @queue; -1: unknown, likewise. */
int64_t qmp_in_flight(struct qmp *q, const char *id, int queue);

/* Entries of the ring of virtqueue @queue; -1: unknown, likewise. */
int64_t qmp_ring_size(struct qmp *q, const char *id, int queue);

/* Has the guest come to an end that query-status tells, as one does that KVM cannot
 * run: QEMU stays there, paused?  The status; NULL: no.  The caller frees it. */
char *qmp_guest_died(struct qmp *q);

#endif /* VQLAB_QMP_H */
