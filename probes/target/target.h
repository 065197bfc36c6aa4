/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_TARGET_H
#define VQLAB_PROBES_TARGET_TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <elfutils/libdwfl.h>

#include "probes/vqerror.h"
#include "probes/vqevent.h"

/* A watched process. */
struct vq_target {
	pid_t pid;
	/* A name in /proc/PID of the binary that runs, good even if that was deleted
	 * or replaced, or is in another mount namespace. */
	char *exe;
	char *path; /* where that link leads, for messages */
	int pidfd;  /* readable when the process has ended */
	int mem;    /* /proc/PID/mem, or -1: its owner alone may open it */
	int maps;   /* /proc/PID/maps of the program that ran when it was opened */
	Dwfl_Callbacks callbacks;
	char *debug_path; /* where separate debug files are looked for */
	Dwfl *dwfl;	  /* the binary, with its separate debug file if there is one */
	Dwfl_Module *mod;
	uint64_t bias; /* run-time address - address in the file; see ready */
	unsigned unnamed;
	GHashTable *types; /* type of device -> how many had no id */
	GHashTable *names; /* VirtIODevice address -> name that was made up */
};

/*
 * Opens process @pid.  NULL and @error if there is none or it may not be
 * watched.  Freed by vq_target_free; the process is not touched.
 */
struct vq_target *vq_target_open(pid_t pid, GError **error);
void vq_target_free(struct vq_target *t);

/* A function, as the symbol tables have it. */
struct vq_symbol {
	uint64_t address; /* in the file's own address space */
	uint64_t size;	  /* in bytes, 0 if unknown */
	unsigned rivals;  /* others with as good a claim to the name: it may be the wrong one */
};

/*
 * Looks @name up in .symtab, .dynsym, a separate file's or .gnu_debugdata's: the global
 * function of that name, else virtio.c's own, else any.
 */
bool vq_target_symbol(struct vq_target *t, const char *name, struct vq_symbol *sym);

/* A loaded segment as the file has it. */
struct vq_segment {
	uint64_t address;     /* in the file's own address space */
	uint64_t offset;      /* in the file */
	size_t size;	      /* in the file */
	size_t memsize;	      /* in memory: the rest is zeroes */
	const uint8_t *bytes; /* as long as the target lives */
};

/* The loaded segment number @i, from 0 on; false when there are no more. */
bool vq_target_segment_at(struct vq_target *t, unsigned i, struct vq_segment *s);

/* The segment that @address of the file's own address space lies in. */
bool vq_target_segment(struct vq_target *t, uint64_t address, struct vq_segment *s);

/* Reads @len bytes at @addr of the process.  False if they are not there. */
bool vq_target_read(struct vq_target *t, uint64_t addr, void *buf, size_t len);

/* Is the process, or might it be, under a seccomp filter? */
bool vq_target_has_seccomp(const struct vq_target *t);

/* Has the process ended, or put another program in its place? */
bool vq_target_gone(const struct vq_target *t);

/* Where the VirtIODevice at @vdev has its queue @index; 0 if that cannot be read. */
uint64_t vq_target_find_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vdev,
			      uint32_t index);

/*
 * Says which queue the VirtQueue at @vq is.  Returns false when there is none:
 * when it is not in its place among its device's queues, so that @l does not fit
 * this QEMU.  It is named by its address then, and likewise when the process has
 * gone, so that counts are never thrown away.
 */
bool vq_target_name_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vq,
			  struct vq_queue_event *e);

#endif
