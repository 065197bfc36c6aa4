/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_SUMMARY_H
#define VQLAB_PROBES_SHOW_SUMMARY_H

#include <glib.h>
#include <stdbool.h>

#include "probes/model/model.h"
#include "probes/target/calibration.h"

/* All that a watch has found. */
struct vq_summary {
	pid_t pid;
	const char *name;  /* of the guest or the process; "" if not known */
	const char *vhost; /* devices that cannot be seen, of vq_process_vhost, or NULL */
	uint64_t start_real_ns, end_real_ns; /* CLOCK_REALTIME; 0: not known */
	double seconds;
	double seen;	  /* of these, in how many was watched; == seconds without windows */
	uint64_t seen_ns; /* the same, in ns; 0 of a trace */
	unsigned windows;
	uint64_t lost[VQ_EVENT_TYPES]; /* by type; in [0] those of unknown type */
	uint64_t null_pops;
	uint64_t unreadable_calls;
	uint64_t nested_calls; /* not recorded */
	uint64_t late_names;   /* of devices: what came before a reset may be another's */
	uint64_t reset_calls, queue_reset_calls;
	const char *way;	     /* of vq_way_name, or NULL */
	bool light;		     /* no probes on pops: packed rings are not understood */
	bool durations;		     /* those of pop and fill are known */
	const char *layout_from;     /* of vq_layout_find, or NULL */
	const struct vq_site *sites; /* VQ_FUNCTIONS of them, or NULL */
	const struct vq_calibration *calibration;
	unsigned n_calibration;
	const struct vq_model *model;
	/* Events of a queue that were lost, or NULL if that is not known. */
	uint64_t (*lost_of)(const void *data, uint64_t vq);
	const void *lost_data;
};

uint64_t vq_summary_lost(const struct vq_summary *s);

/* The flushes whose used ring could not be read. */
uint64_t vq_summary_unreadable_rings(const struct vq_summary *s);

/*
 * Writes @s as JSON, schema vqlab-probe-1, to @path, by vq_output_write().  False
 * with @error if that fails.
 */
bool vq_summary_write_json(const struct vq_summary *s, const char *path, GError **error);

/* The same on one line of standard output. */
void vq_summary_print_json(const struct vq_summary *s);

/* Prints what was watched, and a row for each queue that has events; @hists: and the
 * distributions of each (distribution.h). */
void vq_summary_print(const struct vq_summary *s, bool hists);

/* How much of the time was watched, for people: empty if all of it. */
char *vq_summary_sampled(const struct vq_summary *s);

/* Says loudly, on stderr, what was lost or could not be read. */
void vq_summary_warn(const struct vq_summary *s);

#endif
