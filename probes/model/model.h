/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_MODEL_MODEL_H
#define VQLAB_PROBES_MODEL_MODEL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "outstanding.h"
#include "select.h"
#include "probes/vqevent.h"

/*
 * From events to measures, queue by queue.
 *
 * Elements are numbered by the order of their pops: seq 0, 1, 2...  A pop that
 * is taken back (unpop, rewind) gives its number back.  The frontier F is the
 * smallest seq that is neither filled nor taken away; an element's depth is
 * seq - F just before its fill; S counts the filled elements beyond F after
 * each fill; hold is from the return of fill to the return of the flush that
 * published the element.  What a flush published is read from the used ring.
 *
 * An outstanding element is known by its id, the head index or buffer id: the
 * driver may not use one again before it is published.
 *
 * Elements that were in use when watching began have no number, and could lie
 * before any that has one.  Until the last of them is filled (QEMU's inuse
 * tells how many there were) depth and stash are not defined; fills until then
 * are counted as `unsettled`.
 */

/* What the last event of a queue was found to be, where @known; for who shows events one
 * by one. */
struct vq_last {
	enum vq_last_known {
		VQ_LAST_SEQ = 1 << 0,
		VQ_LAST_DEPTH = 1 << 1,
		VQ_LAST_SERVICE = 1 << 2,
		VQ_LAST_HOLD = 1 << 3,
	} known;
	uint64_t seq;	     /* of the element of a pop or a fill */
	uint64_t depth;	     /* of a fill */
	uint64_t service_ns; /* of a fill: since its pop returned */
	uint64_t hold_ns;    /* of a flush: the longest of the elements that it published */
	uint64_t published;  /* by the flush */
};

/* A thread that completed elements of a queue. */
struct vq_thread {
	uint32_t tid; /* 0: not known, or one of many */
	uint64_t fills;
};
#define VQ_THREADS 16

struct vq_queue {
	uint64_t vq, vdev;
	char device[64], type[32];
	uint32_t index;
	/* As the last flush found them; before the first, 0. */
	uint32_t num;
	bool packed, in_order, flushed;

	/* Counts of calls and elements. */
	uint64_t pops, fills, flushes, published, unpopped, detached, dropped, resets;
	uint64_t stashed;
	/* fills of elements whose pop was not seen, and fills while F was unknown */
	uint64_t unmatched_fills, unsettled;
	uint64_t unmatched_gone; /* likewise unpopped or detached */
	/* in use when watching, or a window, began (packed: ring slots) */
	uint64_t in_flight_start;
	uint64_t cut;	  /* in flight when a window ended */
	uint64_t carried; /* popped before a range of the trace, in flight at its beginning */
	uint64_t order_violations; /* for the result there is vq_queue_order_violations() */
	/* published without a used entry of their own: an entry of a later element stood
	 * for them, too */
	uint64_t skipped;
	/* where an entry may have been for several elements, or each had its own and was out
	 * of order: counted as the latter above, and apart here */
	uint64_t unclear_violations, unclear_entries;
	/* used entries whose element was never filled, or is not known at all */
	uint64_t unfilled_published, unmatched_published;
	/* the used ring says another length than fill was given */
	uint64_t length_mismatches;
	/* packed: the driver had already used the slot again; split and packed:
	 * entries of an unreadable ring.  Taken as the next that was due. */
	uint64_t assumed_published;
	uint64_t unreadable_rings; /* flushes */
	uint64_t inuse_mismatches; /* QEMU's count and ours went apart */
	uint64_t anomalies;	   /* double pops and fills, impossible ids */

	struct counts depth, stash, batch;
	struct hist hold, fill, flush, pop;
	uint64_t stash_max;
	double stash_area; /* integral of S over time, in ns */
	uint64_t first_ts, last_ts;
	uint64_t settled_ts, settled_ns; /* 0: not settled now; ns of earlier windows */

	struct vq_last last;
	struct vq_thread thread[VQ_THREADS]; /* in the order of first sight */
	unsigned threads;

	bool left_out; /* not among those that are meant: nothing is counted */

