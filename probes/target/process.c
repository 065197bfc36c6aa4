// SPDX-License-Identifier: GPL-2.0-or-later
/* A process as /proc shows it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/tool/text.h"
#include "process.h"

#define NAME_MAX_BYTES 255

static char *clean(const char *name)
{
	return vq_text_clean(name, -1, NAME_MAX_BYTES, VQ_UTF8);
}

static char *read_proc(pid_t pid, const char *file, gsize *size)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, file);
	char *text = NULL;

	return g_file_get_contents(path, &text, size, NULL) ? text : NULL;
}

/* The arguments of @pid; NULL if it has none, or is none. */
static char **read_arguments(pid_t pid)
{
	gsize size = 0;
	g_autofree char *text = read_proc(pid, "cmdline", &size);
	GPtrArray *args = g_ptr_array_new();

	/* /proc ends the last one with NUL, and GLib the whole. */
	for (const char *arg = text; text && arg < text + size; arg += strlen(arg) + 1)
		g_ptr_array_add(args, g_strdup(arg));
	g_ptr_array_add(args, NULL);
	return (char **)g_ptr_array_free(args, FALSE);
}

/* One value of an option of QEMU, up to a single comma; two stand for one.  Moves
 * @text behind it. */
static char *take_value(const char **text)
{
	GString *value = g_string_new(NULL);
	const char *c = *text;

	for (; *c && (*c != ',' || c[1] == ','); c++) {
		c += *c == ',';
		g_string_append_c(value, *c);
	}
	*text = *c ? c + 1 : c;
	return g_string_free(value, FALSE);
}

/* The guest in the value of -name, NAME or guest=NAME among others; NULL if none is.
 * The last one counts, as for QEMU. */
static char *guest_name(const char *value)
{
	char *guest = NULL;

	for (const char *rest = value; *rest;) {
		/* The key may be left out of the first one. */
		bool keyed = rest[strcspn(rest, "=,")] == '=', first = rest == value;
		g_autofree char *part = take_value(&rest);
		const char *name = g_str_has_prefix(part, "guest=") ? part + strlen("guest=")
				   : first && !keyed		    ? part
								    : NULL;

		if (!name || !*name)
			continue;
		g_free(guest);
		guest = clean(name);
	}
	return guest;
}

static char *find_guest(char **args)
{
	char *guest = NULL;

	for (int i = 1; args[0] && args[i] && args[i + 1]; i++) {
		char *name;

		if (strcmp(args[i], "-name") && strcmp(args[i], "--name"))
			continue;
		name = guest_name(args[i + 1]);
		if (!name)
			continue;
		g_free(guest);
		guest = name;
	}
	return guest;
}

/* As it was named before a wrapper took that name: Nix calls it .NAME-wrapped. */
static char *unwrapped(const char *program)
{
	char *name = g_strdup(program);

	while (name[0] == '.' && g_str_has_suffix(name, "-wrapped")) {
		name[strlen(name) - strlen("-wrapped")] = 0;
		memmove(name, name + 1, strlen(name));
	}
	return name;
}

static bool is_qemus_name(const char *program)
{
	g_autofree char *name = unwrapped(program);

	return g_str_has_prefix(name, "qemu-system-") || !strcmp(name, "qemu-kvm") ||
	       !strcmp(name, "kvm");
}

static char *base_name(char *path)
{
	g_autofree char *base = NULL;

	if (g_str_has_suffix(path, " (deleted)"))
		path[strlen(path) - strlen(" (deleted)")] = 0;
	base = g_path_get_basename(path);
	return clean(base);
}

/* The QEMU among the files that are mapped to be executed, or NULL. */
static char *mapped_qemu(pid_t pid)
{
	gsize size = 0;
	g_autofree char *text = read_proc(pid, "maps", &size);
	g_auto(GStrv) line = g_strsplit(text ?: "", "\n", -1);

	for (int i = 0; line[i]; i++) {
		g_autofree char *base = NULL;
		int path = 0;
		char execute;

		if (sscanf(line[i], "%*x-%*x %*c%*c%c%*c %*x %*s %*u %n", &execute, &path) != 1 ||
		    execute != 'x' || !path || line[i][path] != '/')
			continue;
		base = base_name(line[i] + path);
		if (is_qemus_name(base))
			return g_steal_pointer(&base);
	}
	return NULL;
}

/*
 * The program that runs.  The binary's name need not be its own: the dynamic linker
 * may have been told to start it, or it may come from a memfd, of which only the
 * command line has a name.
 */
