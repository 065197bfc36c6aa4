/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vqbench runs a plan: it boots QEMU once for each trial, drives fio and
 * iperf3 in the guest, and keeps what came out.  Its parts, each with one job:
 *
 *   main.c       the command line
 *   plan.c       configs/PLAN.ini -> struct plan (plan-read.c, by the one
 *                table of keys in plan-keys.c)
 *   schedule.c   plan + seed -> the order of trials and of their phases
 *   qemuinfo.c   what a QEMU folder holds and which variants it can run
 *   rundir.c     the run folder: lock, journal, resuming; identity.c what must
 *                be the same when it is resumed
 *   host.c       who measures on this host; what is its failure, not a result
 *   runinfo.c    run.json: the host, the versions, the plan in short
 *   campaign.c   forks the trials one by one, shows progress, cleans up;
 *                message.c: what a trial's process tells it
 *
 * and inside the process of a trial:
 *
 *   trial.c      the flow of one boot; trialjson.c writes trial.json
 *   netns.c      its own network namespace and tap devices
 *   disks.c      nbdkit and raw files behind the guest's disks
 *   qemu.c       QEMU's command line; qmp.c talks to it
 *   guestctl.c   the guest over its serial link (link.h)
 *   phase.c      one workload, probes off or on; watch.c sees stalls
 *   load.c       what fio and iperf3 say; perfstat.c what perf says
 *   probe.c      vqprobe: start, stop, result
 *   gates.c      is each phase valid?  gates-load.c: does the load say what
 *                QEMU and the tap counted (counted.c)?
 *   spawn.c      children that die with their parent
 *
 * util.h is what all of them share.  Errors are GErrors of one domain; their
 * code becomes the exit status or, within a trial, the trial's state.
 */
#ifndef VQLAB_UTIL_H
#define VQLAB_UTIL_H

#include <glib.h>
#include <inttypes.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

#define VQB_ERROR vqb_error_quark()
GQuark vqb_error_quark(void);

enum vqb_code {
	VQB_FAILED = 1,	   /* the work could not be done: exit 1 */
	VQB_BAD_INPUT = 2, /* usage, plan, or options: exit 2 */

	/* Within a trial: results, not failures of the lab. */
	VQB_INVALID,  /* ran, but must not be counted */
	VQB_STALLED,  /* no progress */
	VQB_CRASHED,  /* QEMU ended */
	VQB_NO_START, /* the guest never answered */
};

/* Milliseconds of a clock that only goes forward. */
int64_t now_ms(void);

/* The present as "2026-11-22T01:02:03Z"; the caller frees it. */
char *utc_now(void);

/*
 * Reads at most @max bytes of the file @path; longer is an error.  The text
 * has a NUL behind it and belongs to the caller; @len may be NULL.
 */
char *read_file(const char *path, size_t max, size_t *len, GError **error);

/*
 * Writes all of @data to @fd.  False with errno set: also where part of it went out
 * before, or write() took nothing and said nothing (ENOSPC then).
 */
bool write_all(int fd, const void *data, size_t len);

/* vq_output_write (probes/tool/output.h): whole or not at all. */
bool write_file(const char *path, const char *text, size_t len, GError **error);

/* Makes a rename or a new file in the folder @path last. */
void sync_folder(const char *path);

/* Removes @path and all below it; follows no symbolic link. */
void remove_tree(const char *path);

/*
 * Parses JSON that may be hostile: at most @len bytes, nested no deeper than
 * 64, and its root an object.  What stands before the first line that begins
 * with '{' is passed over: fio prints notes there.  @what names it in errors.
 * Its strings and names of members are clean (probes/tool/text.h), and so are
 * the errors.  The caller frees the node.
 */
JsonNode *parse_json(const char *text, size_t len, const char *what, GError **error);

/* The node as text with a newline at its end; the caller frees it. */
char *json_text(JsonNode *root, bool pretty);

/*
 * Members of an object that may lack them, have another type, or a number that
 * does not fit: NULL or the value @other then.  Nothing is handed over.
 */
JsonObject *json_sub(JsonObject *o, const char *name);
JsonArray *json_list(JsonObject *o, const char *name);
const char *json_str(JsonObject *o, const char *name, const char *other);
double json_num(JsonObject *o, const char *name, double other);
int64_t json_int(JsonObject *o, const char *name, int64_t other);
bool json_flag(JsonObject *o, const char *name, bool other);

/*
 * The last non-empty line of the file @path, clean and at most 200 characters
 * of ASCII; "" when there is none.  The caller frees it.
 */
char *last_line(const char *path);

#endif /* VQLAB_UTIL_H */
