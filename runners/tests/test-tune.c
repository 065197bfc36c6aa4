/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The governor of a host that is made up: set, and put back whatever becomes of who set it. */
#include "runners/host/tune.h"
#include "runners/tool/files.h"
#include "host-fake.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLICY0 CPU "/cpufreq/policy0/scaling_governor"
#define POLICY4 CPU "/cpufreq/policy4/scaling_governor"
#define BOOST CPU "/cpufreq/boost"
#define FILE_NAME "/" HOST_TUNED

/* Two policies of different governors, and turbo. */
static char *tunable_host(void)
{
	char *root = fake_host();

	fake(root, POLICY0, "powersave\n");
	fake(root, POLICY4, "schedutil\n");
	fake(root, CPU "/cpufreq/policy0/scaling_available_governors", "performance powersave \n");
	fake(root, CPU "/cpufreq/policy4/scaling_available_governors", "schedutil performance\n");
	fake(root, BOOST, "1\n");
	return root;
}

static void holds(const char *root, const char *name, const char *want)
{
	g_autofree char *path = g_strconcat(root, name, NULL), *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(g_strchomp(text), ==, want);
}

static void is_tuned(const char *root)
{
	holds(root, POLICY0, "performance");
	holds(root, POLICY4, "performance");
	holds(root, BOOST, "0");
}

static void is_as_before(const char *root)
{
	holds(root, POLICY0, "powersave");
	holds(root, POLICY4, "schedutil");
	holds(root, BOOST, "1");
}

static void test_tune(void)
{
	g_autofree char *root = tunable_host(), *said = NULL;
	g_autoptr(GError) e = NULL;
	struct tuned t;

	g_assert_true(tune_begin(&t, root, root, &said, &e));
	g_assert_no_error(e);
	is_tuned(root);
	g_assert_nonnull(strstr(said, "boost 0"));
	g_assert_nonnull(strstr(said, "governor performance"));
	tune_end(&t);
	is_as_before(root);
	holds(root, FILE_NAME, "");
	tune_end(&t);
	is_as_before(root);
	remove_tree(root);
}

/*
 * A child that has tuned the host and a child of its own, as vqbench has for each trial.  Both
 * wait until @hold, which this makes, is closed.
 */
static pid_t tune_and_wait(const char *root, int *hold)
{
	int ready[2], held[2];
	char c;
	pid_t pid;

	g_assert_cmpint(pipe(ready), ==, 0);
	g_assert_cmpint(pipe(held), ==, 0);
	pid = fork();
	if (!pid) {
		g_autofree char *said = NULL;
		struct tuned t;

		close(held[1]);
		if (!tune_begin(&t, root, root, &said, NULL))
			_exit(1);
		if (fork() && write(ready[1], "x", 1) != 1)
			_exit(1);
		close(ready[1]);
		_exit(read(held[0], &c, 1));
	}
	close(ready[1]);
	close(held[0]);
	*hold = held[1];
	g_assert_cmpint(read(ready[0], &c, 1), ==, 1);
	close(ready[0]);
	return pid;
}

static void test_killed(void)
{
	g_autofree char *root = tunable_host(), *said = NULL, *gone = NULL;
	g_autoptr(GError) e = NULL;
	struct tuned t;
	int hold;
	pid_t pid = tune_and_wait(root, &hold);

	is_tuned(root);
	/* While it lives, it is left alone, and nobody else tunes. */
	g_assert_true(tune_restore(root, root, &said, &e));
	g_assert_null(said);
	is_tuned(root);
	fake(root, POLICY0, "powersave\n");
	g_assert_false(tune_begin(&t, root, root, &said, &e));
	g_assert_nonnull(strstr(e->message, "another vqbench has this host tuned"));
	g_clear_error(&e);
	tune_end(&t);
	fake(root, POLICY0, "performance\n");
	/* Nor is one content with what is so only until that ends. */
	g_assert_false(tune_begin(&t, root, root, &said, &e));
	g_assert_nonnull(strstr(e->message, "another vqbench has this host tuned"));
	g_clear_error(&e);
	tune_end(&t);
	is_tuned(root);

	/* Its processors need not be there any more. */
	gone = g_strconcat(root, POLICY4, NULL);
	unlink(gone);
	kill(pid, SIGKILL);
	g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
	holds(root, POLICY0, "performance");
	g_assert_true(tune_restore(root, root, &said, &e));
	g_assert_no_error(e);
	g_assert_false(g_file_test(gone, G_FILE_TEST_EXISTS));
	g_assert_cmpstr(said, !=, NULL);
	g_assert_nonnull(strstr(said, "boost 1"));
	holds(root, POLICY0, "powersave");
	holds(root, BOOST, "1");
	/* Once. */
	g_clear_pointer(&said, g_free);
	fake(root, BOOST, "0\n");
	g_assert_true(tune_restore(root, root, &said, &e));
	g_assert_null(said);
	holds(root, BOOST, "0");
	close(hold);
	remove_tree(root);
}

/*
 * Killed behind the other's tune_restore(), which left it alone, and before its tune_begin(): what
 * was before is still known, and comes back in the end.
 */
