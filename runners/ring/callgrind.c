// SPDX-License-Identifier: GPL-2.0-or-later
#include "callgrind.h"
#include "profile.h"
#include "runners/tool/spawn.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* A dump of a QEMU's 20,000 functions takes a second. */
#define COMMAND_MS 60000

bool callgrind_open(struct callgrind *c, const char *dir, GError **error)
{
	g_autofree char *version = callgrind_version();

	memset(c, 0, sizeof(*c));
	if (!version) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "valgrind is missing: make packages installs it");
		return false;
	}
	c->dir = g_strdup(dir);
	if (mkdir(dir, 0700) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", dir, g_strerror(errno));
	return false;
}

void callgrind_close(struct callgrind *c)
{
	if (c->dir)
		remove_tree(c->dir);
	g_clear_pointer(&c->dir, g_free);
}

char **callgrind_wrapper(const struct callgrind *c)
{
	g_autoptr(GStrvBuilder) b = g_strv_builder_new();
	g_autofree char *out = g_strdup_printf("--callgrind-out-file=%s/out", c->dir);
	g_autofree char *vgdb = g_strdup_printf("--vgdb-prefix=%s/vgdb", c->dir);

	/* Each thread is a profile of its own; nothing is counted until it is asked for. */
	g_strv_builder_add_many(b, "valgrind", "-q", "--tool=callgrind", "--separate-threads=yes",
				"--instr-atstart=no", "--dump-instr=yes", "--dump-line=no", out,
				vgdb, NULL);
	return g_strv_builder_end(b);
}

char **callgrind_environment(void)
{
	/* Large copies as loops of instructions that are counted as what they are. */
	static const char *const tunables[] = {
		"GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1073741824:"
		"glibc.cpu.x86_rep_stosb_threshold=1073741824",
		NULL};

	return g_strdupv((char **)tunables);
}

char *callgrind_version(void)
{
	const char *argv[] = {"valgrind", "--version", NULL};
	struct spawn s = {.argv = argv};
	char *text = capture(&s, false, 200, 20000, NULL);

	return text ? g_strstrip(text) : NULL;
}

bool callgrind_refuse_io_uring(GError **error)
{
	const uint32_t refuse = SECCOMP_RET_ERRNO | ENOSYS;
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, refuse),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {G_N_ELEMENTS(filter), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "a filter against io_uring: %s",
		    g_strerror(errno));
	return false;
}

static bool command(struct callgrind *c, const char *word, const char *more, GError **error)
{
	g_autofree char *prefix = g_strdup_printf("--vgdb-prefix=%s/vgdb", c->dir);
	g_autofree char *pid = g_strdup_printf("--pid=%d", c->pid);
	const char *argv[] = {"vgdb", prefix, pid, word, more, NULL};
	struct spawn s = {.argv = argv};
	g_autofree char *said = capture(&s, true, 4096, COMMAND_MS, error);

	if (!said)
		g_prefix_error(error, "vgdb %s: ", word);
	return said != NULL;
}

bool callgrind_begin(struct callgrind *c, GError **error)
{
	return command(c, "instrumentation", "on", error) && command(c, "zero", NULL, error);
}

static void free_profile(gpointer p)
{
	profile_free(p);
}

/* Reads the files of the dump, one a thread, and removes them. */
static GPtrArray *read_dump(struct callgrind *c, GError **error)
{
	g_autofree char *prefix = g_strdup_printf("out.%u-", c->dumps);
	GPtrArray *list = g_ptr_array_new_with_free_func(free_profile);
	GDir *dir = g_dir_open(c->dir, 0, error);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(c->dir, name, NULL);
		struct profile *p;

		if (!g_str_has_prefix(name, prefix))
			continue;
		p = profile_read(path, error);
		remove_tree(path);
		if (!p)
			break;
		g_ptr_array_add(list, p);
	}
	if (dir)
		g_dir_close(dir);
	if (list->len && (!error || !*error))
		return list;
	if (error && !*error)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "callgrind wrote no profile");
	g_ptr_array_unref(list);
	return NULL;
}

GPtrArray *callgrind_end(struct callgrind *c, GError **error)
{
	if (!command(c, "dump", NULL, error))
		return NULL;
	c->dumps++;
	return command(c, "instrumentation", "off", error) ? read_dump(c, error) : NULL;
}
