// SPDX-License-Identifier: GPL-2.0-or-later
/* Probe sites: where the functions are, what is there, attaching. */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sites.h"
#include "vqprobe.skel.h"

static const struct {
	const char *name;
	bool required, ret;
} functions[VQ_FUNCTIONS] = {
	[VQ_FN_POP] = {"virtqueue_pop", true, true},
	[VQ_FN_FILL] = {"virtqueue_fill", true, true},
	[VQ_FN_FLUSH] = {"virtqueue_flush", true, true},
	[VQ_FN_UNPOP] = {"virtqueue_unpop", true, false},
	[VQ_FN_DETACH] = {"virtqueue_detach_element", true, false},
	[VQ_FN_REWIND] = {"virtqueue_rewind", true, false},
	[VQ_FN_RESET] = {"virtio_reset", true, true},
	/* QEMU 7.2 and later. */
	[VQ_FN_QUEUE_RESET] = {"virtio_queue_reset", false, true},
};

const char *vq_function_name(enum vq_function fn)
{
	return functions[fn].name;
}

bool vq_function_has_return(enum vq_function fn)
{
	return functions[fn].ret;
}

const char *vq_mode_name(enum vq_mode mode)
{
	static const char *const names[] = {"unknown", "optimised", "breakpoint", "emulated",
					    "stepped"};

	return names[mode];
}

const char *vq_decode(const uint8_t *code, size_t len, bool *emulated)
{
	static const uint8_t nop5[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
	static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};

	*emulated = true;
	if (len >= 5 && !memcmp(code, nop5, 5))
		return "nop5";
	if (len >= 1 && code[0] == 0x90)
		return "nop";
	if ((len >= 1 && (code[0] & 0xf8) == 0x50) ||
	    (len >= 2 && code[0] == 0x41 && (code[1] & 0xf8) == 0x50))
		return "push";
	if ((len >= 1 && (code[0] & 0xf0) == 0x70) ||
	    (len >= 2 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80))
		return "jcc";
	if (len >= 1 && (code[0] == 0xeb || code[0] == 0xe9))
		return "jmp";
	if (len >= 1 && code[0] == 0xe8)
		return "call";
	*emulated = false;
	if (len >= 4 && !memcmp(code, endbr64, 4))
		return "endbr64";
	return "other";
}

enum vq_mode vq_site_mode(const struct vq_site *site, uint8_t byte)
{
	if (byte == 0xcc) {
		if (!strcmp(site->instruction, "nop5"))
			return VQ_MODE_BREAKPOINT;
		return site->emulated ? VQ_MODE_EMULATED : VQ_MODE_STEPPED;
	}
	/* A call that was there before the probe is no optimised one. */
	if (byte == 0xe8 && !strcmp(site->instruction, "nop5"))
		return VQ_MODE_OPTIMISED;
	return VQ_MODE_UNKNOWN;
}

void vq_sites_read_modes(struct vq_target *t, struct vq_site *sites)
{
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		enum vq_mode mode;
		uint8_t byte;

		if (!sites[i].present || !sites[i].entry ||
		    !vq_target_read(t, sites[i].address + t->bias, &byte, 1))
			continue;
		mode = vq_site_mode(&sites[i], byte);
		if (mode != VQ_MODE_UNKNOWN)
			sites[i].mode = mode;
	}
}

/* The offset in the file of @address; 0 if it is in no segment. */
static uint64_t file_offset(Elf *elf, uint64_t address)
{
	size_t n;

	if (elf_getphdrnum(elf, &n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (gelf_getphdr(elf, i, &ph) && ph.p_type == PT_LOAD && address >= ph.p_vaddr &&
		    address < ph.p_vaddr + ph.p_filesz)
			return address - ph.p_vaddr + ph.p_offset;
	}
	return 0;
}

/* Marks what the symbol tables have: .symtab, .dynsym, a separate file's. */
static void find_symbols(struct vq_target *t, struct vq_site *sites)
{
	int n = dwfl_module_getsymtab(t->mod);

	for (int i = 0; i < n; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		Dwarf_Addr bias;
		Elf *elf;
		const char *name =
			dwfl_module_getsym_info(t->mod, i, &sym, &addr, NULL, &elf, &bias);

		if (!name || strncmp(name, "virt", 4) || GELF_ST_TYPE(sym.st_info) != STT_FUNC ||
		    sym.st_shndx == SHN_UNDEF)
			continue;
		for (int fn = 0; fn < VQ_FUNCTIONS; fn++) {
			if (strcmp(name, functions[fn].name))
				continue;
			/* libdwfl places the module where it likes. */
			dwfl_module_getelf(t->mod, &bias);
			sites[fn].address = addr - bias;
			sites[fn].present = true;
		}
	}
}

bool vq_sites_find(struct vq_target *t, struct vq_site *sites, GError **error)
{
	GElf_Addr unused;
	Elf *elf = dwfl_module_getelf(t->mod, &unused);
	int fd;

	memset(sites, 0, VQ_FUNCTIONS * sizeof(*sites));
	find_symbols(t, sites);
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		sites[i].fn = i;
		if (!sites[i].present && functions[i].required) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS,
				    "process %d (%s): no function %s: it is no QEMU with virtio "
				    "devices, or its symbols were stripped",
				    t->pid, t->path, functions[i].name);
			return false;
		}
	}
	fd = open(t->exe, O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		struct vq_site *s = &sites[i];
		uint8_t code[16];
		ssize_t n = 0;

		if (!s->present)
			continue;
		s->offset = file_offset(elf, s->address);
		if (fd >= 0 && s->offset)
			n = pread(fd, code, sizeof(code), s->offset);
		s->instruction = vq_decode(code, n > 0 ? n : 0, &s->emulated);
		if (!s->offset || n <= 0) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
				    "%s: cannot read the code of %s", t->path, functions[i].name);
			break;
		}
	}
	if (fd >= 0)
		close(fd);
	return !(error && *error);
}

