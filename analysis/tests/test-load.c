// SPDX-License-Identifier: GPL-2.0-or-later
/* Trials come from disk and hold a guest's text: nothing in them may crash us. */
#include "analysis/report/run.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *folder;

#define RUN_JSON                                                                                   \
	"{\"schema\":\"vqlab-run-1\",\"plan\":\"p\",\"seed\":9223372036854775807,"                 \
	"\"host\":{\"cpu\":\"c\",\"cores\":2},\"accel\":{\"name\":\"tcg\"},\"qemu\":{},"           \
	"\"guest\":{},\"variants\":[\"off\",\"qemu\"],\"rings\":[\"split\"],\"blocks\":2,"         \
	"\"workloads\":[{\"name\":\"w\",\"kind\":\"fio\"}]}"

#define QUEUE                                                                                      \
	"{\"device\":\"d\",\"index\":0,\"in_order\":true,\"conserved\":true,\"pops\":2,"           \
	"\"fills\":2,\"flushes\":2,\"published\":2,\"order_violations\":0,\"stashed\":0,"          \
	"\"stash_max\":0,\"stash_time_mean\":0,\"hold_sum_ns\":1,\"fill_sum_ns\":1,"               \
	"\"flush_sum_ns\":1,\"depth\":[[0,2]],\"stash_count\":[[0,2]],\"batch\":[[1,2]],"          \
	"\"hold_ns\":[[1,2]],\"fill_ns\":[[1,2]],\"flush_ns\":[[1,2]]}"

#define TRIAL_JSON TRIAL("t")
#define TRIAL(id)                                                                                  \
	"{\"schema\":\"vqlab-trial-1\",\"id\":\"" id "\",\"block\":1,\"variant\":\"off\","         \
	"\"ring\":\"split\",\"state\":\"ok\",\"phases\":[{\"workload\":\"w\",\"probes\":true,"     \
	"\"state\":\"ok\",\"throughput\":1.5,\"seconds\":3,\"bytes\":1,\"probe\":{\"events\":1,"   \
	"\"lost_events\":0,\"sites\":[],\"queues\":[" QUEUE "]}}]}"

static char *write_file(const char *name, const char *text, gssize length)
{
	char *path = g_build_filename(folder, name, NULL);
	char *dir = g_path_get_dirname(path);
	size_t size;
	FILE *f;

	g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
	/* Not g_file_set_contents(): it syncs, and thousands of these are written. */
	f = fopen(path, "w");
	g_assert_nonnull(f);
	size = length < 0 ? strlen(text) : (size_t)length;
	g_assert_cmpuint(fwrite(text, 1, size, f), ==, size);
	g_assert_cmpint(fclose(f), ==, 0);
	g_free(dir);
	return path;
}

static struct run *load_text(const char *text, gssize length, char **why)
{
	char *path = write_file("run.json", text, length);
	GError *error = NULL;
	struct run *run = load_run(folder, &error);

	g_assert_true(!run == !!error);
	*why = error ? g_strdup(error->message) : NULL;
	if (error && !g_str_has_prefix(error->message, path))
		g_error("an error without its file: %s", error->message);
	g_clear_error(&error);
	g_free(path);
	return run;
}

static void refused(const char *text, gssize length, const char *because)
{
	char *why;
	struct run *run = load_text(text, length, &why);

	g_assert_null(run);
	g_test_message("%s", why);
	if (!strstr(why, because))
		g_error("refused, but not since \"%s\": %s", because, why);
	g_free(why);
}

static struct run *good_run(void)
{
	char *why;
	struct run *run = load_text(RUN_JSON, -1, &why);

	g_assert_nonnull(run);
	return run;
}

static void test_run(void)
{
	struct run *run = good_run();

	g_assert_cmpuint(run->seed, ==, INT64_MAX);
	g_assert_cmpuint(run->variants->len, ==, 2);
	g_assert_cmpstr(((struct workload *)run->workloads->pdata[0])->unit, ==, "IOPS");
	g_assert_cmpuint(run->trials->len, ==, 0);
	run_free(run);
}

