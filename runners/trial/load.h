/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fio and iperf3 report, from JSON that came out of the guest. */
#ifndef VQLAB_LOAD_H
#define VQLAB_LOAD_H

#include "runners/tool/error.h"

struct load {
	double seconds;	   /* that the load ran, by its own clock */
	double throughput; /* in unit */
	const char *unit;  /* IOPS or Gbit/s */
	int64_t ios;	   /* fio: requests completed; iperf3: 0 */
	int64_t bytes;
	bool has_latency; /* fio only */
	/* Completion latency, microseconds; a percentile that fio did not print (the
	 * job says disable_clat, clat_percentiles=0 or another list) is NAN. */
	double mean, p50, p99;
};

/*
 * Reads fio's --output-format=json.  Several jobs, and reads beside writes, are added up,
 * over the time from the first job's start to the last one's end; a fio before 3.36 tells
 * no start, and the longest job's time is taken.  Percentiles cannot be added: they are
 * those of the part with most requests (unified_rw_reporting=1 in the job makes one part
 * of both).  False with VQB_INVALID when it is not such a report, when a job or its
 * verification failed, or when nothing was done.
 */
bool load_fio(struct load *l, const char *text, size_t len, GError **error);

/* Reads iperf3's -J: what the receiver got. */
bool load_iperf3(struct load *l, const char *text, size_t len, GError **error);

#endif /* VQLAB_LOAD_H */
