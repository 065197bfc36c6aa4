/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a trial's QEMU can still reach if the guest has become its master.  A program of
 * the tests (reach.c) takes its place, started by the same code, and tries.  What is left to
 * it stands here, too; test-sandbox.c asks a real QEMU.
 */
#include "subject.h"
#include "runners/machine/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/un.h>

/* A QEMU's folder @name with reach.c's program in it. */
static char *reach_folder(const char *name)
{
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *beside = g_path_get_dirname(exe), *text = NULL;
	g_autofree char *from = g_build_filename(beside, "reach", NULL);
	g_autofree char *manifest = g_strconcat(name, "/manifest.json", NULL);
	g_autofree char *to = g_build_filename(top, name, "qemu-system-x86_64", NULL);
	gsize n;

	make_folder(name);
	put(manifest, "{\"hooks\": true}\n");
	g_assert_true(g_file_get_contents(from, &text, &n, NULL));
	g_assert_true(g_file_set_contents(to, text, n, NULL));
	g_assert_cmpint(chmod(to, 0755), ==, 0);
	return path_of(name);
}

/* What reach.c answers; the caller frees it. */
static char *G_GNUC_PRINTF(2, 3) ask(struct subject *s, const char *format, ...)
{
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *line = NULL;
	va_list args;
	char c;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	g_assert_true(write_all(s->q.qmp_fd, line, strlen(line)));
	g_assert_true(write_all(s->q.qmp_fd, "\n", 1));
	while (TEMP_FAILURE_RETRY(read(s->q.qmp_fd, &c, 1)) == 1 && c != '\n')
		g_string_append_c(said, c);
	g_assert_cmpint(c, ==, '\n');
	return g_strdup(said->str);
}

#define DENIED(s, ...) expect(s, __LINE__, true, __VA_ARGS__)
#define ALLOWED(s, ...) expect(s, __LINE__, false, __VA_ARGS__)

static void G_GNUC_PRINTF(4, 5)
	expect(struct subject *s, int line, bool denied, const char *format, ...)
{
	g_autofree char *what = NULL, *said = NULL;
	va_list args;
	int e;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	said = ask(s, "%s", what);
	e = atoi(said);
	if (denied ? e == EACCES || e == EPERM : !e)
		return;
	g_error("line %d: %s: %s", line, what, e < 0 ? "no such verb" : g_strerror(e));
}

/* Somebody else who is nobody, as nbdkit and iperf3's server are. */
static void start_neighbour(struct child *c)
{
	const char *argv[] = {"sleep", "1000", NULL};
	struct spawn s = {.argv = argv, .unprivileged = true};

	g_assert_true(spawn(c, &s, NULL));
}

/* Of the host's own network: this process is in another one afterwards. */
static int host_port, abstract_fd;

static int listen_on(const struct sockaddr *at, socklen_t len)
{
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(fd, at, len), ==, 0);
	g_assert_cmpint(listen(fd, 8), ==, 0);
	return fd;
}

static void listen_outside(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	g_autofree char *path = path_of("socket");
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(in);
	int fd = listen_on((struct sockaddr *)&in, sizeof(in));

	getsockname(fd, (struct sockaddr *)&in, &len);
	host_port = ntohs(in.sin_port);
	g_strlcpy(un.sun_path, path, sizeof(un.sun_path));
	abstract_fd = listen_on((struct sockaddr *)&un, sizeof(un));
	g_assert_cmpint(chmod(path, 0777), ==, 0);
}

