/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_COMMON_H
#define VQLAB_ANALYSIS_COMMON_H

/* Log ratios of one host, a block each. */
struct host_logs {
	double *x;
	unsigned int n;
};

/* What all hosts say together. */
struct common {
	unsigned int hosts, blocks;   /* hosts with a block at least; their blocks */
	double least, greatest;	      /* of the hosts' own ratios, by the means of logs */
	double p_apart, p_apart_holm; /* that they have one ratio, by Welch's test; NAN */
	double ratio, lo, hi;	      /* of all; the interval is NAN without two blocks of a host */
	double p, p_holm;	      /* against 1 */
};

/*
 * Hosts are a level of their own: a host's mean is taken first, then the mean of the hosts',
 * each weighing the same; the interval is Student's t with the blocks' variance within hosts,
 * pooled.  Whether the hosts agree at all is asked by Welch's analysis of variance (B. L.
 * Welch, Biometrika 38, 1951) of those with two blocks.  Fills all but p_holm, p_apart_holm.
 */
struct common pool_hosts(const struct host_logs *hosts, unsigned int n);

/* Holm's correction of both tests over @n of them. */
void correct_common(struct common *c, unsigned int n);

/*
 * "hosts differ", which no common figure can stand for; else "faster", "slower", "equivalent"
 * within @margin, "unresolved" or "no interval".
 */
const char *common_word(const struct common *c, double margin);

#endif
