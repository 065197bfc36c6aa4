// SPDX-License-Identifier: GPL-2.0-or-later
/* Putting BPF programs on functions, in the best way that this kernel has. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <link.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"
#include "force.h"
#include "probes/tool/vqerror.h"
#include "probes/way.skel.h"

/* Debian 12's libbpf and headers know neither sessions nor uprobe_multi links,
 * hence the numbers. */
#define TRACE_UPROBE_MULTI 48
#define TRACE_UPROBE_SESSION 57
#define UPROBE_MULTI_RETURN 1

struct link_create_uprobe_multi {
	__u32 prog_fd, target_fd, attach_type, flags;
	__u64 path, offsets, ref_ctr_offsets, cookies;
	__u32 cnt, multi_flags, pid, reserved;
};

struct vq_probe {
	int fd;		       /* the link of a session or of uprobe_multi, or -1 */
	struct bpf_link *link; /* else */
};

const char *vq_way_name(enum vq_way way)
{
	static const char *const names[VQ_WAYS] = {"session", "uprobe_multi", "perf event"};

	return names[way];
}

/* A kernel that does not know a type loads such a program all the same. */
void vq_attach_prepare(struct bpf_program *program, enum vq_way way)
{
	static const int types[VQ_WAYS] = {TRACE_UPROBE_SESSION, TRACE_UPROBE_MULTI, 0};

	bpf_program__set_expected_attach_type(program, types[way]);
}

struct vq_probe *vq_attach(struct bpf_program *program, enum vq_way way, bool ret, pid_t pid,
			   const char *exe, uint64_t offset)
{
	DECLARE_LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = ret);
	struct link_create_uprobe_multi attr = {
		.prog_fd = bpf_program__fd(program),
		.attach_type = way == VQ_WAY_SESSION ? TRACE_UPROBE_SESSION : TRACE_UPROBE_MULTI,
		.path = (uintptr_t)exe,
		.offsets = (uintptr_t)&offset,
		.cnt = 1,
		.multi_flags = ret && way == VQ_WAY_MULTI ? UPROBE_MULTI_RETURN : 0,
		.pid = pid,
	};
	struct vq_probe p = {-1, NULL};

	if (way == VQ_WAY_PERF)
		p.link = bpf_program__attach_uprobe_opts(program, pid, exe, offset, &opts);
	else
		p.fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	return p.link || p.fd >= 0 ? g_memdup2(&p, sizeof(p)) : NULL;
}

void vq_detach(struct vq_probe *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	bpf_link__destroy(p->link);
	g_free(p);
}

/* Turns the address at @data to an offset of the main program, which is the first object:
 * no other is asked for. */
static int find_in_main_program(struct dl_phdr_info *info, size_t size, void *data)
{
	uint64_t *at = data;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type == PT_LOAD && *at >= start && *at < start + ph->p_filesz) {
			*at = *at - start + ph->p_offset;
			return 1;
		}
	}
	return -1;
}

bool vq_own_offset(const void *address, uint64_t *offset)
{
	*offset = (uintptr_t)address;
	return dl_iterate_phdr(find_in_main_program, offset) == 1;
}

/* Begins with a 5-byte nop, so that the kernel may optimise the probe. */
void vq_way_target(uint64_t arm);
asm(".pushsection .text\n.balign 64\n.globl vq_way_target\n.type vq_way_target, @function\n"
    "vq_way_target:\n.byte 0x0f, 0x1f, 0x44, 0, 0\nret\n"
    ".size vq_way_target, .-vq_way_target\n.popsection");

void vq_way_target10(uint64_t arm);
asm(".pushsection .text\n.balign 64\n.globl vq_way_target10\n.type vq_way_target10, @function\n"
    "vq_way_target10:\n.byte 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0\nret\n"
    ".size vq_way_target10, .-vq_way_target10\n.popsection");

static gpointer call_target(gpointer data)
{
	vq_way_target(1);
	vq_way_target(0);
	return NULL;
}

/* Opens, loads for @way, and attaches to @target of process @pid, a copy of this one. */
static struct way_bpf *attach_trial(enum vq_way way, void (*target)(uint64_t), pid_t pid, bool ret,
				    struct vq_probe **probe)
{
	struct way_bpf *skel = way_bpf__open();
	bool session = way == VQ_WAY_SESSION;
	struct bpf_program *program;
	uint64_t offset;
	int err;