/* The programs for @fn: entry, and return or NULL. */
static void programs(struct vqprobe_bpf *skel, enum vq_function fn, struct bpf_program **entry,
		     struct bpf_program **ret)
{
	struct {
		struct bpf_program *entry, *ret;
	} table[VQ_FUNCTIONS] = {
		[VQ_FN_POP] = {skel->progs.pop_entry, skel->progs.pop_return},
		[VQ_FN_FILL] = {skel->progs.fill_entry, skel->progs.fill_return},
		[VQ_FN_FLUSH] = {skel->progs.flush_entry, skel->progs.flush_return},
		[VQ_FN_UNPOP] = {skel->progs.unpop_entry, NULL},
		[VQ_FN_DETACH] = {skel->progs.detach_entry, NULL},
		[VQ_FN_REWIND] = {skel->progs.rewind_entry, NULL},
		[VQ_FN_RESET] = {skel->progs.reset_entry, skel->progs.reset_return},
		[VQ_FN_QUEUE_RESET] = {skel->progs.queue_reset_entry,
				       skel->progs.queue_reset_return},
	};

	*entry = table[fn].entry;
	*ret = table[fn].ret;
}

/*
 * Two ways to attach.  A uprobe_multi link (Linux 6.6) is not known to Debian
 * 12's libbpf and headers, hence the numbers; it costs less at each hit, and
 * many can be taken off at once.  A perf event works everywhere, but the kernel
 * takes those off one after the other: seconds for all of ours on a busy host.
 */
struct vq_probe {
	int fd;		       /* the uprobe_multi link, or -1 */
	struct bpf_link *link; /* else */
};

#define TRACE_UPROBE_MULTI 48
#define UPROBE_MULTI_RETURN 1

struct link_create_uprobe_multi {
	__u32 prog_fd, target_fd, attach_type, flags;
	__u64 path, offsets, ref_ctr_offsets, cookies;
	__u32 cnt, multi_flags, pid, reserved;
};

void vq_sites_prepare(struct vqprobe_bpf *skel)
{
	struct bpf_program *prog;

	/* Older kernels load such a program all the same. */
	bpf_object__for_each_program (prog, skel->obj)
		bpf_program__set_expected_attach_type(prog, TRACE_UPROBE_MULTI);
}

static struct vq_probe *attach(struct bpf_program *prog, bool ret, pid_t pid, const char *exe,
			       uint64_t offset)
{
	DECLARE_LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = ret);
	struct link_create_uprobe_multi attr = {
		.prog_fd = bpf_program__fd(prog),
		.attach_type = TRACE_UPROBE_MULTI,
		.path = (uintptr_t)exe,
		.offsets = (uintptr_t)&offset,
		.cnt = 1,
		.multi_flags = ret ? UPROBE_MULTI_RETURN : 0,
		.pid = pid,
	};
	struct vq_probe *p = g_new0(struct vq_probe, 1);

	p->fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (p->fd < 0)
		p->link = bpf_program__attach_uprobe_opts(prog, pid, exe, offset, &opts);
	if (p->fd >= 0 || p->link)
		return p;
	g_free(p);
	return NULL;
}

bool vq_site_attach(struct vq_site *site, struct vqprobe_bpf *skel, pid_t pid, const char *exe,
		    GError **error)
{
	struct bpf_program *entry, *ret;

	programs(skel, site->fn, &entry, &ret);
	/* Return first: an entry without its return must not be noted. */
	if (ret)
		site->ret = attach(ret, true, pid, exe, site->offset);
	if (!ret || site->ret)
		site->entry = attach(entry, false, pid, exe, site->offset);
	if (!site->entry) {
		int err = errno;

		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "%s: cannot attach a uprobe: %s%s",
			    functions[site->fn].name, g_strerror(err),
			    err == EPERM || err == EACCES ? ": run as root" : "");
		vq_sites_detach(site, 1);
		return false;
	}
	return true;
}

static gpointer detach(gpointer data)
{
	struct vq_probe *p = data;

	if (p->fd >= 0)
		close(p->fd);
	bpf_link__destroy(p->link);
	g_free(p);
	return NULL;
}

void vq_sites_detach(struct vq_site *sites, unsigned n)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();

	for (unsigned i = 0; i < 2 * n; i++) {
		struct vq_probe **p = i % 2 ? &sites[i / 2].ret : &sites[i / 2].entry;

		if (*p)
			g_ptr_array_add(threads, g_thread_new("detach", detach, *p));
		*p = NULL;
	}
	for (guint i = 0; i < threads->len; i++)
		g_thread_join(threads->pdata[i]);
}
