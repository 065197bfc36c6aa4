// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes are meant, and what their guests are called. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "find.h"
#include "probes/tool/text.h"
#include "process.h"
#include "probes/tool/vqerror.h"

void vq_found_free(struct vq_found *f)
{
	g_free(f->name);
	g_free(f);
}

static bool matches(const struct vq_process *p, const char *pattern)
{
	bool qemu = vq_process_is_qemu(p);

	if (!pattern)
		return qemu;
	return (qemu && p->guest && g_pattern_match_simple(pattern, p->guest)) ||
	       g_pattern_match_simple(pattern, p->comm) ||
	       (p->program && g_pattern_match_simple(pattern, p->program));
}

static struct vq_found *found(pid_t pid, const struct vq_process *p)
{
	struct vq_found *f = g_new(struct vq_found, 1);

	f->pid = pid;
	f->name = g_strdup(vq_process_is_qemu(p) && p->guest ? p->guest : p->comm);
	return f;
}

static int by_pid(gconstpointer a, gconstpointer b)
{
	const struct vq_found *const *x = a, *const *y = b;

	return ((*x)->pid > (*y)->pid) - ((*x)->pid < (*y)->pid);
}

GPtrArray *vq_find(const char *pattern)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)vq_found_free);
	/* Names are compared as they are shown: what is cleaned in them is a '?', which
	 * in a pattern is any character. */
	g_autofree char *clean = pattern ? vq_text_clean(pattern, -1, SIZE_MAX, VQ_UTF8) : NULL;
	GDir *dir = g_dir_open("/proc", 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		pid_t pid = atoi(entry);
		g_autofree char *unfit = NULL;
		struct vq_process p;

		if (pid <= 0 || pid == getpid())
			continue;
		if (vq_process_read(&p, pid) && matches(&p, clean)) {
			unfit = vq_process_unfit(pid);
			if (!unfit)
				g_ptr_array_add(all, found(pid, &p));
		}
		vq_process_clear(&p);
	}
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(all, by_pid);
	return all;
}

static bool has(const GPtrArray *all, pid_t pid)
{
	for (guint i = 0; i < all->len; i++)
		if (((struct vq_found *)all->pdata[i])->pid == pid)
			return true;
	return false;
}

static bool add_pid(GPtrArray *all, const char *word, GError **error)
{
	guint64 n;
	g_autofree char *unfit = NULL;
	struct vq_process p;
	bool there;

	if (!g_ascii_string_to_unsigned(word, 10, 1, INT_MAX, &n, NULL)) {
		g_autofree char *shown = vq_text_clean(word, -1, 40, VQ_UTF8);

		g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT,
			    "--pid: \"%s\" is no process id: a number is, and several have commas "
			    "or blanks between them",
			    shown);
		return false;
	}
	if (has(all, n))
		return true;
	there = vq_process_read(&p, n);
	unfit = there ? vq_process_unfit(n) : NULL;
	if (there && !unfit)
		g_ptr_array_add(all, found(n, &p));
	else
		g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS, "process %d%s%s%s: %s", (int)n,
			    there ? " (" : "", there ? p.comm : "", there ? ")" : "",
			    unfit ?: "there is none");
	vq_process_clear(&p);
	return there && !unfit;
}

GPtrArray *vq_find_pids(char **lists, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)vq_found_free);

	for (; *lists; lists++) {
		g_auto(GStrv) words = g_strsplit_set(*lists, ", \t\r\n", -1);
		bool any = false;

		for (int i = 0; words[i]; i++) {
			if (!*words[i])
				continue;
			any = true;
			if (!add_pid(all, words[i], error))
				return NULL;
		}
		if (!any) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_BAD_INPUT,
				    "--pid: there is no process id in \"%s\"", *lists);
			return NULL;
		}
	}
	return g_steal_pointer(&all);
}
