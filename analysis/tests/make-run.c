// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a made-up run for the tests of vqreport, with effects that are known.
 * Nothing it writes was measured on anything; it says so in every name.
 *
 *	make-run DIR [--blocks=N] [--noise=S] [--seed=N] [--variants=A,B]
 *		 [--effect=VARIANT=RATIO] [--stall=TRIAL-ID] [--drop=TRIAL-ID]
 *		 [--unwatched=WORKLOAD] [--bad=TRIAL-ID/WORKLOAD] [--udp] [--lower]
 *		 [--until=PERCENT]
 *
 * A workload that is unwatched has no phases with probes. A bad one makes its trial
 * invalid, and its own phases, each phase being judged by itself. --until: of at most 99.
 *
 * With --lower less of made-up-flat is better.
 * With --udp the network's load is one of datagrams, and tells packets a second.
 *
 * Throughput of a trial: base * the block's drift * effect * lognormal noise.
 * Ordering measures: 64 requests in flight on a simulated disk whose service
 * times have a tail, completed out of order and published in order. Phases with
 * probes name traces, which the tests may put there.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

#define IN_FLIGHT 64
#define ELEMENTS 4000
#define LARGEST 4096 /* of an exact histogram */

static struct {
	char *variants, *effect, *stall, *drop, *unwatched, *bad, *created;
	int blocks, seed;
	double noise, until; /* until: per cent */
	gboolean udp, lower;
} opt = {.variants = "off,qemu,hash-table,array-window,bitmap",
	 .effect = "",
	 .stall = "",
	 .drop = "",
	 .unwatched = "",
	 .bad = "",
	 .created = "2001-02-03T04:05:06Z",
	 .blocks = 6,
	 .seed = 1,
	 .noise = 0.03};

struct disk {
	const char *name, *kind, *device, *summary;
	double base, tail_us, tail_share;
};

static const struct disk disks[] = {
	{"made-up-tail", "fio", "disk-tail", "made up: 200 us, 20 ms on 1 %", 6000, 20000, 0.01},
	{"made-up-flat", "fio", "disk-flat", "made up: 200 us", 8000, 0, 0},
	{"made-up-mixed", "fio", "disk-file", "made up: 200 us, 2 ms on 20 %", 5000, 2000, 0.2},
	{"made-up-tcp", "iperf3", "net0", "made up: in order", 0.7, -1, 0},
};

struct request {
	uint64_t seq;
	double done; /* us */
};

struct state {
	struct tally depth, stash, batch, hold, fill, flush;
	uint64_t stashed, stash_max, published;
	double stash_area, now;
	double filled_at[ELEMENTS + IN_FLIGHT];
	bool filled[ELEMENTS + IN_FLIGHT];
};

static double service(const struct disk *d, gsl_rng *rng)
{
	double us = 200 * gsl_ran_lognormal(rng, 0, d->tail_us < 0 ? 0 : 0.1);

	return gsl_rng_uniform(rng) < d->tail_share ? us + d->tail_us : us;
}

static void simulate(const struct disk *d, bool ordered, double cost_ns, gsl_rng *rng,
		     struct state *s)
{
	struct request fly[IN_FLIGHT];
	uint64_t next = 0, frontier = 0, stash = 0, out = 0;
	unsigned int n = 0;

	while (s->published < ELEMENTS) {
		unsigned int first = 0;
		uint64_t batch = 0, seq;

		/* An ordered queue's slot is free once it is published. */
		while (n < IN_FLIGHT && next < ELEMENTS &&
		       (!ordered || next < frontier + IN_FLIGHT))
			fly[n++] = (struct request){next++, s->now + service(d, rng)};
		for (unsigned int i = 1; i < n; i++)
			if (fly[i].done < fly[first].done ||
			    (fly[i].done == fly[first].done && fly[i].seq < fly[first].seq))
				first = i;
		seq = fly[first].seq;
		s->stash_area += stash * fmax(0, fly[first].done - s->now);
		s->now = fmax(s->now, fly[first].done);
		fly[first] = fly[--n];
		tally_add(&s->depth, seq - frontier, false);
		s->stashed += seq > frontier;
		s->filled[seq] = true;
		s->filled_at[seq] = s->now;
		stash++;
		while (frontier < ELEMENTS && s->filled[frontier]) {
			if (ordered)
				tally_add(&s->hold, 1000 * (s->now - s->filled_at[frontier]) + 900,
					  true);
			frontier++;
			stash--;
			batch++;
		}
		if (!ordered) {
			tally_add(&s->hold, 900 + gsl_rng_uniform_int(rng, 200), true);
			batch = 1;
		}
		tally_add(&s->stash, stash, false);
		s->stash_max = MAX(s->stash_max, stash);
		tally_add(&s->batch, batch, false);
		tally_add(&s->fill, 300 + cost_ns + gsl_ran_exponential(rng, 80), true);
		tally_add(&s->flush, 500 + gsl_ran_exponential(rng, 120), true);
		out += batch;
		s->published = out;
	}
}

