/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of trials: complete in each block, fixed by the seed. */
#include "runners/plan/schedule.h"

#include <glib/gstdio.h>
#include <string.h>

/* On split rings three loads in a guest, on packed two, of which one runs once. */
static const char text[] =
	"[plan]\nname=test\nvariants=off;qemu;hash-table;array-window;bitmap;in-place\n"
	"rings=split;packed\ndriver=off;qemu;in-place\n[net n]\n"
	"[workload one]\nkind=iperf3\ndevice=n\n"
	"[workload two]\nkind=iperf3\ndevice=n\ndirection=in\n"
	"[workload three]\nkind=iperf3\ndevice=n\nrings=split\n"
	"[workload c1]\nkind=ring\nmeasure=count\n"
	"[workload c2]\nkind=ring\nmeasure=count\nload=tx\n"
	"[workload c3]\nkind=ring\nmeasure=count\nload=rx\n"
	"[workload t1]\nkind=ring\nmeasure=time\n"
	"[workload t2]\nkind=ring\nmeasure=time\norders=shuffle:32\n";

static struct plan *load(int64_t seed, int64_t blocks)
{
	g_autoptr(GError) e = NULL;
	g_autofree char *path = NULL;
	struct plan *p;
	int fd = g_file_open_tmp("vqlab-plan-XXXXXX", &path, &e);

	g_assert_no_error(e);
	close(fd);
	g_assert_true(g_file_set_contents(path, text, -1, &e));
	p = plan_load(path, &e);
	g_unlink(path);
	g_assert_no_error(e);
	g_assert_true(plan_override(p, NULL, "split,packed", blocks, seed, &e));
	return p;
}

/* Makes @name a load of the first blocks only. */
static void only_in(struct plan *p, const char *name, int64_t blocks)
{
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];

		if (!strcmp(w->name, name))
			w->blocks = blocks;
	}
}

/* The trials of @p alone, not what else is scheduled. */
static GPtrArray *trials_of(const struct plan *p)
{
	GPtrArray *slots = schedule_make(p);
	unsigned int i;

	for (i = slots->len; i-- > 0;)
		if (((struct slot *)slots->pdata[i])->kind != SLOT_TRIAL)
			g_ptr_array_remove_index(slots, i);
	return slots;
}

/* Slots as text. */
static char *describe_slots(GPtrArray *slots)
{
	GString *s = g_string_new(NULL);
	unsigned int i, k;

	for (i = 0; i < slots->len; i++) {
		struct slot *slot = slots->pdata[i];

		g_string_append_printf(s, "%s %" PRIu64, slot->id, slot->seed);
		for (k = 0; k < slot->phases->len; k++) {
			struct slot_phase *ph = &g_array_index(slot->phases, struct slot_phase, k);

			g_string_append_printf(s, " %s/%d", ph->workload->name, ph->probes);
		}
		g_string_append_c(s, '\n');
	}
	return g_string_free(s, FALSE);
}

/* The whole schedule as text. */
static char *describe(int64_t seed, int64_t blocks)
{
	struct plan *p = load(seed, blocks);
	g_autoptr(GPtrArray) slots = schedule_make(p);
	char *text = describe_slots(slots);

	plan_free(p);
	return text;
}

static void test_complete(void)
{
	struct plan *p = load(5, 7);
	g_autoptr(GPtrArray) slots = trials_of(p);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	int per_block = p->variants->len * g_strv_length(p->rings);
	unsigned int i, k;

	g_assert_cmpuint(slots->len, ==, 7 * per_block);
	for (i = 0; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];
		g_autoptr(GHashTable) phases =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		unsigned int on = 0;

		g_assert_cmpint(s->block, ==, 1 + i / per_block);
		g_assert_cmpint(s->position, ==, 1 + i % per_block);
		g_assert_true(g_hash_table_add(seen, s->id));
		for (k = 0; k < s->phases->len; k++) {
			struct slot_phase *ph = &g_array_index(s->phases, struct slot_phase, k);

			on += ph->probes;
			g_assert_true(g_hash_table_add(
				phases, g_strdup_printf("%s/%d", ph->workload->name, ph->probes)));
			/* Off and on follow each other: the same machine state. */
			if (k % 2)
				g_assert_true(ph->workload == ph[-1].workload);
		}
		g_assert_cmpuint(s->phases->len, ==, 2 * on);
		g_assert_cmpuint(on, >, 0);
	}
	plan_free(p);
}

static void test_seed(void)
{
	g_autofree char *a = describe(1, 3), *b = describe(1, 3), *c = describe(2, 3);
	g_autofree char *longer = describe(1, 5);

	g_assert_cmpstr(a, ==, b);
	g_assert_cmpstr(a, !=, c);
	g_assert_true(g_str_has_prefix(longer, a));
}

