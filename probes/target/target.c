// SPDX-License-Identifier: GPL-2.0-or-later
/* The watched process: its binary and its memory. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "probes/tool/text.h"
#include "symbol.h"
#include "target.h"

static bool fail(GError **error, int code, const char *what, int err)
{
	g_set_error(error, VQ_ERROR, code, "%s: %s", what, g_strerror(err));
	return false;
}

/*
 * The load bias, from the first mapping of the binary: run-time address minus
 * the address that its program header gives to the same offset.
 */
static bool find_bias(struct vq_target *t, GError **error)
{
	g_autofree char *name = g_strdup_printf("/proc/%d/maps", t->pid);
	struct stat st;
	FILE *f = fopen(name, "re");
	char line[4400];
	GElf_Addr unused;
	Elf *elf = dwfl_module_getelf(t->mod, &unused);
	size_t n = 0;

	if (!f)
		return fail(error, VQ_ERROR_NO_PROCESS, name, errno);
	if (!elf || elf_getphdrnum(elf, &n) || fstat(t->file, &st))
		n = 0;
	while (n && fgets(line, sizeof(line), f)) {
		uint64_t start, offset, inode;
		unsigned major, minor;
		int path = 0;

		g_autofree char *clean = NULL;

		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64 " %x:%x %" SCNu64 " %n", &start,
			   &offset, &major, &minor, &inode, &path) != 5)
			continue;
		/* Inodes and devices differ on overlays, paths across mount namespaces; an
		 * inode's number alone another file system may have, too. */
		if (path)
			clean = vq_text_clean(line + path, -1, sizeof(line), VQ_UTF8);
		if ((inode != st.st_ino || makedev(major, minor) != st.st_dev) &&
		    (!path || strcmp(clean, t->path)))
			continue;
		for (size_t i = 0; i < n; i++) {
			GElf_Phdr ph;

			if (!gelf_getphdr(elf, i, &ph) || ph.p_type != PT_LOAD ||
			    offset < (ph.p_offset & ~4095ull) ||
			    offset >= ph.p_offset + ph.p_filesz)
				continue;
			t->bias = start - offset - (ph.p_vaddr - ph.p_offset);
			fclose(f);
			return true;
		}
	}
	fclose(f);
	g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS, "%s: the binary is not mapped", t->path);
	return false;
}

/* Lets debug files be looked for where a program of another mount namespace, a
 * container's, has them, too. */
static void set_debug_path(struct vq_target *t)
{
	g_free(t->debug_path);
	t->debug_path =
		g_strdup_printf(":.debug:/usr/lib/debug:/proc/%d/root/usr/lib/debug", t->pid);
	t->callbacks = (Dwfl_Callbacks){
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = &t->debug_path,
	};
}

/* Takes @file, a name that leads to it whatever has become of its path, as the
 * binary. */
static bool open_binary(struct vq_target *t, const char *file, GError **error)
{
	char path[4096];
	ssize_t n = readlink(file, path, sizeof(path) - 1);

	if (n < 0 && (errno == EACCES || errno == EPERM)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "%s: %s: run as root or with CAP_SYS_PTRACE", file, g_strerror(errno));
		return false;
	}
	if (n < 0)
		return fail(error, VQ_ERROR_NO_PROCESS, file, errno);
	path[n] = 0;
	if (t->dwfl)
		dwfl_end(t->dwfl);
	t->dwfl = NULL;
	t->mod = NULL;
	if (t->file >= 0)
		close(t->file);
	t->file = open(file, O_RDONLY | O_CLOEXEC);
	if (t->file < 0)
		return fail(error, VQ_ERROR_NO_PROCESS, file, errno);
	g_free(t->file_name);
	g_free(t->exe);
	g_free(t->path);
	t->file_name = g_strdup_printf("/proc/self/fd/%d", t->file);
	t->exe = g_strdup(file);
	t->path = vq_text_clean(path, n, sizeof(path), VQ_UTF8);
	set_debug_path(t);
	t->dwfl = dwfl_begin(&t->callbacks);
	t->mod = t->dwfl ? dwfl_report_offline(t->dwfl, path, t->file_name, -1) : NULL;
	if (!t->mod || dwfl_report_end(t->dwfl, NULL, NULL)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS, "%s: %s", t->path,
			    dwfl_errmsg(-1));
		return false;
	}
	return true;
}

