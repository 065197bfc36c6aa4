/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_FORCE_H
#define VQLAB_PROBES_TARGET_FORCE_H

#include <stdbool.h>

/*
 * Does the environment variable VQPROBE_TEST have @word among its words, separated by
 * commas?  Tests force by it what this host or this QEMU does not need:
 *
 *	entry		sites at the entries of functions only (sites.c)
 *	multi		no sessions (attach.c)
 *	perf		perf events, the last way of all
 *	main		as if sessions and uprobe_multi saw the main thread's calls only
 *	seccomp		as if a probe killed a process under seccomp
 *	poll		no tracepoint tells of programs that start (started.c)
 *	code		struct offsets from the code, though there is debug information
 */
bool vq_test_forces(const char *word);

#endif
