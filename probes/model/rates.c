// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened lately: the difference of two states of a queue. */
#include <math.h>

#include "rates.h"

void vq_rates_since(struct vq_snapshot *then, const struct vq_queue *q, double seconds,
		    struct vq_rates *out)
{
	uint64_t settled_fills; /* those whose depth is defined */
	struct counts depth = {0}, stash = {0};
	g_autofree struct hist *hold = g_new(struct hist, 1), *flush = g_new(struct hist, 1);

	counts_since(&then->depth, &q->depth, &depth);
	settled_fills = counts_total(&depth);
	counts_since(&then->stash, &q->stash, &stash);
	hist_since(&then->hold, &q->hold, hold);
	hist_since(&then->flush, &q->flush, flush);
	*out = (struct vq_rates){
		.elements = q->published - then->published,
		.per_s = seconds > 0 ? (q->published - then->published) / seconds : NAN,
		.ooo = settled_fills ? 100.0 * (q->stashed - then->stashed) / settled_fills : NAN,
		.depth_p50 = counts_quantile(&depth, 0.5),
		.depth_p99 = counts_quantile(&depth, 0.99),
		.depth_max = counts_quantile(&depth, 1),
		.stash_now = vq_outstanding_stash(&q->o),
		.stash_max = counts_quantile(&stash, 1),
		.hold_p50 = hist_quantile(hold, 0.5),
		.hold_p99 = hist_quantile(hold, 0.99),
		.hold_p999 = hist_quantile(hold, 0.999),
		.flush_p50 = hist_quantile(flush, 0.5),
		.flush_p99 = hist_quantile(flush, 0.99),
		.flush_p999 = hist_quantile(flush, 0.999),
		.fills = settled_fills,
		.flushes = flush->n,
		.holds = hold->n,
		.ordered = !vq_queue_orderless(q),
	};
	then->published = q->published;
	then->stashed = q->stashed;
	counts_free(&depth);
	counts_free(&stash);
}

void vq_rates_all(const struct vq_queue *q, double seconds, struct vq_rates *out)
{
	struct vq_snapshot *then = g_new0(struct vq_snapshot, 1);

	vq_rates_since(then, q, seconds, out);
	vq_snapshot_free(then);
}

void vq_snapshot_free(struct vq_snapshot *then)
{
	counts_free(&then->depth);
	counts_free(&then->stash);
	g_free(then);
}
