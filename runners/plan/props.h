/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Properties of devices, as plans write them: NAME=VALUE with commas between, as QEMU's
 * -device has them.
 */
#ifndef VQLAB_PROPS_H
#define VQLAB_PROPS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What is wrong with @props (NULL: nothing is) whatever the QEMU: its form, a name twice, or
 * one that the lab sets itself.  NULL: nothing.  The caller frees it.
 */
char *plan_props_fault(const char *props);

/* What stands between any of the characters @by, without blanks and empty
 * parts; the caller frees it. */
char **plan_split_list(const char *value, const char *by);

/* NAME=VALUE, one by one, without blanks around them; of NULL none.  g_strfreev() it. */
char **plan_props_list(const char *props);

/* The number that @props (NULL: nothing) give the property @name; @other if they give it none. */
int64_t plan_props_number(const char *props, const char *name, int64_t other);

/* The NAME of one of the list; the caller frees it. */
char *plan_prop_name(const char *prop);

#endif /* VQLAB_PROPS_H */
