// SPDX-License-Identifier: GPL-2.0-or-later
/* What this host has, and lacks, for vqprobe: found out by trying. */
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"
#include "probes/target/find.h"
#include "probes/tool/output.h"
#include "probes/watch/watch.h"
#include "probes/vqprobe.skel.h"

enum verdict { OK, LIMITED, MISSING };

/* One line; returns whether one can go on. */
static bool say(enum verdict v, const char *what, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool say(enum verdict v, const char *what, const char *format, ...)
{
	static const char *const names[] = {"ok", "limited", "missing"};
	va_list args;

	printf("%-7s  %s: ", names[v], what);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	vq_output_flush();
	return v != MISSING;
}

static bool check_kernel(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	if (strcmp(u.machine, "x86_64"))
		return say(MISSING, "kernel", "%s: vqprobe knows x86-64 only", u.machine);
	if (major < 5 || (major == 5 && minor < 17))
		return say(MISSING, "kernel", "%s: Linux 5.17 or later is needed", u.release);
	return say(OK, "kernel", "%s", u.release);
}

static bool check_btf(void)
{
	static const char path[] = "/sys/kernel/btf/vmlinux";

	if (access(path, R_OK))
		return say(MISSING, "BTF",
			   "%s: %m: a kernel with CONFIG_DEBUG_INFO_BTF is needed, as "
			   "distributions ship it",
			   path);
	return say(OK, "BTF", "%s", path);
}

static uint64_t capabilities(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2] = {0};

	/* libc has no wrapper, and libcap is a library for two words. */
	syscall(SYS_capget, &h, d);
	return (uint64_t)d[1].effective << 32 | d[0].effective;
}

#define HAS(caps, cap) (!!((caps)&1ull << (cap)))

static bool check_capabilities(void)
{
	uint64_t caps = capabilities();
	bool admin = HAS(caps, CAP_SYS_ADMIN);
	bool bpf = admin || HAS(caps, CAP_BPF), perfmon = admin || HAS(caps, CAP_PERFMON);

	if (!bpf || !perfmon)
		return say(MISSING, "capabilities",
			   "no CAP_%s: run as root, or once: setcap "
			   "cap_bpf,cap_perfmon,cap_sys_ptrace+ep build/vqprobe",
			   !bpf ? "BPF" : "PERFMON");
	if (!HAS(caps, CAP_SYS_PTRACE))
		return say(LIMITED, "capabilities",
			   "no CAP_SYS_PTRACE: only QEMUs of user %u can be watched", getuid());
	return say(OK, "capabilities", "CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE");
}

/* Offsets like a QEMU's: the calibration works on a queue of our own, not on a QEMU's. */
static const struct vq_layout made_up_layout = {
	.vq_size = 104,
	.vq_num = 0,
	.vq_caches = 32,
	.vq_used_idx = 56,
	.vq_used_wrap = 58,
	.vq_inuse = 72,
	.vq_vdev = 88,
	.elem_size = 16,
	.elem_ndescs = 4,
	.caches_used_ptr = 32,
	.caches_desc_ptr = 0,
	.vdev_features = 160,
};

/* What a call costs at sites that begin like @instruction, in us; 0: an error. */
static double measure_cost(struct vqprobe_bpf *skel, enum vq_way way, const char *instruction,
			   bool emulated, enum vq_mode *mode, GError **error)
{
	struct vq_calibration c[VQ_RETURNS] = {0};
	struct vq_site sites[VQ_FUNCTIONS] = {0};
	double us = 0;

	for (int i = 0; i < VQ_RETURNS; i++) {
		sites[i].fn = i;
		sites[i].instruction = instruction;
		sites[i].emulated = emulated;
	}
	if (vq_calibrate(skel, way, &made_up_layout, sites, c, error))
		for (int i = 0; i < VQ_RETURNS; i++)
			us += c[i].cost.median / 1e3;
	*mode = c[VQ_FN_FILL].mode;
	return us;
}

/* Loads, attaches, calls, reads: all that a watch does, on ourselves. */
static bool check_probes(void)
{
	static const struct {
		const char *instruction, *what;
		bool emulated;
	} sites[] = {{"nop5", "5-byte nop", true},
		     {"push", "push or jump", true},
		     {"other", "others", false}};
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new("us an element by the first instruction:");
	struct vq_site all[VQ_FUNCTIONS] = {0};
	struct vqprobe_bpf *skel = NULL;
	enum vq_mode mode, first = VQ_MODE_UNKNOWN;
	enum vq_way way;

	for (int i = 0; i < VQ_FUNCTIONS; i++)
		all[i] = (struct vq_site){.fn = i, .present = true};
	if (vq_way_find(&way, &error))
		skel = vq_watch_load(&made_up_layout, all, way, 1024, &error);
	if (!skel)
		return say(MISSING, "BPF", "%s", error->message);
	say(OK, "BPF", "the programs load");
	if (way == VQ_WAY_SESSION)
		say(OK, "sessions", "no call within another gets a return probe");
	else
		say(LIMITED, "sessions",
		    "this kernel has none (Linux 6.13): guests must be trusted not to put buffers "
		    "into devices' memory: --trust-guest; probes go on by %s",
		    vq_way_name(way));
	for (size_t i = 0; !error && i < G_N_ELEMENTS(sites); i++) {
		double us = measure_cost(skel, way, sites[i].instruction, sites[i].emulated, &mode,
					 &error);

		first = i ? first : mode;
		g_string_append_printf(text, "%s %s %.1f (%s)", i ? "," : "", sites[i].what, us,
				       vq_mode_name(mode));
	}
	vqprobe_bpf__destroy(skel);
	if (error)
		return say(MISSING, "uprobes", "%s: a kernel with CONFIG_UPROBE_EVENTS is needed",
			   error->message);
	return say(first == VQ_MODE_OPTIMISED ? OK : LIMITED, "uprobes", "%s%s", text->str,
		   first == VQ_MODE_OPTIMISED
			   ? ""
			   : ": this kernel does not turn nops into calls; newer ones do");
}

static bool check_process(const struct vq_found *f)
{
	g_autofree char *what = g_strdup_printf("process %d (%s)", f->pid, f->name);
	g_autoptr(GError) error = NULL;
	struct vq_watch *w = vq_watch_examine(f->pid, f->name, &error);
	unsigned slow = 0;

	if (!w)
		return say(MISSING, what, "%s", error->message);
	for (int i = 0; i < VQ_RETURNS; i++)
		slow += !w->sites[i].emulated;
	say(slow || w->vhost ? LIMITED : OK, what, "%s can be watched%s%s%s", w->target->path,
	    w->vhost ? ", but for what is served by vhost, which vqprobe cannot see: " : "",
	    w->vhost ?: "",
	    slow ? "; some probes sit on instructions that are single-stepped: see --window" : "");
	vq_watch_free(w);
	return true;
}

bool vq_check(const GPtrArray *found)
{
	bool ok = check_kernel();

	ok &= check_btf();
	/* Whoever lacks capabilities would be told the same again by all that follows. */
	if (!check_capabilities())
		return false;
	ok = ok && check_probes();
	for (guint i = 0; i < found->len; i++)
		ok &= check_process(found->pdata[i]);
	return ok;
}
