/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_POOL_COMMAND_H
#define VQLAB_ANALYSIS_POOL_COMMAND_H

#include <stdbool.h>

/*
 * Prints what the runs in @n folders say together.  With @mixed also of those that differ in
 * plan, QEMU or lab.  Returns the exit status.
 */
int pool_command(char *const *dir, unsigned int n, double margin, bool mixed, bool markdown);

#endif
