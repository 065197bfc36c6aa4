/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Threads of all processes of its user together, and descriptors: far more than any
 * QEMU of the lab's has. */
#define TASKS_MAX 8192
#define FILES_MAX 4096

/*
 * Debian 12's headers know the first version of Landlock; these came later, and a
 * kernel that lacks them is not asked for them.
 */
#define FS_VERSION_1 ((1ull << 13) - 1)
#define FS_REFER (1ull << 13)	  /* version 2 */
#define FS_TRUNCATE (1ull << 14)  /* 3 */
#define FS_IOCTL_DEV (1ull << 15) /* 5 */
#define NET_TCP 3ull		  /* 4: bind and connect */
#define SCOPES 3ull		  /* 6: abstract sockets, signals */

struct ruleset {
	uint64_t fs, net, scoped;
};

/* What only folders have: not allowed beneath a file. */
#define FOR_FILES (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define FOR_FOLDERS (FOR_FILES | LANDLOCK_ACCESS_FS_READ_DIR)

/* Calls that a QEMU which was given its descriptors has no use for. */
static const int denied[] = {
	/* other processes */
	SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise), SCMP_SYS(process_mrelease),
	SCMP_SYS(kcmp), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal),
	/* the network */
	SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
	/* the view of the system */
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(open_tree), SCMP_SYS(move_mount),
	SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(fsconfig), SCMP_SYS(fspick),
	SCMP_SYS(mount_setattr), SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),
	/* the kernel's rarely used depths */
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(keyctl),
	SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(init_module), SCMP_SYS(finit_module),
	SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(syslog),
	SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(modify_ldt), SCMP_SYS(vmsplice),
	/* the system's state */
	SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname), SCMP_SYS(quotactl), SCMP_SYS(acct)};

static int make_ruleset(int version)
{
	struct ruleset r = {.fs = FS_VERSION_1};
	size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;

	r.fs |= version >= 2 ? FS_REFER : 0;
	r.fs |= version >= 3 ? FS_TRUNCATE : 0;
	r.fs |= version >= 5 ? FS_IOCTL_DEV : 0;
	r.net = NET_TCP;
	r.scoped = SCOPES;
	return syscall(SYS_landlock_create_ruleset, &r, size, 0);
}

/* Threads are started, processes are not.  clone3's flags lie where a filter does not
 * see them; without it glibc takes clone. */
static int add_clone(scmp_filter_ctx f)
{
	return seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) ||
	       seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static bool make_filter(scmp_filter_ctx f)
{
	size_t i;

	/* Debian 12's library gives no other way to a program of its: by a file. */
	if (!f || seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) ||
	    seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2) || add_clone(f))
		return false;
	for (i = 0; i < G_N_ELEMENTS(denied); i++)
		if (seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), denied[i], 0))
			return false;
	return true;
}

static GByteArray *filter_code(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int fd = memfd_create("filter", MFD_CLOEXEC);
	bool ok = fd >= 0 && make_filter(f) && seccomp_export_bpf(f, fd) == 0;
	GByteArray *code = NULL;
	struct stat st;

	if (ok && fstat(fd, &st) == 0 && st.st_size) {
		code = g_byte_array_new();
		g_byte_array_set_size(code, st.st_size);
		if (pread(fd, code->data, st.st_size, 0) != st.st_size)
			g_clear_pointer(&code, g_byte_array_unref);
	}
	if (f)
		seccomp_release(f);
	if (fd >= 0)
		close(fd);
	return code;
}

bool confine_init(struct confine *c, GError **error)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	memset(c, 0, sizeof(*c));
	c->landlock = version > 0 ? version : 0;
	c->ruleset = c->landlock ? make_ruleset(c->landlock) : -1;
	c->code = filter_code();
	if (c->code && (c->ruleset >= 0 || !c->landlock))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot make %s: %s",
		    c->code ? "Landlock's rules" : "a filter of system calls", g_strerror(errno));
	confine_clear(c);
	return false;
}

void confine_clear(struct confine *c)
{
	if (c->ruleset >= 0)
		close(c->ruleset);
	c->ruleset = -1;
	g_clear_pointer(&c->code, g_byte_array_unref);
}

static void add_rule(struct confine *c, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = fd, .allowed_access = access};

	if (c->ruleset >= 0)
		syscall(SYS_landlock_add_rule, c->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void confine_allow_fd(struct confine *c, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		add_rule(c, fd, S_ISDIR(st.st_mode) ? FOR_FOLDERS : FOR_FILES);
}

void confine_allow(struct confine *c, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	confine_allow_fd(c, fd);
	close(fd);
}

void confine_allow_device(struct confine *c, const char *path)
{
	uint64_t access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	add_rule(c, fd, access | (c->landlock >= 5 ? FS_IOCTL_DEV : 0));
	close(fd);
}

static bool set_limit(int what, uint64_t most)
{
	struct rlimit r;

	if (getrlimit(what, &r) < 0)
		return false;
	r.rlim_max = MIN(r.rlim_max, most);
	r.rlim_cur = MIN(r.rlim_cur, r.rlim_max);
	return setrlimit(what, &r) == 0;
}

/* Its own entry in /proc: known only now. */
static bool enter_landlock(const struct confine *c)
{
	struct confine mine = *c;

	if (c->ruleset < 0)
		return true;
	confine_allow(&mine, "/proc/self");
	return syscall(SYS_landlock_restrict_self, c->ruleset, 0) == 0;
}

bool confine_enter(const struct confine *c)
{
	struct sock_fprog program = {c->code->len / sizeof(struct sock_filter),
				     (struct sock_filter *)c->code->data};

	return set_limit(RLIMIT_NPROC, TASKS_MAX) && set_limit(RLIMIT_NOFILE, FILES_MAX) &&
	       (!c->memory || set_limit(RLIMIT_AS, c->memory)) && enter_landlock(c) &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
