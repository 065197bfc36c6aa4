// SPDX-License-Identifier: GPL-2.0-or-later
#include "loaded.h"

#include "analysis/report/ring/rings.h"

bool load_results(struct loaded *l, const char *dir, double margin, GError **error)
{
	l->run = load_run(dir, error);
	l->rings = l->run ? load_rings(l->run, error) : NULL;
	if (!l->rings)
		return false;
	l->results = compute(l->run, margin);
	l->results->rings = l->rings;
	return true;
}

void loaded_free(struct loaded *l)
{
	results_free(l->results);
	rings_free(l->rings);
	run_free(l->run);
}
