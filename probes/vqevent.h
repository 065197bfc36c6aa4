/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a virtqueue did: the events that the BPF programs send and that the
 * model, the trace file and the tests read.
 *
 * probes/ is the room that watches.  BPF programs (vqprobe.bpf.c) hang on the
 * virtqueue functions of a running QEMU and emit one raw event for each call,
 * with as little work as possible; every measure is computed in user space
 * (model.c), exactly, from the events alone, so that a stored trace gives the
 * same figures again.  The parts:
 *
 *	vqfunction.h	the table of probed functions, and what one more of them takes
 *	bpf/		uprobe programs: events into a ring, losses counted
 *	target/		the watched process: which (find.c, process.c), its memory
 *			(target.c), its functions (symbol.c), its devices' names (device.c);
 *			where a probe sits (sites.c, plan.c), how this kernel puts it there
 *			(attach.c); struct offsets (layout.c) from DWARF (dwarf.c) or from
 *			what the code does (learn.c, world.c)
 *	model/		events to measures
 *	trace/		events to and from a file (TRACE.md)
 *	show/		tables, the screen, summaries, JSON
 *	tool/		what every program of the lab does alike
 *	watch/		one watch of one process, from attaching to the end (watch.c, begin.c);
 *			the loader's end of the ring (lines.c), resets that nothing came after
 *			(resets.c), what a probe costs and adds to a latency (calib.c)
 *	live.c		the main loop; started.c: when it should look for new processes
 *	check.c, explain.c	--check and --plan; arguments.c: all options; vqprobe.c: the tool
 *
 * Includes go one way: tool/, this header and vqfunction.h; then bpf/,
 * model/, trace/ and target/, of which none includes another; then show/, then watch/; then
 * the files beside this one.
 *
 * All times are CLOCK_MONOTONIC in nanoseconds.  All structs are in the byte
 * order of the host, naturally aligned, without implicit padding.
 */
#ifndef VQLAB_PROBES_VQEVENT_H
#define VQLAB_PROBES_VQEVENT_H

#include <linux/types.h>

enum vq_event_type {
	VQ_POP = 1,	/* virtqueue_pop returned an element; or see fill_light */
	VQ_FILL,	/* virtqueue_fill returned; light: was entered */
	VQ_FLUSH,	/* virtqueue_flush returned; one or more records */
	VQ_UNPOP,	/* virtqueue_unpop was entered */
	VQ_DETACH,	/* virtqueue_detach_element was entered */
	VQ_REWIND,	/* virtqueue_rewind was entered */
	VQ_RESET,	/* all queues of a device were reset: in older traces */
	VQ_QUEUE_RESET, /* a queue has begun anew, alone or with its device: bpf/resets.bpf.h */
	VQ_QUEUE,	/* from the loader: which queue an address is from here on */
	VQ_END,		/* from the loader, in traces: losses; nothing follows */
	VQ_EVENT_TYPES
};

/* Whether a process is watched with half of the probes: bpf/light.bpf.h. */
enum vq_light {
	VQ_LIGHT_NO,
	VQ_LIGHT_ALL,	/* also where that does not tell the order: packed rings */
	VQ_LIGHT_SPLIT, /* until there is a packed ring */
};

/* Every event begins with this. */
struct vq_head {
	__u16 type;   /* enum vq_event_type */
	__u16 size;   /* of the whole event in bytes */
	__u32 dur_ns; /* entry to return, saturating; 0 for entry events */
	__u64 ts;     /* of the return, or of the entry for entry events and resets */
	__u64 vq;     /* address of the VirtQueue; of the VirtIODevice for resets */
};

/* VQ_POP, VQ_FILL, VQ_UNPOP, VQ_DETACH */
struct vq_elem_event {
	struct vq_head h;
	__u32 id;     /* head index (split) or buffer id (packed) */
	__u32 ndescs; /* ring slots that the element occupies on a packed ring */
	__u32 len;    /* bytes written: the argument of fill; else 0 */
	union {
		__u32 inuse; /* VQ_POP: VirtQueue.inuse after it, or VQ_INUSE_UNTOLD */
		__u32 tid;   /* VQ_FILL: the thread that completed it; 0: not known */
		__u32 none;  /* else: 0 */
	};
};

/* A pop need not say how many are in use if the events before it tell. */
#define VQ_INUSE_UNTOLD 0xffffffffu

#define VQ_FLUSH_PACKED (1 << 0)     /* packed ring negotiated */
#define VQ_FLUSH_IN_ORDER (1 << 1)   /* VIRTIO_F_IN_ORDER negotiated */
#define VQ_FLUSH_OLD_WRAP (1 << 2)   /* used_wrap_counter before the call */
#define VQ_FLUSH_NEW_WRAP (1 << 3)   /* and after */
#define VQ_FLUSH_UNREADABLE (1 << 4) /* the used ring could not be read */

