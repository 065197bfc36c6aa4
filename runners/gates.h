/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gates: what must hold for a trial to be counted.
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
 */
#ifndef VQLAB_GATES_H
#define VQLAB_GATES_H

#include "util.h"

struct trial;

struct gate {
	const char *name;
	bool ok;
	char *detail;
};

/* Fills t->gates from what the trial gathered; phases that did not end well
 * are judged by `load` alone.  True when all hold. */
bool gates_check(struct trial *t);

void gate_free(gpointer gate);

#endif /* VQLAB_GATES_H */