static void put_probe(GString *out, const struct disk *d, const char *ring, bool ordered,
		      double cost_ns, gsl_rng *rng)
{
	struct state *s = g_new0(struct state, 1);

	simulate(d, ordered, cost_ns, rng, s);
	g_string_append_printf(
		out,
		"\"probe\":{\"schema\":\"vqlab-probe-1\",\"pid\":1,\"seconds\":3,"
		"\"events\":%d,\"lost_events\":0,\"unreadable_rings\":0,\"sites\":["
		"{\"function\":\"virtqueue_fill\",\"kind\":\"entry\",\"address\":\"0x1\","
		"\"instruction\":\"nop5\",\"mode\":\"optimised\",\"hits\":%d},"
		"{\"function\":\"virtqueue_flush\",\"kind\":\"entry\",\"address\":\"0x2\","
		"\"instruction\":\"nop5\",\"mode\":\"optimised\",\"hits\":%d}],"
		"\"calibration\":["
		"{\"function\":\"virtqueue_fill\",\"mode\":\"optimised\",\"n\":20000,\"cost_ns\":"
		"{\"p05\":700,\"median\":800,\"p95\":950},\"bias_ns\":{\"p05\":230,"
		"\"median\":250,\"p95\":290}},"
		"{\"function\":\"virtqueue_flush\",\"mode\":\"optimised\",\"n\":20000,"
		"\"cost_ns\":{\"p05\":690,\"median\":790,\"p95\":960},\"bias_ns\":{\"p05\":235,"
		"\"median\":255,\"p95\":295}}],\"queues\":[{\"device\":\"%s\",\"type\":"
		"\"virtio-blk\",\"index\":0,\"ring\":\"%s\",\"num\":256,\"in_order\":%s,",
		5 * ELEMENTS, ELEMENTS, ELEMENTS, d->device, ring, ordered ? "true" : "false");
	g_string_append_printf(
		out,
		"\"pops\":%d,\"fills\":%d,\"flushes\":%d,\"published\":%d,\"unpopped\":0,"
		"\"detached\":0,\"in_flight_start\":0,\"in_flight_end\":0,"
		"\"unmatched_fills\":0,\"order_violations\":%" G_GUINT64_FORMAT
		",\"conserved\":true,\"resets\":0,\"stashed\":%" G_GUINT64_FORMAT
		",\"stash_time_mean\":%.6g,\"stash_max\":%" G_GUINT64_FORMAT
		",\"span_s\":3.0,\"hold_sum_ns\":%" G_GUINT64_FORMAT
		",\"fill_sum_ns\":%" G_GUINT64_FORMAT ",\"flush_sum_ns\":%" G_GUINT64_FORMAT ",",
		ELEMENTS, ELEMENTS, ELEMENTS, ELEMENTS, ordered ? 0 : s->stashed, s->stashed,
		s->stash_area / fmax(s->now, 1), s->stash_max, s->hold.sum, s->fill.sum,
		s->flush.sum);
	put_tally(out, "depth", &s->depth);
	put_tally(out, "stash_count", &s->stash);
	put_tally(out, "batch", &s->batch);
	put_tally(out, "hold_ns", &s->hold);
	put_tally(out, "fill_ns", &s->fill);
	put_tally(out, "flush_ns", &s->flush);
	g_string_truncate(out, out->len - 1);
	g_string_append(out, "}]}");
	g_free(s);
}

static double effect_of(const char *variant)
{
	size_t n = strlen(variant);

	if (!strncmp(opt.effect, variant, n) && opt.effect[n] == '=')
		return g_ascii_strtod(opt.effect + n + 1, NULL);
	return 1;
}

