// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vqreplay's parts on random operations: every ordered variant publishes what a
 * model in this file says, which knows nothing but "in the order of the pops";
 * text becomes a trace and the same text again; a wrong strategy is noticed.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/replay/instructions.h"
#include "analysis/replay/write.h"
#include "analysis/replay/replay.h"
#include "analysis/replay/synth.h"
#include "analysis/replay/source-open.h"
#include "replay-rig.h"

/* An element that is not visible yet; in a list from the oldest to the newest. */
struct element {
	uint32_t id, ndescs, len;
	enum { WITH_DEVICE, DONE, LOST } state;
};

/* Writes random legal operations, and what an ordered queue makes of them. */
struct writer {
	struct ring_shape shape;
	GRand *rand;
	GQueue line;
	uint32_t descs;
	GString *ops, *visible;
};

static uint32_t roll(struct writer *w, uint32_t n)
{
	return g_rand_int_range(w->rand, 0, n);
}

static bool id_taken(struct writer *w, uint32_t id)
{
	for (GList *l = w->line.head; l; l = l->next)
		if (((struct element *)l->data)->id == id &&
		    ((struct element *)l->data)->state != LOST)
			return true;
	return false;
}

static void write_pop(struct writer *w)
{
	uint32_t ndescs = w->shape.packed ? 1 + roll(w, 3) : 1;
	struct element *e;

	if (w->descs + ndescs > w->shape.size)
		return;
	e = g_new0(struct element, 1);
	e->ndescs = ndescs;
	/* Packed: now and then an id that is no slot's. */
	do {
		e->id = roll(w, w->shape.packed && !roll(w, 8) ? 65536 : w->shape.size);
	} while (id_taken(w, e->id));
	w->descs += e->ndescs;
	g_string_append_printf(w->ops, "pop %u %u\n", e->id, e->ndescs);
	g_queue_push_tail(&w->line, e);
}

/* One that the device works on: any, or NULL after a few tries. */
static struct element *choose(struct writer *w)
{
	for (int i = 0; w->line.length && i < 8; i++) {
		struct element *e = g_queue_peek_nth(&w->line, roll(w, w->line.length));

		if (e->state == WITH_DEVICE)
			return e;
	}
	return NULL;
}

static void write_flush(struct writer *w)
{
	unsigned int n = 0;

	while (w->line.head && ((struct element *)w->line.head->data)->state != WITH_DEVICE) {
		g_autofree struct element *e = g_queue_pop_head(&w->line);

		w->descs -= e->ndescs;
		if (e->state == LOST)
			continue;
		n++;
		g_string_append_printf(w->visible, "used %u %u\n", e->id, e->len);
	}
	g_string_append(w->ops, "flush\n");
	g_string_append_printf(w->visible, "flush %u\n", n);
}

static void write_rewind(struct writer *w)
{
	unsigned int want = roll(w, 4), n = 0;
	bool unpop = want == 1 && roll(w, 2);
	struct element *e;

	for (GList *l = w->line.tail; l && n < want; l = l->prev, n++)
		if (((struct element *)l->data)->state != WITH_DEVICE)
			break;
	if (n && unpop)
		g_string_append_printf(w->ops, "unpop %u\n",
				       ((struct element *)w->line.tail->data)->id);
	else
		g_string_append_printf(w->ops, "rewind %u\n", n);
	while (n--) {
		e = g_queue_pop_tail(&w->line);
		w->descs -= e->ndescs;
		g_free(e);
	}
}

static void write_op(struct writer *w, bool detaches)
{
	uint32_t what = roll(w, 1000);
	struct element *e;

	if (what < 400) {
		write_pop(w);
	} else if (what < 800) {
		e = choose(w);
		if (!e)
			return;
		e->state = DONE;
		e->len = roll(w, 3) ? roll(w, 70000) : g_rand_int(w->rand);
		g_string_append_printf(w->ops, "fill %u %u\n", e->id, e->len);
	} else if (what < 960) {
		write_flush(w);
	} else if (what < 980) {
		write_rewind(w);
	} else if (what < 997 && detaches) {
		e = choose(w);
		if (!e)
			return;
		e->state = LOST;
		g_string_append_printf(w->ops, "detach %u\n", e->id);
	} else if (what >= 999) {
		g_string_append(w->ops, "reset\n");
		g_queue_clear_full(&w->line, g_free);
		w->descs = 0;
	}
}

