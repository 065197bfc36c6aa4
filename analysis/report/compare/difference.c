// SPDX-License-Identifier: GPL-2.0-or-later
#include "difference.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/report/stats.h"

/* Equal figures differ in the last bit: that is no variance. */
#define LEAST_ERROR 1e-12

struct difference differ(const double *a, unsigned int na, const double *b, unsigned int nb)
{
	struct difference d = {.na = na, .nb = nb, NAN, NAN, NAN, NAN, NAN};
	double shift, va, vb, error, df, reach;

	if (!na || !nb)
		return d;
	shift = gsl_stats_mean(b, 1, nb) - gsl_stats_mean(a, 1, na);
	d.ratio = exp(shift);
	if (na < 2 || nb < 2)
		return d;
	va = gsl_stats_variance(a, 1, na) / na;
	vb = gsl_stats_variance(b, 1, nb) / nb;
	error = fmax(sqrt(va + vb), LEAST_ERROR);
	df = va + vb > 0 ? (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1))
			 : na + nb - 2;
	reach = gsl_cdf_tdist_Qinv(ALPHA / 2, df) * error;
	d.lo = exp(shift - reach);
	d.hi = exp(shift + reach);
	d.p = fabs(shift) < LEAST_ERROR ? 1 : 2 * gsl_cdf_tdist_Q(fabs(shift) / error, df);
	return d;
}

void correct_differences(struct difference *d, unsigned int n)
{
	double *p = calloc(n + 1, sizeof(*p)), *adjusted = calloc(n + 1, sizeof(*adjusted));

	for (unsigned int i = 0; i < n; i++)
		p[i] = d[i].p;
	holm(p, adjusted, n);
	for (unsigned int i = 0; i < n; i++)
		d[i].p_holm = adjusted[i];
	free(adjusted);
	free(p);
}

const char *difference_word(const struct difference *d, double margin)
{
	if (isnan(d->lo))
		return "no interval";
	if (d->lo > 1 / (1 + margin) && d->hi < 1 + margin)
		return "alike";
	if (d->p_holm < ALPHA && d->lo > 1)
		return "higher";
	if (d->p_holm < ALPHA && d->hi < 1)
		return "lower";
	return "unresolved";
}
