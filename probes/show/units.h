/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_UNITS_H
#define VQLAB_PROBES_SHOW_UNITS_H

#include <stdint.h>

/* A number as text in a few characters, for people. */
typedef char vq_field[32];

/* At most @width characters, 4 or more: 12345 as 12k; NAN as -. */
void vq_format_count(vq_field f, double v, unsigned width);

/* Five characters: 950ns, 9.5us, 95us, 1.2ms. */
void vq_format_time(vq_field f, uint64_t ns);

/* A share in per cent, four characters or so, that shows small ones, too; NAN as -. */
void vq_format_percent(vq_field f, double v);

#endif
