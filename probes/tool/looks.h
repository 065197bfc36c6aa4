/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds for who looks after each block, and ends when there is enough.
 *
 * Whether a block's ratio lies below the true median is the throw of a fair coin, whatever
 * the noise.  Of n throws with s heads, (n + 1) C(n, s) / 2^n is how much better a fair
 * coin explains them than one whose bias may be anything, each as likely (H. Robbins,
 * Annals of Mathematical Statistics 41, 1970).  The lower, the more extreme; that it ever
 * gets below a has a probability of at most a, however often one looks (J. Ville, Etude
 * critique de la notion de collectif, 1939).  As no run has more than LOOKS_MAX blocks, that
 * probability need not be bounded: it is summed over the walk of the coin, and is exact.
 * So p of a comparison is the probability that the walk is ever as extreme, and the
 * interval holds all medians of which p is above a level: it covers the true one after
 * every block at once with the level's confidence, so after the one at which a run ends,
 * whatever ended it (repeated confidence intervals; C. Jennison and B. W. Turnbull, Journal
 * of the Royal Statistical Society B 51, 1989).
 *
 * Why not one of the ready ones: bounds that spend an error over a number of blocks that
 * is set before (Lan and DeMets) are of that number, and a run may be given more blocks;
 * sequences without end (Howard and Ramdas, Bernoulli 28, 2022) are wider at 6 to 40
 * blocks.  To look at each block costs one or two ranks: 7 blocks that agree are the
 * fewest that exclude a median, instead of 6, and of 20 the fourth from either end is
 * the interval's, instead of the sixth.
 */
#ifndef VQLAB_TOOL_LOOKS_H
#define VQLAB_TOOL_LOOKS_H

#define LOOKS_MAX 99 /* blocks that a plan may have */

/*
 * The probability that a fair coin ever, within LOOKS_MAX throws, is as far from even as
 * with @fewer heads, or tails, of @n; 1 where that is half of them or more, or n above
 * LOOKS_MAX.
 */
double looks_p(unsigned int n, unsigned int fewer);

/* The same of few heads alone. */
double looks_p_one_sided(unsigned int n, unsigned int fewer);

/*
 * The greatest k for which the interval from the kth least to the kth greatest of @n values
 * holds the median with a confidence of 1 - @level, after every block at once; 0: none does.
 */
unsigned int looks_rank(unsigned int n, double level);

#endif