static char *find_program(pid_t pid, char **args)
{
	g_autofree char *link = g_strdup_printf("/proc/%d/exe", pid);
	g_autofree char *exe = g_file_read_link(link, NULL);
	g_autofree char *program = exe ? base_name(exe) : NULL, *mapped = NULL;
	bool linker = program && g_str_has_prefix(program, "ld") && strstr(program, ".so");

	if (program && g_str_has_prefix(program, "memfd:")) {
		memmove(program, program + strlen("memfd:"),
			strlen(program + strlen("memfd:")) + 1);
		if (!is_qemus_name(program))
			g_clear_pointer(&program, g_free);
	}
	if (linker)
		mapped = mapped_qemu(pid);
	if (mapped)
		return g_steal_pointer(&mapped);
	if (program || !args[0])
		return g_steal_pointer(&program);
	return base_name(args[0]);
}

bool vq_process_read(struct vq_process *p, pid_t pid)
{
	gsize size = 0;
	g_autofree char *comm = read_proc(pid, "comm", &size);
	g_auto(GStrv) args = NULL;

	memset(p, 0, sizeof(*p));
	if (!comm)
		return false;
	/* The name may have line ends of its own; the last is the file's. */
	if (size && comm[size - 1] == '\n')
		comm[size - 1] = 0;
	args = read_arguments(pid);
	p->comm = clean(comm);
	p->program = find_program(pid, args);
	p->guest = find_guest(args);
	return true;
}

void vq_process_clear(struct vq_process *p)
{
	g_free(p->program);
	g_free(p->comm);
	g_free(p->guest);
}

bool vq_process_is_qemu(const struct vq_process *p)
{
	return p->program && is_qemus_name(p->program);
}

/* Of a /proc/PID/status: what stands behind @key, up to the line's end, or NULL. */
static char *field(const char *status, const char *key)
{
	g_autofree char *start = g_strdup_printf("\n%s:", key);
	const char *at = strstr(status, start);

	if (!at)
		return NULL;
	at += strlen(start);
	return g_strchug(g_strndup(at, strcspn(at, "\n")));
}

char *vq_process_unfit(pid_t pid)
{
	gsize size = 0;
	g_autofree char *status = read_proc(pid, "status", &size);
	g_autofree char *tgid = status ? field(status, "Tgid") : NULL;
	g_autofree char *state = status ? field(status, "State") : NULL;
	g_autofree char *memory = status ? field(status, "VmSize") : NULL;

	if (!tgid || !state)
		return NULL;
	if (atoi(tgid) != pid)
		return g_strdup_printf("it is a thread of process %s: give that id", tgid);
	if (*state == 'Z' || *state == 'X')
		return g_strdup(
			"it has ended, and only its parent has not asked for its status yet "
			"(a zombie)");
	if (!memory)
		return g_strdup("it is a thread of the kernel, not a QEMU");
	return NULL;
}

static void add_once(GPtrArray *names, char *name)
{
	if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_free(name);
	else
		g_ptr_array_add(names, name);
}

/* vhost in the kernel: a character device for each of QEMU's that it serves. */
static void add_kernels(GPtrArray *names, pid_t pid)
{
	g_autofree char *folder = g_strdup_printf("/proc/%d/fd", pid);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *fd;

	while (dir && (fd = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, fd, NULL);
		g_autofree char *file = g_file_read_link(path, NULL);
		g_autofree char *base = file ? g_path_get_basename(file) : NULL;
		struct stat st;

		if (base && g_str_has_prefix(base, "vhost-") && !stat(path, &st) &&
		    S_ISCHR(st.st_mode))
			add_once(names, clean(base));
	}
	if (dir)
		g_dir_close(dir);
}

/* The driver or type that @arg, of -device or -netdev, begins with or names, also as
 * JSON, if that is vhost-user or begins so; else NULL. */
static char *vhost_user_in(const char *arg)
{
	g_autoptr(GRegex) regex = g_regex_new(
		"(?:^|(?:^|,)(?:type|driver)=|\"(?:type|driver)\"\\s*:\\s*\")(vhost-user[a-z-]*)",
		0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	g_regex_match(regex, arg, 0, &match);
	return g_match_info_fetch(match, 1);
}

char *vq_process_vhost(pid_t pid)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) args = read_arguments(pid);

	add_kernels(names, pid);
	for (int i = 1; args[0] && args[i] && args[i + 1]; i++) {
		const char *option = args[i] + strspn(args[i], "-");
		char *name = NULL;

		if (option != args[i] && (!strcmp(option, "device") || !strcmp(option, "netdev")))
			name = vhost_user_in(args[i + 1]);
		if (name)
			add_once(names, name);
	}
	if (!names->len)
		return NULL;
	g_ptr_array_add(names, NULL);
	return g_strjoinv(", ", (char **)names->pdata);
}
