/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What could be reached by a QEMU that a guest has taken over: this program stands in
 * its place, started by the same code, and tries.
 *
 * To be asked as a QEMU is, it answers -version and -device NAME,help, and ends when
 * "quit" is on its standard input.  It knows no -sandbox.  With a socket for QMP it
 * takes lines, "VERB ARGUMENT...", and answers each with "0" or an errno, or a text.
 * In a folder named odd it does not start unless it can read ../cache/qemu there.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int errno_of(long result)
{
	return result < 0 ? errno : 0;
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600), e = errno_of(fd);
	char byte;

	if (fd >= 0 && flags == O_RDONLY)
		e = errno_of(read(fd, &byte, 1));
	if (fd >= 0)
		close(fd);
	return e;
}

static int try_folder(const char *path)
{
	DIR *d = opendir(path);

	if (!d)
		return errno;
	closedir(d);
	return 0;
}

static int try_connect(const struct sockaddr *to, socklen_t len)
{
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), e = errno_of(fd);

	if (fd >= 0) {
		e = errno_of(connect(fd, to, len));
		close(fd);
	}
	return e;
}

static int try_tcp(const char *address, const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};

	inet_pton(AF_INET, address, &to.sin_addr);
	return try_connect((struct sockaddr *)&to, sizeof(to));
}

static int try_unix(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	strncpy(to.sun_path, path, sizeof(to.sun_path) - 1);
	return try_connect((struct sockaddr *)&to, sizeof(to));
}

static int try_memory_of(pid_t pid)
{
	char here[8];
	struct iovec to = {here, sizeof(here)}, from = {(void *)0x400000, sizeof(here)};

	return errno_of(syscall(SYS_process_vm_readv, pid, &to, 1, &from, 1, 0));
}

static int try_fork(void)
{
	pid_t pid = fork();
	int e = errno_of(pid);

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return e;
}

static void *nothing(void *data)
{
	return data;
}

static int try_thread(void)
{
	pthread_t t;
	int e = pthread_create(&t, NULL, nothing, NULL);

	if (!e)
		pthread_join(t, NULL);
	return e;
}

static int try_space(const char *mib)
{
	size_t n = strtoull(mib, NULL, 10) << 20;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, n);
	return 0;
}

/* The largest offset that it may write at in the open file @fd. */
static int try_size(int fd, const char *mib)
{
	signal(SIGXFSZ, SIG_IGN);
	return errno_of(pwrite(fd, "x", 1, strtoll(mib, NULL, 10) << 20));
}

/* What each of its descriptors is. */
static void tell_descriptors(FILE *out)
{
	char path[64], name[256];
	int fd;

	for (fd = 0; fd < 1024; fd++) {
		ssize_t n;

		if (fd == fileno(out) || fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, name, sizeof(name) - 1);
		name[n > 0 ? n : 0] = '\0';
		fprintf(out, "%d=%s ", fd, name);
	}
	fprintf(out, "\n");
}

/* That of @verb, or -1: not known. */
static int try_verb(const char *verb, const char *a, const char *b)
{
	if (!strcmp(verb, "read"))
		return try_open(a, O_RDONLY);
	if (!strcmp(verb, "list"))
		return try_folder(a);
	if (!strcmp(verb, "write"))
		return try_open(a, O_WRONLY | O_CREAT);
	if (!strcmp(verb, "unlink"))
		return errno_of(unlink(a));
	if (!strcmp(verb, "tcp"))
		return try_tcp(a, b);
	if (!strcmp(verb, "unix"))
		return try_unix(a);
	if (!strcmp(verb, "kill"))
		return errno_of(kill(atoi(a), SIGTERM));
	if (!strcmp(verb, "ptrace"))
		return errno_of(ptrace(PTRACE_SEIZE, atoi(a), NULL, NULL));
	if (!strcmp(verb, "memory"))
		return try_memory_of(atoi(a));
	if (!strcmp(verb, "mount"))
		return errno_of(mount("none", a, "tmpfs", 0, NULL));
	if (!strcmp(verb, "unshare"))
		return errno_of(unshare(CLONE_NEWUSER));
	if (!strcmp(verb, "setuid"))
		return errno_of(setuid(0));
	if (!strcmp(verb, "fork"))
		return try_fork();
	if (!strcmp(verb, "thread"))
		return try_thread();
	if (!strcmp(verb, "space"))
		return try_space(a);
	if (!strcmp(verb, "size"))
		return try_size(atoi(a), b);
	if (!strcmp(verb, "bpf"))
		return errno_of(syscall(SYS_bpf, 0, NULL, 0));
	return -1;
}

static int serve(int fd)
{
	FILE *in = fdopen(dup(fd), "r"), *out = fdopen(fd, "w");
	char line[4096];

	while (in && out && fgets(line, sizeof(line), in)) {
		char *rest = NULL, *verb = strtok_r(line, " \n", &rest);
		const char *a = strtok_r(NULL, " \n", &rest), *b = strtok_r(NULL, " \n", &rest);

		a = a ? a : "";
		if (verb && !strcmp(verb, "descriptors"))
			tell_descriptors(out);
		else if (verb && !strcmp(verb, "environment"))
			fprintf(out, "%s\n", getenv(a) ? getenv(a) : "-");
		else
			fprintf(out, "%d\n", try_verb(verb ? verb : "", a, b ? b : ""));
		fflush(out);
	}
	return 0;
}

static int lacks_its_file(void)
{
	char exe[4096], *name;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 32);

	exe[n > 0 ? n : 0] = '\0';
	name = strstr(exe, "/odd/");
	if (!name)
		return 0;
	strcpy(name, "/cache/qemu");
	return try_open(exe, O_RDONLY) != 0;
}

int main(int argc, char **argv)
{
	char said[8] = "";
	int i, qmp = -1;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-version"))
			return printf("QEMU emulator version 9.2.0\n") < 0;
		if (strstr(argv[i], ",help"))
			return printf("  drive=<str>\n  in_order=<bool>\n") < 0;
		if (!strcmp(argv[i], "-sandbox")) {
			fprintf(stderr, "qemu: -sandbox: There is no option group 'sandbox'\n");
			return 1;
		}
		sscanf(argv[i], "socket,id=qmp,fd=%d", &qmp);
	}
	if (qmp >= 0)
		return serve(qmp);
	if (lacks_its_file())
		return 1;
	return read(0, said, sizeof(said) - 1) < 0 || strcmp(said, "quit\n");
}
