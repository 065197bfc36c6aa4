// SPDX-License-Identifier: GPL-2.0-or-later
/* The watched process: its binary, its memory, the names of its devices. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "probes/tool/text.h"
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
	if (!elf || elf_getphdrnum(elf, &n) || stat(t->exe, &st))
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

/* Where a program of another mount namespace, a container's, has its debug files. */
static void look_in(struct vq_target *t)
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
	g_free(t->exe);
	g_free(t->path);
	t->exe = g_strdup(file);
	t->path = vq_text_clean(path, n, sizeof(path), VQ_UTF8);
	look_in(t);
	t->dwfl = dwfl_begin(&t->callbacks);
	t->mod = t->dwfl ? dwfl_report_offline(t->dwfl, path, t->exe, -1) : NULL;
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
	t->mem = t->maps = -1;
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
	g_free(t->exe);
	g_free(t->path);
	g_free(t->debug_path);
	g_free(t);
}

/* What is known of which function @name is, from more candidates than one. */
struct choice {
	int rank; /* of the best: a static one, one of virtio.c, a global one */
	unsigned rivals;
	GElf_Addr address, size;
};

enum { RANK_NONE, RANK_STATIC, RANK_VIRTIO_C, RANK_GLOBAL };

static void consider(struct choice *c, const GElf_Sym *sym, GElf_Addr address, bool in_virtio_c)
{
	int rank = GELF_ST_BIND(sym->st_info) != STB_LOCAL ? RANK_GLOBAL
		   : in_virtio_c			   ? RANK_VIRTIO_C
							   : RANK_STATIC;

	/* One function may stand in several symbol tables. */
	if (rank < c->rank || (rank == c->rank && address == c->address))
		return;
	c->rivals = rank == c->rank ? c->rivals + 1 : 0;
	if (rank == c->rank)
		return;
	c->rank = rank;
	c->address = address;
	c->size = sym->st_size;
}

/*
 * A static function of another file may have the same name, and stands before the
 * global one in the table.  Where all are static, as link-time optimisation makes
 * them, the one behind the name of virtio.c is meant.
 */
bool vq_target_symbol(struct vq_target *t, const char *name, struct vq_symbol *found)
{
	int n = dwfl_module_getsymtab(t->mod);
	struct choice c = {0};
	bool in_virtio_c = false;
	GElf_Addr main_bias;

	/* libdwfl places the module where it likes. */
	dwfl_module_getelf(t->mod, &main_bias);
	for (int i = 0; i < n; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		const char *s = dwfl_module_getsym_info(t->mod, i, &sym, &addr, NULL, NULL, NULL);

		if (s && GELF_ST_TYPE(sym.st_info) == STT_FILE)
			in_virtio_c = !strcmp(s, "virtio.c") || g_str_has_suffix(s, "_virtio.c") ||
				      g_str_has_suffix(s, "/virtio.c");
		if (s && !strcmp(s, name) && GELF_ST_TYPE(sym.st_info) == STT_FUNC &&
		    sym.st_shndx != SHN_UNDEF)
			consider(&c, &sym, addr - main_bias, in_virtio_c);
	}
	*found = (struct vq_symbol){c.address, c.size, c.rivals};
	return c.rank != RANK_NONE;
}

bool vq_target_segment_at(struct vq_target *t, unsigned i, struct vq_segment *s)
{
	GElf_Addr unused;
	Elf *elf = dwfl_module_getelf(t->mod, &unused);
	size_t n, size = 0;
	char *image = elf ? elf_rawfile(elf, &size) : NULL;
	GElf_Phdr ph;

	if (!image || elf_getphdrnum(elf, &n))
		return false;
	for (size_t k = 0; k < n; k++) {
		if (!gelf_getphdr(elf, k, &ph) || ph.p_type != PT_LOAD || ph.p_offset > size ||
		    ph.p_filesz > size - ph.p_offset || i--)
			continue;
		*s = (struct vq_segment){ph.p_vaddr, ph.p_offset, ph.p_filesz, ph.p_memsz,
					 (const uint8_t *)image + ph.p_offset};
		return true;
	}
	return false;
}

