/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP with a QEMU that the guest has taken over: whatever comes, there is an end. */
#include "runners/machine/qmp.h"
#include "runners/machine/threads.h"
#include "runners/tool/files.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELLO "{\"QMP\":{}}\n{\"return\":{}}\n"

/* One that says @text, and then @more without end, if any; its pid in @pid. */
static struct qmp *talk(const char *text, const char *more, pid_t *pid)
{
	g_autoptr(GError) e = NULL;
	struct qmp *q;
	int pair[2];
	char c;

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
	*pid = fork();
	if (!*pid) {
		close(pair[0]);
		signal(SIGPIPE, SIG_DFL);
		write_all(pair[1], text, strlen(text));
		while (more && write_all(pair[1], more, strlen(more)))
			;
		while (read(pair[1], &c, 1) > 0)
			;
		_exit(0);
	}
	close(pair[1]);
	q = qmp_open(pair[0], 60000, &e);
	g_assert_no_error(e);
	return q;
}

static void end(struct qmp *q, pid_t pid)
{
	qmp_close(q);
	g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

/* Events are passed over, but no answer is waited for beyond its limit. */
static void test_events(void)
{
	g_autoptr(GString) many = g_string_new(NULL);
	g_autoptr(GError) e = NULL;
	struct qmp *q;
	pid_t pid;
	int i;

	/* More at a time than are read at a time, so that there always is one. */
	for (i = 0; i < 5000; i++)
		g_string_append(many, "{\"event\":\"RESET\"}\n");
	q = talk(HELLO, many->str, &pid);

	g_assert_null(qmp_call(q, "query-status", NULL, 50, &e));
	g_assert_cmpstr(e->message, ==, "QMP: QEMU does not answer");
	end(q, pid);
}

static void test_endless_line(void)
{
	g_autoptr(GError) e = NULL;
	pid_t pid;
	struct qmp *q = talk(HELLO, "{\"return\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", &pid);

	g_assert_null(qmp_call(q, "query-status", NULL, 600000, &e));
	g_assert_cmpstr(e->message, ==, "QMP: answer too long");
	end(q, pid);
}

#define STATS(ops) "{\"qdev\":\"/machine/peripheral/d/x\",\"stats\":{\"rd_operations\":" ops "}}"

static void test_counts(void)
{
	static const struct {
		const char *list;
		int64_t reads; /* -1: not known */
	} cases[] = {
		{"[" STATS("5") "]", 5},
		{"[7,[],\"x\",null," STATS("5") "]", 5},
		{"[{\"qdev\":7,\"stats\":[]}]", -1},
		{"{}", -1},
		{"[" STATS("-5") "]", -1},
		{"[" STATS("9223372036854775807") "]", -1},
		{"[" STATS("1e300") "]", 0},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(HELLO "{\"return\":%s}\n", cases[i].list);
		struct block_counts c = {.reads = -1};
		pid_t pid;
		struct qmp *q = talk(text, NULL, &pid);
		bool known = qmp_block_counts(q, "d", &c);

		g_test_message("%s", cases[i].list);
		g_assert_true(known == (cases[i].reads >= 0));
		if (known)
			g_assert_cmpint(c.reads, ==, cases[i].reads);
		end(q, pid);
	}
}

/* A thread that QEMU names may be anybody's: only its own are taken. */
static void test_threads(void)
{
	g_autofree char *own = g_strdup_printf(
		HELLO "{\"return\":[{\"thread-id\":%d},{\"thread-id\":%d}]}\n", getpid(), getpid());
	static const char *const wrong[] = {
		"[{\"thread-id\":1}]",
		"[{\"thread-id\":-1}]",
		"[{\"thread-id\":4294967297}]",
		"[{}]",
		"[7]",
		"[]",
		"{}",
		"\"x\"",
	};
	g_autoptr(GError) e = NULL;
	g_autoptr(GArray) list = NULL;
	unsigned int i;
	pid_t pid;
	struct qmp *q = talk(own, NULL, &pid);

	list = qemu_threads(q, getpid(), NULL, &e);
	g_assert_no_error(e);
	g_assert_cmpuint(list->len, ==, 1);
	g_assert_cmpint(g_array_index(list, pid_t, 0), ==, getpid());
	end(q, pid);
	for (i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *text = g_strdup_printf(HELLO "{\"return\":%s}\n", wrong[i]);

		q = talk(text, NULL, &pid);
		g_assert_null(qemu_threads(q, getpid(), NULL, &e));
		g_assert_cmpint(e->code, ==, VQB_FAILED);
		g_clear_error(&e);
		end(q, pid);
	}
}

static void *sleep_on(void *tid)
{
	*(pid_t *)tid = gettid();
	pause();
	return NULL;
}

/* QEMU tells iothreads in no order: each is found by its id, and must be a thread of its own. */
static void test_iothreads(void)
{
	static const char *const ids[] = {"thread-b", "thread-a", NULL},
				 *const absent[] = {"thread-a", "thread-c", NULL},
				 *const shared[] = {"thread-a", "thread-d", NULL};
	g_autofree char *text = NULL;
	g_autoptr(GError) e = NULL;
	g_autoptr(GArray) list = NULL;
	volatile pid_t other = 0;
	pthread_t thread;
	struct qmp *q;
	pid_t pid;

	g_assert_cmpint(pthread_create(&thread, NULL, sleep_on, (void *)&other), ==, 0);
	while (!other)
		g_usleep(100);
	text = g_strdup_printf(HELLO "{\"return\":[{\"id\":\"thread-a\",\"thread-id\":%d},"
				     "{\"id\":\"thread-b\",\"thread-id\":%d},"
				     "{\"id\":\"thread-d\",\"thread-id\":%d}]}\n",
			       getpid(), other, getpid());
	q = talk(text, NULL, &pid);
	list = qemu_threads(q, getpid(), ids, &e);
	g_assert_no_error(e);
	g_assert_cmpuint(list->len, ==, 2);
	g_assert_cmpint(g_array_index(list, pid_t, 0), ==, other);
	g_assert_cmpint(g_array_index(list, pid_t, 1), ==, getpid());
	end(q, pid);
	q = talk(text, NULL, &pid);
	g_assert_null(qemu_threads(q, getpid(), absent, &e));
	g_assert_nonnull(strstr(e->message, "names no thread of its own for thread-c"));
	g_clear_error(&e);
	end(q, pid);
	q = talk(text, NULL, &pid);
	g_assert_null(qemu_threads(q, getpid(), shared, &e));
	end(q, pid);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_add_func("/qmp/threads", test_threads);
	g_test_add_func("/qmp/iothreads", test_iothreads);
	g_test_add_func("/qmp/events", test_events);
	g_test_add_func("/qmp/endless-line", test_endless_line);
	g_test_add_func("/qmp/counts", test_counts);
	return g_test_run();
}
