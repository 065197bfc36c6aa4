/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of QEMU that are probed: the one table of them.
 *
 * A probe on another function is a row here, and its programs:
 *
 *  - the row, from which the loader finds, plans, attaches, lists (--plan) and counts
 *    (--json) the site, and the benchmark's floor makes its empty programs;
 *  - in bpf/vqprobe.bpf.c the programs that the row names: STEM_entered() and
 *    STEM_returned() in a line ENTRY_AND_RETURN(STEM), or STEM_entry.
 *
 * If they send an event of a new type, that is added to vqevent.h, and the compiler
 * and the tests then lead on: its size to vq_event_ok() in model/model.c, what it means
 * to vq_queue_event() in model/queue.c; a trace holds it as it is.  A row with a return
 * needs a function of ours to be calibrated with (calib.c).  For the tests the function
 * is made in tests/victim-qemu.c, which stands for a QEMU.
 */
#ifndef VQLAB_PROBES_VQFUNCTION_H
#define VQLAB_PROBES_VQFUNCTION_H

#include "vqevent.h"

/* Arguments that must be live where an entry program runs, as the bits of a set. */
enum {
	VQ_ARG_DI = 1 << 0,
	VQ_ARG_SI = 1 << 1,
	VQ_ARG_DX = 1 << 2,
};

/*
 * Of each function
 *
 *	ID	VQ_FN_ID, and CALL_ID in the programs
 *	stem	the programs' names: stem_session, stem_entry, stem_return
 *	name	in QEMU
 *	need	REQUIRED: a QEMU without it cannot be watched; OPTIONAL
 *	args	VQ_ARG_* that the entry program looks at
 *	reads	READS: that program reads the queue or the element; else NO_READS
 *	event	VQ_* that is sent for each call; 0: none, or one that comes later
 *	light	with --light: SAME, LEFT_OUT, or ENTRY_ONLY: stem_light at the entry alone
 *
 * ENTRY_AND_RETURN(...) functions are probed at both, and come first; ENTRY(...) ones
 * at the entry only.  virtio_reset and virtio_queue_reset wait for requests, in
 * coroutines, so that a return probe could kill QEMU: bpf/resets.bpf.h.  QEMU 7.2 and
 * later have the last.
 */
#define VQ_FUNCTION_TABLE(ENTRY_AND_RETURN, ENTRY)                                                 \
	ENTRY_AND_RETURN(POP, pop, "virtqueue_pop", REQUIRED, VQ_ARG_DI, NO_READS, VQ_POP,         \
			 LEFT_OUT)                                                                 \
	ENTRY_AND_RETURN(FILL, fill, "virtqueue_fill", REQUIRED,                                   \
			 VQ_ARG_DI | VQ_ARG_SI | VQ_ARG_DX, READS, VQ_FILL, ENTRY_ONLY)            \
	ENTRY_AND_RETURN(FLUSH, flush, "virtqueue_flush", REQUIRED, VQ_ARG_DI | VQ_ARG_SI, READS,  \
			 VQ_FLUSH, SAME)                                                           \
	ENTRY(UNPOP, unpop, "virtqueue_unpop", REQUIRED, VQ_ARG_DI | VQ_ARG_SI, READS, VQ_UNPOP,   \
	      SAME)                                                                                \
	ENTRY(DETACH, detach, "virtqueue_detach_element", REQUIRED, VQ_ARG_DI | VQ_ARG_SI, READS,  \
	      VQ_DETACH, SAME)                                                                     \
	ENTRY(REWIND, rewind, "virtqueue_rewind", REQUIRED, VQ_ARG_DI | VQ_ARG_SI, READS,          \
	      VQ_REWIND, SAME)                                                                     \
	ENTRY(RESET, reset, "virtio_reset", REQUIRED, VQ_ARG_DI, NO_READS, 0, SAME)                \
	ENTRY(QUEUE_RESET, queue_reset, "virtio_queue_reset", OPTIONAL, VQ_ARG_DI | VQ_ARG_SI,     \
	      READS, 0, SAME)

#define VQ_FUNCTION_ID(id, ...) VQ_FN_##id,
#define VQ_FUNCTION_NONE(...)

enum vq_function { VQ_FUNCTION_TABLE(VQ_FUNCTION_ID, VQ_FUNCTION_ID) VQ_FUNCTIONS };

/* Those with a return probe, which come first: it is they that are calibrated. */
enum vq_function_with_return {
#define VQ_FUNCTION_WITH_RETURN(id, ...) VQ_RETURN_OF_##id,
	VQ_FUNCTION_TABLE(VQ_FUNCTION_WITH_RETURN, VQ_FUNCTION_NONE) VQ_RETURNS
#undef VQ_FUNCTION_WITH_RETURN
};

#endif
