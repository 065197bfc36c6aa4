// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of the ring of lines, with a writer that is always faster. */
#include <bpf/libbpf.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>

#include "probes/watch/lines.h"
#include "probes/watch/watch.h"
#include "probes/vqprobe.skel.h"

#define KIB 64

struct writer {
	struct vqprobe_bpf *skel;
	struct vq_line *line; /* the ring, to be written */
	unsigned to_write, taken;
};

static void write_event(struct writer *w)
{
	uint64_t at = w->skel->bss->ring.head++;
	struct vq_line *l = &w->line[at % (KIB * 1024 / sizeof(*l))];
	struct vq_head h = {.type = VQ_REWIND, .size = sizeof(struct vq_count_event)};

	memcpy(l->word, &h, sizeof(h));
	__atomic_store_n(&l->tag, at + 1, __ATOMIC_RELEASE);
}

/* For each event that is read another one comes. */
static void take(void *data, const struct vq_head *h)
{
	struct writer *w = data;

	w->taken++;
	if (w->to_write) {
		w->to_write--;
		write_event(w);
	}
}

static void test_faster_writer(void)
{
	struct vq_site sites[VQ_FUNCTIONS] = {
		[VQ_FN_REWIND] = {.fn = VQ_FN_REWIND, .present = true}};
	struct vq_layout layout = {.vq_size = 104, .elem_size = 16};
	struct writer w = {.to_write = 100000};
	GError *error = NULL;
	struct vq_lines *lines;
	enum vq_way way;

	g_assert_true(vq_way_find(&way, &error));
	w.skel = vq_watch_load(&layout, sites, way, KIB, &error);
	g_assert_no_error(error);
	w.line = mmap(NULL, KIB * 1024, PROT_READ | PROT_WRITE, MAP_SHARED,
		      bpf_map__fd(w.skel->maps.lines), 0);
	g_assert_true(w.line != MAP_FAILED);
	lines = vq_lines_open(w.skel, &error);
	g_assert_no_error(error);
	for (int i = 0; i < 10; i++)
		write_event(&w);
	vq_lines_take(lines, take, &w);
	g_assert_cmpuint(w.taken, ==, 10);
	vq_lines_take(lines, take, &w);
	g_assert_cmpuint(w.taken, ==, 20);
	g_assert_cmpuint(w.skel->bss->ring.tail, ==, 20);
	vq_lines_close(lines);
	munmap(w.line, KIB * 1024);
	vqprobe_bpf__destroy(w.skel);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lines/faster-writer", test_faster_writer);
	return g_test_run();
}
