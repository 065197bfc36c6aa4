/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process of a trial tells vqbench: records with a length, not lines,
 * since their text may come from a guest, and a line in it must not become a
 * message of its own.
 */
#ifndef VQLAB_MESSAGE_H
#define VQLAB_MESSAGE_H

#include "runners/tool/error.h"

/* Of its text; longer is cut off. */
#define MESSAGE_MAX 4096

enum message_kind {
	MESSAGE_DOING, /* text: for the progress display */
	MESSAGE_LOADS, /* code: in how many phases the load did its work */
	MESSAGE_STATE, /* how the trial ended; code: 0 or a VQB_ code, text: the reason */
	MESSAGE_ERROR, /* the lab failed; code: a VQB_ code, text: the reason */
	N_MESSAGE_KINDS
};

struct message {
	enum message_kind kind;
	int code;
	char *text; /* one line that is safe to print; never NULL */
};

/* Sends one; no effect with @fd -1.  A reader that is gone is no error: it has
 * killed the writer by then. */
void message_send(int fd, enum message_kind kind, int code, const char *text);

enum message_taken {
	MESSAGE_NONE, /* nothing whole in it yet */
	MESSAGE_ONE,  /* @m is filled; message_clear frees its text */
	MESSAGE_BAD   /* what stands there is no message, nor is what follows */
};

/* Takes the first message out of what was read so far. */
enum message_taken message_take(GByteArray *in, struct message *m);
void message_clear(struct message *m);

#endif /* VQLAB_MESSAGE_H */
