/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions of the measured loop: perf's counter in user space where the
 * host has one, else callgrind, which runs this program again with the same
 * arguments and counts between client requests around each chunk.  Of the same
 * operations callgrind counts the same every time.
 */
#ifndef VQLAB_ANALYSIS_INSTRUCTIONS_H
#define VQLAB_ANALYSIS_INSTRUCTIONS_H

#include "replay.h"

enum counter {
	COUNTER_AUTO, /* perf, else callgrind */
	COUNTER_PERF,
	COUNTER_CALLGRIND,
	COUNTER_NONE,
};

/* "auto", "perf", "callgrind", "none"; -1: another. */
int counter_parse(const char *name);

/*
 * Counts what the variants of @r that passed the proof execute.  @args: this
 * program's arguments that make the same source, NULL-terminated, without
 * --variant.  False with @error if @counter is not to be had.
 */
bool count_instructions(struct replay *r, enum counter counter, char **args, GError **error);

/* What the program does when it is run again: @r's variants, one after another. */
bool count_for_parent(struct replay *r, GError **error);

#endif