	/* State: not results. */
	bool replaced;		 /* another queue has its place in memory now */
	struct vq_outstanding o; /* F and S are its frontier and stash */
	int64_t out;		 /* net slots taken since watching began */
	int64_t skew;		 /* QEMU's inuse - (start + out) as last seen */
	bool start_known;	 /* start is valid */
	int64_t start;		 /* slots in use when watching began */
	int64_t old_filled;	 /* slots of those completed since */
	uint64_t last_unpopped;	 /* id + 1 */
	uint32_t skip;		 /* packed: slots of the last element still to come */
	bool unknown_chain;	 /* packed: that element was never seen before */
	uint64_t batch_now;
	/* A flush from slot run_at on, where an entry may be for several: queue-run.c. */
	GArray *run; /* struct vq_used_entry; NULL until the first */
	uint32_t run_at, run_left, run_number;
	int64_t run_old; /* slots due to elements that were in use when watching began */
	bool run_unsure;
	bool old_gone; /* elements that were in use when watching began are published */
};

#define VQ_FOUND_BITS 6

struct vq_model {
	GPtrArray *queues; /* struct vq_queue *, in the order of first sight */
	GHashTable *by_vq;
	struct vq_queue *found[1 << VQ_FOUND_BITS]; /* in it, by a hash of their own */
	const struct vq_select *select;		    /* which queues are meant; NULL: all */
	uint64_t events;			    /* without VQ_QUEUE and VQ_END */
	uint64_t calls[VQ_EVENT_TYPES];		    /* events, long flushes counted once */
	uint64_t lost;				    /* from VQ_END */
	uint64_t end_ts;			    /* from VQ_END; 0 if there was none */
};

struct vq_model *vq_model_new(void);
void vq_model_free(struct vq_model *m);

/* Is @h, with @size readable bytes, a complete event of its type? */
bool vq_event_ok(const struct vq_head *h, size_t size);

/* Has the queue at @vq been named by a VQ_QUEUE event? */
bool vq_model_knows(const struct vq_model *m, uint64_t vq);

/* And is it the one that @e names, the same queue of the same device? */
bool vq_model_knows_as(const struct vq_model *m, const struct vq_queue_event *e);

/*
 * Takes the next event, @h with @size readable bytes.  Events of one queue must
 * come in the order in which they happened; a queue is named before its first.
 * Named as another, the one that was there before has ended: a device was unplugged,
 * and the next one got its memory.
 * False if this is no well-formed event; the model is unchanged then.
 */
bool vq_model_event(struct vq_model *m, const struct vq_head *h, size_t size);

/*
 * What came after the last event was not watched; what comes next is like the
 * beginning of a watch: elements in use by then have no number.  For sampling.
 */
void vq_model_gap(struct vq_model *m);

/*
 * Forgets what was counted until now, and nothing of what is outstanding: what comes next
 * is counted as if watching began here, but that elements in use have their numbers.
 */
void vq_model_begin_range(struct vq_model *m);

/* The queue that @vq is the address of now; NULL if it has not been named. */
const struct vq_queue *vq_model_queue(const struct vq_model *m, uint64_t vq);

/*
 * Were elements completed and none seen to be popped?  Then nothing is known of their
 * order: the probe on pop is not where this QEMU pops, or the watch was too short.
 */
bool vq_queue_orderless(const struct vq_queue *q);

/* Is F defined, i.e. is every element older than the watch done? */
bool vq_queue_settled(const struct vq_queue *q);

/*
 * Nothing was lost or invented: pops = fills + unpopped + detached + dropped +
 * in flight at the end of the watch or of a window, less those carried into a range, no fills
 * without any pop beyond those in flight at the start, QEMU's own count of elements in use agreed
 * whenever it was told, at every flush, and what was published had been filled.
 */
bool vq_queue_conserved(const struct vq_queue *q);

/* It is, and the used ring says what fill was told. */
bool vq_queue_agrees(const struct vq_queue *q);

/*
 * Has the device surely written one used entry for several elements (virtio 1.3, sections
 * 2.7.9 and 2.8.9)?  Then what can be read so, or as entries out of order, was that.
 */
bool vq_queue_batches(const struct vq_queue *q);

/* Used entries that the device wrote, for what it published. */
uint64_t vq_queue_used_entries(const struct vq_queue *q);

/* Elements that were published before one with a smaller seq. */
uint64_t vq_queue_order_violations(const struct vq_queue *q);

/* Time-weighted mean of S from when F was known to the last event. */
double vq_queue_stash_mean(const struct vq_queue *q);

#endif
