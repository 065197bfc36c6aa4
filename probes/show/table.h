/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_SHOW_TABLE_H
#define VQLAB_PROBES_SHOW_TABLE_H

#include <glib.h>
#include <stdbool.h>

#include "probes/model/rates.h"

/* One line of the table. */
struct vq_row {
	char *name;
	struct vq_rates r;
	int64_t lost; /* events; -1: not known */
};
/* For @q of the process @of, or of the only one if that is NULL; no rates yet. */
struct vq_row *vq_row_new(const char *of, const struct vq_queue *q, int64_t lost);
void vq_row_free(struct vq_row *row);

/* Which columns fit, least important ones left out first. */
struct vq_table {
	bool totals; /* elements instead of elements a second; no stash now */
	unsigned name_width;
	unsigned shown; /* bit by bit */
};

#define VQ_TABLE_WIDTH 80

/*
 * Plans for lines of at most @width characters, or for all there is if that is
 * 0, with the names of @rows (struct vq_row *).
 */
void vq_table_fit(struct vq_table *t, const GPtrArray *rows, unsigned width, bool totals);

/* Two lines that say what the columns are, each with @lead in front. */
void vq_table_header(const struct vq_table *t, GString *out, const char *lead);
void vq_table_row(const struct vq_table *t, GString *out, const struct vq_row *row);

/* Busiest first. */
void vq_rows_sort(GPtrArray *rows);

#endif
