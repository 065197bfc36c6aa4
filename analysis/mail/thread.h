/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * analysis/mail/ makes the mail of a report:
 *
 *	main     the command line; whose mail it is
 *	thread   the message that is answered, out of an mbox that anybody may have written
 *	people   whom it is from, whom it goes to
 *	message  headers and parts
 *	files    the report's texts and plots, checked
 *	ascii    the main plot as text
 *
 * It sends nothing. It reads what vqreport wrote, and no trial.
 */
#ifndef VQLAB_ANALYSIS_MAIL_THREAD_H
#define VQLAB_ANALYSIS_MAIL_THREAD_H

#include <gmime/gmime.h>
#include <stdbool.h>

/* Of a thread's file, unpacked: more is no thread. */
#define THREAD_MAX_BYTES ((size_t)64 << 20)

/* The message that is answered. */
struct answered {
	GPtrArray *references;	     /* message ids without <>, oldest first; its own last */
	char *subject;		     /* UTF-8, one line, without "Re:"; NULL: not known */
	InternetAddressList *author; /* whom an answer goes to; NULL: not known */
	InternetAddressList *others; /* and a copy of it; NULL with @author */
	char *said;		     /* "ID (From, Subject)", fit to be shown */
};

/*
 * Finds in the file @path the message @id, or with NULL that of the latest Date. The
 * file is an mbox as lore and b4 give it, or one message; gzipped or not. False with
 * @error, "PATH: why", and @a empty; else answered_clear() frees what is in it.
 */
bool thread_find(const char *path, const char *id, struct answered *a, GError **error);

/* The message @id of which nothing else is known. */
void answer_id(const char *id, struct answered *a);

void answered_clear(struct answered *a);

#endif
