// SPDX-License-Identifier: GPL-2.0-or-later
/* Probe sites: where the functions are, what is there, attaching. */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plan.h"
#include "sites.h"
#include "vqprobe.skel.h"

static const struct {
	const char *name;
	bool required, ret;
	unsigned args; /* that the entry program looks at */
	bool reads;    /* does it read the queue or the element? */
} functions[VQ_FUNCTIONS] = {
	[VQ_FN_POP] = {"virtqueue_pop", true, true, VQ_ARG_DI},
	[VQ_FN_FILL] = {"virtqueue_fill", true, true, VQ_ARG_DI | VQ_ARG_SI | VQ_ARG_DX, true},
	[VQ_FN_FLUSH] = {"virtqueue_flush", true, true, VQ_ARG_DI | VQ_ARG_SI, true},
	[VQ_FN_UNPOP] = {"virtqueue_unpop", true, false, VQ_ARG_DI | VQ_ARG_SI, true},
	[VQ_FN_DETACH] = {"virtqueue_detach_element", true, false, VQ_ARG_DI | VQ_ARG_SI, true},
	[VQ_FN_REWIND] = {"virtqueue_rewind", true, false, VQ_ARG_DI | VQ_ARG_SI, true},
	[VQ_FN_RESET] = {"virtio_reset", true, true, VQ_ARG_DI},
	/* QEMU 7.2 and later. */
	[VQ_FN_QUEUE_RESET] = {"virtio_queue_reset", false, true, VQ_ARG_DI | VQ_ARG_SI},
};

bool vq_test_says(const char *word)
{
	g_auto(GStrv) words = g_strsplit(g_getenv("VQPROBE_TEST") ?: "", ",", -1);

	return g_strv_contains((const char *const *)words, word);
}

const char *vq_function_name(enum vq_function fn)
{
	return functions[fn].name;
}

bool vq_site_has_return(const struct vq_site *site)
{
	return functions[site->fn].ret && !site->light;
}

bool vq_sites_lighten(struct vq_site *sites, const struct vq_layout *layout, GError **error)
{
	if (!layout->caches_avail_ptr) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "--light: neither debug information nor the code of this QEMU tells "
			    "where the avail ring is: leave it out");
		return false;
	}
	sites[VQ_FN_POP].present = false;
	sites[VQ_FN_FILL].light = true;
	return true;
}

const char *vq_mode_name(enum vq_mode mode)
{
	static const char *const names[] = {"unknown", "optimised", "breakpoint", "emulated",
					    "stepped"};

	return names[mode];
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

/* Marks what the symbol tables have: .symtab, .dynsym, a separate file's. */
static void find_symbols(struct vq_target *t, struct vq_site *sites, struct vq_plan *plans)
{
	for (int fn = 0; fn < VQ_FUNCTIONS; fn++) {
		struct vq_symbol sym;

		sites[fn].fn = fn;
		sites[fn].present = vq_target_symbol(t, functions[fn].name, &sym);
		if (!sites[fn].present)
			continue;
		sites[fn].address = sym.address;
		plans[fn] = (struct vq_plan){
			.entry = sym.address,
			.size = sym.size,
			.args = functions[fn].args,
			.ret = functions[fn].ret,
			.reads = functions[fn].reads,
		};
	}
}

/* The code of all functions, and the segment that it is in; false if not there. */
static bool find_code(struct vq_target *t, const struct vq_site *sites, struct vq_plan *plans,
		      struct vq_segment *segment)
{
	if (!vq_target_segment(t, plans[VQ_FN_POP].entry, segment))
		return false;
	for (int fn = 0; fn < VQ_FUNCTIONS; fn++) {
		uint64_t at = plans[fn].entry - segment->address;

		if (!sites[fn].present)
			continue;
		if (plans[fn].entry < segment->address || at >= segment->size)
			return false;
		plans[fn].code = segment->bytes + at;
		plans[fn].len = segment->size - at;
	}
	return true;
}

bool vq_sites_find(struct vq_target *t, struct vq_site *sites, GError **error)
{
	struct vq_plan plans[VQ_FUNCTIONS] = {0};
	struct vq_segment segment;

	memset(sites, 0, VQ_FUNCTIONS * sizeof(*sites));
	find_symbols(t, sites, plans);
	for (int i = 0; i < VQ_FUNCTIONS; i++)
		if (!sites[i].present && functions[i].required) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_NO_PROCESS,
				    "process %d (%s): no function %s: it is no QEMU with virtio "
				    "devices, or its symbols were stripped",
				    t->pid, t->path, functions[i].name);
			return false;
		}
	if (!find_code(t, sites, plans, &segment)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "%s: cannot read the code of virtqueue_pop and its like", t->path);
		return false;
	}
	vq_plan_sites(plans, VQ_FUNCTIONS, segment.bytes, segment.size, segment.address);
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		struct vq_site *s = &sites[i];
		bool entry = vq_test_says("entry");

		if (!s->present)
			continue;
		s->past = entry ? 0 : plans[i].past;
		s->address += s->past;
		s->offset = segment.offset + s->address - segment.address;
		s->first = vq_decode(plans[i].code, plans[i].len, &s->first_emulated);
		s->instruction =
			vq_decode(plans[i].code + s->past, plans[i].len - s->past, &s->emulated);
		s->why = entry ? "the entry, as told" : plans[i].why;
	}
	return true;
}

/* The programs for @site: entry, and return or NULL. */
static void programs(struct vqprobe_bpf *skel, const struct vq_site *site,
		     struct bpf_program **entry, struct bpf_program **ret)
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

	*entry = site->light ? skel->progs.fill_light : table[site->fn].entry;
	*ret = site->light ? NULL : table[site->fn].ret;
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

	/* Older kernels load such a program all the same; newer ones refuse it as a
	 * perf event's. */
	if (vq_test_says("perf"))
		return;
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

	p->fd = vq_test_says("perf") ? -1 : syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
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

	programs(skel, site, &entry, &ret);
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