static void put_phase(GString *out, const struct disk *d, const char *variant, const char *ring,
		      bool probes, bool judged, bool bad, double drift, gsl_rng *rng)
{
	bool ordered = !g_str_has_prefix(variant, "off"), ios = !strcmp(d->kind, "fio");
	double rate = d->base * drift * effect_of(variant) * gsl_ran_lognormal(rng, 0, opt.noise);
	double cost = !strcmp(variant, "qemu") ? 900 : !strcmp(variant, "hash-table") ? 600 : 60;

	rate *= probes ? 0.96 : 1;
	g_string_append_printf(
		out,
		"{\"workload\":\"%s\",\"kind\":\"%s\",\"device\":\"%s\",\"probes\":%s,"
		"\"order\":%d,\"state\":\"%s\",\"reason\":\"%s\",%s\"seconds\":3,"
		"\"throughput\":%.6g,\"unit\":\"%s\",\"ios\":%.0f,\"bytes\":%.0f,%s"
		"\"cpu_s\":%.6g,\"ctx_switches\":%.0f,\"strategy\":null,",
		d->name, d->kind, d->device, probes ? "true" : "false", probes,
		bad ? "invalid" : "ok", bad ? "made up: verification failed" : "",
		judged ? "\"counted\":null," : "", rate, ios ? "IOPS" : "Gbit/s",
		ios ? rate * 3 : 0, ios ? rate * 3 * 4096 : rate * 3e9 / 8,
		ios ? "\"lat_us\":{\"mean\":1000,\"p50\":900,\"p99\":20000}," : "",
		3.4 * gsl_ran_lognormal(rng, 0, opt.noise), ios ? rate * 3 * 2.1 : 30000);
	if (opt.udp && !ios)
		g_string_append_printf(out,
				       "\"packets_per_s\":%.6g,\"perf_window\":{\"seconds\":2.5,"
				       "\"requests\":%.0f},"
				       "\"datagrams\":{\"received\":%.0f,\"lost\":%.0f},",
				       rate * 1e6, rate * 2.5e6, rate * 2.4e6, rate * 0.6e6);
	if (probes)
		g_string_append_printf(out, "\"trace\":\"vqprobe-%s-on.vqt\",", d->name);
	if (probes)
		put_probe(out, d, ring, ordered, ordered ? cost : 0, rng);
	else
		g_string_append(out, "\"probe\":null");
	g_string_append(out, "}");
}

static void write_text(const char *folder, const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	if (g_mkdir_with_parents(folder, 0777) || !g_file_set_contents(path, text, -1, NULL)) {
		fprintf(stderr, "make-run: %s: cannot be written\n", path);
		exit(1);
	}
	g_free(path);
}

static void write_trial(const char *dir, int block, const char *ring, const char *variant,
			double drift, gsl_rng *rng)
{
	char *id = g_strdup_printf("b%02d-%s-%s", block, ring, variant);
	char *folder = g_build_filename(dir, "trials", id, NULL);
	bool stalled = !strcmp(id, opt.stall);
	const char *bad = g_str_has_prefix(opt.bad, id) && opt.bad[strlen(id)] == '/'
				  ? opt.bad + strlen(id) + 1
				  : NULL;
	GString *out = g_string_new(NULL);

	g_string_append_printf(
		out,
		"{\"schema\":\"vqlab-trial-1\",\"id\":\"%s\",\"block\":%d,\"position\":1,"
		"\"variant\":\"%s\",\"ring\":\"%s\",\"state\":\"%s\",\"reason\":\"%s\","
		"\"started\":\"%s\",\"boot_s\":9.1,\"accel\":\"tcg\",\"gates\":[],"
		"\"features\":{},\"phases\":[",
		id, block, variant, ring,
		stalled ? "stalled"
		: bad	? "invalid"
			: "ok",
		stalled ? "made up: no completion for 20 s"
		: bad	? "made up: a gate fell"
			: "",
		opt.created);
	/* What a trial that was judged as a whole did before it stalled must not count
	 * either: make it show. */
	for (unsigned int i = 0; i < (stalled ? 2 : G_N_ELEMENTS(disks)); i++) {
		for (int probes = 0; probes < 2; probes++) {
			if (probes && !strcmp(disks[i].name, opt.unwatched))
				continue;
			g_string_append(out, i || probes ? "," : "");
			put_phase(out, &disks[i], variant, ring, probes, bad,
				  bad && !strcmp(bad, disks[i].name), stalled ? 5 * drift : drift,
				  rng);
		}
	}
	g_string_append(out, "]}\n");
	if (strcmp(id, opt.drop))
		write_text(folder, "trial.json", out->str);
	g_string_free(out, TRUE);
	g_free(folder);
	g_free(id);
}

