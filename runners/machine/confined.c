/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "confined.h"
#include "boot.h"
#include "runners/tool/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START_MS 60000

/*
 * Beside the guest's memory: TCG's buffer for code is 1 GiB at most by itself, and each
 * thread may have an arena of 64 MiB and a stack of 8.
 */
#define MEMORY_BESIDE (8ull << 30)

/* Libraries, and what they look at when they start. */
static const char *const readable[] = {"/usr",
				       "/lib",
				       "/lib64",
				       "/etc/ld.so.cache",
				       "/etc/ld.so.preload",
				       "/etc/localtime",
				       "/dev/urandom",
				       "/dev/random",
				       "/proc/cpuinfo",
				       "/proc/meminfo",
				       "/proc/stat",
				       "/proc/sys/vm",
				       "/sys/devices/system",
				       "/sys/kernel/mm"};

static void allow_listed(struct confine *c, const char *variable)
{
	const char *list = g_getenv(variable);
	g_auto(GStrv) dirs = g_strsplit(list ? list : "", ":", -1);

	for (size_t i = 0; dirs[i]; i++)
		if (g_path_is_absolute(dirs[i]))
			confine_allow(c, dirs[i]);
}

static void allow_libraries(struct confine *c)
{
	for (size_t i = 0; i < G_N_ELEMENTS(readable); i++)
		confine_allow(c, readable[i]);
	/* One that was built with its libraries or modules elsewhere says so here. */
	allow_listed(c, "LD_LIBRARY_PATH");
	allow_listed(c, "QEMU_MODULE_DIR");
}

/* A QEMU that was not built by the lab looks for its firmware where it lies: in
 * ../share of its folder, or in the tree around it. */
static void allow_program(const struct qemuinfo *q, struct confine *c)
{
	g_autofree char *program = realpath(q->program, NULL);
	g_autofree char *dir = program ? g_path_get_dirname(program) : NULL;
	g_autofree char *above = dir ? g_path_get_dirname(dir) : NULL;

	confine_allow(c, q->dir);
	if (dir)
		confine_allow(c, dir);
	if (above && strcmp(above, "/") &&
	    !json_flag(json_node_get_object(q->manifest), "hooks", false))
		confine_allow(c, above);
}

static void allow_firmware(struct confine *c, const GPtrArray *argv)
{
	unsigned int i;

	for (i = 1; i < argv->len; i++)
		if (!strcmp(argv->pdata[i - 1], "-L"))
			confine_allow(c, argv->pdata[i]);
}

/* Does a machine start, and end when it is told to?  @say: what it said if not. */
static bool starts(const struct qemuinfo *q, const GPtrArray *program, const struct confine *c,
		   bool sandbox, char **say)
{
	static const char *const machine[] = {
		"-nodefaults", "-no-user-config", "-display", "none", "-machine",
		"pc",	       "-accel",	  "tcg",      "-S",   "-monitor",
		"stdio"};
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	struct spawn s = {.exec_fd = q->program_fd, .unprivileged = true, .confine = c};
	g_autoptr(GError) e = NULL;
	g_autofree char *said = NULL;
	unsigned int i;
	int in[2];

	for (i = 0; i < program->len; i++)
		g_ptr_array_add(argv, program->pdata[i]);
	for (i = 0; i < G_N_ELEMENTS(machine); i++)
		g_ptr_array_add(argv, (char *)machine[i]);
	if (sandbox) {
		g_ptr_array_add(argv, (char *)"-sandbox");
		g_ptr_array_add(argv, (char *)QEMU_SANDBOX);
	}
	g_ptr_array_add(argv, NULL);
	if (pipe2(in, O_CLOEXEC) < 0) {
		*say = g_strdup(g_strerror(errno));
		return false;
	}
	s.argv = (const char *const *)argv->pdata;
	s.in = in[0];
	if (write(in[1], "quit\n", 5) == 5)
		said = capture(&s, true, 1u << 16, START_MS, &e);
	close(in[0]);
	close(in[1]);
	if (!said)
		*say = g_strdup(e ? e->message : "no pipe");
	return said != NULL;
}

/* Parts are left out from the end until it starts; each that is, is said. */
static bool try_all(struct qemuinfo *q, const GPtrArray *program, GString *lacks, GError **error)
{
	g_autofree char *why = NULL, *sandbox = NULL, *all = NULL;

	q->confine.memory = MEMORY_BESIDE;
	q->sandbox = true;
	if (starts(q, program, &q->confine, true, &why))
		return true;
	if (starts(q, program, &q->confine, false, &sandbox)) {
		g_string_append_printf(lacks, "; not by -sandbox: %s", why);
		q->sandbox = false;
		return true;
	}
	q->confine.memory = 0;
	g_string_append(lacks, "; its address space has no limit");
	if (starts(q, program, &q->confine, true, &sandbox))
		return true;
	confine_allow(&q->confine, "/");
	g_string_append(lacks, "; it may read what nobody may");
	g_free(g_steal_pointer(&sandbox));
	if (starts(q, program, &q->confine, true, &sandbox))
		return true;
	if (starts(q, program, &q->confine, false, &all)) {
		g_string_append_printf(lacks, "; not by -sandbox: %s", sandbox);
		q->sandbox = false;
		return true;
	}
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "this QEMU does not start as it must, confined: %s", all);
	return false;
}

bool qemu_confine(struct qemuinfo *q, const struct guestinfo *g, GError **error)
{
	g_autoptr(GPtrArray) program = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) lacks = g_string_new(NULL);

	if (!guest_qemu_program(program, q->dir, error) || !confine_init(&q->confine, error))
		return false;
	allow_libraries(&q->confine);
	allow_program(q, &q->confine);
	allow_firmware(&q->confine, program);
	confine_allow_fd(&q->confine, g->dir_fd);
	confine_allow_device(&q->confine, "/dev/null");
	if (!q->kvm_device)
		confine_allow_device(&q->confine, "/dev/kvm");
	if (!q->confine.landlock)
		g_string_append(lacks, "; not by Landlock: this kernel has none");
	if (!try_all(q, program, lacks, error))
		return false;
	q->confined =
		g_strdup_printf("nobody%s, seccomp%s%s", q->confine.landlock ? ", Landlock" : "",
				q->sandbox ? ", -sandbox" : "", lacks->str);
	return true;
}

uint64_t qemu_memory_limit(const struct qemuinfo *q, int64_t memory_mib)
{
	return q->confine.memory ? q->confine.memory + ((uint64_t)memory_mib << 20) : 0;
}
