// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes a made-up trace: make-trace FILE SEED EVENTS [DEVICE].  It has four queues
 * of disk0, or DEVICE, and two of disk1, in both ring formats, in order and not. */
#include <stdio.h>
#include <stdlib.h>

#include "probes/trace/trace.h"
#include "traces.h"

int main(int argc, char **argv)
{
	static union any_event e;
	static struct stream s;
	g_autoptr(GError) error = NULL;
	struct vq_trace_writer *w;
	long n;

	if (argc != 4 && argc != 5)
		return 2;
	stream_begin(&s, strtoul(argv[2], NULL, 10), 6, 1000000000);
	n = strtol(argv[3], NULL, 10);
	w = vq_trace_create(argv[1], 1, s.ts, &error);
	for (unsigned i = 0; w && i < s.n_queues; i++) {
		stream_queue_event(&s, i, &e);
		if (argc == 5 && i < 4)
			g_strlcpy(e.queue.device, argv[4], sizeof(e.queue.device));
		vq_trace_write(w, &e.h);
	}
	while (w && (n-- > 0 || s.more)) {
		stream_next(&s, &e);
		vq_trace_write(w, &e.h);
	}
	stream_end_event(&s, &e);
	e.end.lost = 0;
	if (w)
		vq_trace_write(w, &e.h);
	if (w && vq_trace_close(w, &error))
		return 0;
	fprintf(stderr, "make-trace: %s\n", error->message);
	return 1;
}
