// SPDX-License-Identifier: GPL-2.0-or-later
#include "stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "power.h"
#include "probes/tool/looks.h"

struct moments {
	double mean, error; /* standard error of the mean */
};

static struct moments moments(const double *x, unsigned int n)
{
	struct moments m = {.mean = gsl_stats_mean(x, 1, n)};

	m.error = gsl_stats_sd_m(x, 1, n, m.mean) / sqrt(n);
	/* Equal figures differ in the last bit: that is no variance. */
	if (m.error < 1e-12)
		m.error = 1e-12;
	return m;
}

double student_p(const double *x, unsigned int n)
{
	struct moments m = moments(x, n);

	/* Without this, ratios that are all 1 would depend on rounding. */
	if (fabs(m.mean) < 1e-12)
		return 1;
	return 2 * gsl_cdf_tdist_Q(fabs(m.mean) / m.error, n - 1);
}

/* The larger p of the two one-sided tests against -margin and +margin. */
static double equivalence_p(const double *x, unsigned int n, double margin)
{
	struct moments m = moments(x, n);
	double edge = log1p(margin);

	return gsl_cdf_tdist_Q((edge - fabs(m.mean)) / m.error, n - 1);
}

/* @sorted: the same in ascending order.  Where the range is wider, it is the range. */
static void student_interval(const double *x, const double *sorted, unsigned int n,
			     struct comparison *c)
{
	struct moments m = moments(x, n);
	double reach = gsl_cdf_tdist_Qinv(ALPHA / 2, n - 1) * m.error;

	c->student = true;
	c->lo = exp(fmin(m.mean - reach, sorted[0]));
	c->hi = exp(fmax(m.mean + reach, sorted[n - 1]));
}

/* How many are above @edge, beyond doubt that is. */
static unsigned int above(const double *x, unsigned int n, double sign, double edge)
{
	unsigned int more = 0;

	for (unsigned int i = 0; i < n; i++)
		more += sign * x[i] > edge + 1e-12;
	return more;
}

/* Both p of who looks at each block. */
static void looked_p(const double *x, unsigned int n, double margin, struct comparison *c)
{
	double edge = log1p(margin);
	unsigned int more = above(x, n, 1, 0), less = above(x, n, -1, 0);

	c->p = looks_p(n, n - (more > less ? more : less));
	c->tost = fmax(looks_p_one_sided(n, n - above(x, n, 1, -edge)),
		       looks_p_one_sided(n, n - above(x, n, -1, -edge)));
}

struct comparison compare(const double *log_ratio, unsigned int n, double margin, enum looks looks)
{
	struct comparison c = {.n = n,
			       .looks = looks,
			       .ratio = NAN,
			       .lo = NAN,
			       .hi = NAN,
			       .sd = NAN,
			       .p = NAN,
			       .p_holm = NAN,
			       .tost = NAN,
			       .tost_holm = NAN,
			       .detectable = NAN,
			       .verdict = VERDICT_NO_DATA};
	double *sorted;

	if (!n)
		return c;
	sorted = malloc(n * sizeof(*sorted));
	memcpy(sorted, log_ratio, n * sizeof(*sorted));
	c.ratio = exp(median(sorted, n)); /* leaves it sorted */
	if (order_interval(sorted, n, looks, &c.lo, &c.hi)) {
		c.lo = exp(c.lo);
		c.hi = exp(c.hi);
	} else if (n > 1 && looks == LOOK_ONCE) {
		student_interval(log_ratio, sorted, n, &c);
	}
	free(sorted);
	if (n < 2)
		return c;
	c.sd = moments(log_ratio, n).error * sqrt(n);
	if (looks == LOOK_EACH) {
		looked_p(log_ratio, n, margin, &c);
		return c;
	}
	c.p = student_p(log_ratio, n);
	c.tost = equivalence_p(log_ratio, n, margin);
	return c;
}

void holm(const double *p, double *adjusted, unsigned int n)
{
	unsigned int tests = 0;
	double floor_p = 0;

	for (unsigned int i = 0; i < n; i++) {
		adjusted[i] = NAN;
		tests += !isnan(p[i]);
	}
	for (unsigned int step = 0; step < tests; step++) {
		unsigned int least = n;

		for (unsigned int i = 0; i < n; i++)
			if (!isnan(p[i]) && isnan(adjusted[i]) && (least == n || p[i] < p[least]))
				least = i;
		floor_p = fmax(floor_p, fmin(1, p[least] * (tests - step)));
		adjusted[least] = floor_p;
	}
}

static enum verdict verdict_of(const struct comparison *c, double margin)
{
	if (c->n < 2)
		return c->n ? VERDICT_ONE_BLOCK : VERDICT_NO_DATA;
	/* First, so that a difference too small to matter is not cried out. */
	if (c->tost_holm < ALPHA && c->lo > 1 / (1 + margin) && c->hi < 1 + margin)
		return VERDICT_EQUIVALENT;
	if (c->p_holm < ALPHA && c->lo > 1)
		return VERDICT_FASTER;
	if (c->p_holm < ALPHA && c->hi < 1)
		return VERDICT_SLOWER;
	return VERDICT_UNRESOLVED;
}

/*
 * What each comparison would have seen: Holm's first and hardest step is at ALPHA
 * over the number of tests.
 */
static void set_detectable(struct comparison **family, unsigned int n)
{
	double squares = 0, sum = 0, df;
	unsigned int tests = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (family[i]->n < 2)
			continue;
		tests++;
		sum += family[i]->n - 1;
		squares += (family[i]->n - 1) * family[i]->sd * family[i]->sd;
	}
	df = tests ? pooled_df(tests, sum) : 0;
	for (unsigned int i = 0; i < n; i++) {
		struct comparison *c = family[i];

		if (c->n < 2)
			continue;
		c->detectable = -expm1(-detectable_shift(c->n, ALPHA / tests, df, c->looks) *
				       sqrt(squares / sum / c->n));
	}
}

void judge_verdicts(struct comparison **family, unsigned int n, double margin)
{
	double *p = calloc(n + 1, sizeof(*p)), *adjusted = calloc(n + 1, sizeof(*adjusted));

	for (unsigned int i = 0; i < n; i++)
		p[i] = family[i]->p;
	holm(p, adjusted, n);
	for (unsigned int i = 0; i < n; i++) {
		family[i]->p_holm = adjusted[i];
		p[i] = family[i]->tost;
	}
	holm(p, adjusted, n);
	for (unsigned int i = 0; i < n; i++) {
		family[i]->tost_holm = adjusted[i];
		family[i]->verdict = verdict_of(family[i], margin);
	}
	free(adjusted);
	free(p);
}

void judge(struct comparison **family, unsigned int n, double margin)
{
	judge_verdicts(family, n, margin);
	set_detectable(family, n);
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_BASELINE] = "baseline",     [VERDICT_NO_DATA] = "no data",
		[VERDICT_ONE_BLOCK] = "one block",   [VERDICT_FASTER] = "faster",
		[VERDICT_SLOWER] = "slower",	     [VERDICT_EQUIVALENT] = "equivalent",
		[VERDICT_UNRESOLVED] = "unresolved",
	};

	return names[verdict];
}

bool verdict_resolved(enum verdict verdict)
{
	return verdict == VERDICT_FASTER || verdict == VERDICT_SLOWER ||
	       verdict == VERDICT_EQUIVALENT;
}