/* A cell for each of 40000 variants on each of 40000 rings would be more than there is. */
static void many_refused(const char *list, const char *because)
{
	g_autofree char *from = g_strdup_printf("\"%s\":[", list);
	g_auto(GStrv) parts = g_strsplit(RUN_JSON, from, 2);
	g_autoptr(GString) text = g_string_new(parts[0]);

	g_string_append(text, from);
	for (int i = 0; i < 40000; i++)
		g_string_append_printf(text, "\"n%d\",", i);
	g_string_append(text, parts[1]);
	refused(text->str, text->len, because);
}

static void test_garbage(void)
{
	GString *deep = g_string_new("{\"schema\":");

	refused("", -1, "not a JSON object");
	refused("[]", -1, "not a JSON object");
	refused("nonsense", -1, "not JSON");
	refused("{\"schema\":\"vqlab-run-1\"", -1, "not JSON");
	refused("\xff\xfe{}", -1, "UTF-8");
	refused("{}\0{}", 5, "UTF-8");
	refused("{\"schema\":\"vqlab-run-9\"}", -1, "needed is \"vqlab-run-1\"");
	refused("{\"schema\":{}}", -1, "schema: is not a string");
	refused("{\"schema\":\"vqlab-run-1\"}", -1, "host: missing");
	refused("{\"schema\":\"vqlab-run-1\",\"host\":{},\"accel\":{\"name\":\"tcg\"},\"qemu\":{},"
		"\"guest\":{},\"variants\":[\"off\"],\"rings\":[\"split\"],\"workloads\":[],"
		"\"blocks\":9007199254740992}",
		-1, "blocks: is too much");
	many_refused("variants", "variants: are more than 64");
	many_refused("rings", "rings: are more than 64");
	many_refused("workloads", "workloads: are too many");
	for (int i = 0; i < 1000000; i++)
		g_string_append_c(deep, '[');
	refused(deep->str, deep->len, "nested too deep");
	g_string_free(deep, TRUE);
}

static struct trial *trial_text(const char *text, const struct run *run, char **why)
{
	char *path = write_file("trial.json", text, -1);
	GError *error = NULL;
	struct trial *t = load_trial(path, run, &error);

	g_assert_true(!t == !!error);
	*why = error ? g_strdup(error->message) : NULL;
	g_clear_error(&error);
	g_free(path);
	return t;
}

/* TRIAL_JSON with @from replaced by @to, and what must be said of it. */
static void trial_refused(const struct run *run, const char *from, const char *to,
			  const char *because)
{
	char **parts = g_strsplit(TRIAL_JSON, from, 2), *text, *why;

	g_assert_cmpuint(g_strv_length(parts), ==, 2);
	text = g_strjoinv(to, parts);
	g_assert_null(trial_text(text, run, &why));
	g_test_message("%s", why);
	if (!strstr(why, because))
		g_error("refused, but not since \"%s\": %s", because, why);
	g_free(why);
	g_free(text);
	g_strfreev(parts);
}

static void test_trial(void)
{
	struct run *run = good_run();
	char *why;
	struct trial *t = trial_text(TRIAL_JSON, run, &why);
	const struct phase *p;

	g_assert_nonnull(t);
	p = t->phases->pdata[0];
	g_assert_cmpuint(((struct queue *)p->probe->queues->pdata[0])->depth.bins[0].count, ==, 2);
	trial_free(t);
	trial_refused(run, "\"state\":\"ok\"", "\"state\":\"okay\"", "state: is none of");
	trial_refused(run, "\"throughput\":1.5,", "", "throughput: missing");
	trial_refused(run, "\"throughput\":1.5", "\"throughput\":0", "is 0 in a phase that is ok");
	trial_refused(run, "\"throughput\":1.5", "\"throughput\":1e999", "throughput");
	trial_refused(run, "\"throughput\":1.5", "\"throughput\":\"1\"", "is not a number");
	trial_refused(run, "\"block\":1", "\"block\":-1", "block");
	trial_refused(run, "\"block\":1", "\"block\":1.5", "is not a count");
	trial_refused(run, "\"variant\":\"off\"", "\"variant\":\"?\"", "variant: is not one of");
	trial_refused(run, "\"ring\":\"split\"", "\"ring\":\"x\"", "ring: is not one of");
	trial_refused(run, "\"workload\":\"w\"", "\"workload\":\"v\"", "workload: is not one of");
	trial_refused(run, "\"depth\":[[0,2]]", "\"depth\":[[1,2],[0,2]]", "ascending order");
	trial_refused(run, "\"depth\":[[0,2]]", "\"depth\":[[0]]", "[value, count]");
	trial_refused(run, "\"depth\":[[0,2]]", "\"depth\":[{}]", "[value, count]");
	trial_refused(run, "\"depth\":[[0,2]]", "\"depth\":[[0,-2]]", "[value, count]");
	trial_refused(run, "\"queues\":[", "\"queues\":[3,", "not an object");
	trial_refused(run, "\"probe\":{", "\"prob\":{", "probe: missing");
	run_free(run);
}

