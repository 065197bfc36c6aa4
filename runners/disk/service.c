// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "service.h"

#define PARETO_CUT 5.0

static const char *const names[] = {
	[SERVICE_CONSTANT] = "constant",
	[SERVICE_UNIFORM] = "uniform",
	[SERVICE_BIMODAL] = "bimodal",
	[SERVICE_HEAVY_TAIL] = "heavy-tail",
};

int service_kind(const char *name)
{
	for (int i = 0; i < 4; i++) {
		if (!strcmp(name, names[i]))
			return i;
	}
	return -1;
}

const char *service_check(const struct service *s, const char **key)
{
	int two = s->kind == SERVICE_BIMODAL || s->kind == SERVICE_HEAVY_TAIL;

	*key = "tail_permille";
	if (!two && s->tail_permille)
		return "used by service=bimodal and heavy-tail only";
	if (s->tail_permille > 1000)
		return "0 to 1000";
	if (two && !s->tail_permille)
		return "service=bimodal and heavy-tail need it above 0";
	*key = "tail_us";
	if (s->kind == SERVICE_CONSTANT && s->tail_us)
		return "not used by service=constant";
	if (two && !s->tail_us)
		return "service=bimodal and heavy-tail need it above 0";
	if (s->kind != SERVICE_CONSTANT && s->tail_us < s->base_us)
		return "must not be less than base_us";
	return NULL;
}

static uint64_t draw(uint64_t seed, uint64_t k)
{
	uint64_t z = seed + (k + 1) * 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Evenly from 0 (included) to 1 (not included). */
static double unit(uint64_t bits)
{
	return (bits >> 11) * 0x1p-53;
}

/*
 * A Pareto variable with alpha 2 and minimum m, cut off at c * m, is
 * m / sqrt(u) there and has the mean m * (2 - 1/c): 1.8 m for c = 5.
 */
static double pareto(double mean, double u)
{
	double m = mean / (2 - 1 / PARETO_CUT);

	return m * fmin(1 / sqrt(1 - u), PARETO_CUT);
}

uint64_t service_ns(const struct service *s, uint64_t n)
{
	double u = unit(draw(s->seed, 2 * n));
	int tail = draw(s->seed, 2 * n + 1) % 1000 < s->tail_permille;
	double us = s->base_us;

	switch (s->kind) {
	case SERVICE_CONSTANT:
		break;
	case SERVICE_UNIFORM:
		us += u * (s->tail_us - s->base_us);
		break;
	case SERVICE_BIMODAL:
		us = tail ? s->tail_us : s->base_us;
		break;
	case SERVICE_HEAVY_TAIL:
		us = tail ? pareto(s->tail_us, u) : s->base_us * (0.5 + u);
		break;
	}
	return us * 1000;
}
