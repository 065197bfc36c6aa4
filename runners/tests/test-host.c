/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host: who measures on it, and what is its failure and no result. */
#include "runners/tool/host.h"
#include "runners/tool/files.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *top;

static void test_lock(void)
{
	g_autofree char *who = NULL, *me = g_strdup_printf("pid %d since 2", getpid());
	g_autoptr(GError) e = NULL;
	int fd = host_lock(top, "/results/\x1b[2Jone", &who, &e), other;

	g_assert_no_error(e);
	g_assert_cmpint(fd, >=, 0);
	g_assert_null(who);
	/* Another one learns who, and gets it when that ends. */
	g_assert_cmpint(host_lock(top, "/results/two", &who, &e), ==, -1);
	g_assert_no_error(e);
	g_assert_true(g_str_has_prefix(who, me));
	g_assert_true(g_str_has_suffix(who, " in /results/?[2Jone"));
	close(fd);
	g_clear_pointer(&who, g_free);
	other = host_lock(top, "/x", &who, &e);
	g_assert_cmpint(other, >=, 0);
	close(other);
	/* A shorter text leaves nothing of a longer one. */
	fd = host_lock(top, "/y", &who, &e);
	g_assert_cmpint(host_lock(top, "/z", &who, &e), ==, -1);
	g_assert_true(g_str_has_suffix(who, " in /y"));
	close(fd);
}

static void test_no_lock(void)
{
	g_autofree char *who = NULL, *dir = g_build_filename(top, "none", NULL);
	g_autoptr(GError) e = NULL;

	g_assert_cmpint(host_lock(dir, "/x", &who, &e), ==, -1);
	g_assert_null(who);
	g_assert_cmpint(e->code, ==, VQB_FAILED);
}

static bool give_up(void *data, int ms)
{
	g_assert_cmpint(ms, >, 0);
	++*(int *)data;
	return true;
}

/* The host's own lock: this test's, or of somebody who measures right now. */
static void test_wait(void)
{
	g_autofree char *who = NULL;
	g_autoptr(GError) e = NULL;
	int fd = host_lock(NULL, "a test", &who, &e), waits = 0;

	g_assert_false(host_wait("test-host", "/x", give_up, &waits, &e));
	g_assert_no_error(e);
	g_assert_cmpint(waits, ==, 1);
	if (fd >= 0)
		close(fd);
}

static void test_failed(void)
{
	g_autofree char *gone = g_build_filename(top, "gone", NULL);
	g_autoptr(GError) e = NULL;

	g_assert_false(host_failed(top, host_oom_kills(), &e));
	g_assert_no_error(e);
	g_assert_false(g_file_test("room.tmp", G_FILE_TEST_EXISTS));
	g_assert_true(host_failed(top, host_oom_kills() - 1, &e));
	g_assert_cmpint(e->code, ==, VQB_FAILED);
	g_assert_nonnull(strstr(e->message, "out of memory"));
	g_clear_error(&e);
	g_assert_true(host_failed(gone, host_oom_kills(), &e));
	g_assert_cmpint(e->code, ==, VQB_FAILED);
	/* As it says itself; but not what a guest says of its disk. */
	g_assert_cmpint(host_code("vqprobe: x.vqt: No space left on device", VQB_INVALID), ==,
			VQB_FAILED);
	g_assert_cmpint(
		host_code("cannot set up guest memory: Cannot allocate memory", VQB_NO_START), ==,
		VQB_FAILED);
	g_assert_cmpint(host_code("vqprobe: no such process", VQB_INVALID), ==, VQB_INVALID);
}

int main(int argc, char **argv)
{
	int rc;

	g_test_init(&argc, &argv, NULL);
	top = g_dir_make_tmp("vqlab-host-XXXXXX", NULL);
	g_test_add_func("/host/lock", test_lock);
	g_test_add_func("/host/wait", test_wait);
	g_test_add_func("/host/no-lock", test_no_lock);
	g_test_add_func("/host/failed", test_failed);
	rc = g_test_run();
	remove_tree(top);
	return rc;
}