/* A guest's text must not reach a terminal or a mail as it is. */
static void test_text(void)
{
	struct run *run = good_run();
	char *why;
	struct trial *t;

	t = trial_text("{\"schema\":\"vqlab-trial-1\",\"id\":\"a\\u001b[2Jb\\n\\u00e9\","
		       "\"block\":1,\"variant\":\"off\",\"ring\":\"split\",\"state\":\"crashed\"}",
		       run, &why);
	g_assert_nonnull(t);
	g_assert_cmpstr(t->id, ==, "a?[2Jb ?");
	trial_free(t);
	run_free(run);
}

/* Cut, or with any byte changed: an error or a run, never a crash. */
static void test_mutations(void)
{
	struct run *run = good_run();
	unsigned int good = 0, bad = 0;
	size_t length = strlen(TRIAL_JSON);
	char *text = g_malloc(length + 1);

	for (size_t i = 0; i < length; i++) {
		static const char changes[] = {'\0', '[', '}', '"', '9', '-', 'x'};

		for (unsigned int j = 0; j < sizeof(changes); j++) {
			struct trial *t;
			char *why;

			memcpy(text, TRIAL_JSON, length + 1);
			text[i] = changes[j];
			t = trial_text(text, run, &why);
			good += !!t;
			bad += !t;
			trial_free(t);
			g_free(why);
		}
	}
	g_assert_cmpuint(good, >, 0);
	g_assert_cmpuint(bad, >, length);
	g_free(text);
	run_free(run);
}

static void test_folder(void)
{
	GError *error = NULL;
	char *path, *why;
	struct run *run;

	/* A trial under way is passed over; one without its file is wrong. */
	g_free(write_file("trials/c.tmp/trial.json", "", -1));
	g_free(write_file("trials/a/trial.json", TRIAL("a"), -1));
	run = load_text(RUN_JSON, -1, &why);
	g_assert_nonnull(run);
	g_assert_cmpuint(run->trials->len, ==, 1);
	run_free(run);
	path = write_file("trials/b/trial.json", TRIAL("a"), -1);
	g_assert_null(load_run(folder, &error));
	g_assert_nonnull(strstr(error->message, "b/trial.json: id: is not the folder's name"));
	g_clear_error(&error);
	g_free(write_file("trials/b/trial.json", TRIAL("b"), -1));
	g_assert_null(load_run(folder, &error));
	g_assert_nonnull(strstr(error->message, "the same place in the plan"));
	g_clear_error(&error);
	g_unlink(path);
	g_assert_null(load_run(folder, &error));
	g_assert_nonnull(strstr(error->message, "b/trial.json: cannot be read: No such file"));
	g_clear_error(&error);
	g_assert_null(load_run("/nonexistent", &error));
	g_assert_nonnull(strstr(error->message, "/nonexistent/run.json: cannot be read"));
	g_clear_error(&error);
	g_free(path);
}

int main(int argc, char **argv)
{
	char *remove;
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("vqreport-test-XXXXXX", NULL);
	g_assert_nonnull(folder);
	g_test_add_func("/load/run", test_run);
	g_test_add_func("/load/garbage", test_garbage);
	g_test_add_func("/load/trial", test_trial);
	g_test_add_func("/load/text", test_text);
	g_test_add_func("/load/mutations", test_mutations);
	g_test_add_func("/load/folder", test_folder);
	status = g_test_run();
	remove = g_strdup_printf("rm -rf '%s'", folder);
	if (system(remove))
		status = 1;
	g_free(remove);
	g_free(folder);
	return status;
}
