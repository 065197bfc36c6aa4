// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer on the text format: whatever is accepted, every strategy publishes
 * in order, and it comes out of the printer as it went in.
 */
#include <stdio.h>
#include <string.h>

#include "../ops-write.h"
#include "../replay.h"

/* Larger rings take longer and show nothing else. */
#define RING_MAX 256u

struct memory_source {
	struct source s;
	const uint8_t *bytes;
	size_t size;
};

static bool memory_run(struct source *s, op_fn fn, void *data, GError **error)
{
	struct memory_source *m = (struct memory_source *)s;
	FILE *f = fmemopen((void *)m->bytes, m->size, "r");
	struct order_counts counts = {0};
	struct ring_shape shape = {0};
	bool ok = ops_read_text(f, "input", &shape, &counts, fn, data, error);

	fclose(f);
	if (ok && !s->queues->len)
		source_add(s, "", 0, &shape)->counts = counts;
	return ok;
}

static struct memory_source *memory_source(const uint8_t *bytes, size_t size)
{
	struct memory_source *m = source_new(sizeof(*m), "input");
	g_autoptr(GError) error = NULL;

	m->s.run = memory_run;
	m->bytes = bytes;
	m->size = size;
	if (memory_run(&m->s, NULL, NULL, &error))
		return m;
	g_assert(error);
	source_free(&m->s);
	return NULL;
}

static char *printed(const uint8_t *bytes, size_t size)
{
	struct memory_source *m = memory_source(bytes, size);
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	g_assert(m && ops_write_text(&m->s, f, NULL));
	fclose(f);
	source_free(&m->s);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	g_autofree char *once = NULL, *twice = NULL;
	struct memory_source *m = size ? memory_source(bytes, size) : NULL;
	struct replay *r;

	if (!m)
		return 0;
	if (source_queue(&m->s, 0)->shape.size > RING_MAX) {
		source_free(&m->s);
		return 0;
	}
	r = replay_new(&m->s, NULL, 1, NULL);
	g_assert(replay_prove(r, NULL));
	for (guint v = 2; v < r->variants->len; v++) /* behind the models */
		g_assert_cmpstr(((struct variant *)r->variants->pdata[v])->wrong, ==, NULL);
	replay_free(r);
	once = printed(bytes, size);
	twice = printed((const uint8_t *)once, strlen(once));
	g_assert_cmpstr(once, ==, twice);
	return 0;
}
