// SPDX-License-Identifier: GPL-2.0-or-later
/* Probe sites: where the functions are, what is there, attaching. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "force.h"
#include "plan.h"
#include "sites.h"
#include "symbol.h"
#include "probes/vqprobe.skel.h"

/* The rows of vqfunction.h. */
enum { REQUIRED = true, OPTIONAL = false, READS = true, NO_READS = false };
enum light { SAME, LEFT_OUT, ENTRY_ONLY };
static const struct {
	const char *name;
	bool required, ret;
	unsigned args; /* that the entry program looks at */
	bool reads;    /* does it read the queue or the element? */
	enum vq_event_type event;
	enum light light;
} functions[VQ_FUNCTIONS] = {
#define ENTRY_AND_RETURN(id, stem, name, need, args, reads, event, light)                          \
	[VQ_FN_##id] = {name, need, true, args, reads, event, light},
#define ENTRY(id, stem, name, need, args, reads, event, light)                                     \
	[VQ_FN_##id] = {name, need, false, args, reads, event, light},
	VQ_FUNCTION_TABLE(ENTRY_AND_RETURN, ENTRY)
#undef ENTRY_AND_RETURN
#undef ENTRY
};

const char *vq_function_name(enum vq_function fn)
{
	return functions[fn].name;
}

enum vq_event_type vq_function_event(enum vq_function fn)
{
	return functions[fn].event;
}

bool vq_site_has_return(const struct vq_site *site)
{
	return functions[site->fn].ret && !site->light;
}

bool vq_sites_lighten(struct vq_site *sites, const struct vq_layout *layout, enum vq_light light,
		      GError **error)
{
	if (!layout->caches_avail_ptr) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "--light: neither debug information nor the code of this QEMU tells "
			    "where the avail ring is: leave it out");
		return false;
	}
	for (int fn = 0; fn < VQ_FUNCTIONS; fn++) {
		sites[fn].present &= functions[fn].light != LEFT_OUT;
		sites[fn].light = functions[fn].light == ENTRY_ONLY ? light : VQ_LIGHT_NO;
	}
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
	/* A call that was there before the probe is no optimised one.  A 10-byte nop begins
	 * with a prefix, and becomes whatever the kernel likes, that ends in a call. */
	if (byte == 0xe8 && !strcmp(site->instruction, "nop5"))
		return VQ_MODE_OPTIMISED;
	if (byte != 0x66 && byte != 0x2e && !strcmp(site->instruction, "nop10"))
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
		sites[fn].rivals = sym.rivals;
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
	for (int i = 0; i < VQ_FUNCTIONS; i++)
		if (sites[i].rivals) {
			g_set_error(
				error, VQ_ERROR, VQ_ERROR_FAILED,
				"process %d (%s): %u functions are called %s, and its symbols do "
				"not tell which is QEMU's: watch one that was built without "
				"link-time optimisation",
				t->pid, t->path, sites[i].rivals + 1, functions[i].name);
			return false;
		}
	if (!find_code(t, sites, plans, &segment)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "%s: cannot read the code of virtqueue_pop and its like", t->path);
		return false;
	}
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		bool unused;

		if (sites[i].present &&
		    !strcmp(vq_decode(plans[i].code, plans[i].len, &unused), "nop10"))
			plans[i].nop10 = vq_nop10_is_optimised();
	}
	vq_plan_sites(plans, VQ_FUNCTIONS, segment.bytes, segment.size, segment.address);
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		struct vq_site *s = &sites[i];
		bool entry = vq_test_forces("entry");

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

/* The programs of one function: a session's, or the entry's and the return's; and with
 * --light another, at the entry only. */
struct programs {
	struct bpf_program *session, *entry, *ret, *light;
};

static struct programs programs(struct vqprobe_bpf *skel, const struct vq_site *site)
{
#define LIGHT_SAME(stem)
#define LIGHT_LEFT_OUT(stem)
#define LIGHT_ENTRY_ONLY(stem) .light = skel->progs.stem##_light
#define ENTRY_AND_RETURN(id, stem, name, need, args, reads, event, light)                          \
	[VQ_FN_##id] = {skel->progs.stem##_session, skel->progs.stem##_entry,                      \
			skel->progs.stem##_return, LIGHT_##light(stem)},
#define ENTRY(id, stem, name, need, args, reads, event, light)                                     \
	[VQ_FN_##id] = {.entry = skel->progs.stem##_entry, LIGHT_##light(stem)},
	const struct programs table[VQ_FUNCTIONS] = {VQ_FUNCTION_TABLE(ENTRY_AND_RETURN, ENTRY)};
#undef ENTRY_AND_RETURN
#undef ENTRY

	if (site->light)
		return (struct programs){.entry = table[site->fn].light};
	return table[site->fn];
}

/*
 * Of a session the kernel arms the return whenever the program is not run to say no: a
 * function that must have no return probe must have no session either.
 */
static enum vq_way way_of_entry(enum vq_way way)
{
	return way == VQ_WAY_SESSION ? VQ_WAY_MULTI : way;
}

void vq_sites_prepare(struct vqprobe_bpf *skel, const struct vq_site *sites, enum vq_way way)
{
	struct bpf_program *p;

	bpf_object__for_each_program (p, skel->obj) {
		bpf_program__set_autoload(p, false);
		vq_attach_prepare(p, way_of_entry(way));
	}
	for (int i = 0; i < VQ_FUNCTIONS; i++) {
		struct programs of = programs(skel, &sites[i]);
		bool session = way == VQ_WAY_SESSION && of.session;

		if (!sites[i].present)
			continue;
		bpf_program__set_autoload(session ? of.session : of.entry, true);
		if (session)
			vq_attach_prepare(of.session, way);
		if (of.ret && !session)
			bpf_program__set_autoload(of.ret, true);
	}
}

bool vq_site_attach(struct vq_site *site, struct vqprobe_bpf *skel, enum vq_way way, pid_t pid,
		    const char *exe, GError **error)
{
	struct programs p = programs(skel, site);

	if (way == VQ_WAY_SESSION && p.session)
		site->entry = vq_attach(p.session, way, true, pid, exe, site->offset);
	/* Return first: an entry without its return must not be noted. */
	else if (!p.ret || (site->ret = vq_attach(p.ret, way, true, pid, exe, site->offset)))
		site->entry = vq_attach(p.entry, way_of_entry(way), false, pid, exe, site->offset);
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

void vq_sites_drop_programs(struct vqprobe_bpf *skel)
{
	struct bpf_program *p;

	bpf_object__for_each_program (p, skel->obj)
		bpf_program__unload(p);
}

static gpointer detach(gpointer data)
{
	vq_detach(data);
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