static void write_random(uint32_t seed, bool detaches, char **ops, char **visible)
{
	struct writer w = {.rand = g_rand_new_with_seed(seed)};

	g_queue_init(&w.line);
	w.shape.packed = seed % 2;
	w.shape.size = w.shape.packed ? 1 + roll(&w, 70) : 1u << roll(&w, 8);
	w.ops = g_string_new(NULL);
	w.visible = g_string_new(NULL);
	g_string_append_printf(w.ops, "ring %s %u\n", ring_format(&w.shape), w.shape.size);
	for (int i = 0; i < 3000; i++)
		write_op(&w, detaches);
	write_flush(&w);
	g_queue_clear_full(&w.line, g_free);
	g_rand_free(w.rand);
	*ops = g_string_free(w.ops, FALSE);
	*visible = g_string_free(w.visible, FALSE);
}

static struct source *open_text(const char *text)
{
	g_autofree char *path = in_folder("ops");
	g_autoptr(GError) error = NULL;
	struct source *s;

	g_file_set_contents(path, text, -1, &error);
	g_assert_no_error(error);
	s = source_open(path, "ops", NULL, &error);
	g_assert_no_error(error);
	return s;
}

static char *printed(const char *text, const char *variant)
{
	char *names[] = {(char *)variant, NULL}, *out = NULL;
	g_autoptr(GError) error = NULL;
	struct replay *r = replay_new(open_text(text), names, 1, &error);
	size_t size;
	FILE *f = open_memstream(&out, &size);

	g_assert_no_error(error);
	g_assert_true(replay_print(r, f, &error));
	g_assert_cmpstr(((struct variant *)r->variants->pdata[0])->wrong, ==, NULL);
	fclose(f);
	replay_free(r);
	return out;
}

static void test_order(void)
{
	for (uint32_t seed = 0; seed < 120; seed++) {
		g_autofree char *ops = NULL, *visible = NULL;
		bool detaches = seed % 4 < 2;

		write_random(seed, detaches, &ops, &visible);
		for (int i = 0; reorder_strategies[i]; i++) {
			g_autofree char *got = printed(ops, reorder_strategies[i]->name);

			g_assert_cmpstr(got, ==, visible);
		}
		/* QEMU never passes over a detached element. */
		if (!detaches) {
			g_autofree char *got = printed(ops, "qemu");

			g_assert_cmpstr(got, ==, visible);
		}
	}
}

static void test_round_trip(void)
{
	for (uint32_t seed = 0; seed < 40; seed++) {
		g_autofree char *ops = NULL, *visible = NULL, *again = NULL, *back = NULL;
		g_autofree char *path = in_folder("trace.vqt");
		g_autoptr(GError) error = NULL;
		struct source *s;

		write_random(seed, true, &ops, &visible);
		again = as_text(open_text(ops));
		g_assert_cmpstr(again, ==, ops);
		s = open_text(ops);
		g_assert_true(ops_write_trace(s, path, &error));
		g_assert_no_error(error);
		source_free(s);
		s = source_open(path, "trace", NULL, &error);
		g_assert_no_error(error);
		g_assert_cmpint(source_queue(s, 0)->order, ==, RECORDED_SAME);
		g_assert_cmpuint(source_queue(s, 0)->ignored, ==, 0);
		g_assert_cmpuint(source_queue(s, 0)->broken, ==, 0);
		g_assert_cmpuint(source_queue(s, 0)->hoisted, ==, 0);
		back = as_text(s);
		g_assert_cmpstr(back, ==, ops);
	}
}

