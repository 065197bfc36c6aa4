// SPDX-License-Identifier: GPL-2.0-or-later
#include "row.h"

#include <gsl/gsl_cdf.h>
#include <stdarg.h>
#include <stdio.h>

bool row(bool ok, const char *what, const char *wanted, const char *seen, ...)
{
	char text[64];
	va_list args;

	va_start(args, seen);
	vsnprintf(text, sizeof(text), seen, args);
	va_end(args);
	printf("  %-29.29s %-12.12s %-22.22s %s\n", what, wanted, text, ok ? "ok" : "MISS");
	return ok;
}

void row_heading(const char *text)
{
	printf("%s\n", text);
}

/* Where the beta distribution has @p below, in per cent; gsl_cdf_beta_Pinv() gives up on
 * some. */
static double beta_percent(double p, double a, double b)
{
	double low = 0, high = 1;

	for (int i = 0; i < 40; i++) {
		double middle = (low + high) / 2;

		if (gsl_cdf_beta_P(middle, a, b) < p)
			low = middle;
		else
			high = middle;
	}
	return 100 * high;
}

struct percents binomial_interval(unsigned int hits, unsigned int runs)
{
	return (struct percents){
		hits ? beta_percent(0.025, hits, runs - hits + 1.0) : 0,
		hits < runs ? beta_percent(0.975, hits + 1.0, runs - hits) : 100,
	};
}
