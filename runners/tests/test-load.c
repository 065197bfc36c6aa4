/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes out of the guest is read, or refused with a reason. */
#include "runners/trial/load.h"
#include "runners/trial/perfstat.h"

#include <math.h>
#include <string.h>

#define PART(ios, ms, mean)                                                                        \
	"{\"total_ios\":" #ios ",\"io_bytes\":" #ios "000,\"runtime\":" #ms                        \
	",\"clat_ns\":{\"mean\":" #mean                                                            \
	",\"percentile\":{\"50.000000\":5000,\"99.000000\":99000}}}"
#define NOTHING "{\"total_ios\":0,\"io_bytes\":0,\"runtime\":0}"
#define JOB(error, read, write) "{\"error\":" #error ",\"read\":" read ",\"write\":" write "}"

static const struct plan_workload plain = {.kind = (char *)"fio"};
static const struct plan_workload tcp = {.iperf3 = {(char *)"out", (char *)"tcp", 1}};

static bool fio(struct load *l, const char *text, GError **error)
{
	return load_fio(l, &plain, text, strlen(text), error);
}

static void test_fio(void)
{
	struct load l;
	g_autoptr(GError) e = NULL;

	g_assert_true(fio(&l, "{\"jobs\":[" JOB(0, PART(3000, 2000, 7000.5), NOTHING) "]}", &e));
	g_assert_no_error(e);
	g_assert_cmpfloat(l.throughput, ==, 1500);
	g_assert_cmpfloat(l.seconds, ==, 2);
	g_assert_cmpint(l.ios, ==, 3000);
	g_assert_cmpint(l.bytes, ==, 3000000);
	g_assert_cmpfloat_with_epsilon(l.mean, 7.0005, 1e-9);
	g_assert_cmpfloat(l.p50, ==, 5);
	g_assert_cmpfloat(l.p99, ==, 99);
	g_assert_cmpstr(l.unit, ==, "IOPS");
}

/* fio prints other percentiles, or none: nothing is known, which is not 0. */
static void test_fio_no_percentiles(void)
{
	struct load l;
	g_autoptr(GError) e = NULL;

	g_assert_true(fio(&l,
			  "{\"jobs\":[{\"error\":0,\"read\":{\"total_ios\":9,\"io_bytes\":9,"
			  "\"runtime\":9,\"clat_ns\":{\"mean\":5000,"
			  "\"percentile\":{\"99.000000\":7000}}}}]}",
			  &e));
	g_assert_no_error(e);
	g_assert_true(l.has_latency);
	g_assert_cmpfloat(l.mean, ==, 5);
	g_assert_true(isnan(l.p50));
	g_assert_cmpfloat(l.p99, ==, 7);
}

static void test_fio_mixed(void)
{
	struct load l;
	g_autoptr(GError) e = NULL;

	/* Notes before the object, reads and writes, two jobs. */
	g_assert_true(fio(
		&l,
		"note: something\n{\"jobs\":[" JOB(
			0, PART(1000, 1000, 1000),
			PART(3000, 1000, 3000)) ",\n" JOB(0, PART(4000, 2000, 2000), NOTHING) "]}",
		&e));
	g_assert_no_error(e);
	g_assert_cmpint(l.ios, ==, 8000);
	g_assert_cmpfloat(l.throughput, ==, 4000);
	g_assert_cmpfloat_with_epsilon(l.mean, 2.25, 1e-9);
}

#define JOB_AT(start, read)                                                                        \
	"{\"error\":0,\"job_start\":" #start ",\"read\":" read ",\"write\":" NOTHING "}"

/* The time is that from the first start to the last end, where fio tells. */
static void test_fio_sections(void)
{
	struct load l;

	g_assert_true(fio(&l,
			  "{\"jobs\":[" JOB_AT(1700000000000, PART(3000, 2000, 1)) "," JOB_AT(
				  1700000002500, PART(3000, 2000, 1)) "]}",
			  NULL));
	g_assert_cmpfloat(l.seconds, ==, 4.5);
	g_assert_cmpfloat_with_epsilon(l.throughput, 6000 / 4.5, 1e-9);
	/* One that did nothing has no part in it. */
	g_assert_true(fio(&l,
			  "{\"jobs\":[" JOB_AT(1700000000000, NOTHING) "," JOB_AT(
				  1700000002500, PART(3000, 2000, 1)) "]}",
			  NULL));
	g_assert_cmpfloat(l.seconds, ==, 2);
	/* If one of them does not tell, it is as before. */
	g_assert_true(fio(&l,
			  "{\"jobs\":[" JOB_AT(1700000000000, PART(3000, 2000, 1)) "," JOB(
				  0, PART(3000, 2000, 1), NOTHING) "]}",
			  NULL));
	g_assert_cmpfloat(l.seconds, ==, 2);
}