static void write_run(const char *dir, char **variants)
{
	GString *out = g_string_new(NULL);
	char *names = g_strjoinv("\",\"", variants);
	int blocks = opt.until > 0 ? 99 : opt.blocks;

	g_string_append_printf(
		out,
		"{\"schema\":\"vqlab-run-1\",\"name\":\"made-up\",\"plan\":\"made-up\",\"seed\":%d,"
		"\"created\":\"%s\",\"host\":{\"cpu\":\"made up\",\"cores\":2,\"memory_mib\":"
		"1024,\"kernel\":\"0.0\",\"os\":\"none\"},\"accel\":{\"name\":\"tcg\",\"why\":"
		"\"made up\"},\"qemu\":{\"version\":\"0.0.0\",\"source\":\"none\",\"strategies\":"
		"[],\"hooks\":true,\"sha256\":\"0123456789abcdef0123\"},\"guest\":{\"kernel\":"
		"\"0.0\",\"source\":\"none\",\"fio\":\"0\",\"iperf3\":\"0\"},\"vqlab\":{"
		"\"version\":\"0.1\",\"commit\":\"none\"},\"versions\":{\"perf\":\"0\"},"
		"\"variants\":[\"%s\"],\"rings\":[\"split\",\"packed\"],\"blocks\":%d,",
		opt.seed, opt.created, names, blocks);
	if (opt.until > 0)
		g_string_append_printf(out, "\"until\":{\"percent\":%g},", opt.until);
	g_string_append(out, "\"workloads\":[");
	for (unsigned int i = 0; i < G_N_ELEMENTS(disks); i++)
		g_string_append_printf(
			out,
			"%s{\"name\":\"%s\",\"kind\":\"%s\",\"device\":\"%s\",\"summary\":"
			"\"%s\",\"unit\":\"%s\"%s%s}",
			i ? "," : "", disks[i].name, disks[i].kind, disks[i].device,
			disks[i].summary, strcmp(disks[i].kind, "fio") ? "Gbit/s" : "IOPS",
			opt.udp && !strcmp(disks[i].kind, "iperf3")
				? ",\"protocol\":\"udp\",\"rate_mbit\":5"
				: "",
			opt.lower && !strcmp(disks[i].name, "made-up-flat")
				? ",\"better\":\"lower\""
				: "");
	g_string_append_printf(out, "],\"trials_planned\":%u}\n",
			       blocks * g_strv_length(variants) * 2);
	write_text(dir, "run.json", out->str);
	g_string_free(out, TRUE);
	g_free(names);
}

int main(int argc, char **argv)
{
	const GOptionEntry entries[] = {
		{"blocks", 0, 0, G_OPTION_ARG_INT, &opt.blocks, NULL, NULL},
		{"seed", 0, 0, G_OPTION_ARG_INT, &opt.seed, NULL, NULL},
		{"noise", 0, 0, G_OPTION_ARG_DOUBLE, &opt.noise, NULL, NULL},
		{"until", 0, 0, G_OPTION_ARG_DOUBLE, &opt.until, NULL, NULL},
		{"variants", 0, 0, G_OPTION_ARG_STRING, &opt.variants, NULL, NULL},
		{"effect", 0, 0, G_OPTION_ARG_STRING, &opt.effect, NULL, NULL},
		{"stall", 0, 0, G_OPTION_ARG_STRING, &opt.stall, NULL, NULL},
		{"drop", 0, 0, G_OPTION_ARG_STRING, &opt.drop, NULL, NULL},
		{"unwatched", 0, 0, G_OPTION_ARG_STRING, &opt.unwatched, NULL, NULL},
		{"udp", 0, 0, G_OPTION_ARG_NONE, &opt.udp, NULL, NULL},
		{"lower", 0, 0, G_OPTION_ARG_NONE, &opt.lower, NULL, NULL},
		{"bad", 0, 0, G_OPTION_ARG_STRING, &opt.bad, NULL, NULL},
		{"created", 0, 0, G_OPTION_ARG_STRING, &opt.created, NULL, NULL},
		{}};
	GOptionContext *context = g_option_context_new("DIR");
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	char **variants;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL) || argc != 2) {
		fprintf(stderr, "make-run: usage: make-run DIR [options]\n");
		return 2;
	}
	gsl_rng_set(rng, opt.seed);
	variants = g_strsplit(opt.variants, ",", -1);
	write_run(argv[1], variants);
	for (int block = 1; block <= opt.blocks; block++) {
		double drift = gsl_ran_lognormal(rng, 0, 0.1);

		for (char **v = variants; *v; v++) {
			write_trial(argv[1], block, "split", *v, drift, rng);
			write_trial(argv[1], block, "packed", *v, drift, rng);
		}
	}
	return 0;
}
