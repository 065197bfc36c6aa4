/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc and /sys say of a host: real texts, hostile ones, none. */
#include "runners/host/activity.h"
#include "runners/host/settings.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"
#include "host-fake.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define SESSION 40
#define QEMU 41

static bool is_null(JsonObject *o, const char *name)
{
	return json_object_has_member(o, name) && json_object_get_null_member(o, name);
}

/* Process @pid of @session that had @ticks of a processor, by name @name. */
static void fake_process(const char *root, int pid, const char *name, int session, int ticks,
			 const char *cmdline)
{
	g_autofree char *stat = g_strdup_printf("/proc/%d/stat", pid);
	g_autofree char *line = g_strdup_printf("/proc/%d/cmdline", pid);
	g_autofree char *text =
		g_strdup_printf("%d (%s) S 1 %d %d 0 -1 4194304 9 9 9 9 %d 3 2 1 20 0 1 0 5 6 7\n",
				pid, name, pid, session, ticks - 6);

	fake(root, stat, text);
	fake_bytes(root, line, cmdline, strlen(cmdline) + 1);
}

/* A moment: seconds of user, idle and stolen time; of the trial, of others, waited. */
static void fake_moment(const char *root, int user, int idle, int stolen, int own, double waited)
{
	int hz = sysconf(_SC_CLK_TCK);
	g_autofree char *stat =
		g_strdup_printf("cpu  %d 0 0 %d 5 1 2 %d 0 0\ncpu0 1 2 3\nintr 1 2 3\n", user * hz,
				idle * hz, stolen * hz);
	g_autofree char *ns = g_strdup_printf("5000 %.0f 7\n", waited * 1e9);

	fake(root, "/proc/stat", stat);
	fake(root, "/proc/41/task/41/schedstat", ns);
	/* A name may hold what ends it. */
	fake_process(root, QEMU, "a) R 1 1 (b", SESSION, own * hz, "/usr/bin/qemu-system-x86_64");
}

