/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.h - how long the lab's disk takes for each request.
 *
 * The time is a function of (distribution, seed, request number) alone: no
 * state, so requests may be served by any thread in any order and the same
 * seed gives the same times again.  The random numbers are SplitMix64 used as
 * a counter-based generator (Steele, Lea, Flood: "Fast Splittable
 * Pseudorandom Number Generators", 2014): draw k of request n is the mixing
 * function applied to seed + (2n + k + 1) * 0x9e3779b97f4a7c15.
 */
#ifndef VQLAB_SERVICE_H
#define VQLAB_SERVICE_H

#include <stdint.h>

enum service_kind {
	SERVICE_CONSTANT,   /* base */
	SERVICE_UNIFORM,    /* evenly from base to tail */
	SERVICE_BIMODAL,    /* base; tail for tail_permille of the requests */
	SERVICE_HEAVY_TAIL, /* evenly from base/2 to 3/2 base; for tail_permille of
			     * the requests Pareto (alpha 2) with mean tail,
			     * from tail/1.8 and cut off at 5 times that */
};

struct service {
	enum service_kind kind;
	uint32_t base_us, tail_us;
	uint32_t tail_permille; /* 0 to 1000 */
	uint64_t seed;
};

/* The kind named so, or -1. */
int service_kind(const char *name);

/* What is wrong with s, as words, or NULL; *key is then the parameter.  One that
 * the kind does not use must be 0, so that nobody believes that it does something. */
const char *service_check(const struct service *s, const char **key);

/* Nanoseconds that request n takes, n counted from 0. */
uint64_t service_ns(const struct service *s, uint64_t n);

#endif
