/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of the host in /proc and /sys, and what follows from it.
 *
 *	text       one such text, and the numbers in it
 *	settings   what holds still: governor, turbo, SMT, THP, mitigations
 *	topology   processors, cores, memory nodes
 *	pin        which of them each part of a trial has to itself
 *	tune       governor and turbo for a run, and back
 *	activity   what goes on: load, pressure, time stolen, who waited for a processor
 *
 * All read below a root, "" for the host itself, so that tests have hosts of their own.  A
 * text that is missing, or not as the kernel writes it, is absent: never 0, never an error.
 */
#ifndef VQLAB_HOST_TEXT_H
#define VQLAB_HOST_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* The root of what is read of this host. */
#define HOST_ROOT ""

/*
 * The file of that name below @root, clean, without the line end behind it, as probes/tool/text.h
 * has it; of several lines, all, with blanks between.  NULL: there is none that can be read, or
 * it is longer than 1 MiB.  The caller frees it.
 */
char *host_text(const char *root, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same as it is, line ends and all: for what is taken apart and never shown. */
char *host_raw_text(const char *root, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * A number from 0 to 1e18 at *@at, blanks before it passed over, decimals allowed; *@at is
 * behind it then.  False: there is none, and *@value is NAN.
 */
bool host_number(const char **at, double *value);

#endif /* VQLAB_HOST_TEXT_H */
