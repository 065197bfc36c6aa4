// SPDX-License-Identifier: GPL-2.0-or-later
/* The loader's end of the ring of lines; see lines.h. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "lines.h"
#include "probes/tool/vqerror.h"
#include "probes/vqprobe.skel.h"

struct vq_lines {
	struct vqprobe_bpf *skel;
	const struct vq_line *line;
	uint64_t n; /* a power of two */
};

void vq_lines_prepare(struct vqprobe_bpf *skel, unsigned kib)
{
	uint32_t n = kib * 1024u / sizeof(struct vq_line);

	bpf_map__set_max_entries(skel->maps.lines, n);
	skel->rodata->line_mask = n - 1;
}

struct vq_lines *vq_lines_open(struct vqprobe_bpf *skel, GError **error)
{
	uint64_t n = bpf_map__max_entries(skel->maps.lines);
	void *line = mmap(NULL, n * sizeof(struct vq_line), PROT_READ, MAP_SHARED,
			  bpf_map__fd(skel->maps.lines), 0);
	struct vq_lines *l;

	if (line == MAP_FAILED) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "ring of events: %s",
			    g_strerror(errno));
		return NULL;
	}
	l = g_new(struct vq_lines, 1);
	*l = (struct vq_lines){skel, line, n};
	return l;
}

void vq_lines_close(struct vq_lines *l)
{
	if (l)
		munmap((void *)l->line, l->n * sizeof(*l->line));
	g_free(l);
}

/* The line in place @at, if it has been written. */
static const struct vq_line *written(const struct vq_lines *l, uint64_t at)
{
	const struct vq_line *line = &l->line[at & (l->n - 1)];

	return __atomic_load_n(&line->tag, __ATOMIC_ACQUIRE) == at + 1 ? line : NULL;
}

/* The event that begins in place @at: the lines it has; 0: not complete. */
static unsigned event_at(const struct vq_lines *l, uint64_t at, union vq_event_lines *event)
{
	const struct vq_line *line = written(l, at);
	unsigned n, i;

	if (!line)
		return 0;
	memcpy(event->word[0], line->word, sizeof(line->word));
	n = (event->head.size + sizeof(line->word) - 1) / sizeof(line->word);
	n = CLAMP(n, 1, VQ_EVENT_LINES);
	for (i = 1; i < n; i++) {
		line = written(l, at + i);
		if (!line)
			return 0;
		memcpy(event->word[i], line->word, sizeof(line->word));
	}
	return n;
}

void vq_lines_take(struct vq_lines *l, vq_line_fn fn, void *data)
{
	struct vqprobe_bpf__bss *bss = l->skel->bss;
	uint64_t at = bss->ring.tail, freed = at;
	uint64_t end = __atomic_load_n(&bss->ring.head, __ATOMIC_ACQUIRE);
	union vq_event_lines event;
	unsigned n;

	while (at < end && (n = event_at(l, at, &event))) {
		at += n;
		if (at - freed >= l->n / 16) {
			freed = at;
			__atomic_store_n(&bss->ring.tail, freed, __ATOMIC_RELEASE);
		}
		fn(data, &event.head);
	}
	__atomic_store_n(&bss->ring.tail, at, __ATOMIC_RELEASE);
}
