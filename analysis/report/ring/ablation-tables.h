/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ablation as tables. */
#ifndef VQLAB_ANALYSIS_RING_ABLATION_TABLES_H
#define VQLAB_ANALYSIS_RING_ABLATION_TABLES_H

#include "ablation.h"
#include "rings.h"

/* Was the workload counted with the variant that writes fewer entries? */
bool is_ablated(const struct ablation *a, const struct ring_workload *w);

/* Was the guest's driver counted with it? */
bool has_ablation_driver(const struct results *r, const struct ablation *a, unsigned int workload,
			 unsigned int ring);

/* The part of driver_part_names with this name. */
int driver_part(const char *name);

/* Calls @fn for each workload and ring of which throughput was measured. */
typedef void (*ablation_rate_fn)(void *data, const struct workload *w, const char *ring,
				 struct ablation_rates rates);
void each_ablation_rate(const struct results *r, const struct ablation *a, ablation_rate_fn fn,
			void *data);

/* What the tables are made of: a figure, an effect, a row's "workload, split ring; ...". */
struct table;
void put_value(struct table *t, double value, unsigned int digits);
void put_effect(struct table *t, double effect, unsigned int digits, bool agree);
void put_group(struct table *t, const struct ring_workload *w, unsigned int ring);

/* The tables; the latter three are left out, and false, if nothing of the kind was measured. */
void put_ablation_device(struct document *out, const struct results *r, const struct ablation *a);
bool put_ablation_round(struct document *out, const struct results *r, const struct ablation *a);
bool put_ablation_driver(struct document *out, const struct results *r, const struct ablation *a);
bool put_ablation_rates(struct document *out, const struct results *r, const struct ablation *a);

#endif