static void test_killed_between(void)
{
	g_autofree char *root = tunable_host(), *said = NULL;
	g_autoptr(GError) e = NULL;
	struct tuned t;
	int hold;
	pid_t pid = tune_and_wait(root, &hold);

	g_assert_true(tune_restore(root, root, &said, &e));
	g_assert_null(said);
	kill(pid, SIGKILL);
	g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
	is_tuned(root);
	g_assert_true(tune_begin(&t, root, root, &said, &e));
	g_assert_no_error(e);
	is_tuned(root);
	g_assert_nonnull(strstr(said, "boost 1"));
	tune_end(&t);
	is_as_before(root);
	close(hold);
	remove_tree(root);
}

static void test_nothing_to_tune(void)
{
	g_autofree char *root = fake_host(), *said = NULL,
			*file = g_strconcat(root, FILE_NAME, NULL);
	g_autoptr(GError) e = NULL;
	struct tuned t;

	g_assert_true(tune_begin(&t, root, root, &said, &e));
	g_assert_nonnull(strstr(said, "no cpufreq"));
	tune_end(&t);
	g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
	/* A governor that knows no performance stays. */
	fake(root, POLICY0, "userspace\n");
	fake(root, CPU "/cpufreq/policy0/scaling_available_governors", "userspace\n");
	fake(root, BOOST, "0\n");
	g_clear_pointer(&said, g_free);
	g_assert_true(tune_begin(&t, root, root, &said, &e));
	holds(root, POLICY0, "userspace");
	tune_end(&t);
	remove_tree(root);
}

/* One setting cannot be written: all are as before. */
static void test_cannot_write(void)
{
	g_autofree char *root = tunable_host(), *said = NULL;
	g_autofree char *path = g_strconcat(root, BOOST, NULL);
	g_autoptr(GError) e = NULL;
	struct tuned t;

	/* A number of the kernel's that not even root may write. */
	unlink(path);
	g_assert_cmpint(symlink("/proc/sys/kernel/ngroups_max", path), ==, 0);
	g_assert_false(tune_begin(&t, root, root, &said, &e));
	g_assert_nonnull(strstr(e->message, "cannot be set to 0"));
	holds(root, POLICY0, "powersave");
	holds(root, POLICY4, "schedutil");
	holds(root, FILE_NAME, "");
	tune_end(&t);
	remove_tree(root);
}

/* What the file says is believed only if it can be true. */
static void test_hostile_file(void)
{
	static const char *const wrong[] = {
		"/etc/passwd x\nend\n",
		"/sys/devices/system/cpu/cpufreq/policy0/../../x y\nend\n",
		"/sys/devices/system/cpu/cpufreq/policy/scaling_governor powersave\nend\n",
		"/sys/devices/system/cpu/cpufreq/policy0/scaling_governor a/b\nend\n",
		"/sys/devices/system/cpu/cpufreq/policy0/scaling_governor \nend\n",
		"/sys/devices/system/cpu/cpufreq/policy0/scaling_governor\nend\n",
		"\nend\n",
	};
	/* Killed while it was written: nothing had been changed. */
	static const char *const half[] = {
		"",
		"e",
		"end",
		"/sys/devices/system/cpu/cpufreq/boost 1\n",
		"/sys/devices/system/cpu/cpufreq/boost 0\nen",
		"/sys/devices/system/cpu/cpufreq/boost 0\n"
		"/sys/devices/system/cpu/cpufreq/policy0/scaling_governor performance\n"
		"/sys/devices/system/cpu/cpufreq/policy4/scaling_governor perform",
	};
	g_autofree char *root = tunable_host(), *said = NULL;
	g_autofree char *path = g_strconcat(root, FILE_NAME, NULL);
	g_autoptr(GError) e = NULL;

	for (unsigned int i = 0; i < G_N_ELEMENTS(wrong); i++) {
		fake(root, FILE_NAME, wrong[i]);
		chmod(path, 0600);
		g_assert_false(tune_restore(root, root, &said, &e));
		g_assert_nonnull(strstr(e->message, "remove the file"));
		g_clear_error(&e);
		is_as_before(root);
	}
	for (unsigned int i = 0; i < G_N_ELEMENTS(half); i++) {
		fake(root, FILE_NAME, half[i]);
		chmod(path, 0600);
		g_assert_true(tune_restore(root, root, &said, &e));
		g_assert_null(said);
		is_as_before(root);
	}
	fake(root, FILE_NAME, "/sys/devices/system/cpu/cpufreq/boost 0\nend\n");
	chmod(path, 0666);
	g_assert_false(tune_restore(root, root, &said, &e));
	g_assert_nonnull(strstr(e->message, "this user alone may write"));
	g_clear_error(&e);
	/* Nor does it follow a link. */
	unlink(path);
	g_assert_cmpint(symlink("/dev/null", path), ==, 0);
	g_assert_false(tune_restore(root, root, &said, &e));
	g_assert_nonnull(e);
	remove_tree(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tune/and-back", test_tune);
	g_test_add_func("/tune/killed", test_killed);
	g_test_add_func("/tune/killed-between", test_killed_between);
	g_test_add_func("/tune/nothing", test_nothing_to_tune);
	g_test_add_func("/tune/cannot-write", test_cannot_write);
	g_test_add_func("/tune/hostile-file", test_hostile_file);
	return g_test_run();
}