/*
 * A used-ring entry as it stands in guest memory.  Split: { id, len }.  Packed:
 * the second half of the descriptor, { len, id | flags << 16 }.
 */
struct vq_used_entry {
	__u32 first;
	__u32 second;
};

/*
 * VQ_FLUSH.  @total ring slots were passed by the used index (split: entries;
 * packed: descriptors); this record holds @n of them from @pos on.  Long
 * flushes come as several records of one queue, in order.
 */
struct vq_flush_event {
	struct vq_head h;
	__u32 num;   /* ring size */
	__u32 inuse; /* VirtQueue.inuse after the flush */
	__u32 total;
	__u16 old_idx;
	__u16 n;
	__u32 pos;
	__u32 flags; /* VQ_FLUSH_* */
	struct vq_used_entry used[];
};

/* Most entries in one VQ_FLUSH record. */
#define VQ_FLUSH_CHUNK 16u

/* VQ_REWIND (count: elements, or descriptors if packed), VQ_QUEUE_RESET (count:
 * the queue's index), VQ_RESET */
struct vq_count_event {
	struct vq_head h;
	__u32 count;
	__u32 inuse; /* VirtQueue.inuse before a rewind */
};

/*
 * How events get from the programs to the loader, see lines.h: the words of an
 * event fill those of as many lines as it takes.
 */
#define VQ_LINE_WORDS 7
struct vq_line {
	__u64 tag; /* the line's place since the beginning, plus 1, once written */
	__u64 word[VQ_LINE_WORDS];
};

/* The largest event takes so many. */
#define VQ_EVENT_LINES 4
union vq_event_lines {
	struct vq_head head;
	__u64 word[VQ_EVENT_LINES][VQ_LINE_WORDS];
};

struct vq_ring {
	/* The programs' side: lines taken so far, and a copy of the tail, renewed only
	 * when there seems to be no room: reading the loader's cache line is dear. */
	__u64 head, tail_seen;
	__u64 unused[6];
	/* The loader's: lines read so far. */
	__u64 tail;
	__u64 unused_too[7];
};

/* VQ_QUEUE: strings are NUL-terminated */
struct vq_queue_event {
	struct vq_head h;
	__u64 vdev;
	__u32 index;
	__u32 reserved;
	char device[64];
	char type[32];
};

/* VQ_END */
struct vq_end_event {
	struct vq_head h;
	__u64 lost;
};

/*
 * Offsets into QEMU's structs, in bytes: see target/layout.h.  What is
 * wanted of a struct is read at once, because each read has a price of its own:
 * a span of it, aligned to 8 bytes.  Offsets marked (span) count from there.
 */
struct vq_layout {
	__u32 vq_start, vq_size;     /* span of VirtQueue */
	__u32 vq_num;		     /* (span) VirtQueue.vring.num */
	__u32 vq_caches;	     /* (span) VirtQueue.vring.caches */
	__u32 vq_last_avail_idx;     /* (span) VirtQueue.last_avail_idx */
	__u32 vq_used_idx;	     /* (span) VirtQueue.used_idx */
	__u32 vq_used_wrap;	     /* (span) VirtQueue.used_wrap_counter */
	__u32 vq_inuse;		     /* (span) VirtQueue.inuse */
	__u32 vq_vdev;		     /* (span) VirtQueue.vdev */
	__u32 vq_queue_index;	     /* VirtQueue.queue_index */
	__u32 vq_stride;	     /* size of a VirtQueue, in bytes */
	__u32 elem_start, elem_size; /* span of VirtQueueElement */
	__u32 elem_index;	     /* (span) VirtQueueElement.index */
	__u32 elem_ndescs;	     /* (span) VirtQueueElement.ndescs */
	__u32 caches_used_ptr;	     /* VRingMemoryRegionCaches.used.ptr */
	__u32 caches_desc_ptr;	     /* VRingMemoryRegionCaches.desc.ptr */
	__u32 caches_avail_ptr;	     /* VRingMemoryRegionCaches.avail.ptr; 0: not known */
	__u32 vdev_features;	     /* VirtIODevice.guest_features */
	__u32 vdev_vq;		     /* VirtIODevice.vq */
	/* From DWARF; from the code these are 0. */
	__u32 vdev_name;  /* VirtIODevice.name */
	__u32 vdev_id;	  /* VirtIODevice.parent_obj.id */
	__u32 vdev_bus;	  /* VirtIODevice.parent_obj.parent_bus */
	__u32 bus_parent; /* BusState.parent */
	__u32 dev_id;	  /* DeviceState.id */
	/* From the code only: the name of an object's type. */
	__u32 obj_class;  /* Object.class */
	__u32 class_type; /* ObjectClass.type */
	__u32 type_name;  /* TypeImpl.name */
};

/* Largest spans: QEMU 10's are 104 and 16 bytes. */
#define VQ_SPAN_MAX 192
#define VQ_ELEM_SPAN_MAX 64

#endif /* VQLAB_PROBES_VQEVENT_H */
