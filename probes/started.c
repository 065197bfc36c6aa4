// SPDX-License-Identifier: GPL-2.0-or-later
#include <bpf/libbpf.h>
#include <errno.h>

#include "probes/started.skel.h"
#include "probes/target/force.h"
#include "probes/tool/vqerror.h"
#include "started.h"

struct vq_started {
	struct started_bpf *skel;
	struct ring_buffer *ring;
	bool any;
};

static int take(void *data, void *event, size_t size)
{
	*(bool *)data = true;
	return 0;
}

struct vq_started *vq_started_open(GError **error)
{
	struct vq_started *s = g_new0(struct vq_started, 1);

	errno = ENOENT;
	s->skel = vq_test_forces("poll") ? NULL : started_bpf__open_and_load();
	if (s->skel && !started_bpf__attach(s->skel))
		s->ring = ring_buffer__new(bpf_map__fd(s->skel->maps.started), take, &s->any, NULL);
	if (s->ring)
		return s;
	g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
		    "no tracepoint tells of programs that start: %s", g_strerror(errno));
	vq_started_close(s);
	return NULL;
}

void vq_started_close(struct vq_started *s)
{
	if (!s)
		return;
	ring_buffer__free(s->ring);
	started_bpf__destroy(s->skel);
	g_free(s);
}

int vq_started_fd(const struct vq_started *s)
{
	return ring_buffer__epoll_fd(s->ring);
}

bool vq_started_take(struct vq_started *s)
{
	s->any = false;
	ring_buffer__consume(s->ring);
	/* What comes from here on is told again: whoever looks afterwards misses nothing. */
	if (s->any)
		__atomic_store_n(&s->skel->bss->told, 0, __ATOMIC_SEQ_CST);
	return s->any;
}
