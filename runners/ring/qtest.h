/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's qtest protocol: accesses to the guest's physical addresses. */
#ifndef VQLAB_RING_QTEST_H
#define VQLAB_RING_QTEST_H

#include "runners/tool/error.h"

struct qtest {
	int fd;
	int limit_ms; /* how long an answer may take */
};

/* One access of 1 or 4 bytes; false when QEMU has gone or says nothing. */
bool qtest_read(struct qtest *q, uint64_t address, int bytes, uint32_t *value, GError **error);
bool qtest_write32(struct qtest *q, uint64_t address, uint32_t value, GError **error);

#endif /* VQLAB_RING_QTEST_H */
