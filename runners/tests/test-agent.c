// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both sides of the guest's link together: link.c and the real agent, on a
 * socket pair instead of a serial port.  Built with sanitizers.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/guest/frame.h"
#include "runners/machine/link.h"
#include "frames.h"

static char *agent_path;

struct pair {
	struct link *l;
	pid_t pid;
	char *dir;
};

static void pair_open(struct pair *p)
{
	g_autoptr(GError) error = NULL;
	int fd[2];

	p->dir = g_dir_make_tmp("vqlab-link-XXXXXX", &error);
	g_assert_no_error(error);
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), ==, 0);
	p->pid = fork();
	if (!p->pid) {
		dup2(fd[1], 0);
		execl(agent_path, "agent", "-", NULL);
		_exit(99);
	}
	close(fd[1]);
	p->l = link_new(fd[0]);
	link_wait_hello(p->l, 20000, &error);
	g_assert_no_error(error);
}

/* The agent ends with 0 after a poweroff: the sanitizers found nothing. */
static void pair_close(struct pair *p)
{
	g_autoptr(GError) error = NULL;
	int status;

	link_poweroff(p->l, 20000, &error);
	g_assert_no_error(error);
	link_free(p->l);
	g_assert_cmpint(waitpid(p->pid, &status, 0), ==, p->pid);
	g_assert_cmpint(status, ==, 0);
	g_assert_cmpint(rmdir(p->dir), ==, 0);
	g_free(p->dir);
}

static const struct link_result *shell(struct pair *p, const char *script, guint limit_s,
				       guint keep)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	static const char *const env[] = {"VQLAB_A=b c", "VQLAB_EMPTY=", NULL};
	const struct link_command c = {
		.argv = argv, .env = env, .limit_s = limit_s, .keep_bytes = keep};
	g_autoptr(GError) error = NULL;
	const struct link_result *r = link_run(p->l, &c, 60000, &error);

	g_assert_no_error(error);
	return r;
}

static void test_run(void)
{
	const struct link_result *r;
	struct pair p;

	pair_open(&p);
	r = shell(&p, "echo out; echo err >&2; echo \"$VQLAB_A:$VQLAB_EMPTY:$#\"; exit 7", 0, 0);
	g_assert_cmpint(r->end, ==, LINK_EXITED);
	g_assert_cmpint(r->code, ==, 7);
	g_assert_cmpmem(r->out->data, r->out->len, "out\nb c::0\n", 11);
	g_assert_cmpmem(r->err->data, r->err->len, "err\n", 4);
	r = shell(&p, "kill -9 $$", 0, 0);
	g_assert_cmpint(r->end, ==, LINK_SIGNALLED);
	g_assert_cmpint(r->code, ==, SIGKILL);
	/* Background children hold the pipes open: that must not hold us. */
	r = shell(&p, "sleep 600 & echo $!", 0, 0);
	g_assert_cmpint(r->end, ==, LINK_EXITED);
	kill(atoi((const char *)r->out->data), SIGKILL);
	pair_close(&p);
}

static void test_not_run(void)
{
	static const char *const argv[] = {"/no/such/program", NULL};
	const struct link_command c = {.argv = argv};
	g_autoptr(GError) error = NULL;
	g_autofree char *big = g_strnfill(FRAME_MAX, 'x');
	const char *const too_big[] = {big, NULL};
	const struct link_command d = {.argv = too_big};
	const struct link_result *r;
	struct pair p;

	pair_open(&p);
	r = link_run(p.l, &c, 20000, &error);
	g_assert_no_error(error);
	g_assert_cmpint(r->end, ==, LINK_NOT_RUN);
	g_assert_cmpint(r->code, ==, ENOENT);
	g_assert_null(link_run(p.l, &d, 20000, &error));
	g_assert_error(error, LINK_ERROR, LINK_ERROR_USAGE);
	pair_close(&p);
}

static void test_limit(void)
{
	const struct link_result *r;
	struct pair p;

	pair_open(&p);
	/* The shell's child is in the group and dies with it. */
	r = shell(&p, "echo before; sleep 600; echo after", 1, 0);
	g_assert_cmpint(r->end, ==, LINK_LIMIT);
	g_assert_cmpmem(r->out->data, r->out->len, "before\n", 7);
	g_assert_cmpuint(r->elapsed_ms, >=, 1000);
	g_assert_cmpint(shell(&p, "exit 3", 0, 0)->code, ==, 3);
	pair_close(&p);
}