/* Reads and writes once more as one ("both"), or only so ("mixed"): never twice. */
static void test_fio_unified(void)
{
	struct load l;

	g_assert_true(
		fio(&l,
		    "{\"jobs\":[{\"error\":0,\"read\":" PART(1000, 1000, 1) ",\"write\":" PART(
			    3000, 1000, 1) ",\"mixed\":" PART(4000, 1000, 1) "}]}",
		    NULL));
	g_assert_cmpint(l.ios, ==, 4000);
	g_assert_cmpint(l.bytes, ==, 4000000);
	g_assert_true(
		fio(&l, "{\"jobs\":[{\"error\":0,\"mixed\":" PART(4000, 1000, 1) "}]}", NULL));
	g_assert_cmpint(l.ios, ==, 4000);
	/* What was trimmed was done, too. */
	g_assert_true(fio(&l, "{\"jobs\":[{\"error\":0,\"trim\":" PART(500, 1000, 1) "}]}", NULL));
	g_assert_cmpint(l.ios, ==, 500);
}

/* Writes, then reads that verify them: neither's time is that of both. */
static void test_fio_verified(void)
{
	static const char job[] = "\"error\":0,\"job_runtime\":2000,\"read\":" PART(
		1000, 800, 1) ",\"write\":" PART(3000, 1200, 1);
	g_autofree char *one = g_strdup_printf("{\"jobs\":[{%s}]}", job);
	const struct plan_workload group = {.job_text = (char *)"[a]\n group_reporting=1\n"};
	const struct plan_workload none = {.job_text = (char *)"[a]\ngroup_reporting =  0\n"};
	struct load l;

	g_assert_true(fio(&l, one, NULL));
	g_assert_cmpfloat(l.seconds, ==, 2);
	/* There it is the sum of all jobs' times. */
	g_assert_true(load_fio(&l, &group, one, strlen(one), NULL));
	g_assert_cmpfloat(l.seconds, ==, 1.2);
	g_assert_true(load_fio(&l, &none, one, strlen(one), NULL));
	g_assert_cmpfloat(l.seconds, ==, 2);
}

/* Percentiles are those of the part with most requests, wherever it stands. */
static void test_fio_percentiles(void)
{
	struct load l;

	g_assert_true(
		fio(&l,
		    "{\"jobs\":[" JOB(
			    0,
			    "{\"total_ios\":10,\"io_bytes\":9,\"runtime\":9,\"clat_ns\":{"
			    "\"mean\":1,\"percentile\":{\"50.000000\":1000,\"99.000000\":2000}}}",
			    NOTHING) "," JOB(0, PART(3000, 2000, 7), NOTHING) "]}",
		    NULL));
	g_assert_cmpfloat(l.p50, ==, 5);
	g_assert_cmpfloat(l.p99, ==, 99);
}

