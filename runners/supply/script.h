/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scripts of runners/setup/ that make what a run needs: each prints the folder of it. */
#ifndef VQLAB_SUPPLY_SCRIPT_H
#define VQLAB_SUPPLY_SCRIPT_H

#include "runners/signals.h"
#include "runners/tool/error.h"

struct script {
	const char *name;	 /* runners/setup/NAME.sh */
	const char *const *args; /* NULL: none */
	const char *const *env;	 /* NAME=VALUE beside our own, or NULL */

	/* What became of it; script_clear() frees them. */
	int status;   /* its exit status; 1 also when it was killed */
	char *folder; /* what it printed, or NULL */
	char *why;    /* the last that it said, or "" */
};

/*
 * Runs @s in a process of its own until it ends or a signal comes; with @signals NULL it only
 * looks, is given a minute, and says nothing on standard error.  False with @error when it
 * could not be run, and without one when a signal came (signals->caught).
 */
bool script_run(struct script *s, struct signals *signals, GError **error);
void script_clear(struct script *s);

#endif /* VQLAB_SUPPLY_SCRIPT_H */
