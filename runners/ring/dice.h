/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeded random numbers: the same seed, the same numbers, on every host. */
#ifndef VQLAB_RING_DICE_H
#define VQLAB_RING_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* The next 64 bits: splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014). */
static inline uint64_t dice_bits(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* From 0 to @below - 1. */
static inline uint32_t dice_roll(struct dice *d, uint32_t below)
{
	return (dice_bits(d) >> 32) * below >> 32;
}

/* Once in @n times. */
static inline bool dice_once_in(struct dice *d, uint32_t n)
{
	return dice_roll(d, n) == 0;
}

/* From 1 to @most, small ones as often as large ones: the number of bits is drawn first. */
static inline uint32_t dice_any_size(struct dice *d, uint32_t most)
{
	uint32_t bits = 32 - __builtin_clz(most), high = 1u << dice_roll(d, bits);
	uint32_t n = high + dice_roll(d, high);

	return n < most ? n : most;
}

/* The dice for @what and @number under one seed. */
static inline struct dice dice_of(uint64_t seed, const char *what, uint64_t number)
{
	struct dice d = {seed};

	for (; *what; what++)
		d.state = dice_bits(&d) ^ (unsigned char)*what;
	d.state = dice_bits(&d) ^ number;
	dice_bits(&d);
	return d;
}

#endif /* VQLAB_RING_DICE_H */
