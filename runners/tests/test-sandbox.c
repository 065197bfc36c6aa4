/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real QEMU, confined as in a trial, is told by its monitor to reach out: to open,
 * to connect, to start a program.  test-confined.c tries more, by a program of its own.
 */
#include "subject.h"
#include "runners/machine/netns.h"
#include "runners/machine/qmp.h"

/* The folder that a script of the lab's makes; the caller frees it. */
static char *setup(const char *script)
{
	const char *argv[] = {script, NULL};
	char *out = NULL;
	int status;

	g_assert_true(
		g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, &out, NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
	return g_strstrip(out);
}

/* The value behind @key in /proc/PID/status. */
static int status_of(pid_t pid, const char *key)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/status", pid);
	g_autofree char *text = read_file(path, 1u << 16, NULL, NULL);
	const char *at = text ? strstr(text, key) : NULL;

	g_assert_nonnull(at);
	return atoi(at + strlen(key));
}

/* QMP commands that reach out of QEMU; %s is a folder that everybody may write to. */
static const struct {
	const char *command, *arguments;
} reaching[] = {
	{"screendump", "{\"filename\":\"%s/stolen\"}"},
	{"pmemsave", "{\"val\":0,\"size\":4096,\"filename\":\"%s/stolen\"}"},
	{"dump-guest-memory", "{\"paging\":false,\"protocol\":\"file:%s/stolen\"}"},
	{"chardev-add",
	 "{\"id\":\"c1\",\"backend\":{\"type\":\"file\",\"data\":{\"out\":\"%s/stolen\"}}}"},
	{"blockdev-add",
	 "{\"driver\":\"file\",\"node-name\":\"n1\",\"filename\":\"%s/run/trial.json\"}"},
	{"blockdev-add", "{\"driver\":\"file\",\"node-name\":\"n2\",\"read-only\":true,"
			 "\"filename\":\"/etc/passwd\"}"},
	{"chardev-add",
	 "{\"id\":\"c2\",\"backend\":{\"type\":\"socket\",\"data\":{\"server\":false,"
	 "\"addr\":{\"type\":\"unix\",\"data\":{\"path\":\"%s/socket\"}}}}}"},
	{"nbd-server-start",
	 "{\"addr\":{\"type\":\"inet\",\"data\":{\"host\":\"127.0.0.1\",\"port\":\"0\"}}}"},
	{"object-add", "{\"qom-type\":\"memory-backend-file\",\"id\":\"m1\",\"size\":4096,"
		       "\"mem-path\":\"%s/stolen\"}"},
};

/* Starting a program is the last of it: a sandbox may kill for that. */
static void test_spawn(struct subject *s, struct qmp *qmp)
{
	g_autofree char *args = g_strdup_printf("{\"uri\":\"exec:touch %s/stolen\"}", top);
	g_autofree char *stolen = path_of("stolen"), *how = NULL;
	g_autoptr(JsonNode) n = qmp_call(qmp, "migrate", args, 20000, NULL);

	if (!n) {
		child_ended(&s->q.child, 2000);
		how = s->q.child.ended ? child_status(&s->q.child) : g_strdup("refused");
		g_test_message("migrate exec: %s", how);
	}
	g_assert_false(g_file_test(stolen, G_FILE_TEST_EXISTS));
}

static void test_monitor(void)
{
	g_autofree char *qemu = setup("runners/setup/qemu.sh"),
			*guest = setup("runners/setup/guest.sh");
	g_autofree char *stolen = path_of("stolen");
	g_autoptr(GError) e = NULL;
	struct subject s = {0};
	struct qmp *qmp;
	size_t i;

	subject_start(&s, qemu, guest);
	g_test_message("%s", s.info.confined);
	g_assert_true(s.info.sandbox);
	g_assert_null(strchr(s.info.confined, ';'));
	qmp = qmp_open(s.q.qmp_fd, 60000, &e);
	g_assert_no_error(e);
	g_assert_cmpint(status_of(s.q.child.pid, "\nUid:"), ==, NOBODY_UID);
	g_assert_cmpint(status_of(s.q.child.pid, "\nNoNewPrivs:"), ==, 1);
	g_assert_cmpint(status_of(s.q.child.pid, "\nSeccomp:"), ==, 2);
	/* The lab's, and QEMU's own. */
	g_assert_cmpint(status_of(s.q.child.pid, "\nSeccomp_filters:"), >=, 2);
	for (i = 0; i < G_N_ELEMENTS(reaching); i++) {
		g_auto(GStrv) parts = g_strsplit(reaching[i].arguments, "%s", -1);
		g_autofree char *args = g_strjoinv(top, parts);
		g_autoptr(JsonNode) n = qmp_call(qmp, reaching[i].command, args, 20000, &e);

		if (n)
			g_error("%s %s worked", reaching[i].command, args);
		g_test_message("%s", e->message);
		g_clear_error(&e);
		g_assert_false(g_file_test(stolen, G_FILE_TEST_EXISTS));
	}
	g_assert_false(child_ended(&s.q.child, 0));
	test_spawn(&s, qmp);
	qmp_close(qmp);
	subject_end(&s);
}

int main(int argc, char **argv)
{
	int rc;

	g_test_init(&argc, &argv, NULL);
	begin();
	g_assert_true(netns_enter(NULL));
	g_test_add_func("/sandbox/monitor", test_monitor);
	rc = g_test_run();
	finish();
	return rc;
}
