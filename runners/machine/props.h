/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan's device properties on a QEMU: which of its devices have them. */
#ifndef VQLAB_MACHINE_PROPS_H
#define VQLAB_MACHINE_PROPS_H

#include "folders.h"

/*
 * Does a device have the property @name?  @help is what QEMU lists of the device
 * (-device TYPE,help).
 */
bool props_has(const char *help, const char *name);

/*
 * Why @props (see plan/props.h) cannot be: the first that neither of the devices whose helps
 * are given has, with the nearest names.  A help may be NULL: no such device is asked of.
 * NULL: all are known.  The caller frees it.
 */
char *props_unknown(const char *props, const char *help, const char *other);

/* Those of @props that the device of @help has, with a comma before each; the caller frees it. */
char *props_of(const char *props, const char *help);

/*
 * What all is given to the device of @help, with a comma before each: those of @own, the
 * device's, and of @variant that it has.  Of one that is in both, the variant's.  Either may be
 * NULL; the caller frees it.
 */
char *props_both(const char *own, const char *variant, const char *help);

/* The property that shares a disk's queues out to several iothreads, in turn. */
#define PROPS_MAPPING "iothread-vq-mapping"

/*
 * What -device is given, @device (TYPE,NAME=VALUE,...) and that property, of the iothreads with
 * the ids @threads: as JSON, since a list cannot be said otherwise, with the types that @help
 * tells.  The caller frees it.
 */
char *props_mapped(const char *device, const char *help, char **threads);

#endif /* VQLAB_MACHINE_PROPS_H */
