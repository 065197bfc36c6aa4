/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sum {
	double ios, bytes, runtime_ms, clat_ns;
	double most_ios, p50, p99;
	double job_ms;	     /* of the job that is being added: its longest part */
	double begin, end;   /* first start and last end of a job, ms since the epoch */
	unsigned int unsaid; /* jobs whose start fio does not tell */
	bool good;
};

static void add_part(struct sum *s, JsonObject *part)
{
	JsonObject *clat = json_sub(part, "clat_ns");
	JsonObject *percentile = json_sub(clat, "percentile");
	double ios = json_num(part, "total_ios", 0), bytes = json_num(part, "io_bytes", 0);
	double ms = json_num(part, "runtime", 0), mean = json_num(clat, "mean", 0);
	double p50 = json_num(percentile, "50.000000", NAN);
	double p99 = json_num(percentile, "99.000000", NAN);

	if (!part || ios == 0)
		return;
	s->good = s->good && load_sane(ios) && load_sane(bytes) && load_sane(ms) &&
		  load_sane(mean) && (isnan(p50) || load_sane(p50)) &&
		  (isnan(p99) || load_sane(p99));
	s->ios += ios;
	s->bytes += bytes;
	s->clat_ns += mean * ios;
	s->job_ms = MAX(s->job_ms, ms);
	if (ios > s->most_ios) {
		s->most_ios = ios;
		s->p50 = p50;
		s->p99 = p99;
	}
}

/*
 * Are jobs reported as one, with their times added up?  fio's report need not say so (3.33 of
 * Debian 12 does not), but the job file does.
 */
static bool is_grouped(const struct plan_workload *w)
{
	g_auto(GStrv) lines = g_strsplit(w->job_text ? w->job_text : "", "\n", -1);
	bool grouped = false;
	int i;

	for (i = 0; lines[i]; i++) {
		const char *s = g_strstrip(lines[i]), *value = strchr(s, '=');

		if (g_str_has_prefix(s, "group_reporting") &&
		    strchr(" \t=", s[strlen("group_reporting")]))
			grouped |= !value || strtol(value + 1, NULL, 10);
	}
	return grouped;
}

/*
 * A job's requests by direction; "mixed" holds those of all of them, in place of the
 * others (unified_rw_reporting=1) or once more (=both).
 */
static void add_job(struct sum *s, bool grouped, JsonObject *job)
{
	static const char *const parts[] = {"read", "write", "trim"};
	double start = json_num(job, "job_start", -1);
	size_t k;

	s->job_ms = 0;
	if (json_num(json_sub(job, "mixed"), "total_ios", 0) > 0)
		add_part(s, json_sub(job, "mixed"));
	else
		for (k = 0; k < G_N_ELEMENTS(parts); k++)
			add_part(s, json_sub(job, parts[k]));
	if (!s->job_ms)
		return;
	/* Longer than each direction where one follows the other: verified writes. */
	if (!grouped && load_sane(json_num(job, "job_runtime", 0)))
		s->job_ms = MAX(s->job_ms, json_num(job, "job_runtime", 0));
	s->runtime_ms = MAX(s->runtime_ms, s->job_ms);
	if (!load_sane(start)) {
		s->unsaid++;
		return;
	}
	s->begin = s->end ? MIN(s->begin, start) : start;
	s->end = MAX(s->end, start + s->job_ms);
}

static bool job_failed(JsonObject *job, unsigned int number, GError **error)
{
	int64_t code = json_int(job, "error", -1);
	const char *name = json_str(job, "jobname", "");
	g_autofree char *who =
		*name ? g_strdup_printf("job %.40s", name) : g_strdup_printf("job %u", number);

	/* fio has no errno for it, and takes EILSEQ. */
	if (code == EILSEQ)
		return !load_refuse(error,
				    "fio: %s: verification failed: a read returned other data "
				    "than was there",
				    who);
	if (code > 0 && code < 4096)
		return !load_refuse(error, "fio: %s failed with error %" PRId64 " (%s)", who, code,
				    g_strerror(code));
	return code && !load_refuse(error, "fio: %s failed with error %" PRId64, who, code);
}

bool load_fio(struct load *l, const struct plan_workload *w, const char *text, size_t len,
	      GError **error)
{
	g_autoptr(JsonNode) root = load_parse(text, len, "fio", error);
	struct sum s = {.good = true};
	bool grouped = is_grouped(w);
	JsonArray *jobs;
	unsigned int i;

	memset(l, 0, sizeof(*l));
	l->unit = "IOPS";
	if (!root)
		return false;
	jobs = json_list(json_node_get_object(root), "jobs");
	if (!jobs || !json_array_get_length(jobs))
		return load_refuse(error, "fio: no jobs in its report");
	for (i = 0; i < json_array_get_length(jobs); i++) {
		JsonNode *n = json_array_get_element(jobs, i);
		JsonObject *job = JSON_NODE_HOLDS_OBJECT(n) ? json_node_get_object(n) : NULL;

		if (job_failed(job, i, error))
			return false;
		add_job(&s, grouped, job);
	}
	/* Each may be sane, and their sum not. */
	if (!s.good || !load_sane(s.ios) || !load_sane(s.bytes))
		return load_refuse(error, "fio: its report holds impossible numbers");
	if (s.ios <= 0 || s.runtime_ms <= 0)
		return load_refuse(error, "fio: no request was completed");
	l->seconds = (s.unsaid ? s.runtime_ms : MAX(s.end - s.begin, s.runtime_ms)) / 1e3;
	l->ios = s.ios;
	l->bytes = s.bytes;
	l->throughput = s.ios / l->seconds;
	l->has_latency = s.clat_ns > 0;
	l->mean = s.clat_ns / s.ios / 1e3;
	l->p50 = s.p50 / 1e3;
	l->p99 = s.p99 / 1e3;
	/* Of a time that is as good as none. */
	return load_sane(l->throughput) ||
	       load_refuse(error, "fio: its report holds impossible numbers");
}
