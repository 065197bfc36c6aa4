/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run folder: begun, resumed, refused, swept; locked while in use. */
#include "runners/rundir.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char *top;

static struct identity same[] = {{"seed", "1", "seed"}, {"qemu", "10 abc", "QEMU"}};

static char *folder(const char *name)
{
	return g_build_filename(top, name, NULL);
}

static void test_resume(void)
{
	g_autofree char *dir = folder("resume"), *seed = NULL, *trial = NULL, *kept = NULL;
	g_autofree char *json = NULL;
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_assert_null(rundir_stored(dir, "seed"));
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_false(r.resumed);
	trial = rundir_begin_trial(&r, "b01-x", &e);
	json = g_build_filename(trial, "trial.json", NULL);
	g_assert_true(write_file(json, "{}\n", 3, &e));
	g_assert_false(rundir_has(&r, "b01-x"));
	g_assert_true(rundir_keep_trial(&r, "b01-x", &e));
	g_assert_true(rundir_has(&r, "b01-x"));
	g_assert_true(rundir_note(&r, &e, "end %s", "b01-x"));
	/* One that was cut off: it must be gone at the next start. */
	g_free(trial);
	trial = rundir_begin_trial(&r, "b01-y", &e);
	rundir_close(&r);

	seed = rundir_stored(dir, "seed");
	g_assert_cmpstr(seed, ==, "1");
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_true(r.resumed);
	g_assert_true(rundir_has(&r, "b01-x"));
	g_assert_false(g_file_test(trial, G_FILE_TEST_EXISTS));
	rundir_close(&r);
}

/* A ring's result appears whole; one that was left out is to be tried again. */
static void test_ring(void)
{
	g_autofree char *dir = folder("ring"), *at = NULL, *result = NULL, *cut = NULL;
	static const char *const results[] = {"{\"left_out\": \"no valgrind\"}\n",
					      "{\"cells\": []}\n"};
	g_autoptr(GError) e = NULL;
	struct rundir r;
	int i;

	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	for (i = 0; i < 2; i++) {
		g_assert_false(rundir_has_ring(&r, "x"));
		g_free(at);
		g_free(result);
		at = rundir_begin_ring(&r, "x", &e);
		g_assert_no_error(e);
		result = g_build_filename(at, RING_RESULT, NULL);
		g_assert_true(write_file(result, results[i], strlen(results[i]), &e));
		g_assert_true(rundir_keep_ring(&r, "x", &e));
		g_assert_false(g_file_test(at, G_FILE_TEST_EXISTS));
	}
	g_assert_true(rundir_has_ring(&r, "x"));
	/* Nothing was written: that is nobody's result. */
	cut = rundir_begin_ring(&r, "y", &e);
	g_assert_false(rundir_keep_ring(&r, "y", &e));
	g_assert_cmpint(e->code, ==, VQB_FAILED);
	rundir_close(&r);
	g_clear_error(&e);
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_false(g_file_test(cut, G_FILE_TEST_EXISTS));
	g_assert_true(rundir_has_ring(&r, "x"));
	rundir_close(&r);
}

/* A file that may grow by half a line only: the first write is short and sets no
 * errno, the next one says why. */
static void test_short_write(void)
{
	g_autofree char *dir = folder("short");
	g_autoptr(GError) e = NULL;
	struct rlimit old, tight;
	struct rundir r;
	struct stat st;

	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_cmpint(fstat(r.journal, &st), ==, 0);
	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
	tight = (struct rlimit){st.st_size + 5, old.rlim_max};
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &tight), ==, 0);
	errno = ENOENT;
	g_assert_false(rundir_note(&r, &e, "a line of the journal"));
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
	signal(SIGXFSZ, SIG_DFL);
	g_assert_nonnull(strstr(e->message, "File too large"));
	rundir_close(&r);
}

