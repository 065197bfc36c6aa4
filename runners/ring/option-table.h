/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of vqring's commands as they were given: one row each, option-table.c. */
#ifndef VQLAB_RING_OPTION_TABLE_H
#define VQLAB_RING_OPTION_TABLE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Commands, as a set. */
enum { FOR_RUN = 1, FOR_COUNT = 2, FOR_RANDOM = 4 };

enum option {
	OPTION_QEMU,
	OPTION_VARIANTS,
	OPTION_PROPS,
	OPTION_LOAD,
	OPTION_RING,
	OPTION_SIZE,
	OPTION_DEPTH,
	OPTION_BATCH,
	OPTION_CHAIN,
	OPTION_SEGMENT,
	OPTION_QUEUES,
	OPTION_RECYCLE,
	OPTION_INDIRECT,
	OPTION_NO_EVENT_IDX,
	OPTION_INTERRUPTS,
	OPTION_BATCHES,
	OPTION_DISK,
	OPTION_DISK_MIB,
	OPTION_CONTENT,
	OPTION_BACKEND,
	OPTION_ORDER,
	OPTION_ORDER_SEED,
	OPTION_ELEMENTS,
	OPTION_SEED,
	OPTION_STALL,
	OPTION_MEMORY,
	OPTION_JSON,
	OPTION_CHECK,
	OPTION_KICK,
	OPTION_POLL,
	OPTION_ROUNDS,
	OPTION_TURN,
	OPTION_BOOTS,
	OPTION_HOLD,
	OPTION_NO_PIN,
	OPTION_TOGETHER,
	OPTION_RUNS,
	OPTION_JOBS,
	OPTION_OPERATIONS,
	OPTION_SECONDS,
	OPTION_LIFE,
	OPTION_AVOID,
	OPTION_COUNT
};

/*
 * Reads the options of @command, one of FOR_*.  Numbers are held to their limits.
 * False with error set, in the words of GOption or of BAD_INPUT; @help as
 * vq_options_parse() says.
 */
bool options_given(unsigned int command, int *argc, char ***argv, bool *help, GError **error);

/* "--size" */
const char *option_name(enum option o);

/* Was it given?  Flags have no other value. */
bool option_given(enum option o);

/* What was given, or @otherwise. */
int64_t option_number(enum option o, int64_t otherwise);
const char *option_text(enum option o, const char *otherwise);

#endif /* VQLAB_RING_OPTION_TABLE_H */