static void test_fio_refused(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "holds no JSON object"},
		{"fio: no such file\n", "holds no JSON object"},
		{"{\"jobs\":", "not JSON"},
		{"{}", "no jobs"},
		{"{\"jobs\":7}", "no jobs"},
		{"{\"jobs\":[]}", "no jobs"},
		{"{\"jobs\":[7]}", "failed with error"},
		{"{\"jobs\":[{}]}", "failed with error"},
		{"{\"jobs\":[" JOB(0, NOTHING, NOTHING) "]}", "no request was completed"},
		{"{\"jobs\":[" JOB(5, PART(9, 9, 9), NOTHING) "]}",
		 "job 0 failed with error 5 (Input/output error)"},
		{"{\"jobs\":[{\"jobname\":\"big\",\"error\":12}]}",
		 "job big failed with error 12 (Cannot allocate memory)"},
		{"{\"jobs\":[{\"error\":-7}]}", "failed with error -7"},
		{"{\"jobs\":[" JOB(84, PART(9, 9, 9), NOTHING) "]}", "verification failed"},
		{"{\"jobs\":[" JOB(0, PART(9, 9, 9), PART(-5, 9, 9)) "]}", "impossible"},
		{"{\"jobs\":[" JOB(0, PART(9, 9, 1e300), NOTHING) "]}", "impossible"},
		{"{\"jobs\":[{\"error\":0,\"read\":{\"total_ios\":9,\"io_bytes\":9,\"runtime\":5e-"
		 "324}}]}",
		 "impossible"},
		{"{\"jobs\":[{\"error\":0,\"read\":{\"total_ios\":9,\"io_bytes\":9,\"runtime\":1e-"
		 "300}}]}",
		 "impossible"},
		{"{\"jobs\":[" JOB(0, PART(900000000000000, 9, 9),
				   PART(900000000000000, 9, 9)) "]}",
		 "impossible"},
		{"{\"jobs\":\"\xff\xfe\"}", "not UTF-8"},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) e = NULL;
		struct load l;

		if (fio(&l, bad[i].text, &e) || e->code != VQB_INVALID ||
		    !strstr(e->message, bad[i].why)) {
			g_test_message("%s: wanted %s, got %s", bad[i].text, bad[i].why,
				       e ? e->message : "a load");
			g_test_fail();
		}
	}
}

/* A parser that recurses for each bracket must not be led into the depths. */
static void test_deep(void)
{
	g_autoptr(GString) s = g_string_new("{\"jobs\":");
	g_autoptr(GError) e = NULL;
	struct load l;
	int i;

	for (i = 0; i < 4000000; i++)
		g_string_append_c(s, '[');
	g_assert_false(load_fio(&l, &plain, s->str, s->len, &e));
	g_assert_nonnull(strstr(e->message, "nested too deep"));
}

/* Any cut and any flipped byte of a good report: read or refused, no crash,
 * and never a throughput that is not a number. */
static void test_garbage(void)
{
	static const char good[] =
		"{\"jobs\":[" JOB(0, PART(3000, 2000, 7000.5), PART(1, 2, 3)) "]}";
	char text[sizeof(good)];
	size_t i, k;

	for (i = 0; i < sizeof(good) - 1; i++)
		for (k = 0; k < 256; k += 5) {
			struct load l;

			memcpy(text, good, sizeof(good));
			text[i] = k;
			if (load_fio(&l, &plain, text, sizeof(good) - 1, NULL))
				g_assert_true(isfinite(l.throughput) && l.throughput > 0);
			g_assert_false(load_fio(&l, &plain, good, i, NULL));
			load_iperf3(&l, &tcp, text, sizeof(good) - 1, NULL);
		}
}

#define SUM "{\"seconds\":2.0,\"bytes\":250000000,\"bits_per_second\":1e9}"

static bool iperf3(struct load *l, const struct plan_workload *w, const char *text, GError **error)
{
	return load_iperf3(l, w, text, strlen(text), error);
}

static void test_iperf3(void)
{
	struct load l;
	g_autoptr(GError) e = NULL;

	g_assert_true(iperf3(&l, &tcp, "{\"end\":{\"sum_sent\":{},\"sum_received\":" SUM "}}", &e));
	g_assert_cmpfloat(l.throughput, ==, 1);
	g_assert_cmpstr(l.unit, ==, "Gbit/s");
	g_assert_cmpint(l.bytes, ==, 250000000);
	g_assert_cmpint(l.to_host.bytes, ==, 250000000);
	g_assert_false(l.has_latency);
	g_assert_false(l.udp);
	g_assert_false(iperf3(&l, &tcp,
			      "{\"end\":{\"sum_received\":" SUM "},\"error\":\"no route\"}", &e));
	g_assert_cmpstr(e->message, ==, "iperf3: no route");
	g_clear_error(&e);
	g_assert_false(iperf3(&l, &tcp, "{\"end\":{}}", &e));
	g_clear_error(&e);
	g_assert_false(
		iperf3(&l, &tcp, "{\"end\":{\"sum_received\":{\"bytes\":0,\"seconds\":1}}}", &e));
	g_assert_cmpint(e->code, ==, VQB_INVALID);
}

