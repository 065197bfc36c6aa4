// SPDX-License-Identifier: GPL-2.0-or-later
#include "deciding.h"

#include <math.h>

/* What a workload's comparisons with off say at most. */
enum said { SAID_NOTHING, SAID_RATIOS, SAID_VERDICTS };

static enum said what_is_said(const struct results *r, unsigned int w)
{
	enum said most = SAID_NOTHING;

	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *c = &r->cells[i];

		if (c->workload != w || (int)c->variant == r->off || isnan(c->to_off.ratio))
			continue;
		most = MAX(most, c->to_off.verdict >= VERDICT_FASTER ? SAID_VERDICTS : SAID_RATIOS);
	}
	return most;
}

bool workload_judged(const struct results *r, unsigned int workload)
{
	return what_is_said(r, workload) == SAID_VERDICTS;
}

int deciding_workload(const struct results *r)
{
	enum said said = SAID_NOTHING;
	double most = -1;
	int found = -1;

	for (unsigned int w = 0; r->off >= 0 && w < r->run->workloads->len; w++) {
		double share = share_disordered(r, w);
		enum said own = what_is_said(r, w);

		share = isnan(share) ? 0 : share;
		if (own > said || (own && own == said && share > most)) {
			said = own;
			most = share;
			found = w;
		}
	}
	return found;
}
