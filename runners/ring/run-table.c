// SPDX-License-Identifier: GPL-2.0-or-later
/* What vqring run prints: a row for each device, over all boots. */
#include "report.h"
#include "ratios.h"

#include <math.h>
#include <stdio.h>

/* A device over all boots. */
struct row {
	uint64_t used, entries, moves, bytes, reordered, depth_total, depth_max;
};

static struct row sum_up(const GPtrArray *boots, unsigned int i)
{
	struct row r = {0};
	unsigned int n;

	for (n = 0; n < boots->len; n++) {
		const struct boot *b = boots->pdata[n];
		const struct virtqueue_sums *s = &((struct device *)b->devices->pdata[i])->sums;

		r.used += s->used;
		r.entries += s->entries;
		r.moves += s->index_moves;
		r.bytes += s->device_read + s->device_written;
		r.reordered += s->reordered;
		r.depth_total += s->depth_total;
		r.depth_max = MAX(r.depth_max, s->depth_max);
	}
	return r;
}

static void print_ratio(const GPtrArray *boots, unsigned int i, int off)
{
	g_autofree char *text = NULL;
	struct block_ratio r = {0, NAN, NAN, NAN};

	if (off >= 0)
		r = ratios_of(boots, i, off);
	if ((int)i == off)
		text = g_strdup("1");
	else if (isnan(r.ratio))
		text = g_strdup("-");
	else if (isnan(r.lo))
		text = g_strdup_printf("%.3f", r.ratio);
	else
		text = g_strdup_printf("%.3f [%.3f, %.3f]", r.ratio, r.lo, r.hi);
	printf(" %-20s", text);
}

static void print_row(const GPtrArray *boots, const char *label, unsigned int i, int off)
{
	struct row r = sum_up(boots, i);
	double rate = ratios_rate(boots, i), used = MAX(r.used, 1);

	if (isnan(rate))
		printf("  %-16s %11s", label, "-");
	else
		printf("  %-16s %11.0f", label, rate);
	print_ratio(boots, i, off);
	printf(" %7.1f %6.1f %4" PRIu64 " %7.3f %6.3f %6.1f\n", 100 * r.reordered / used,
	       r.depth_total / used, r.depth_max, r.entries / used, r.moves / used, r.bytes / used);
}

/* True if there was none. */
static bool print_faults(const struct boot *boot, unsigned int n)
{
	unsigned int i;
	bool good = !boot->failed;

	if (boot->failed)
		printf("boot %u, seed %" PRIu64 ": %s\n", n, boot->seed, boot->failed);
	for (i = 0; !boot->failed && i < boot->devices->len; i++) {
		const struct device *d = boot->devices->pdata[i];

		if (d->state == DEVICE_OK)
			continue;
		good = false;
		printf("boot %u, seed %" PRIu64 ", %s: %s%s%s after %.2f s of its own: %s\n", n,
		       boot->seed, d->label, device_state_name(d->state), d->rule ? ", " : "",
		       d->rule ? d->rule : "", d->ran_ms / 1000.0, d->evidence);
	}
	return good;
}

/* How it was timed. */
static void print_method(const struct options *o, const GPtrArray *boots)
{
	const struct place *p = &ratios_named(boots)->place;
	double least, most;

	ratios_handover(boots, &least, &most);
	printf("%u boot%s of %u rounds", boots->len, boots->len > 1 ? "s" : "", o->rounds);
	if (o->elements)
		printf(" of %" PRIu64 " elements each\n", o->elements);
	else
		printf(" of %u ms each; %.0f %% of the turns were disturbed\n", o->turn_ms,
		       100 * ratios_disturbed(boots));
	if (p->driver >= 0)
		printf("driver on processor %d, device on %d%s\n", p->driver, p->device,
		       p->realtime ? ", before other programs" : "");
	if (isfinite(least))
		printf("a cache line from one to the other and back: %.0f to %.0f ns\n", least,
		       most);
	if (p->why && !o->elements)
		printf("%s: %s\n",
		       p->driver < 0 ? "not on processors of their own" : "beside others", p->why);
	printf("an element: used entries read, changes of the used index seen, bytes of the "
	       "ring\n");
}

/* What @boots have in common is @what, or NULL. */
static void print_table(const GPtrArray *boots, const char *what)
{
	const struct boot *named = ratios_named(boots);
	double widest = ratios_widest(boots);
	int off = ratios_off(boots);
	unsigned int i;

	printf("\n");
	if (what)
		printf("the two processors %s, in %u boots:\n", what, boots->len);
	if (isfinite(widest))
		printf("each ratio of two to +-%.1f %% (95 %%) or better\n", 100 * widest);
	printf("  variant        elements/s to off [95 %% CI]      reord %%  depth  max entries  "
	       "moves  bytes\n");
	for (i = 0; i < named->devices->len; i++)
		print_row(boots, ((struct device *)named->devices->pdata[i])->label, i, off);
}

/* Where the host moved the processors there are two answers, and none of the mixture. */
static void print_tables(const GPtrArray *boots)
{
	g_autoptr(GPtrArray) near = NULL, far = NULL;

	ratios_split(boots, &near, &far);
	if (near->len == boots->len || near->len + far->len == 0) {
		print_table(boots, NULL);
		return;
	}
	if (near->len)
		print_table(near, "near each other");
	if (far->len)
		print_table(far, "far apart");
	if (near->len + far->len < boots->len)
		printf("\nmoved meanwhile, and in neither: %u boots\n",
		       boots->len - near->len - far->len);
}

bool report_run_table(const struct options *o, GPtrArray *boots)
{
	const struct load *l = &o->load;
	unsigned int i;
	bool good = true;

	printf("%s %s, %s ring of %u, %u in flight in %u queue%s, chains of %u%s, %s\n",
	       load_is_net(l->kind) ? "virtio-net" : "virtio-blk", load_name(l->kind), o->rings[0],
	       l->ring.size, l->depth, l->queues, l->queues > 1 ? "s" : "", l->ring.chain,
	       l->ring.indirect ? ", indirect" : "", l->kick ? "notified" : "polling");
	if (ratios_named(boots)) {
		print_method(o, boots);
		print_tables(boots);
	}
	for (i = 0; i < boots->len; i++)
		good &= print_faults(boots->pdata[i], i + 1);
	return good;
}