static void test_files(struct subject *s)
{
	static const char *const folders[] = {"/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock"};
	size_t i;

	DENIED(s, "read /etc/shadow");
	DENIED(s, "read /etc/passwd");
	DENIED(s, "read %s/run/trial.json", top);
	DENIED(s, "read %s/run/console.log", top);
	DENIED(s, "list %s/run", top);
	DENIED(s, "list %s/cache", top);
	DENIED(s, "read %s/cache/qemu", top);
	DENIED(s, "list %s", g_get_user_cache_dir());
	DENIED(s, "list %s", g_get_home_dir());
	DENIED(s, "list /tmp");
	DENIED(s, "write %s/run/trial.json", top);
	DENIED(s, "write %s/run/new", top);
	DENIED(s, "unlink %s/run/trial.json", top);
	DENIED(s, "write %s/qemu/new", top);
	DENIED(s, "write %s/guest/initramfs.cpio", top);
	for (i = 0; i < G_N_ELEMENTS(folders); i++)
		DENIED(s, "write %s/vqlab-was-here", folders[i]);
	DENIED(s, "write /dev/kmsg");
	DENIED(s, "read /proc/%d/cmdline", getpid());
	DENIED(s, "read /proc/%d/environ", getpid());
	DENIED(s, "list /proc");
	/* What it needs, and the libraries of the system. */
	ALLOWED(s, "read %s/guest/initramfs.cpio", top);
	ALLOWED(s, "read %s/qemu/manifest.json", top);
	ALLOWED(s, "list /usr/lib");
	ALLOWED(s, "read /proc/self/maps");
	ALLOWED(s, "write /dev/null");
}

static void test_network(struct subject *s)
{
	DENIED(s, "tcp 127.0.0.1 %d", host_port);
	DENIED(s, "tcp 192.0.2.1 5201");
	DENIED(s, "unix %s/socket", top);
}

static void test_processes(struct subject *s)
{
	struct child neighbour;

	start_neighbour(&neighbour);
	DENIED(s, "kill %d", getpid());
	DENIED(s, "ptrace %d", getpid());
	DENIED(s, "memory %d", getpid());
	DENIED(s, "ptrace %d", neighbour.pid);
	DENIED(s, "memory %d", neighbour.pid);
	DENIED(s, "write /proc/%d/mem", neighbour.pid);
	/* Older kernels let nobody signal nobody. */
	if (s->info.confine.landlock >= 6)
		DENIED(s, "kill %d", neighbour.pid);
	g_assert_false(child_ended(&neighbour, 0));
	DENIED(s, "fork");
	ALLOWED(s, "thread");
	child_end(&neighbour, SIGKILL, 0);
}

static void test_privileges(struct subject *s)
{
	DENIED(s, "setuid");
	DENIED(s, "mount %s/run", top);
	DENIED(s, "unshare");
	DENIED(s, "bpf");
}

/* That of /proc/PID/limits, "soft hard unit", by its name. */
static char *limit_of(pid_t pid, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/limits", pid);
	g_autofree char *text = read_file(path, 1u << 16, NULL, NULL);
	const char *at = text ? strstr(text, name) : NULL;
	char soft[32], hard[32];

	g_assert_nonnull(at);
	g_assert_cmpint(sscanf(at + strlen(name), " %31s %31s", soft, hard), ==, 2);
	return g_strdup_printf("%s %s", soft, hard);
}

static void test_limits(struct subject *s)
{
	g_autofree char *core = limit_of(s->q.child.pid, "Max core file size");
	g_autofree char *size = limit_of(s->q.child.pid, "Max file size");
	g_autofree char *tasks = limit_of(s->q.child.pid, "Max processes");
	g_autofree char *files = limit_of(s->q.child.pid, "Max open files");
	g_autofree char *space = limit_of(s->q.child.pid, "Max address space");
	g_autofree char *want = g_strdup_printf("%" PRIu64 " %" PRIu64,
						qemu_memory_limit(&s->info, plan->memory_mib),
						qemu_memory_limit(&s->info, plan->memory_mib));

	g_assert_cmpstr(core, ==, "0 0");
	g_assert_cmpint(g_ascii_strtoll(strchr(size, ' '), NULL, 10), <=, 4096ll << 20);
	g_assert_cmpint(g_ascii_strtoll(strchr(tasks, ' '), NULL, 10), ==, 8192);
	g_assert_cmpint(g_ascii_strtoll(strchr(files, ' '), NULL, 10), <=, 4096);
	g_assert_cmpstr(space, ==, want);
	ALLOWED(s, "space 1024");
	g_assert_cmpint(plan->memory_mib, <, 4096);
	{
		g_autofree char *said = ask(s, "space 16384");

		g_assert_cmpint(atoi(said), ==, ENOMEM);
	}
}

