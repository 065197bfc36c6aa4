/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gates: what must hold for a phase to be counted.  All but `features` are judged
 * phase by phase: one bad workload costs none of the others.
 *
 *   features      bit 35 (IN_ORDER) exactly as the variant demands, bit 34
 *                 (RING_PACKED) exactly as the ring does, on every device;
 *                 rings of the size that the plan asks for, if it does
 *   path          the strategy's code handled elements in every phase
 *   lost          no event was lost, no ring unreadable
 *   conservation  pops = fills + taken back + in flight, on every queue
 *   order         no order violation, for every variant but off
 *   length        the used ring says the length that the device filled
 *   counters      the strategy's own counters equal what vqprobe saw (fio)
 *   load          fio or iperf3 succeeded and verified, in every phase
 *   time          the load ran as long as the plan says, and as long as it says
 *   traffic       it moved as many bytes as QEMU's block layer or the tap counted
 *   driver        where the guest's driver is counted: it took as many elements as the
 *                 block layer requests, or the tap packets, and as many interrupts as
 *                 its kernel says, so counting changed neither
 *   elements      QEMU's queues, by the strategy's count and by vqprobe's, handled as
 *                 many elements as the block layer requests, or the tap packets
 */
#ifndef VQLAB_GATES_H
#define VQLAB_GATES_H

#include "state.h"

struct gate {
	const char *name;
	bool ok;
	char *detail;
};

/*
 * Fills t->gates from what the trial gathered, and each phase's faults with those that
 * concern it: its own, and what is wrong with the whole boot.  Phases that did not end
 * well are judged by `load` alone.  True when all hold.
 */
bool gates_check(struct trial *t);

/*
 * Why the trial is invalid, once they were checked: the first gate that fell with all its
 * faults, and the names of the others; "" if none did.  The caller frees it.
 */
char *gates_reason(const struct trial *t);

void gate_free(gpointer gate);

#endif /* VQLAB_GATES_H */
