/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a folder made by setup/qemu.sh or setup/guest.sh holds. */
#ifndef VQLAB_FOLDERS_H
#define VQLAB_FOLDERS_H

#include "runners/plan/plan.h"
#include "runners/tool/confine.h"
#include "runners/tool/json.h"

struct qemuinfo {
	char *dir, *program;
	JsonNode *manifest;
	int program_fd;	 /* opened by root, for nobody to execute */
	char *disk_help; /* of virtio-blk-pci: -device TYPE,help */
	char *net_help;	 /* of virtio-net-pci */
	bool in_order;	 /* virtio devices have in_order= */
	bool reorder;	 /* ... x-reorder= */
	bool flush;	 /* ... x-reorder-flush= */
	bool packed;	 /* ... packed= */
	bool kvm_device; /* -accel kvm takes device= */
	/* Of qemu_confine; nothing before. */
	struct confine confine;
	bool sandbox;	/* takes -sandbox */
	char *confined; /* how, in words; NULL: not yet */
};

struct guestinfo {
	char *dir, *kernel, *image;
	JsonNode *manifest;
	int dir_fd; /* nobody reaches it as /proc/self/fd/N */
};

/* Reads the manifest and asks the program.  Errors carry the remedy. */
bool qemuinfo_load(struct qemuinfo *q, const char *dir, GError **error);
bool guestinfo_load(struct guestinfo *g, const char *dir, GError **error);

/* What it lists of the device @type, which it has; the caller frees it. */
char *qemuinfo_help(const struct qemuinfo *q, const char *type, GError **error);

/* Why @variant cannot run on this QEMU; NULL when it can.  The caller frees it. */
char *qemuinfo_lacks(const struct qemuinfo *q, const char *variant, const char *ring);

/*
 * The device properties that make @variant, each after a comma.  Rounds are only a disk's: a
 * network card flushes several elements at a time by itself.  The caller frees it.
 */
char *qemuinfo_variant(const struct qemuinfo *q, const char *variant, bool disk);

/* The plugin that counts the guest's driver; the caller frees it. */
char *qemuinfo_counter(const struct qemuinfo *q);

/* What tells this QEMU and guest from others, for resuming; the caller frees it. */
char *qemuinfo_identity(const struct qemuinfo *q);
char *guestinfo_identity(const struct guestinfo *g);

#endif /* VQLAB_FOLDERS_H */