/* All variants of a block meet the same disk; other blocks meet others. */
static void test_disk_seed(void)
{
	struct plan *p = load(1, 3);
	g_autoptr(GPtrArray) slots = trials_of(p);
	unsigned int i;

	for (i = 1; i < slots->len; i++) {
		struct slot *a = slots->pdata[i - 1], *b = slots->pdata[i];

		if (a->block == b->block)
			g_assert_cmpuint(a->seed, ==, b->seed);
		else
			g_assert_cmpuint(a->seed, !=, b->seed);
	}
	plan_free(p);
}

/* Every variant gets every place of a block about equally often. */
static void test_balance(void)
{
	struct plan *p = load(3, 99);
	g_autoptr(GPtrArray) slots = trials_of(p);
	unsigned int i, first = 0, probes_first = 0;

	for (i = 0; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];

		first += s->position == 1 && !strcmp(s->variant->label, "off");
		probes_first += g_array_index(s->phases, struct slot_phase, 0).probes;
	}
	/* 99 draws of 1 in 5; 990 or so of 1 in 2: 6 sigma. */
	g_assert_cmpuint(first, >, 0);
	g_assert_cmpuint(first, <, 44);
	g_assert_cmpuint(probes_first, >, slots->len * 4 / 10);
	g_assert_cmpuint(probes_first, <, slots->len * 6 / 10);
	plan_free(p);
}

/* How often @v variants, or the workloads, stand at each place: of 99 blocks, each
 * at each about as often; a shuffle that leaves one where it is, or never does, or
 * none at all, is far off. */
static void test_places(void)
{
	struct plan *p = load(11, 99);
	g_autoptr(GPtrArray) slots = NULL;
	unsigned int at[3][3] = {{0}}, first[2] = {0}, i, k;
	g_autoptr(GError) e = NULL;

	g_assert_true(plan_override(p, "off,qemu,bitmap", "packed", 0, -1, &e));
	slots = trials_of(p);
	g_assert_cmpuint(slots->len, ==, 297);
	for (i = 0; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];
		const char *head = g_array_index(s->phases, struct slot_phase, 0).workload->name;

		for (k = 0; p->variants->pdata[k] != s->variant; k++)
			;
		at[k][s->position - 1]++;
		/* On packed rings there are two workloads. */
		g_assert_cmpuint(s->phases->len, ==, 4);
		first[!strcmp(head, "one")]++;
	}
	/* 33 of 99, sigma 4.7; 148 of 297, sigma 8.6: four of them. */
	for (i = 0; i < 9; i++) {
		g_assert_cmpuint(at[i / 3][i % 3], >, 14);
		g_assert_cmpuint(at[i / 3][i % 3], <, 52);
	}
	g_assert_cmpuint(first[0], >, 114);
	g_assert_cmpuint(first[1], >, 114);
	plan_free(p);
}

static void test_below(void)
{
	unsigned int i, counts[3] = {0};
	struct prng r;

	prng_seed(&r, 1, 1);
	for (i = 0; i < 30000; i++)
		counts[prng_below(&r, 3)]++;
	for (i = 0; i < 3; i++) {
		g_assert_cmpuint(counts[i], >, 9500);
		g_assert_cmpuint(counts[i], <, 10500);
	}
	g_assert_cmpuint(prng_below(&r, 1), ==, 0);
}

/* A workload may be for one ring only; a ring without any has no trials. */
static void test_rings(void)
{
	struct plan *p = load(1, 1);
	static char *split[] = {"split", NULL};
	g_autoptr(GPtrArray) slots = NULL;
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];

		g_strfreev(w->rings);
		w->rings = g_strdupv(split);
	}
	slots = trials_of(p);
	g_assert_cmpuint(slots->len, ==, p->variants->len);
	for (i = 0; i < slots->len; i++)
		g_assert_cmpstr(((struct slot *)slots->pdata[i])->ring, ==, "split");
	plan_free(p);
}

/* How many phases of @name, or boots that time it, are in @block. */
static unsigned int in_block(GPtrArray *slots, int block, const char *name)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];

		if (s->block != block)
			continue;
		n += s->workload && !strcmp(s->workload->name, name);
		for (k = 0; k < s->phases->len; k++)
			n += !strcmp(g_array_index(s->phases, struct slot_phase, k).workload->name,
				     name);
	}
	return n;
}

/* A workload may be for the first blocks only; a ring without any then has no trials,
 * and nothing else moves. */
