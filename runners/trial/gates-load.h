/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the load says of a phase that ended well, against what QEMU, the tap and the
 * probes counted. */
#ifndef VQLAB_GATES_LOAD_H
#define VQLAB_GATES_LOAD_H

#include "verdict.h"

void gate_time(struct verdict *v, struct phase *ph);
void gate_traffic(struct verdict *v, struct phase *ph);
void gate_elements(struct verdict *v, struct phase *ph);

/* A network card's driver took what the tap gave; nothing of a disk. */
void gate_received(struct verdict *v, struct phase *ph);

/* What the guest's driver was seen to do is what others saw of it; nothing without a count. */
void gate_driver(struct verdict *v, struct phase *ph);

#endif /* VQLAB_GATES_LOAD_H */
