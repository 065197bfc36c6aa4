// SPDX-License-Identifier: GPL-2.0-or-later
#include "plot-names.h"

#include <math.h>

/* log of where a curve ends, and of where its name stands. */
struct name {
	unsigned int curve;
	double end, y;
};

static int by_end(const void *a, const void *b)
{
	const struct name *p = a, *q = b;

	if (p->end != q->end)
		return p->end < q->end ? -1 : 1;
	/* Curves that end in one place: names from top down as everywhere. */
	return p->curve > q->curve ? -1 : p->curve < q->curve;
}

/* Moves names that overlap apart, so that they keep the order of their ends. */
static void spread_names(GArray *names, double room)
{
	g_array_sort(names, by_end);
	for (unsigned int pass = 0; pass < 200; pass++) {
		for (unsigned int i = 1; i < names->len; i++) {
			struct name *above = &g_array_index(names, struct name, i);
			struct name *below = above - 1;
			double lack = room - (above->y - below->y);

			if (lack > 0) {
				below->y -= lack / 2;
				above->y += lack / 2;
			}
		}
	}
}

/* Moves all of them up or down, those at the ends into the panel. */
static void keep_inside(GArray *names, double room, double bottom, double top)
{
	double least = bottom + room / 2, most = top - room / 2;

	for (unsigned int i = 0; i < names->len; i++) {
		struct name *name = &g_array_index(names, struct name, i);

		name->y = fmax(name->y, least);
		least = name->y + room;
	}
	for (unsigned int i = names->len; i-- > 0;) {
		struct name *name = &g_array_index(names, struct name, i);

		name->y = fmin(name->y, most);
		most = name->y - room;
	}
}

void put_name_arrays(GString *vars, unsigned int n, unsigned int curves)
{
	g_string_append_printf(vars, "array END_X[%u]\narray END_Y[%u]\narray LABEL_Y[%u]\n",
			       n * curves, n * curves, n * curves);
	g_string_append_printf(vars,
			       "do for [i = 1:%u] { END_X[i] = NaN; END_Y[i] = NaN; LABEL_Y[i] = "
			       "NaN }\n",
			       n * curves);
}

void put_curve_names(GString *vars, unsigned int panel, const struct curve_end *ends,
		     unsigned int curves, double bottom, double top, double height)
{
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(struct name));
	double room = height * log(top / bottom);

	for (unsigned int i = 0; i < curves; i++) {
		struct name name = {i, log(ends[i].y), log(ends[i].y)};

		if (!isnan(ends[i].y))
			g_array_append_val(names, name);
	}
	spread_names(names, room);
	keep_inside(names, room, log(bottom), log(top));
	for (unsigned int i = 0; i < names->len; i++) {
		const struct name *name = &g_array_index(names, struct name, i);
		unsigned int place = panel * curves + name->curve + 1;

		g_string_append_printf(
			vars, "END_X[%u] = %.6g\nEND_Y[%u] = %.6g\nLABEL_Y[%u] = %.6g\n", place,
			ends[name->curve].x, place, exp(name->end), place, exp(name->y));
	}
}
