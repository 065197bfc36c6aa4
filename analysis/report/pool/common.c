// SPDX-License-Identifier: GPL-2.0-or-later
#include "common.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/report/stats.h"

/* Equal figures differ in the last bit: that is no variance. */
#define LEAST_VARIANCE 1e-24

/* Of one host. */
struct host {
	double mean, variance;
	unsigned int n;
};

static double welch_anova(const struct host *h, unsigned int n)
{
	double weights = 0, mean = 0, between = 0, lost = 0, f, df;
	unsigned int k = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (h[i].n < 2)
			continue;
		k++;
		weights += h[i].n / h[i].variance;
		mean += h[i].mean * h[i].n / h[i].variance;
	}
	if (k < 2)
		return NAN;
	mean /= weights;
	for (unsigned int i = 0; i < n; i++) {
		double w;

		if (h[i].n < 2)
			continue;
		w = h[i].n / h[i].variance;
		between += w * (h[i].mean - mean) * (h[i].mean - mean);
		lost += (1 - w / weights) * (1 - w / weights) / (h[i].n - 1);
	}
	f = between / (k - 1) / (1 + 2.0 * (k - 2) / (k * k - 1.0) * lost);
	df = (k * k - 1.0) / (3 * lost);
	return gsl_cdf_fdist_Q(f, k - 1, df);
}

static void set_interval(struct common *c, const struct host *h, unsigned int n, double mean)
{
	double squares = 0, inverse = 0, error, reach;
	unsigned int df = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (!h[i].n)
			continue;
		df += h[i].n - 1;
		squares += (h[i].n - 1) * h[i].variance;
		inverse += 1.0 / h[i].n;
	}
	if (!df)
		return;
	error = sqrt(fmax(squares / df, LEAST_VARIANCE) * inverse) / c->hosts;
	reach = gsl_cdf_tdist_Qinv(ALPHA / 2, df) * error;
	c->lo = exp(mean - reach);
	c->hi = exp(mean + reach);
	c->p = fabs(mean) < 1e-12 ? 1 : 2 * gsl_cdf_tdist_Q(fabs(mean) / error, df);
}

struct common pool_hosts(const struct host_logs *hosts, unsigned int n)
{
	struct common c = {0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	struct host *h = calloc(n + 1, sizeof(*h));
	double mean = 0;

	for (unsigned int i = 0; i < n; i++) {
		h[i].n = hosts[i].n;
		if (!h[i].n)
			continue;
		h[i].mean = gsl_stats_mean(hosts[i].x, 1, h[i].n);
		if (h[i].n > 1)
			h[i].variance =
				fmax(gsl_stats_variance(hosts[i].x, 1, h[i].n), LEAST_VARIANCE);
		c.hosts++;
		c.blocks += h[i].n;
		c.least = fmin(c.least, exp(h[i].mean));
		c.greatest = fmax(c.greatest, exp(h[i].mean));
		mean += h[i].mean;
	}
	if (c.hosts) {
		mean /= c.hosts;
		c.ratio = exp(mean);
		set_interval(&c, h, n, mean);
		c.p_apart = welch_anova(h, n);
	}
	free(h);
	return c;
}

void correct_common(struct common *c, unsigned int n)
{
	double *p = calloc(n + 1, sizeof(*p)), *adjusted = calloc(n + 1, sizeof(*adjusted));

	for (unsigned int i = 0; i < n; i++)
		p[i] = c[i].p;
	holm(p, adjusted, n);
	for (unsigned int i = 0; i < n; i++) {
		c[i].p_holm = adjusted[i];
		p[i] = c[i].p_apart;
	}
	holm(p, adjusted, n);
	for (unsigned int i = 0; i < n; i++)
		c[i].p_apart_holm = adjusted[i];
	free(adjusted);
	free(p);
}

const char *common_word(const struct common *c, double margin)
{
	if (c->p_apart_holm < ALPHA)
		return "hosts differ";
	if (isnan(c->lo))
		return "no interval";
	if (c->lo > 1 / (1 + margin) && c->hi < 1 + margin)
		return "equivalent";
	if (c->p_holm < ALPHA && c->lo > 1)
		return "faster";
	if (c->p_holm < ALPHA && c->hi < 1)
		return "slower";
	return "unresolved";
}