static void test_activity(void)
{
	g_autofree char *root = fake_host();
	struct activity a, b;
	g_autoptr(JsonObject) at = NULL, between = NULL;

	fake(root, "/proc/loadavg", "0.50 1.25 2.00 3/102 8231\n");
	fake(root, "/proc/pressure/cpu",
	     "some avg10=2.90 avg60=1.12 avg300=0.41 total=1500000\n"
	     "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
	fake(root, "/proc/pressure/memory",
	     "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n"
	     "full avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
	fake_process(root, 7, "kvm", 7, 50, "/usr/libexec/qemu-kvm");
	fake_process(root, 8, "sh", 8, 50, "/home/qemu-system-x86/sh");
	fake_moment(root, 100, 50, 1, 60, 10);
	activity_read(&a, root, SESSION, QEMU);
	fake(root, "/proc/pressure/cpu", "some avg10=2.90 avg60=1.12 avg300=0.41 total=4000000\n");
	/* Of 9 s in which processors were busy, the trial had 7. */
	fake_moment(root, 109, 51, 3, 67, 12.5);
	/* A thread that began meanwhile; one that is gone. */
	fake(root, "/proc/41/task/43/schedstat", "1 500000000 1\n");
	activity_read(&b, root, SESSION, QEMU);
	at = activity_json(&a);
	between = activity_between(&a, &b);

	g_assert_cmpfloat(json_num(json_sub(at, "load"), "5", 0), ==, 1.25);
	g_assert_cmpfloat(json_num(json_sub(at, "psi_s"), "cpu_some", 0), ==, 1.5);
	g_assert_cmpfloat(json_num(json_sub(at, "psi_s"), "memory_full", 0), ==, 1);
	g_assert_true(is_null(json_sub(at, "psi_s"), "io_some"));
	g_assert_cmpfloat(json_num(json_sub(at, "cpu_s"), "steal", 0), ==, 1);
	g_assert_cmpint(json_int(at, "other_qemus", 9), ==, 1);
	g_assert_cmpfloat(json_num(between, "own_s", 0), ==, 7);
	g_assert_cmpfloat(json_num(between, "others_s", 0), ==, 2);
	g_assert_cmpfloat(json_num(between, "idle_s", 0), ==, 1);
	g_assert_cmpfloat(json_num(between, "steal_s", 0), ==, 2);
	g_assert_cmpfloat_with_epsilon(json_num(between, "waited_s", 0), 3, 1e-9);
	g_assert_cmpfloat(json_num(json_sub(between, "psi_s"), "cpu_some", 0), ==, 2.5);
	g_assert_cmpfloat(json_num(between, "seconds", -1), >=, 0);
	activity_clear(&a);
	activity_clear(&b);
	remove_tree(root);
}

/* What a host does not have, or writes in another way, is absent: never 0. */
static void test_absent(void)
{
	static const char *const names[] = {"own_s",   "others_s", "idle_s",
					    "steal_s", "waited_s", "psi_s"};
	static const char *const texts[] = {
		"",
		"\xff\xfe garbage",
		"cpu  nan inf -1 0x10 1e99 1 2 3\nsome total=nan\nfull",
		"cpu  1 2 3 4 5 6 7\nsome avg10=0\ntotal=5\n",
		"some total=\n",
		"some total=-5\n41 (a) S 1 2",
		"99999999999999999999999999 99999999999999999999999999",
	};
	g_autofree char *root = fake_host();

	for (unsigned int i = 0; i <= G_N_ELEMENTS(texts); i++) {
		g_autoptr(JsonObject) at = NULL, between = NULL;
		struct activity a, b;

		activity_read(&a, root, SESSION, QEMU);
		activity_read(&b, root, SESSION, QEMU);
		at = activity_json(&a);
		between = activity_between(&a, &b);
		for (unsigned int k = 0; k < G_N_ELEMENTS(names); k++)
			g_assert_true(is_null(between, names[k]));
		g_assert_true(is_null(at, "load") && is_null(at, "psi_s") && is_null(at, "cpu_s") &&
			      is_null(at, "own_s") && is_null(at, "other_qemus"));
		activity_clear(&a);
		activity_clear(&b);
		if (i == G_N_ELEMENTS(texts))
			break;
		fake(root, "/proc/loadavg", texts[i]);
		fake(root, "/proc/stat", texts[i]);
		fake(root, "/proc/pressure/cpu", texts[i]);
		fake(root, "/proc/pressure/memory", texts[i]);
		fake(root, "/proc/41/stat", texts[i]);
		fake(root, "/proc/41/task/41/schedstat", i % 2 ? texts[i] : "0 0 0\n");
	}
	remove_tree(root);
}

/* Counts that went back tell nothing; a thread's number may be used again. */
static void test_backwards(void)
{
	g_autofree char *root = fake_host();
	g_autoptr(JsonObject) between = NULL;
	struct activity a, b;

	fake_moment(root, 100, 50, 9, 60, 10);
	activity_read(&a, root, SESSION, QEMU);
	fake_moment(root, 101, 50, 8, 65, 2);
	activity_read(&b, root, SESSION, QEMU);
	between = activity_between(&a, &b);
	g_assert_true(is_null(between, "steal_s"));
	g_assert_cmpfloat(json_num(between, "waited_s", 0), ==, 2);
	/* Two clocks: others have not given time back. */
	g_assert_cmpfloat(json_num(between, "others_s", -1), ==, 0);
	activity_clear(&a);
	activity_clear(&b);
	remove_tree(root);
}

static void test_settings(void)
{
	g_autofree char *root = fake_host();
	g_autoptr(JsonObject) none = host_settings(root), o = NULL, same = NULL, other = NULL;
	g_autofree char *many = g_strnfill(5000, 'x');
	JsonObject *m;

	g_assert_true(is_null(none, "governor") && is_null(none, "turbo") && is_null(none, "smt") &&
		      is_null(none, "thp") && is_null(none, "mitigations"));
	fake(root, CPU "/cpu0/cpufreq/scaling_governor", "powersave\n");
	fake(root, CPU "/cpu1/cpufreq/scaling_governor", "performance\n");
	fake(root, CPU "/cpu10/cpufreq/scaling_governor", "powersave\n");
	fake(root, CPU "/cpufreq/policy0/scaling_governor", "not this\n");
	fake(root, CPU "/cpu0/cpufreq/scaling_driver", "intel_pstate\n");
	fake(root, CPU "/cpu1/cpufreq/scaling_driver", "intel_pstate\n");
	fake(root, CPU "/intel_pstate/no_turbo", "1\n");
	fake(root, CPU "/smt/control", "on\n");
	fake(root, CPU "/online", "0-1,10\n");
	fake(root, CPU "/isolated", "\n");
	fake(root, "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	fake(root, CPU "/vulnerabilities/meltdown", "Not affected\n");
	fake(root, CPU "/vulnerabilities/spectre_v2", "\x1b[2J\nMitigation: x\n");
	fake(root, CPU "/vulnerabilities/long", many);
	o = host_settings(root);
	m = json_sub(o, "mitigations");
	g_assert_cmpstr(json_str(o, "governor", NULL), ==, "performance (1), powersave (2)");
	g_assert_cmpstr(json_str(o, "frequency_driver", NULL), ==, "intel_pstate");
	g_assert_cmpstr(json_str(o, "turbo", NULL), ==, "off");
	g_assert_cmpstr(json_str(o, "smt", NULL), ==, "on");
	g_assert_cmpstr(json_str(o, "thp", NULL), ==, "madvise");
	g_assert_cmpstr(json_str(o, "online", NULL), ==, "0-1,10");
	g_assert_true(is_null(o, "isolated"));
	g_assert_cmpstr(json_str(m, "meltdown", NULL), ==, "Not affected");
	g_assert_cmpstr(json_str(m, "spectre_v2", NULL), ==, "?[2J Mitigation: x");
	g_assert_cmpuint(strlen(json_str(m, "long", "")), ==, 200);
	same = host_settings(root);
	g_assert_true(host_settings_equal(o, same));
	fake(root, CPU "/intel_pstate/no_turbo", "0\n");
	other = host_settings(root);
	g_assert_cmpstr(json_str(other, "turbo", NULL), ==, "on");
	g_assert_false(host_settings_equal(o, other));
	remove_tree(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/activity/between", test_activity);
	g_test_add_func("/activity/absent", test_absent);
	g_test_add_func("/activity/backwards", test_backwards);
	g_test_add_func("/activity/settings", test_settings);
	return g_test_run();
}