/* Neither what happened nor what identifies a run can be more than a line. */
static void test_lines(void)
{
	static const struct identity forged[] = {{"seed", "1\nbegun yesterday", "seed"}};
	g_autofree char *dir = folder("lines"), *path = NULL, *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_assert_true(rundir_open(&r, dir, forged, 1, &e));
	g_assert_true(rundir_note(&r, &e, "failed b01\n2026-01-01T00:00:00Z end b01 ok\x1b[2J"));
	rundir_close(&r);
	path = g_build_filename(dir, "journal", NULL);
	text = read_file(path, 65536, NULL, &e);
	g_assert_no_error(e);
	lines = g_strsplit(text, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, 5); /* head, seed, begun, note, end */
	g_assert_cmpstr(lines[1], ==, "seed 1 begun yesterday");
	g_assert_null(strchr(text, '\x1b'));
	/* It is still its own. */
	g_assert_true(rundir_open(&r, dir, forged, 1, &e));
	rundir_close(&r);
}

static void test_mismatch(void)
{
	g_autofree char *dir = folder("mismatch");
	struct identity other[] = {{"seed", "1", "seed"}, {"qemu", "10 abd", "QEMU"}};
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	rundir_close(&r);
	g_assert_false(rundir_open(&r, dir, other, 2, &e));
	g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
	g_assert_nonnull(strstr(e->message, "another QEMU (10 abc, now 10 abd)"));
}

/* All that differs is named at once, hashes in short, and what an older vqbench did
 * not record is no agreement. */
static void test_mismatches(void)
{
	g_autofree char *dir = folder("mismatches");
	g_autofree char *old = g_strnfill(64, 'a'), *new = g_strnfill(64, 'b');
	const struct identity then[] = {{"seed", "1", "seed"}, {"vqprobe", old, "vqprobe"}};
	const struct identity now[] = {{"seed", "1", "seed"},
				       {"vqprobe", new, "vqprobe"},
				       {"kernel", new, "guest kernel"}};
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_assert_true(rundir_open(&r, dir, then, 2, &e));
	rundir_close(&r);
	g_assert_false(rundir_open(&r, dir, now, 3, &e));
	g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
	g_assert_nonnull(strstr(e->message,
				"another vqprobe (aaaaaaaaaaaa, now bbbbbbbbbbbb), guest kernel "
				"(not recorded, now bbbbbbbbbbbb): go on with the same, or take "
				"another folder"));
}

static void write_trial(struct rundir *r, const char *state)
{
	g_autofree char *dir = rundir_begin_trial(r, "b01-x", NULL);
	g_autofree char *path = g_build_filename(dir, "trial.json", NULL);
	g_autofree char *text = g_strdup_printf("{\"state\":\"%s\"}\n", state);

	g_assert_true(write_file(path, text, strlen(text), NULL));
}

/* A trial that is repeated is replaced when the new one is whole, not before. */
static void test_again(void)
{
	g_autofree char *dir = folder("again"), *first = NULL, *kept = NULL, *second = NULL;
	g_autofree char *swept = g_build_filename(dir, "trials", "b01-x.old.tmp", NULL);
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_null(rundir_state(&r, "b01-x"));
	write_trial(&r, "invalid");
	g_assert_true(rundir_keep_trial(&r, "b01-x", &e));
	first = rundir_state(&r, "b01-x");
	g_assert_cmpstr(first, ==, "invalid");
	write_trial(&r, "ok");
	kept = rundir_state(&r, "b01-x");
	g_assert_cmpstr(kept, ==, "invalid");
	g_assert_true(rundir_keep_trial(&r, "b01-x", &e));
	g_assert_no_error(e);
	second = rundir_state(&r, "b01-x");
	g_assert_cmpstr(second, ==, "ok");
	g_assert_false(g_file_test(swept, G_FILE_TEST_EXISTS));
	rundir_close(&r);
}