/* Both directions, of what iperf3 3.12 said of a run on a host; and the half of it. */
static void test_iperf3_both(void)
{
	static const struct plan_workload both = {.iperf3 = {(char *)"both", (char *)"tcp", 2}};
	static const char said[] =
		"{\"end\":{\"sum_sent\":{\"seconds\":1.000014,\"bytes\":2009333760},"
		"\"sum_received\":{\"seconds\":1.003419,\"bytes\":2001862656},"
		"\"sum_received_bidir_reverse\":{\"seconds\":1.003419,\"bytes\":898629632}}}";
	struct load l;
	g_autoptr(GError) e = NULL;

	g_assert_true(iperf3(&l, &both, said, &e));
	g_assert_cmpint(l.to_host.bytes, ==, 2001862656);
	g_assert_cmpint(l.to_guest.bytes, ==, 898629632);
	g_assert_cmpint(l.bytes, ==, 2900492288);
	g_assert_cmpfloat_with_epsilon(l.throughput, 15.960332869 + 7.164541488, 1e-6);
	g_assert_false(iperf3(&l, &both, "{\"end\":{\"sum_received\":" SUM "}}", &e));
	g_assert_cmpstr(e->message, ==, "iperf3: no end.sum_received_bidir_reverse in its report");
}

#define UDP(packets, lost, sent)                                                                   \
	"{\"end\":{\"sum_sent\":{\"packets\":" sent "},\"sum_received\":{\"seconds\":1.003683,"    \
	"\"bytes\":5599104,\"packets\":" packets ",\"lost_packets\":" lost "}}}"

static void test_iperf3_udp(void)
{
	static const struct plan_workload udp = {.iperf3 = {(char *)"in", (char *)"udp", 1, 0, 64}};
	static const char *const bad[] = {
		UDP("10", "11", "20"),	 UDP("-1", "0", "20"),	  UDP("20", "-1", "20"),
		UDP("20", "0", "-1"),	 UDP("20", "0", "1e300"), UDP("1e18", "0", "20"),
		UDP("20", "\"0\"", "9"), UDP("20", "null", "9"),
	};
	struct load l;
	g_autoptr(GError) e = NULL;
	size_t i;

	g_assert_true(iperf3(&l, &udp, UDP("181949", "94463", "182020"), &e));
	g_assert_true(l.udp);
	g_assert_cmpint(l.to_guest.sent, ==, 182020);
	g_assert_cmpint(l.to_guest.received, ==, 87486);
	g_assert_cmpint(l.to_guest.received * 64, ==, l.to_guest.bytes);
	g_assert_cmpint(l.to_guest.lost, ==, 94463);
	g_assert_cmpint(l.to_host.bytes, ==, 0);
	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_false(iperf3(&l, &udp, bad[i], &e));
		g_assert_cmpstr(e->message, ==, "iperf3: no datagrams are counted in its report");
		g_clear_error(&e);
	}
}

static void test_perf(void)
{
	struct perfstat_result r;
	g_autoptr(GError) e = NULL;

	g_assert_true(
		perfstat_parse("# started on Sun\n\n"
			       "1001.51,msec,task-clock,1001505321,100.00,0.336,CPUs utilized\n"
			       "11,,context-switches,1001412645,100.00,10.983,/sec\n",
			       &r, &e));
	g_assert_cmpfloat_with_epsilon(r.cpu_s, 1.00151, 1e-12);
	g_assert_cmpint(r.ctx_switches, ==, 11);
	g_assert_false(perfstat_parse("<not counted>,msec,task-clock,0,100.00,,\n"
				      "11,,context-switches,1,100.00,1,/sec\n",
				      &r, &e));
	g_clear_error(&e);
	g_assert_false(perfstat_parse("", &r, &e));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/load/fio", test_fio);
	g_test_add_func("/load/fio-no-percentiles", test_fio_no_percentiles);
	g_test_add_func("/load/fio-mixed", test_fio_mixed);
	g_test_add_func("/load/fio-sections", test_fio_sections);
	g_test_add_func("/load/fio-unified", test_fio_unified);
	g_test_add_func("/load/fio-verified", test_fio_verified);
	g_test_add_func("/load/fio-percentiles", test_fio_percentiles);
	g_test_add_func("/load/fio-refused", test_fio_refused);
	g_test_add_func("/load/deep", test_deep);
	g_test_add_func("/load/garbage", test_garbage);
	g_test_add_func("/load/iperf3", test_iperf3);
	g_test_add_func("/load/iperf3/both", test_iperf3_both);
	g_test_add_func("/load/iperf3/udp", test_iperf3_udp);
	g_test_add_func("/load/perf", test_perf);
	return g_test_run();
}
