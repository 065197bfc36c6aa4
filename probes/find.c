// SPDX-License-Identifier: GPL-2.0-or-later
/* Which processes are QEMUs, and what their guests are called. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "find.h"

struct process {
	char *program; /* base name of the binary, else of argv[0] */
	char *comm;    /* as ps shows it */
	char *guest;   /* the value of -name, or NULL */
};

void vq_found_free(struct vq_found *f)
{
	g_free(f->name);
	g_free(f);
}

/* The value of the option -name @value: NAME or guest=NAME, then more. */
static char *guest_name(const char *value)
{
	g_auto(GStrv) part = g_strsplit(value, ",", -1);

	for (int i = 0; part[i]; i++) {
		if (g_str_has_prefix(part[i], "guest="))
			return g_strdup(part[i] + strlen("guest="));
		/* The key may be left out of the first one. */
		if (!i && *part[i] && !strchr(part[i], '='))
			return g_strdup(part[i]);
	}
	return NULL;
}

static char *read_proc(pid_t pid, const char *file, gsize *size)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, file);
	char *text = NULL;

	return g_file_get_contents(path, &text, size, NULL) ? text : NULL;
}

static void read_command_line(struct process *p, const char *text, gsize size)
{
	const char *end = text + size, *next;

	if (!p->program)
		p->program = g_path_get_basename(text);
	for (const char *arg = text; arg < end; arg = next) {
		/* /proc ends the last one with NUL, and GLib the whole. */
		next = arg + strlen(arg) + 1;
		if (next < end && (!strcmp(arg, "-name") || !strcmp(arg, "--name"))) {
			g_free(p->guest);
			p->guest = guest_name(next);
		}
	}
}

static bool read_process(struct process *p, pid_t pid)
{
	g_autofree char *link = g_strdup_printf("/proc/%d/exe", pid);
	g_autofree char *exe = g_file_read_link(link, NULL), *text = NULL;
	gsize size = 0;

	memset(p, 0, sizeof(*p));
	p->comm = read_proc(pid, "comm", &size);
	if (!p->comm)
		return false;
	g_strchomp(p->comm);
	if (exe) {
		if (g_str_has_suffix(exe, " (deleted)"))
			exe[strlen(exe) - strlen(" (deleted)")] = 0;
		p->program = g_path_get_basename(exe);
	}
	text = read_proc(pid, "cmdline", &size);
	if (text && size)
		read_command_line(p, text, size);
	return true;
}

static void clear_process(struct process *p)
{
	g_free(p->program);
	g_free(p->comm);
	g_free(p->guest);
}

/* By the names that distributions give it; the tools beside it are none. */
static bool is_qemu(const struct process *p)
{
	return p->program && (g_str_has_prefix(p->program, "qemu-system-") ||
			      !strcmp(p->program, "qemu-kvm") || !strcmp(p->program, "kvm"));
}

static bool matches(const struct process *p, const char *pattern)
{
	if (!pattern)
		return is_qemu(p);
	return (is_qemu(p) && p->guest && g_pattern_match_simple(pattern, p->guest)) ||
	       g_pattern_match_simple(pattern, p->comm) ||
	       (p->program && g_pattern_match_simple(pattern, p->program));
}

static struct vq_found *found(pid_t pid, const struct process *p)
{
	struct vq_found *f = g_new(struct vq_found, 1);

	f->pid = pid;
	f->name = g_strdup(is_qemu(p) && p->guest ? p->guest : p->comm);
	return f;
}

struct vq_found *vq_find_pid(pid_t pid)
{
	struct vq_found *f = NULL;
	struct process p;

	if (read_process(&p, pid))
		f = found(pid, &p);
	clear_process(&p);
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
	GDir *dir = g_dir_open("/proc", 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		pid_t pid = atoi(entry);
		struct process p;

		if (pid <= 0 || pid == getpid())
			continue;
		if (read_process(&p, pid) && matches(&p, pattern))
			g_ptr_array_add(all, found(pid, &p));
		clear_process(&p);
	}
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(all, by_pid);
	return all;
}
