/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_LOADED_H
#define VQLAB_ANALYSIS_LOADED_H

#include "results.h"

/* A run's folder, read and computed; owns all three. */
struct loaded {
	struct run *run;
	struct rings *rings;
	struct results *results;
};

/* False with @error "FILE: what: why"; loaded_free() is right either way. */
bool load_results(struct loaded *l, const char *dir, double margin, GError **error);
void loaded_free(struct loaded *l);

#endif