static gboolean cancel(void *data, GError **error)
{
	link_cancel(data);
	return TRUE;
}

static void test_cancel(void)
{
	const struct link_result *r;
	struct pair p;

	pair_open(&p);
	link_set_watch(p.l, cancel, p.l);
	r = shell(&p, "sleep 600", 0, 0);
	g_assert_cmpint(r->end, ==, LINK_SIGNALLED);
	g_assert_cmpint(r->code, ==, SIGKILL);
	pair_close(&p);
}

static void test_bounded(void)
{
	const struct link_result *r;
	struct pair p;

	pair_open(&p);
	r = shell(&p, "head -c 3000000 /dev/zero; head -c 70000 /dev/zero >&2", 0, 65536);
	g_assert_cmpuint(r->out->len, ==, 65536);
	g_assert_cmpuint(r->out_total, ==, 3000000);
	g_assert_cmpuint(r->err->len, ==, 65536);
	g_assert_cmpuint(r->err_total, ==, 70000);
	pair_close(&p);
}

static void test_put(void)
{
	static const gsize sizes[] = {0, 1, FRAME_MAX, FRAME_MAX + 1, 200000};
	g_autofree guint8 *data = g_malloc(200000);
	g_autofree char *path = NULL, *script = NULL;
	g_autoptr(GError) error = NULL;
	const struct link_result *r;
	struct pair p;

	all_bytes(data, 200000);
	pair_open(&p);
	path = g_build_filename(p.dir, "a file", NULL);
	script = g_strdup_printf("cat '%s'; stat -c %%a '%s' >&2; rm '%s'", path, path, path);
	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		link_put(p.l, path, 0640, data, sizes[i], 20000, &error);
		g_assert_no_error(error);
		r = shell(&p, script, 0, 0);
		g_assert_cmpmem(r->out->data, r->out->len, data, sizes[i]);
		g_assert_cmpmem(r->err->data, r->err->len, "640\n", 4);
	}
	g_assert_false(link_put(p.l, "/no/such/folder/file", 0644, data, 5, 20000, &error));
	g_assert_error(error, LINK_ERROR, LINK_ERROR_REFUSED);
	g_assert_nonnull(strstr(error->message, "No such file"));
	pair_close(&p);
}

/* The agent, too, lives through noise and half frames. */
static void test_agent_fuzz(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	struct pair p;

	pair_open(&p);
	for (int i = 0; i < 2000; i++) {
		guint8 junk[100];
		g_autoptr(GByteArray) a = NULL;
		struct pollfd out = {link_fd(p.l), POLLOUT, 0};

		for (gsize j = 0; j < sizeof(junk); j++)
			junk[j] = g_rand_int(rand);
		/* Types without effect, and requests that are too short. */
		a = frame_bytes(i % 3 ? 20 + i : FRAME_RUN, 0, junk, i % 16);
		if (i % 5 == 0)
			g_byte_array_append(a, junk, sizeof(junk));
		if (i % 7 == 0)
			a->data[i % a->len] ^= 0x40;
		g_assert_cmpint(poll(&out, 1, 20000), ==, 1);
		g_assert_cmpint(write(link_fd(p.l), a->data, a->len), ==, a->len);
		g_assert_true(link_process(p.l, NULL));
	}
	g_assert_cmpint(shell(&p, "exit 5", 0, 0)->code, ==, 5);
	pair_close(&p);
}

int main(int argc, char **argv)
{
	g_autofree char *dir = g_path_get_dirname(argv[0]);

	agent_path = g_build_filename(dir, "checked", "guest", "agent", NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/agent/run", test_run);
	g_test_add_func("/agent/not-run", test_not_run);
	g_test_add_func("/agent/limit", test_limit);
	g_test_add_func("/agent/cancel", test_cancel);
	g_test_add_func("/agent/bounded", test_bounded);
	g_test_add_func("/agent/put", test_put);
	g_test_add_func("/agent/fuzz", test_agent_fuzz);
	return g_test_run();
}