/* The agent's line, QMP, the console, what it says, the guest's folder, and nothing of ours. */
static void test_descriptors(struct subject *s)
{
	g_autofree char *said = ask(s, "descriptors"), *guest = path_of("guest");
	g_auto(GStrv) list = g_strsplit(g_strstrip(said), " ", -1);
	int i, sockets = 0;

	for (i = 0; list[i]; i++) {
		const char *name = strchr(list[i], '=') + 1;

		sockets += g_str_has_prefix(name, "socket:");
		if (g_str_has_prefix(name, "socket:") || !strcmp(name, "/dev/null") ||
		    !strcmp(name, guest))
			continue;
		g_error("it has a descriptor of %s", list[i]);
	}
	/* QMP's is there twice, since reach.c reads and writes it; what it says, as 1 and 2. */
	g_assert_cmpint(sockets, <=, 6);
}

static void test_environment(struct subject *s)
{
	g_autofree char *secret = ask(s, "environment HTTP_PASSWORD");
	g_autofree char *path = ask(s, "environment PATH");
	/* Without it, a QEMU whose modules lie elsewhere has neither qtest nor devices. */
	g_autofree char *modules = ask(s, "environment QEMU_MODULE_DIR");

	g_assert_cmpstr(secret, ==, "-");
	g_assert_cmpstr(path, ==, g_getenv("PATH"));
	g_assert_cmpstr(modules, ==, "/modules");
}

static void test_reach(void)
{
	g_autofree char *qemu = reach_folder("qemu"), *guest = path_of("guest");
	struct subject s = {0};

	g_setenv("HTTP_PASSWORD", "secret", TRUE);
	g_setenv("QEMU_MODULE_DIR", "/modules", TRUE);
	subject_start(&s, qemu, guest);
	g_unsetenv("HTTP_PASSWORD");
	g_unsetenv("QEMU_MODULE_DIR");
	/* It stands for a QEMU that was built without seccomp, which is said. */
	g_assert_false(s.info.sandbox);
	g_assert_nonnull(strstr(s.info.confined, "; not by -sandbox: "));
	g_assert_nonnull(strstr(s.info.confined, "no option group 'sandbox'"));
	g_assert_cmpint(s.info.confine.landlock, >, 0);
	test_files(&s);
	test_network(&s);
	test_processes(&s);
	test_privileges(&s);
	test_limits(&s);
	test_descriptors(&s);
	test_environment(&s);
	close(s.q.qmp_fd);
	subject_end(&s);
}

/* A QEMU that needs a file which nobody foresaw gets it, and it is said. */
static void test_unforeseen(void)
{
	g_autofree char *dir = reach_folder("odd"), *guest = path_of("guest");
	struct qemuinfo q;
	struct guestinfo g;
	g_autoptr(GError) e = NULL;

	qemuinfo_load(&q, dir, &e);
	g_assert_no_error(e);
	guestinfo_load(&g, guest, &e);
	g_assert_no_error(e);
	qemu_confine(&q, &g, &e);
	g_assert_no_error(e);
	g_assert_nonnull(strstr(q.confined, "; it may read what nobody may"));
	confine_clear(&q.confine);
}

int main(int argc, char **argv)
{
	int rc;

	g_test_init(&argc, &argv, NULL);
	begin();
	put("guest/manifest.json", "{}");
	put("guest/vmlinuz", "x");
	put("guest/initramfs.cpio", "x");
	listen_outside();
	g_assert_true(netns_enter(NULL));
	g_test_add_func("/confined/reach", test_reach);
	g_test_add_func("/confined/unforeseen", test_unforeseen);
	rc = g_test_run();
	finish();
	return rc;
}
