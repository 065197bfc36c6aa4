/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent.h - the parts of the guest's agent: agent.c has the line and the
 * loop, files.c takes files, command.c runs commands.
 */
#ifndef VQLAB_AGENT_H
#define VQLAB_AGENT_H

#include <poll.h>
#include <stdint.h>

#include "frame.h"

/* agent.c: the line.  They return when all is written, or end the process. */
void agent_send(uint32_t type, uint32_t seq, const void *payload, uint32_t len);
void agent_done(uint32_t seq, const struct frame_done *d, const char *words);
/* err: an errno, 0 for fine; what: the operation's name, for the words. */
void agent_answer(uint32_t seq, int err, const char *what);
uint64_t agent_now_ms(void); /* monotonic */

/* files.c: FRAME_PUT and FRAME_DATA; 0 or an errno. */
int files_begin(const struct frame *f);
int files_data(const struct frame *f);

/* command.c: FRAME_RUN and FRAME_KILL; both answer for themselves. */
#define COMMAND_FDS 3
void command_run(const struct frame *f);
void command_kill(void);
/* What to poll for, for how long at most (ms, -1: for ever); what to do then. */
int command_poll(struct pollfd p[COMMAND_FDS]);
void command_step(const struct pollfd p[COMMAND_FDS]);

#endif