static bool is_qemu(struct vq_target *t)
{
	struct vq_symbol sym;

	return vq_target_symbol(t, "virtqueue_pop", &sym);
}

/*
 * The program that runs.  It may have been started by another, as by the dynamic
 * linker when its name comes first on the command line: then it is among the files
 * that are mapped to be executed.
 */
static bool find_binary(struct vq_target *t, GError **error)
{
	g_autofree char *exe = g_strdup_printf("/proc/%d/exe", t->pid);
	g_autofree char *maps = g_strdup_printf("/proc/%d/maps", t->pid);
	FILE *f;
	char line[4400];

	if (!open_binary(t, exe, error))
		return false;
	if (is_qemu(t))
		return true;
	f = fopen(maps, "re");
	while (f && fgets(line, sizeof(line), f)) {
		g_autofree char *file = NULL;
		uint64_t start, end, inode;
		char execute;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*c%*c%c%*c %*x %*x:%*x %" SCNu64, &start,
			   &end, &execute, &inode) != 4 ||
		    execute != 'x' || !inode)
			continue;
		file = g_strdup_printf("/proc/%d/map_files/%" PRIx64 "-%" PRIx64, t->pid, start,
				       end);
		if (open_binary(t, file, NULL) && is_qemu(t))
			break;
	}
	if (f)
		fclose(f);
	/* If none is, let it be said of the program itself. */
	return is_qemu(t) || open_binary(t, exe, error);
}

struct vq_target *vq_target_open(pid_t pid, GError **error)
{
	struct vq_target *t = g_new0(struct vq_target, 1);
	g_autofree char *mem = g_strdup_printf("/proc/%d/mem", pid);
	g_autofree char *maps = g_strdup_printf("/proc/%d/maps", pid);

	t->pid = pid;
	t->mem = t->maps = t->file = -1;
	t->types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	t->names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	t->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (t->pidfd < 0) {
		int err = errno;

		/* EINVAL: a thread's id, not a process's. */
		g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS, "process %d: %s", pid,
			    err == EINVAL ? "not a process" : g_strerror(err));
		goto fail;
	}
	if (!find_binary(t, error) || !find_bias(t, error))
		goto fail;
	/* Of another user's process this takes CAP_DAC_OVERRIDE; see vq_target_read. */
	t->mem = open(mem, O_RDONLY | O_CLOEXEC);
	t->maps = open(maps, O_RDONLY | O_CLOEXEC);
	if (t->maps < 0) {
		fail(error, VQ_ERROR_NO_PROCESS, maps, errno);
		goto fail;
	}
	return t;
fail:
	vq_target_free(t);
	return NULL;
}

void vq_target_free(struct vq_target *t)
{
	if (!t)
		return;
	if (t->dwfl)
		dwfl_end(t->dwfl);
	if (t->pidfd >= 0)
		close(t->pidfd);
	if (t->mem >= 0)
		close(t->mem);
	if (t->maps >= 0)
		close(t->maps);
	g_hash_table_unref(t->types);
	g_hash_table_unref(t->names);
	if (t->file >= 0)
		close(t->file);
	g_free(t->file_name);
	g_free(t->exe);
	g_free(t->path);
	g_free(t->debug_path);
	g_free(t);
}

bool vq_target_read(struct vq_target *t, uint64_t addr, void *buf, size_t len)
{
	struct iovec local = {buf, len}, remote = {(void *)addr, len};

	if (t->mem >= 0)
		return pread(t->mem, buf, len, addr) == (ssize_t)len;
	return process_vm_readv(t->pid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}

bool vq_target_has_seccomp(const struct vq_target *t)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/status", t->pid), *text = NULL;
	const char *line;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return true;
	line = strstr(text, "\nSeccomp:\t");
	return line && line[strlen("\nSeccomp:\t")] != '0';
}

bool vq_target_gone(const struct vq_target *t)
{
	char byte;

	/* The file belongs to the address space that it was opened for. */
	return pread(t->maps, &byte, 1, 0) != 1;
}
