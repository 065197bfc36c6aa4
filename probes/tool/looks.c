// SPDX-License-Identifier: GPL-2.0-or-later
#include "looks.h"

#include <math.h>
#include <stdbool.h>

/* Equally extreme ones differ in the last bits. */
#define ALIKE (1 + 1e-9)

/* The lower, the more extreme. */
static double evenness(unsigned int n, unsigned int heads)
{
	static double known[LOOKS_MAX + 1][LOOKS_MAX + 1];
	double *e = &known[n][heads];

	if (!*e)
		*e = (n + 1) * exp(lgamma(n + 1.0) - lgamma(heads + 1.0) - lgamma(n - heads + 1.0) -
				   n * M_LN2);
	return *e;
}

/* Of all walks of LOOKS_MAX throws, how many are once as extreme as @limit. */
static double ever(double limit, bool both_sides)
{
	/* By heads, of those that were not yet. */
	double walk[LOOKS_MAX + 2] = {1}, out = 0;

	for (unsigned int n = 1; n <= LOOKS_MAX; n++)
		for (unsigned int heads = n + 1; heads-- > 0;) {
			double *here = &walk[heads];

			*here = (*here + (heads ? here[-1] : 0)) / 2;
			if (evenness(n, heads) > limit * ALIKE || (!both_sides && 2 * heads > n))
				continue;
			out += *here;
			*here = 0;
		}
	return out;
}

/* The same of @n throws with @fewer heads; once it is known, for ever. */
static double known_ever(unsigned int n, unsigned int fewer, bool both_sides)
{
	static double known[2][LOOKS_MAX + 1][LOOKS_MAX + 1];
	double *p;

	if (n > LOOKS_MAX || 2 * fewer >= n)
		return 1;
	p = &known[both_sides][n][fewer];
	if (!*p)
		*p = fmin(1, ever(evenness(n, fewer), both_sides));
	return *p;
}

double looks_p(unsigned int n, unsigned int fewer)
{
	return known_ever(n, fewer, true);
}

double looks_p_one_sided(unsigned int n, unsigned int fewer)
{
	return known_ever(n, fewer, false);
}

unsigned int looks_rank(unsigned int n, double level)
{
	unsigned int k = 0;

	while (looks_p(n, k) <= level)
		k++;
	return k;
}
