// SPDX-License-Identifier: GPL-2.0-or-later
/* The main loop of a watch, and what is shown meanwhile. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "live.h"

/* How often the ring buffer is emptied: it holds seconds. */
#define DRAIN_MS 50

static void print_table(const struct vq_watch *w)
{
	struct vq_summary s;

	vq_watch_summarise(w, &s);
	printf("%.1f s\n", s.seconds);
	vq_summary_print(&s, stdout);
}

void vq_live_run(struct vq_watch *w, double duration, double interval)
{
	uint64_t table = w->start_ns + interval * 1e9;
	struct pollfd p[2] = {{.fd = w->target->pidfd, .events = POLLIN}};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	p[1] = (struct pollfd){.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN};
	for (;;) {
		int n = poll(p, 2, DRAIN_MS);
		uint64_t t = vq_now();

		vq_watch_drain(w);
		if (n > 0 || (duration > 0 && t >= w->start_ns + duration * 1e9))
			break;
		if (interval > 0 && t >= table) {
			print_table(w);
			table += interval * 1e9;
		}
	}
	close(p[1].fd);
}