static void test_blocks(void)
{
	struct plan *p = load(8, 3);
	g_autoptr(GPtrArray) all = schedule_make(p), some = NULL, fewer = NULL;
	int boots = p->variants->len;

	only_in(p, "two", 2);
	only_in(p, "t2", 1);
	some = schedule_make(p);
	g_assert_cmpuint(in_block(some, 1, "two"), ==, 4 * boots);
	g_assert_cmpuint(in_block(some, 2, "two"), ==, 4 * boots);
	g_assert_cmpuint(in_block(some, 3, "two"), ==, 0);
	g_assert_cmpuint(in_block(some, 1, "t2"), ==, 2);
	g_assert_cmpuint(in_block(some, 2, "t2"), ==, 0);
	g_assert_cmpuint(in_block(some, 3, "one"), ==, in_block(all, 3, "one"));
	g_assert_cmpuint(in_block(some, 3, "t1"), ==, 2);
	g_assert_cmpuint(in_block(some, 0, "two"), ==, in_block(all, 0, "two"));
	only_in(p, "one", 1);
	only_in(p, "two", 1);
	fewer = trials_of(p);
	g_assert_cmpuint(fewer->len, ==, 4 * boots);
	g_assert_cmpstr(((struct slot *)fewer->pdata[2 * boots])->ring, ==, "split");
	plan_free(p);
}

/* What is counted comes before all blocks: rings once, the driver on each ring. */
static void test_counted(void)
{
	struct plan *p = load(4, 2);
	g_autoptr(GPtrArray) slots = schedule_make(p);
	unsigned int i, k, rings = 0, drivers = 0;

	for (i = 0; i < slots->len && !((struct slot *)slots->pdata[i])->block; i++) {
		struct slot *s = slots->pdata[i];

		rings += s->kind == SLOT_RING;
		drivers += s->kind == SLOT_DRIVER;
		g_assert_true(s->kind != SLOT_RING || !s->variant);
		for (k = 0; k < s->phases->len; k++) {
			struct slot_phase *ph = &g_array_index(s->phases, struct slot_phase, k);

			g_assert_true(ph->counts && !ph->probes && !ph->workload->ring.measure);
			g_assert_cmpstr(slot_phase_mode(ph), ==, "count");
		}
	}
	g_assert_cmpuint(rings, ==, 3);
	g_assert_cmpuint(drivers, ==, 6); /* three variants on two rings */
	for (; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];

		g_assert_cmpint(s->block, >, 0);
		g_assert_cmpint(s->kind, !=, SLOT_DRIVER);
	}
	schedule_keep_counted(slots);
	g_assert_cmpuint(slots->len, ==, rings + drivers);
	plan_free(p);
}

/* Each timed ring stands once in each block, at no fixed place, and moves no trial. */
static void test_timed_rings(void)
{
	struct plan *p = load(9, 99);
	g_autoptr(GPtrArray) slots = schedule_make(p), with = trials_of(p), without = NULL;
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) seeds = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_autofree char *a = describe_slots(with), *b = NULL;
	unsigned int i, k, first = 0, last = 0;

	for (i = 0; i < slots->len; i++) {
		struct slot *s = slots->pdata[i];
		struct slot *next = i + 1 < slots->len ? slots->pdata[i + 1] : NULL;

		if (s->kind != SLOT_RING || !s->block)
			continue;
		g_assert_true(g_hash_table_add(ids, s->id));
		g_assert_true(g_hash_table_add(seeds, &s->seed));
		first += ((struct slot *)slots->pdata[i - 1])->block != s->block;
		last += !next || next->block != s->block;
	}
	/* Two workloads on two rings, among 12 trials: one in 16 at each place, sigma 4.7. */
	g_assert_cmpuint(g_hash_table_size(ids), ==, 4 * 99);
	g_assert_cmpuint(first, >, 5);
	g_assert_cmpuint(first, <, 45);
	g_assert_cmpuint(last, >, 5);
	g_assert_cmpuint(last, <, 45);
	for (k = p->workloads->len; k-- > 0;)
		if (((struct plan_workload *)p->workloads->pdata[k])->ring.measure)
			g_ptr_array_remove_index(p->workloads, k);
	without = trials_of(p);
	b = describe_slots(without);
	g_assert_cmpstr(a, ==, b);
	plan_free(p);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schedule/complete", test_complete);
	g_test_add_func("/schedule/seed", test_seed);
	g_test_add_func("/schedule/disk-seed", test_disk_seed);
	g_test_add_func("/schedule/balance", test_balance);
	g_test_add_func("/schedule/places", test_places);
	g_test_add_func("/schedule/below", test_below);
	g_test_add_func("/schedule/rings", test_rings);
	g_test_add_func("/schedule/blocks", test_blocks);
	g_test_add_func("/schedule/counted", test_counted);
	g_test_add_func("/schedule/timed-rings", test_timed_rings);
	return g_test_run();
}
