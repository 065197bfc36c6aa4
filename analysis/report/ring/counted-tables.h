/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of one counted workload: rows are labels by ring, columns orders of completion. */
#ifndef VQLAB_ANALYSIS_RING_COUNTED_TABLES_H
#define VQLAB_ANALYSIS_RING_COUNTED_TABLES_H

#include "analysis/document.h"
#include "costs.h"

/* What the device does to return an element: off's, and over off, of all of its thread. */
void put_device_table(struct document *out, const struct counted *c);

/* Stores of the used index, used entries, bytes written: off's, and over off. */
void put_traffic_table(struct document *out, const struct counted *c);

/* Pop, fill, flush, push, thread, for the least and the most reordered of the orders. */
void put_parts_table(struct document *out, const struct counted *c);

/* "+2293", "~+2293" if runs differ, ">+2293" of a bound, "stalled"; g_free() it. */
char *cost_text(const struct cost *cost, unsigned int digits);

/* "+21.5%" of 0.215, "-" of NAN; g_free() it. */
char *share_text(double share);

#endif
