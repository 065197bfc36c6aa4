/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions that the guest's kernel executes in its virtio_ring, by function:
 * the runner's end of the plugin's socket
 *
 *	open	before QEMU starts; arguments and a descriptor for it
 *	learn	once the guest has booted: where the functions are
 *	start, stop	around a load; each returns when all vCPUs have been at a halt
 *	json	what was counted between the last start and stop
 *
 * Counting does not change what the guest does, and costs it little while it is on:
 * finding the functions takes it some three seconds of a processor, the rest is less.
 * But a phase with counting is no phase to be timed.
 * Only TCG can count.
 */
#ifndef VQLAB_GUEST_COUNTER_H
#define VQLAB_GUEST_COUNTER_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What finds the functions, as a command for the guest: its output is for learn.
 * All that is wanted are the lines of virtio_ring's functions and each one after
 * them; the whole of kallsyms takes minutes through the guest's line.
 */
extern const char *const guest_counter_command[];

/* What a function is for; virtio_ring's functions are told apart by their names. */
enum count_part {
	COUNT_ADD,	 /* buffers are made available, with the mapping of their pages */
	COUNT_KICK,	 /* is the device to be told, and telling it */
	COUNT_GET_BUF,	 /* used buffers are taken */
	COUNT_DETACH,	 /* their descriptors are freed, and pages unmapped */
	COUNT_INTERRUPT, /* the handler, and switching it on and off */
	COUNT_OTHER,
	N_COUNT_PARTS,
};
extern const char *const count_part_names[N_COUNT_PARTS];

struct counted_function {
	char *name; /* as in kallsyms, printable ASCII */
	enum count_part part;
	uint64_t start, end; /* addresses in the guest: [start, end) */
	uint64_t calls, instructions;
};

struct guest_counter {
	int fd;		   /* our end of the line */
	int qemu_fd;	   /* the other one, until guest_counter_handed_over() */
	GArray *functions; /* struct counted_function */
	GString *input;	   /* read, and not yet used */
};

/*
 * A counter for a QEMU that is to be started.  @plugin is the file; its arguments
 * are added to @argv, and QEMU has to inherit qemu_fd.  False with @error if there
 * is no plugin (a QEMU that the lab did not build) or no socket.
 */
bool guest_counter_open(struct guest_counter *c, const char *plugin, GPtrArray *argv,
			GError **error);

/* QEMU has been started: our copy of its end is closed. */
void guest_counter_handed_over(struct guest_counter *c);

/* Takes the functions out of @kallsyms, the output of guest_counter_command. */
bool guest_counter_learn(struct guest_counter *c, const char *kallsyms, GError **error);

bool guest_counter_start(struct guest_counter *c, GError **error);
bool guest_counter_stop(struct guest_counter *c, GError **error);

/* The sum over a part's functions. */
uint64_t guest_counter_part(const struct guest_counter *c, enum count_part part);

/*
 * Elements that came back, on all queues: calls of what frees their descriptors.  -1:
 * this kernel has no such function, because gcc inlined it.
 */
int64_t guest_counter_elements(const struct guest_counter *c);

/*
 * Appends an object: "instructions" in all, "elements" (null: unknown), "parts" by
 * name, and "functions", those that were executed, with their calls.
 */
void guest_counter_json(const struct guest_counter *c, JsonBuilder *b);

void guest_counter_close(struct guest_counter *c);

#endif
