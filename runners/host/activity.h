/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes on on the host: at a moment, and between two.
 *
 * A trial's own processes keep processors busy, too, and on few of them make each other wait.
 * So what others did is the time of all processors less that of the trial's own: its session's,
 * which vqbench makes for each trial.
 */
#ifndef VQLAB_HOST_ACTIVITY_H
#define VQLAB_HOST_ACTIVITY_H

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Lines of /proc/pressure, as named in JSON. */
enum pressure { CPU_SOME, IO_SOME, IO_FULL, MEMORY_SOME, MEMORY_FULL, N_PRESSURES };

/* Fields of the first line of /proc/stat, in its order. */
enum cpu_time { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, N_CPU_TIMES };

/* Seconds since the host was booted, all processors added up; NAN: the host does not tell. */
struct activity {
	double at_s;		 /* of a clock that only goes forward */
	double load[3];		 /* processes, over 1, 5 and 15 minutes */
	double psi[N_PRESSURES]; /* seconds in which something was stalled */
	double cpu[N_CPU_TIMES]; /* all NAN, or none */
	double own;		 /* of the session's processes, those that ended included */
	int other_qemus;	 /* of other sessions; -1: /proc cannot be read */
	GHashTable *waited;	 /* thread -> ns it waited for a processor; NULL: not told */
};

/*
 * Reads it below @root (text.h).  @session: the trial's; @qemu: its process, or 0 if there is none.
 * activity_clear() what it made.
 */
void activity_read(struct activity *a, const char *root, pid_t session, pid_t qemu);
void activity_clear(struct activity *a);

/* Of those that waited, one more thread of @process, which need not be QEMU. */
void activity_add_thread(struct activity *a, const char *root, pid_t process, pid_t thread);

/* "before" and "after" of trial.json; the caller unrefs it. */
JsonObject *activity_json(const struct activity *a);

/* "host" of a phase: what happened between the two; the caller unrefs it. */
JsonObject *activity_between(const struct activity *from, const struct activity *to);

#endif /* VQLAB_HOST_ACTIVITY_H */
