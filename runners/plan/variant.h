/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A variant, as plans and options write it: off, qemu, a strategy, or a strategy with
 * "+round" behind it (see reorder_variant()), each with LABEL= before it or without.
 */
#ifndef VQLAB_VARIANT_H
#define VQLAB_VARIANT_H

#include <stdbool.h>

/* What is behind "LABEL=", or all of @text, into which it points. */
const char *variant_without_label(const char *text);

/*
 * Its label: what is before the =; else the variant, with - for a +, so that it can be a
 * part of ids and of file names.  The caller frees it.
 */
char *variant_label(const char *text);

/* All that QEMU can be asked for, for a message; the caller frees it. */
char *variant_names(void);

/* Is it one that QEMU can be asked for? */
bool variant_known(const char *variant);

/*
 * What x-reorder takes for it: NULL for off and qemu, and for what is not known.  *rounds:
 * x-reorder-flush is round on disks.
 */
const char *variant_strategy(const char *variant, bool *rounds);

#endif /* VQLAB_VARIANT_H */
