// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * floor PID: what vqprobe would cost if its programs did nothing.  Finds and
 * attaches with vqprobe's own code, compiled for a skeleton of empty programs;
 * says READY on stdout, and detaches on SIGINT.
 *
 * floor PID layout: only prints offsets for gather.bt.
 * floor PID cpu: only prints the processor time that it has had, in ns; what
 * /proc has of that is rounded to 10 ms.
 */
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/target/sites.h"
#include "probes/watch/watch.h"
#include "probes/vqprobe.skel.h"

/* For sed: where bpftrace's script finds what vqprobe reads. */
static int print_layout(pid_t pid)
{
	g_autoptr(GError) error = NULL;
	struct vq_watch *w = vq_watch_examine(pid, "", &error);
	const struct vq_layout *l;

	if (!w) {
		fprintf(stderr, "floor: %s\n", error->message);
		return 1;
	}
	l = &w->layout;
	printf("s|EXE|%s|\ns/VQ_NUM/%u/\ns/VQ_INUSE/%u/\ns/VQ_USED_IDX/%u/\ns/VQ_CACHES/%u/\n"
	       "s/USED_PTR/%u/\ns/ELEM_INDEX/%u/\ns/ELEM_NDESCS/%u/\n",
	       w->target->path, l->vq_start + l->vq_num, l->vq_start + l->vq_inuse,
	       l->vq_start + l->vq_used_idx, l->vq_start + l->vq_caches, l->caches_used_ptr,
	       l->elem_start + l->elem_index, l->elem_start + l->elem_ndescs);
	vq_watch_free(w);
	return 0;
}

static int print_cpu(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts)) {
		fprintf(stderr, "floor: process %d: no processor time\n", pid);
		return 1;
	}
	printf("%lld\n", ts.tv_sec * 1000000000ll + ts.tv_nsec);
	return 0;
}

int main(int argc, char **argv)
{
	struct vqprobe_bpf *skel = vqprobe_bpf__open();
	struct vq_site sites[VQ_FUNCTIONS];
	pid_t pid = argc > 1 ? atoi(argv[1]) : 0;
	g_autoptr(GError) error = NULL;
	struct vq_target *t = vq_target_open(pid, &error);
	enum vq_way way;
	sigset_t set;
	int signal;

	if (argc > 2)
		return !strcmp(argv[2], "cpu") ? print_cpu(pid) : print_layout(pid);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!skel || !t || !vq_sites_find(t, sites, &error) || !vq_way_find(&way, &error) ||
	    (vq_sites_prepare(skel, sites, way), vqprobe_bpf__load(skel))) {
		fprintf(stderr, "floor: %s\n", error ? error->message : "cannot load");
		return 1;
	}
	for (int i = 0; i < VQ_FUNCTIONS; i++)
		if (sites[i].present &&
		    !vq_site_attach(&sites[i], skel, way, pid, t->file_name, &error)) {
			fprintf(stderr, "floor: %s\n", error->message);
			return 1;
		}
	puts("READY");
	fflush(stdout);
	sigwait(&set, &signal);
	vq_sites_detach(sites, VQ_FUNCTIONS);
	vqprobe_bpf__destroy(skel);
	vq_target_free(t);
	return 0;
}
