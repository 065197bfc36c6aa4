/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan says what to run: configs/NAME.ini, in GKeyFile's format.
 * `vqbench check --help-plan` prints the table of its keys (keys.c).
 */
#ifndef VQLAB_PLAN_H
#define VQLAB_PLAN_H

#include "runners/tool/error.h"

/* [variant NAME]: a QEMU, or properties of its own; of the rest, NULL is the run's. */
struct plan_arm {
	char *name;
	char *strategy; /* off, qemu, or a strategy: see variant.h */
	char *binary, *release, *source, *revision;
	char *props; /* NAME=VALUE with commas between; see props.h */
	char *path;  /* binary's or source's, absolute; NULL: neither */
};

/* A variant may appear twice under different labels: off against off. */
struct plan_variant {
	char *label;		    /* as in trial ids and trial.json */
	char *variant;		    /* off, qemu, or a strategy: see variant.h */
	const struct plan_arm *arm; /* NULL: it has no [variant NAME] */
};

struct plan_disk {
	char *name; /* device id disk-NAME, serial NAME, /dev/vqlab/NAME */
	char *backend;
	int64_t size_mib;
	char *service;
	int64_t base_us, tail_us, tail_permille, hang_after;
	char *aio;
	char *iothread; /* as written; see plan_disk_iothreads() */
	char *props;	/* see props.h; NULL: none */
	int64_t queue_size;
};

struct plan_net {
	char *name;  /* device id */
	char *props; /* see props.h; NULL: none */
	int64_t queue_size;
	int64_t queues; /* of each kind: pairs of receive and transmit */
};

/* Of a workload of kind=ring: vqring's options; numbers that are 0 are left to it. */
struct plan_ring {
	char *measure; /* count or time; NULL: the workload is of another kind */
	char *load, *disk, *recycle, *indirect, *kick;
	char **orders;
	int64_t size, depth, batch, chain, segment, queues, elements;
};

/* Of a workload of kind=fio: instead of the job's; 0 and NULL: the job's. */
struct plan_fio {
	int64_t iodepth, numjobs;
	char *bs, *rw;
};

/* Of a workload of kind=iperf3. */
struct plan_iperf3 {
	char *direction; /* out, in or both; NULL: the workload is of another kind */
	char *protocol;	 /* tcp or udp */
	int64_t streams;
	int64_t rate;	/* udp: Mbit/s of each stream; 0: as many as it can */
	int64_t packet; /* udp: bytes of a datagram; 0: tcp */
};

/* Of a workload of kind=command. */
struct plan_command {
	char *program; /* as written; NULL: the workload is of another kind */
	char *args;    /* as a shell splits them, or NULL */
	char *figure;  /* see command.h */
	char *unit;
	char *better;	  /* higher or lower */
	char *path;	  /* the program, absolute */
	char *guest_path; /* where it lies in the guest */
	char *sha256;	  /* of the program, in hex */
};

struct plan_workload {
	char *name, *kind, *device, *summary, *job;
	char **rings; /* NULL: on every ring of the plan */
	int64_t seconds;
	int64_t blocks; /* only in the first of them; 0: in all */
	struct plan_fio fio;
	struct plan_iperf3 iperf3;
	struct plan_command command;
	struct plan_ring ring;
	bool net;	    /* on a [net NAME], not on a [disk NAME] */
	char *device_id;    /* disk-NAME or the net's name; kind=ring: the device's type */
	int64_t queue_size; /* the device's; 0: QEMU's */
	int64_t queues;	    /* the net's; of a disk 0 */
	char *job_path;	    /* fio only */
	char *job_text;
};

struct plan {
	char *path, *text;
	char *name;
	char **variant_list; /* as written; plan.c makes @variants of it */
	char **rings;
	char **only, **skip; /* names of workloads, with * and ?; see axes.h; NULL: all, none */
	GHashTable *origins; /* group that axes made -> the one that is in the file */
	char **driver;	     /* labels; NULL: plan_counts_driver() chooses */
	char **baseline;     /* labels in the place of off, and of qemu; NULL: these */
	int64_t blocks, seed, stall_seconds;
	int64_t own_blocks; /* those of the file, whatever the command line says */
	int64_t memory_mib, cpus;
	char *pin;	      /* no, or auto: see runners/host/pin.h */
	char **packages;      /* of Debian, for the guest; NULL: none */
	GPtrArray *variants;  /* struct plan_variant */
	GPtrArray *arms;      /* struct plan_arm, in the plan's order */
	GPtrArray *disks;     /* struct plan_disk */
	GPtrArray *nets;      /* struct plan_net */
	GPtrArray *workloads; /* struct plan_workload */
};

/* Between alternatives of plan_key.only. */
#define ONLY_OR " or "

/* From GROUP_VARIANT on they have names. */
enum plan_group {
	GROUP_PLAN,
	GROUP_MACHINE,
	GROUP_VARIANT,
	GROUP_DISK,
	GROUP_NET,
	GROUP_WORKLOAD,
	N_GROUPS
};

enum key_type {
	KEY_INT,
	KEY_TEXT,
	KEY_WORD, /* a text that may be an axis, as KEY_INT may */
	KEY_LIST
};

/* One key: where it stands, what it may be, where it goes. */
struct plan_key {
	enum plan_group group;
	const char *key;
	enum key_type type;
	size_t offset;	     /* into the struct of its group */
	int64_t min, max;    /* KEY_INT */
	const char *choices; /* KEY_TEXT: "a|b", or NULL for any */
	const char *preset;  /* NULL: must be given; "": may be left out */
	const char *only;    /* "key=value" that it belongs to, or NULL; see ONLY_OR */
	const char *help;

	/*
	 * What is wrong with the value that @item, the struct of its group, holds,
	 * beside its other values; NULL: nothing, or @error is set because that
	 * cannot be found out.  Asked when the whole plan is read.
	 */
	char *(*verify)(const struct plan *p, const void *item, GError **error);
};

extern const struct plan_key plan_keys[];
extern const size_t n_plan_keys;
extern const char *const plan_group_names[N_GROUPS];

/*
 * Reads and checks the plan at @path, and the fio jobs it names (relative to
 * the plan's folder).  Errors are VQB_BAD_INPUT and name file, line, group and
 * key.  The caller frees it with plan_free.
 */
struct plan *plan_load(const char *path, GError **error);
void plan_free(struct plan *p);

/*
 * Overrides from the command line: @variants and @rings are lists separated by
 * commas, NULL leaves the plan's; @blocks 0 and @seed negative likewise.
 */
bool plan_override(struct plan *p, const char *variants, const char *rings, int64_t blocks,
		   int64_t seed, GError **error);

/* SHA-256 in hex over the plan, its jobs and programs; the caller frees it. */
char *plan_hash(const struct plan *p);

/* The table of keys as text for --help-plan. */
void plan_print_keys(void);

#endif /* VQLAB_PLAN_H */
