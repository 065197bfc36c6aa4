/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device under test: one of the devices of a QEMU, of one variant, and the load
 * that vqring puts on it.  blk.c and net.c know what a request is; load.c keeps
 * requests in flight.
 */
#ifndef VQLAB_RING_DEVICE_H
#define VQLAB_RING_DEVICE_H

#include "mmio.h"
#include "place.h"
#include "virtqueue.h"

enum load_kind { LOAD_READ, LOAD_WRITE, LOAD_RANDRW, LOAD_TX, LOAD_RX };

/* What a block that nobody has written holds. */
enum content {
	CONTENT_ANY,
	CONTENT_ZEROES,
	CONTENT_OFFSETS, /* each 8-byte word the offset of its block of 4096 */
};

struct load {
	enum load_kind kind;
	struct virtqueue_setup ring; /* of each queue */
	unsigned int queues;
	uint32_t depth;	  /* elements in flight in each queue, at most */
	uint32_t batch;	  /* so many are added at once; 0: as soon as there is room */
	uint32_t segment; /* bytes of a data segment; with net, of a frame or buffer */
	bool mixed;	  /* elements have any number of segments up to ring.chain */
	bool in_order;	  /* ring.in_order is this, for variants that keep order */
	bool kick;	  /* the device sleeps and is notified; else it polls */
	/*
	 * Before a batch, wait until QEMU's main loop has done with the last: it may have
	 * given all back and be about to look for more, or not any more.
	 */
	bool settle;
	/* Net: another program serves it, and what becomes of frames is its own affair. */
	bool foreign;
	enum content content;
	uint64_t seed;
	int stall_ms; /* no completion for so long: the device hangs */
	/* The driver has a processor of its own: it looks on where it would sleep. */
	bool alone;
	int64_t lead_ns; /* of a turn of some time: so long it runs before it counts */
};

enum device_state { DEVICE_OK, DEVICE_STALLED, DEVICE_BROKEN, DEVICE_CRASHED, DEVICE_NO_START };

/* A queue with its requests. */
struct lane {
	struct virtqueue ring;
	unsigned int index; /* the device's */
	uint32_t *slots;    /* free ones: a stack, or a queue from slots_first on */
	uint32_t slots_first, n_slots;
	uint64_t area, stride; /* addresses of the requests' memory */
	uint64_t data, data_stride;
	uint64_t *sectors; /* by slot: where its request goes (blk), its frame (net) */
	bool *writes;	   /* by slot */
};

struct device;

/* What blk.c and net.c do alike. */
struct device_class {
	const char *name;
	uint32_t virtio_id;
	/* NULL, or why this load cannot be. */
	const char *(*refuse)(const struct load *l);
	uint64_t (*features)(const struct load *l);
	/* Which queue of the device is the lane @i. */
	unsigned int (*queue)(const struct load *l, unsigned int i);
	/* The device is negotiated; lanes have rings. */
	bool (*open)(struct device *d, GError **error);
	/* Frees what open made; a device that is opened again after a reset keeps it. */
	void (*close)(struct device *d);
	/* Makes the request of @slot; the number of its segments. */
	uint32_t (*build)(struct device *d, struct lane *q, uint32_t slot,
			  struct virtqueue_segment *s);
	/* It was used, with @len bytes written: NULL, or what is wrong; freed by the caller. */
	char *(*check)(struct device *d, struct lane *q, uint32_t slot, uint32_t len);
	/* What comes out of the device on its wire is taken.  Did anything?  May be NULL. */
	bool (*take)(struct device *d, char **wrong);
	/*
	 * Sends at most @most frames into the device and returns their number: then
	 * these are the load, and the ring is but kept full.  NULL: the requests are.
	 */
	uint64_t (*send)(struct device *d, uint64_t most);
	/* What has to come back, before a turn has ended; NULL: all that is in flight. */
	uint64_t (*outstanding)(struct device *d);
};

extern const struct device_class blk_class, tx_class, rx_class, rx_foreign_class;

struct turn {
	uint64_t elements; /* completed until the time was up */
	double seconds;
	double instructions; /* of the device's thread, by the processor; -1: unknown */
	struct unrest unrest;
};

struct device {
	char *label;   /* unique in its QEMU, and the device's id */
	char *variant; /* off, qemu, or a strategy */
	bool in_order;
	unsigned int bus;
	int socket;   /* net: the other end of its wire; else -1 */
	pid_t thread; /* that serves it; 0: unknown */
	int counter;  /* hardware.h's, of its thread, or -1 */
	struct mmio mmio;
	const struct device_class *class;
	const struct load *load;
	struct memory *memory;
	struct lane *lanes;
	void *priv; /* the class's */
	uint64_t random;
	uint64_t notified;	    /* notifications sent */
	struct virtqueue_sums sums; /* of all its queues, once it is stopped */

	enum device_state state;
	char *rule;	/* the rule that it broke, in a word, or NULL */
	char *evidence; /* why state is not DEVICE_OK */
	int64_t ran_ms; /* how long it had run when it was caught */
	GArray *turns;	/* of struct turn; the ones that count */
	int64_t cut;	/* windows cut by x-order during the load; -1: unknown */
};

const struct device_class *device_class_of(const struct load *l);

/* NULL, or why the load cannot be. */
const char *device_refuse(const struct load *l);

/*
 * Resets the device, negotiates, makes its rings.  On failure its state and
 * evidence say why, and false is returned; others may go on.
 */
bool device_start(struct device *d, const struct load *l, struct memory *memory);

/* The one of @devices (of struct device) that stands on @bus. */
struct device *device_on_bus(const GPtrArray *devices, unsigned int bus);

/* Resets the device if it still works, and frees its rings; it may be started again. */
void device_stop(struct device *d);
void device_free(struct device *d);

/*
 * Runs the load until @elements are completed (0: no end) or @ns have passed (0: no
 * end), and then until nothing is outstanding.  With @ns, load.lead_ns come before.  False when the
 * device has been caught: state and evidence say at what.
 */
bool load_turn(struct device *d, uint64_t elements, int64_t ns, struct turn *t);

/* The device's state becomes @state, with @rule and @why (taken over) and what the
 * rings look like as evidence. */
void device_catch(struct device *d, enum device_state state, const char *rule, char *why);

const char *device_state_name(enum device_state state);
const char *load_name(enum load_kind kind);
bool load_is_net(enum load_kind kind);

/* xorshift64*: the next of a seeded sequence. */
uint64_t device_random(struct device *d);

/* Of at most @most pieces, in how many does the next element come? */
uint32_t load_pieces(struct device *d, uint32_t most);

#endif /* VQLAB_RING_DEVICE_H */