bool vq_target_segment(struct vq_target *t, uint64_t address, struct vq_segment *s)
{
	for (unsigned i = 0; vq_target_segment_at(t, i, s); i++)
		if (address >= s->address && address - s->address < s->size)
			return true;
	return false;
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

static uint64_t read_pointer(struct vq_target *t, uint64_t addr)
{
	uint64_t p = 0;

	return vq_target_read(t, addr, &p, sizeof(p)) ? p : 0;
}

/* A string of at most @size - 1 bytes; empty when it cannot be read. */
static void read_string(struct vq_target *t, uint64_t addr, char *buf, size_t size)
{
	size_t i;

	for (i = 0; i < size - 1; i++)
		if (!addr || !vq_target_read(t, addr + i, buf + i, 1) || !buf[i])
			break;
	buf[i] = 0;
}

/* A device without id is called by its type and a number, by first sight. */
static const char *made_up_name(struct vq_target *t, uint64_t vdev, const char *type)
{
	char *name = g_hash_table_lookup(t->names, &vdev);
	unsigned n;

	/* Another type: another device got that memory. */
	if (name && g_str_has_prefix(name, type))
		return name;
	n = GPOINTER_TO_UINT(g_hash_table_lookup(t->types, type));
	g_hash_table_insert(t->types, g_strdup(type), GUINT_TO_POINTER(n + 1));
	name = g_strdup_printf("%s%u", type, n);
	g_hash_table_insert(t->names, g_memdup2(&vdev, sizeof(vdev)), name);
	return name;
}

/* Names from the debug information's offsets; what cannot be read stays empty. */
static void read_names(struct vq_target *t, const struct vq_layout *l, struct vq_queue_event *e)
{
	uint64_t bus, dev;

	read_string(t, read_pointer(t, e->vdev + l->vdev_name), e->type, sizeof(e->type));
	/* The id that the user gave is the proxy's: the parent of our bus. */
	bus = read_pointer(t, e->vdev + l->vdev_bus);
	dev = bus ? read_pointer(t, bus + l->bus_parent) : 0;
	if (dev)
		read_string(t, read_pointer(t, dev + l->dev_id), e->device, sizeof(e->device));
	if (!e->device[0])
		read_string(t, read_pointer(t, e->vdev + l->vdev_id), e->device, sizeof(e->device));
}

/* Without: the type is the name of the object's class, "virtio-blk-device". */
static void find_type(struct vq_target *t, const struct vq_layout *l, struct vq_queue_event *e)
{
	uint64_t class = read_pointer(t, e->vdev + l->obj_class);
	uint64_t type = class ? read_pointer(t, class + l->class_type) : 0;

	if (!type)
		return;
	read_string(t, read_pointer(t, type + l->type_name), e->type, sizeof(e->type));
	if (g_str_has_suffix(e->type, "-device"))
		e->type[strlen(e->type) - strlen("-device")] = 0;
}

/*
 * Every realised device has its path in QEMU's object tree beside it,
 * "/machine/peripheral/ID/virtio-backend" if the user gave its proxy an ID.  That
 * text is looked for in the first words of the device, and nothing else is taken
 * for it.
 */
#define PATH_WORDS 48
static void find_id(struct vq_target *t, struct vq_queue_event *e)
{
	static const char start[] = "/machine/peripheral/", end[] = "/virtio-backend";
	char path[sizeof(start) + sizeof(e->device) + sizeof(end)];

	for (unsigned i = 0; i < PATH_WORDS; i++) {
		read_string(t, read_pointer(t, e->vdev + 8 * i), path, sizeof(path));
		if (!g_str_has_prefix(path, start) || !g_str_has_suffix(path, end) ||
		    strlen(path) < sizeof(start) + sizeof(end) - 1)
			continue;
		path[strlen(path) - strlen(end)] = 0;
		if (!strchr(path + strlen(start), '/'))
			g_strlcpy(e->device, path + strlen(start), sizeof(e->device));
		return;
	}
}

/* A device's queues are an array. */
uint64_t vq_target_find_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vdev,
			      uint32_t index)
{
	uint64_t first = vdev ? read_pointer(t, vdev + l->vdev_vq) : 0;

	return first ? first + (uint64_t)index * l->vq_stride : 0;
}

/* Does @vq have the place in it that it says? */
static bool in_its_place(struct vq_target *t, const struct vq_layout *l, uint64_t vq,
			 const struct vq_queue_event *e)
{
	return vq && vq == vq_target_find_queue(t, l, e->vdev, e->index);
}

bool vq_target_name_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vq,
			  struct vq_queue_event *e)
{
	uint16_t index = 0;
	bool there;

	memset(e, 0, sizeof(*e));
	e->h.type = VQ_QUEUE;
	e->h.size = sizeof(*e);
	e->h.vq = vq;
	e->vdev = read_pointer(t, vq + l->vq_start + l->vq_vdev);
	there = vq_target_read(t, vq + l->vq_queue_index, &index, sizeof(index));
	e->index = index;
	if (!in_its_place(t, l, vq, e)) {
		snprintf(e->device, sizeof(e->device), "vq@%#" PRIx64, vq);
		snprintf(e->type, sizeof(e->type), "unknown");
		e->index = 0;
		return !there;
	}
	if (l->vdev_name) {
		read_names(t, l, e);
	} else {
		find_type(t, l, e);
		find_id(t, e);
	}
	if (!e->type[0])
		snprintf(e->type, sizeof(e->type), "virtio");
	vq_text_clean_field(e->type, sizeof(e->type), VQ_UTF8);
	vq_text_clean_field(e->device, sizeof(e->device), VQ_UTF8);
	if (!e->device[0])
		snprintf(e->device, sizeof(e->device), "%s", made_up_name(t, e->vdev, e->type));
	return true;
}
