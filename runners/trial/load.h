/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a load's program reports, from what it printed in the guest: load-fio.c,
 * load-iperf3.c and load-command.c read it.  A guest is not to be trusted, and so is no number here
 * before it was held to what one can be.
 */
#ifndef VQLAB_LOAD_H
#define VQLAB_LOAD_H

#include "runners/plan/plan.h"
#include "runners/tool/json.h"

/* What went one way through a network card. */
struct load_flow {
	int64_t bytes;		      /* that the receiver got */
	int64_t sent, received, lost; /* datagrams of UDP; those sent by the sender's count */
};

struct load {
	double seconds;	   /* that the load ran, by its own clock; a command, by the host's */
	double throughput; /* in unit */
	const char *unit;  /* IOPS, Gbit/s, or a command's, the plan's */
	int64_t ios;	   /* fio: requests completed; else 0 */
	int64_t bytes;
	bool udp; /* iperf3: of datagrams */
	/* iperf3: those of the workload's directions. */
	struct load_flow to_host, to_guest;
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
bool load_fio(struct load *l, const struct plan_workload *w, const char *text, size_t len,
	      GError **error);

/*
 * Reads iperf3's -J of a workload of kind=iperf3: what the receivers got, of all streams and
 * in both directions where @w has both.
 */
bool load_iperf3(struct load *l, const struct plan_workload *w, const char *text, size_t len,
		 GError **error);

/*
 * Reads the figure of a workload of kind=command where @w says that it is.  @text has a NUL at
 * its end.  False when it is not there, or not a number above 0.
 */
bool load_command(struct load *l, const struct plan_workload *w, const char *text, size_t len,
		  GError **error);

/* For those that read: always false, with VQB_INVALID. */
bool load_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The JSON object in @text, or NULL with VQB_INVALID, which quotes its start. */
JsonNode *load_parse(const char *text, size_t len, const char *what, GError **error);

/* A number of the guest's is used only when it can be one: finite, from 0 to 1e15. */
bool load_sane(double x);

#endif /* VQLAB_LOAD_H */
