/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_WATCH_H
#define VQLAB_PROBES_WATCH_H

#include <glib.h>
#include <stdbool.h>

#include "calib.h"
#include "probes/target/layout.h"
#include "lines.h"
#include "load.h"
#include "probes/model/model.h"
#include "probes/target/sites.h"
#include "probes/show/events.h"
#include "probes/show/summary.h"
#include "probes/target/target.h"
#include "probes/trace/trace.h"

/* How a process is to be watched. */
struct vq_watch_options {
	unsigned buffer_kib; /* of the ring of events, a power of two */
	bool calibrate;
	/* Without probes on pop and on the return of fill; VQ_LIGHT_SPLIT: if the binary and
	 * the rings allow it.  The durations of these calls are not known then. */
	enum vq_light light;
	bool windows;			/* probes are taken off and put on again */
	bool trust_guest;		/* watch without sessions (attach.h), too */
	const char *output;		/* the trace to write, or NULL */
	const struct vq_select *select; /* the queues that are meant; or NULL */
	const struct vq_events *events; /* print all events so; or NULL */
};

/*
 * A watch of one process, from attaching to the summary.  It may consist of
 * windows, with no probe on the process between them: a probe that is only told
 * to do nothing costs most of what one does that works, for most is the trap.
 */
struct vq_watch {
	pid_t pid;
	char *name;  /* of the guest or the process */
	char *vhost; /* of vq_process_vhost */
	struct vq_target *target;
	struct vq_layout layout;
	const char *layout_from;
	struct vq_site sites[VQ_FUNCTIONS];
	struct vq_site all_sites[VQ_FUNCTIONS]; /* the same before any was left out */
	unsigned buffer_kib;
	bool has_windows;
	bool durations;	 /* of all calls are recorded, since the beginning */
	enum vq_way way; /* in which they are probed */
	struct vq_calibration calibration[VQ_RETURNS];
	unsigned n_calibration;
	struct vqprobe_bpf *skel;
	struct vq_lines *lines;
	struct vq_model *model;
	GHashTable *unsure; /* VirtQueues to be named again: addresses, uint64_t */
	GHashTable *named;  /* when the name was read, ns of CLOCK_MONOTONIC, by the same */
	struct vq_trace_writer *trace;
	struct vq_events events; /* if shows_events */
	bool shows_events;
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC; end is 0 until stopped */
	uint64_t window_ns;	   /* when the window began; 0 between windows */
	uint64_t seen_ns;	   /* sum of the windows that are over */
	unsigned windows;
	uint64_t malformed;
	uint64_t late_names; /* read after a reset that may have been of another device */
};

/*
 * Finds in process @pid, to be called @name, all that a watch needs, without
 * attaching.  NULL with @error if it cannot be watched.  Of the result only the
 * target, the sites and the layout are there; to be freed by vq_watch_free.
 */
struct vq_watch *vq_watch_examine(pid_t pid, const char *name, GError **error);

/* CLOCK_MONOTONIC in ns, which is also the clock of all events. */
uint64_t vq_now(void);

/*
 * As vq_watch_examine, and without a probe on the process yet, the BPF programs
 * are loaded and calibrated.  To be freed by vq_watch_free.
 */
struct vq_watch *vq_watch_prepare(pid_t pid, const char *name,
				  const struct vq_watch_options *options, GError **error);

/*
 * Puts the probes on the process of @w, which was prepared with @options; from here on all
 * calls are recorded.  False with @error on failure; @w is to be freed in either case.
 */
bool vq_watch_attach(struct vq_watch *w, const struct vq_watch_options *options, GError **error);

/* Takes what the probes have sent.  To be called every few tens of ms. */
void vq_watch_drain(struct vq_watch *w);

/*
 * Between windows: takes the probes off, or puts them on again, which may fail.
 * Elements in flight when a window begins are as at the beginning of a watch.
 */
void vq_watch_pause(struct vq_watch *w);
bool vq_watch_resume(struct vq_watch *w, GError **error);

/*
 * Has the process ended, or put another program in its place?  Then @why, to be
 * freed, says so, and the watch can but be stopped.
 */
bool vq_watch_over(struct vq_watch *w, char **why);

/* Ends the watch: probes off, all that they sent taken. */
void vq_watch_stop(struct vq_watch *w);

/* What has been found until now, or until the stop.  It points into @w. */
void vq_watch_summarise(const struct vq_watch *w, struct vq_summary *s);

/* Completes the trace, if one is written.  False with @error if that fails. */
bool vq_watch_close_trace(struct vq_watch *w, GError **error);

/* Takes off what is still on; @w may be NULL. */
void vq_watch_free(struct vq_watch *w);

#endif