	if (!skel)
		return NULL;
	program = session ? skel->progs.try_session : skel->progs.try_plain;
	bpf_program__set_autoload(session ? skel->progs.try_plain : skel->progs.try_session, false);
	vq_attach_prepare(program, way);
	err = way_bpf__load(skel);
	errno = -err;
	*probe = !err && vq_own_offset(target, &offset)
			 ? vq_attach(program, way, ret, pid, "/proc/self/exe", offset)
			 : NULL;
	if (*probe)
		return skel;
	err = errno;
	way_bpf__destroy(skel);
	errno = err;
	return NULL;
}

/* Does @way work here?  If not, errno says why; 0: it was not as it should be. */
static bool try_way(enum vq_way way)
{
	struct vq_probe *probe;
	struct way_bpf *skel = attach_trial(way, vq_way_target, getpid(), false, &probe);
	uint64_t entries, returns;

	if (!skel)
		return false;
	if (way != VQ_WAY_PERF && vq_test_forces("main"))
		; /* no call by the main thread, so none is seen */
	else
		g_thread_join(g_thread_new("try", call_target, NULL));
	entries = way == VQ_WAY_SESSION ? skel->bss->entries : skel->bss->plain;
	returns = skel->bss->returns;
	vq_detach(probe);
	way_bpf__destroy(skel);
	errno = 0;
	return entries == 2 && returns == (way == VQ_WAY_SESSION);
}

bool vq_way_find(enum vq_way *way, GError **error)
{
	static enum vq_way found = VQ_WAYS;
	enum vq_way first = vq_test_forces("perf")    ? VQ_WAY_PERF
			    : vq_test_forces("multi") ? VQ_WAY_MULTI
						      : VQ_WAY_SESSION;
	int why = 0;

	for (enum vq_way w = first; found == VQ_WAYS && w < VQ_WAYS; w++) {
		if (try_way(w))
			found = w;
		/* A kernel calls what it has not got invalid; any other reason says more,
		 * and the first such is reported. */
		else if (errno && (!why || why == EINVAL))
			why = errno;
	}
	*way = found;
	if (found == VQ_WAYS)
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "cannot attach a uprobe: %s%s",
			    why ? g_strerror(why) : "it is not hit",
			    why == EPERM || why == EACCES
				    ? ": run as root, or with CAP_BPF and CAP_PERFMON"
				    : ": Linux 5.17 or later with CONFIG_UPROBE_EVENTS is needed");
	return found != VQ_WAYS;
}

bool vq_nop10_is_optimised(void)
{
	static int is = -1;
	enum vq_way way;
	struct vq_probe *probe;
	struct way_bpf *skel = NULL;
	uint8_t byte = 0xcc;

	if (is >= 0)
		return is;
	if (vq_way_find(&way, NULL))
		skel = attach_trial(way, vq_way_target10, getpid(), false, &probe);
	for (int i = 0; skel && i < 10; i++)
		vq_way_target10(0);
	if (skel) {
		byte = *(volatile uint8_t *)(uintptr_t)vq_way_target10;
		vq_detach(probe);
		way_bpf__destroy(skel);
	}
	is = byte != 0xcc && byte != 0x66;
	return is;
}

/* In the child: calls the target under a filter that knows only how to end. */
static void call_under_seccomp(int go)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = {G_N_ELEMENTS(filter), filter};
	char byte;

	if (read(go, &byte, 1) != 1 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(2);
	/* The first hits are what makes the kernel optimise. */
	for (int i = 0; i < 10; i++)
		vq_way_target(1);
	_exit(0);
}

static bool try_seccomp(enum vq_way way)
{
	struct vq_probe *probe = NULL;
	struct way_bpf *skel = NULL;
	int go[2], status = 0;
	pid_t child;

	if (pipe(go))
		return true;
	child = fork();
	if (!child) {
		close(go[1]);
		call_under_seccomp(go[0]);
	}
	close(go[0]);
	if (child > 0)
		skel = attach_trial(way, vq_way_target, child, true, &probe);
	if (skel && write(go[1], "1", 1) != 1)
		status = -1;
	close(go[1]);
	if (child > 0)
		waitpid(child, &status, 0);
	if (skel)
		vq_detach(probe);
	way_bpf__destroy(skel);
	return !skel || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

bool vq_seccomp_kills(void)
{
	static int kills = -1;
	enum vq_way way;

	if (vq_test_forces("seccomp"))
		return true;
	if (kills < 0)
		kills = !vq_way_find(&way, NULL) || try_seccomp(way);
	return kills;
}
