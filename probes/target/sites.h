/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_SITES_H
#define VQLAB_PROBES_TARGET_SITES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "attach.h"
#include "target.h"
#include "probes/vqfunction.h"

struct vqprobe_bpf;

/* How the kernel gets past the instruction under a probe: what decides its
 * cost.  Of a site it is read from the process's memory, never assumed. */
enum vq_mode {
	VQ_MODE_UNKNOWN,    /* not hit yet, or not readable */
	VQ_MODE_OPTIMISED,  /* a call instead of a trap */
	VQ_MODE_BREAKPOINT, /* a trap on a 5-byte nop, which is skipped */
	VQ_MODE_EMULATED,   /* a trap, and the kernel does the instruction's work */
	VQ_MODE_STEPPED,    /* a trap, the instruction out of line, another trap */
};
const char *vq_mode_name(enum vq_mode mode);

struct vq_site {
	enum vq_function fn;
	bool present;		 /* the binary has this function, and it is to be probed */
	enum vq_light light;	 /* if so, at the entry only, by another program */
	unsigned rivals;	 /* of its symbol, see vq_symbol */
	uint64_t address;	 /* of the site in the file's own address space */
	uint64_t offset;	 /* of the site in the file */
	unsigned past;		 /* the site's distance from the function's entry */
	const char *first;	 /* the instruction at the entry, see vq_decode */
	bool first_emulated;	 /* the kernel emulates that one */
	const char *instruction; /* the one at the site */
	bool emulated;		 /* the kernel emulates the one at the site */
	const char *why;	 /* this site was chosen, or no better one */
	enum vq_mode mode;
	struct vq_probe *entry, *ret; /* attached, or NULL; of a session the first alone */
};

/* The function's name in QEMU. */
const char *vq_function_name(enum vq_function fn);

/* The type of the event that each call of the function causes; 0: none. */
enum vq_event_type vq_function_event(enum vq_function fn);

/* Has it a return probe, too? */
bool vq_site_has_return(const struct vq_site *site);

/*
 * Finds all functions in the target's binary and plans the site in each
 * (plan.h).  False with @error when one that measuring needs is missing.  @sites
 * has VQ_FUNCTIONS entries.
 */
bool vq_sites_find(struct vq_target *t, struct vq_site *sites, GError **error);

/*
 * Leaves out the probes that --light does without.  False with @error if @layout
 * does not know where the avail ring is, which then has to tell; nothing is changed then.
 */
struct vq_layout;
bool vq_sites_lighten(struct vq_site *sites, const struct vq_layout *layout, enum vq_light light,
		      GError **error);

/* To be called before the programs of @skel are loaded: which are wanted for @sites. */
void vq_sites_prepare(struct vqprobe_bpf *skel, const struct vq_site *sites, enum vq_way way);

/* Attaches the programs of @site in process @pid, binary @exe. */
bool vq_site_attach(struct vq_site *site, struct vqprobe_bpf *skel, enum vq_way way, pid_t pid,
		    const char *exe, GError **error);

/* Closes the files of programs, which live on where they are attached: no more can be
 * attached. */
void vq_sites_drop_programs(struct vqprobe_bpf *skel);

/*
 * Detaches @n sites; those not attached are passed over.  Taking a probe off
 * waits for the kernel's RCU, tens of milliseconds on a busy host, so all are
 * taken off at the same time, by threads.
 */
void vq_sites_detach(struct vq_site *sites, unsigned n);

/* The mode that the first byte at the site, @byte, says. */
enum vq_mode vq_site_mode(const struct vq_site *site, uint8_t byte);

/* Reads the mode of each present site; keeps the last when unreadable. */
void vq_sites_read_modes(struct vq_target *t, struct vq_site *sites);

#endif
