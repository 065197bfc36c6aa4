/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run folder: journal, run.json, plan.ini, trials/ID/, rings/ID.json.
 *
 * The journal is text that is only appended to, synced line by line.  It
 * begins with what identifies the run (plan, seed, QEMU, guest, variants ...);
 * a second `vqbench run` on the folder must agree with that and goes on where
 * the first one ended; only blocks it may add, which is noted.  It is locked
 * while a vqbench is at work on it.
 */
#ifndef VQLAB_RUNDIR_H
#define VQLAB_RUNDIR_H

#include "runners/tool/error.h"

struct rundir {
	char *dir, *trials, *rings;
	int journal;
	bool resumed;
};

/* What must be the same for all parts of a run. */
struct identity {
	const char *key, *value;
	const char *name; /* in the message when it differs */
};

/* The value of @key in DIR's journal, blocks as last extended, or NULL; the caller frees it. */
char *rundir_stored(const char *dir, const char *key);

/*
 * Opens or begins the folder @dir; removes what interrupted trials left in it.
 * VQB_BAD_INPUT when it belongs to another run or to something else.
 */
bool rundir_open(struct rundir *r, const char *dir, const struct identity *id, size_t n,
		 GError **error);
void rundir_close(struct rundir *r);

/* Appends a line to the journal, with the time; it is on disk afterwards. */
bool rundir_note(struct rundir *r, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Is there a finished trial @id? */
bool rundir_has(const struct rundir *r, const char *id);

/* "ok", "invalid" ... of the finished trial @id, or NULL; the caller frees it. */
char *rundir_state(const struct rundir *r, const char *id);

/* trials/ID.tmp, made anew; the caller frees it. */
char *rundir_begin_trial(struct rundir *r, const char *id, GError **error);

/* ID.tmp becomes ID, in place of one that there may have been. */
bool rundir_keep_trial(struct rundir *r, const char *id, GError **error);

/* The same of a ring: rings/ID.tmp, whose RING_RESULT becomes rings/ID.json. */
#define RING_RESULT "result.json"
char *rundir_begin_ring(struct rundir *r, const char *id, GError **error);
bool rundir_keep_ring(struct rundir *r, const char *id, GError **error);

/* Is there a result of the ring @id?  One that was left out is to be tried again. */
bool rundir_has_ring(const struct rundir *r, const char *id);

/* Removes the .tmp folders of what is unfinished. */
void rundir_sweep(struct rundir *r);

#endif /* VQLAB_RUNDIR_H */
