/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf stat on QEMU: its CPU time and context switches, all threads. */
#ifndef VQLAB_PERFSTAT_H
#define VQLAB_PERFSTAT_H

#include "runners/tool/spawn.h"

struct perfstat {
	struct child child;
	int control, ack;
	char *path;
};

struct perfstat_result {
	double cpu_s;
	int64_t ctx_switches;
};

/*
 * Attaches to @pid with the counters off; they go to @path in the end.  False with
 * VQB_FAILED when there is no perf to execute, with VQB_INVALID when it ended.
 */
bool perfstat_start(struct perfstat *p, pid_t pid, const char *path, GError **error);

/* Is it still there?  False with VQB_INVALID and how it ended. */
bool perfstat_alive(struct perfstat *p, GError **error);

/* Turns the counters on or off; returns when perf says it is done. */
bool perfstat_switch(struct perfstat *p, bool on, GError **error);

/* Ends perf and reads what it counted; @r may be NULL. */
bool perfstat_finish(struct perfstat *p, struct perfstat_result *r, GError **error);

/* Reads perf's -x, text; for the tests. */
bool perfstat_parse(const char *text, struct perfstat_result *r, GError **error);

#endif /* VQLAB_PERFSTAT_H */