/* Where names cannot be exchanged, one that is repeated is away for a moment. */
static void test_put_back(void)
{
	g_autofree char *dir = folder("put-back"), *state = NULL;
	g_autofree char *at = g_build_filename(dir, "trials", "b01-x", NULL);
	g_autofree char *old = g_strconcat(at, ".old.tmp", NULL);
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	write_trial(&r, "invalid");
	g_assert_true(rundir_keep_trial(&r, "b01-x", &e));
	rundir_close(&r);
	g_assert_cmpint(g_rename(at, old), ==, 0);
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	state = rundir_state(&r, "b01-x");
	g_assert_cmpstr(state, ==, "invalid");
	g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
	rundir_close(&r);
}

static void test_foreign(void)
{
	g_autofree char *dir = folder("foreign"), *file = g_build_filename(dir, "thesis", NULL);
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_mkdir(dir, 0755);
	g_assert_true(g_file_set_contents(file, "x", -1, NULL));
	g_assert_false(rundir_open(&r, dir, same, 2, &e));
	g_assert_cmpint(e->code, ==, VQB_BAD_INPUT);
}

/* A journal whose head or last line was cut off. */
static void test_torn(void)
{
	g_autofree char *dir = folder("torn"), *path = g_build_filename(dir, "journal", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) e = NULL;
	struct rundir r;

	g_mkdir(dir, 0755);
	g_assert_true(g_file_set_contents(path, "# vqlab journal 1\nseed 7\n", -1, NULL));
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_false(r.resumed);
	rundir_close(&r);
	text = read_file(path, 1 << 20, NULL, NULL);
	g_assert_null(strstr(text, "seed 7"));

	g_free(text);
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_true(rundir_note(&r, &e, "start"));
	rundir_close(&r);
	text = read_file(path, 1 << 20, NULL, NULL);
	g_assert_true(g_file_set_contents(path, text, strlen(text) - 3, NULL));
	g_assert_true(rundir_open(&r, dir, same, 2, &e));
	g_assert_true(rundir_note(&r, &e, "again"));
	rundir_close(&r);
	g_free(text);
	text = read_file(path, 1 << 20, NULL, NULL);
	g_assert_nonnull(strstr(text, "sta\n"));
	g_assert_true(g_str_has_suffix(text, " again\n"));
}

static void test_lock(void)
{
	g_autofree char *dir = folder("lock");
	g_autoptr(GError) e = NULL;
	struct rundir a, b;

	g_assert_true(rundir_open(&a, dir, same, 2, &e));
	g_assert_false(rundir_open(&b, dir, same, 2, &e));
	g_assert_nonnull(strstr(e->message, "another vqbench"));
	rundir_close(&a);
}

/* A full disk: which file, why, and what to do. */
static void test_full(void)
{
	struct rundir r = {.dir = (char *)"/run-dir", .journal = open("/dev/full", O_WRONLY)};
	g_autoptr(GError) e = NULL;

	g_assert_cmpint(r.journal, >=, 0);
	g_assert_false(rundir_note(&r, &e, "start"));
	g_assert_cmpstr(e->message, ==,
			"/run-dir/journal: No space left on device: free some space; then the same "
			"command goes on");
	close(r.journal);
}

int main(int argc, char **argv)
{
	int rc;

	g_test_init(&argc, &argv, NULL);
	top = g_dir_make_tmp("vqlab-rundir-XXXXXX", NULL);
	g_test_add_func("/rundir/ring", test_ring);
	g_test_add_func("/rundir/resume", test_resume);
	g_test_add_func("/rundir/short-write", test_short_write);
	g_test_add_func("/rundir/lines", test_lines);
	g_test_add_func("/rundir/mismatch", test_mismatch);
	g_test_add_func("/rundir/mismatches", test_mismatches);
	g_test_add_func("/rundir/again", test_again);
	g_test_add_func("/rundir/put-back", test_put_back);
	g_test_add_func("/rundir/foreign", test_foreign);
	g_test_add_func("/rundir/torn", test_torn);
	g_test_add_func("/rundir/lock", test_lock);
	g_test_add_func("/rundir/full", test_full);
	rc = g_test_run();
	remove_tree(top);
	return rc;
}