static struct source *synth(const char *kind, uint32_t seed, const char *ring, uint32_t chain)
{
	struct synth_options o = {.elements = 2000, .seed = seed, .chain = chain};
	g_autoptr(GError) error = NULL;
	struct source *s;

	g_assert_true(ring_shape_parse(ring, &o.shape));
	s = synth_source(kind, &o, &error);
	g_assert_no_error(error);
	return s;
}

/* Each kind completes what was asked for, as deep as it says, the same again. */
static void test_synth(void)
{
	static const struct {
		const char *kind;
		uint32_t depth;
	} kinds[] = {{"in-order", 0},	 {"shuffle:8", 7}, {"straggler:16", 15},
		     {"reverse:32", 31}, {"reverse:2", 1}, {"full", 63}};

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		for (int packed = 0; packed < 2; packed++) {
			const char *ring = packed ? "packed:64" : "split:64";
			struct source *s = synth(kinds[i].kind, 7, ring, 1);
			g_autofree char *one = NULL, *same = NULL, *other = NULL, *chains = NULL;

			g_assert_cmpuint(source_queue(s, 0)->counts.fills, ==, 2000);
			g_assert_cmpuint(source_queue(s, 0)->counts.published, ==, 2000);
			g_assert_cmpuint(source_queue(s, 0)->counts.depth_max, ==, kinds[i].depth);
			one = as_text(s);
			same = as_text(synth(kinds[i].kind, 7, ring, 1));
			other = as_text(synth(kinds[i].kind, 8, ring, 1));
			chains = as_text(synth(kinds[i].kind, 7, ring, 5));
			g_assert_cmpstr(one, ==, same);
			g_assert_cmpstr(one, !=, other);
			g_assert_cmpint(!strcmp(one, chains), ==, !packed);
		}
	}
}

static void test_digests(void)
{
	static const char *const rings[] = {"split:64", "packed:64"};

	for (guint i = 0; i < G_N_ELEMENTS(rings); i++) {
		struct replay *r = proved(synth("full", 3, rings[i], 3), NULL);
		const struct variant *off = r->variants->pdata[0], *qemu = r->variants->pdata[1];

		g_assert_cmpstr(off->ops->name, ==, "off");
		g_assert_cmpuint(off->digest, !=, qemu->digest);
		for (guint v = 1; v < r->variants->len; v++) {
			const struct variant *x = r->variants->pdata[v];

			g_assert_cmpstr(x->wrong, ==, NULL);
			g_assert_cmpuint(x->digest, ==, qemu->digest);
			g_assert_cmpuint(x->published, ==, 2000);
			g_assert_cmpuint(x->memory, >, 0);
		}
		replay_free(r);
	}
}

/* Two entries swapped, once in 10,000. */
static void test_broken(void)
{
	char *names[] = {(char *)"bitmap", (char *)"broken-swap", NULL};
	struct synth_options o = {.elements = 12000, .seed = 1, .chain = 1};
	g_autoptr(GError) error = NULL;

	for (int packed = 0; packed < 2; packed++) {
		const struct variant *good, *broken;
		struct replay *r;

		o.shape = (struct ring_shape){.packed = packed, .size = 256};
		r = proved(synth_source("shuffle:32", &o, &error), names);
		good = r->variants->pdata[0];
		broken = r->variants->pdata[1];
		g_assert_cmpstr(good->wrong, ==, NULL);
		g_assert_nonnull(broken->wrong);
		g_assert_nonnull(strstr(broken->wrong, "in order it is id"));
		g_assert_cmpuint(good->digest, !=, broken->digest);
		replay_free(r);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/replay/every ordered variant on random operations", test_order);
	g_test_add_func("/replay/text to trace to text", test_round_trip);
	g_test_add_func("/replay/made-up orders", test_synth);
	g_test_add_func("/replay/digests", test_digests);
	g_test_add_func("/replay/a broken strategy is noticed", test_broken);
	return run_in_folder();
}
