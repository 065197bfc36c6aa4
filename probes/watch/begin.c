// SPDX-License-Identifier: GPL-2.0-or-later
/* The beginning of a watch, among others: what it takes, and what it cannot see. */
#include <stdio.h>
#include <sys/resource.h>

#include "begin.h"

/* What a watch may open, until one has shown how many that is. */
#define FILES_AT_FIRST 64u
/* Open while it starts, and closed again; and a link for each probe. */
#define FILES_MEANWHILE 32u

void vq_begin_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static unsigned count_files(void)
{
	GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
	unsigned n = 0;

	while (dir && g_dir_read_name(dir))
		n++;
	if (dir)
		g_dir_close(dir);
	return n;
}

void vq_begin_name_error(GError *error, const struct vq_found *f)
{
	g_autofree char *name = g_strdup_printf("process %d", f->pid);

	if (!g_str_has_prefix(error->message, name))
		g_prefix_error(&error, "%s (%s): ", name, f->name);
}

struct vq_watch *vq_begin(const struct vq_found *f, const struct vq_watch_options *options,
			  GError **error)
{
	static unsigned files = FILES_AT_FIRST;
	unsigned before = count_files();
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	GError *e = NULL;
	struct vq_watch *w;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (before + files > limit.rlim_cur) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "process %d (%s): not watched: that takes %u open files, and %u of %lu "
			    "are taken: raise the limit (ulimit -Hn, or LimitNOFILE= of a service)",
			    f->pid, f->name, files, before, (unsigned long)limit.rlim_cur);
		return NULL;
	}
	w = vq_watch_prepare(f->pid, f->name, options, &e);
	if (!w) {
		vq_begin_name_error(e, f);
		g_propagate_error(error, e);
		return NULL;
	}
	files = MAX(count_files(), before) - before + FILES_MEANWHILE;
	if (w->vhost)
		fprintf(stderr,
			"vqprobe: process %d (%s): %s: served by vhost: vqprobe cannot see it\n",
			f->pid, f->name, w->vhost);
	return w;
}

struct vq_watch *vq_begin_and_attach(const struct vq_found *f,
				     const struct vq_watch_options *options, GError **error)
{
	struct vq_watch *w = vq_begin(f, options, error);

	if (!w || vq_watch_attach(w, options, error))
		return w;
	vq_watch_free(w);
	return NULL;
}
