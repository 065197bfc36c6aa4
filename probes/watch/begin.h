/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_BEGIN_H
#define VQLAB_PROBES_BEGIN_H

#include "probes/target/find.h"
#include "watch.h"

/* As many files may be open as the hard limit allows: each watch takes dozens. */
void vq_begin_raise_limit(void);

/*
 * vq_watch_prepare() for a process that was found.  NULL with @error, which names the
 * process, if it cannot be watched, also if the limit of open files does not allow one
 * more.  Says on stderr what of the process cannot be seen.
 */
struct vq_watch *vq_begin(const struct vq_found *f, const struct vq_watch_options *options,
			  GError **error);

/* The same, and vq_watch_attach(). */
struct vq_watch *vq_begin_and_attach(const struct vq_found *f,
				     const struct vq_watch_options *options, GError **error);

/* Makes @error name the process, unless it does. */
void vq_begin_name_error(GError *error, const struct vq_found *f);

#endif
