/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rundir.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/tool/text.h"

#define NOTE_MAX 500
#define OLD_SUFFIX ".old.tmp"
#define JOURNAL_MAX (16u << 20)
#define TRIAL_MAX (256u << 20)
#define HEAD "# vqlab journal 1: what identifies the run, then what happened\n"

/* The value of "key value" among the lines before "begun"; NULL when absent. */
static char *find_value(const char *text, const char *key)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	size_t n = strlen(key);
	int i;

	for (i = 0; lines[i] && strncmp(lines[i], "begun ", 6); i++)
		if (!strncmp(lines[i], key, n) && lines[i][n] == ' ')
			return g_strdup(lines[i] + n + 1);
	return NULL;
}

static char *read_journal(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, "journal", NULL);
	char *text = read_file(path, JOURNAL_MAX, NULL, NULL);

	/* A head that was cut off by a crash counts as none. */
	if (text && !strstr(text, "\nbegun "))
		g_clear_pointer(&text, g_free);
	return text;
}

/* The journal's word for a run that has got more blocks, after the time. */
#define EXTENDED " extended to blocks "

/* How many blocks the run has: as it was begun, or as it was last extended. */
static char *stored_blocks(const char *text)
{
	const char *last = g_strrstr(text, EXTENDED);

	if (!last)
		return find_value(text, "blocks");
	last += strlen(EXTENDED);
	return g_strndup(last, strcspn(last, "\n"));
}

static char *stored_value(const char *text, const char *key)
{
	return strcmp(key, "blocks") ? find_value(text, key) : stored_blocks(text);
}

char *rundir_stored(const char *dir, const char *key)
{
	g_autofree char *text = read_journal(dir);

	return text ? stored_value(text, key) : NULL;
}

static bool append_line(struct rundir *r, const char *text, GError **error)
{
	if (write_all(r->journal, text, strlen(text)) && fsync(r->journal) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s/journal: %s%s", r->dir, g_strerror(errno),
		    errno == ENOSPC ? ": free some space; then the same command goes on" : "");
	return false;
}

bool rundir_note(struct rundir *r, GError **error, const char *format, ...)
{
	g_autofree char *when = utc_now(), *what = NULL, *clean = NULL, *line = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	clean = vq_text_clean(what, -1, NOTE_MAX, VQ_UTF8);
	line = g_strdup_printf("%s %s\n", when, clean);
	return append_line(r, line, error);
}

/* A line of the journal holds one value. */
static char *one_line(const char *value)
{
	return vq_text_clean(value, -1, G_MAXSIZE, VQ_UTF8);
}

/* Twelve digits of a hash tell two files apart, and can be read. */
static char *shorten(const char *value)
{
	if (!value)
		return g_strdup("not recorded");
	if (strlen(value) == 64 && strspn(value, "0123456789abcdef") == 64)
		return g_strndup(value, 12);
	return g_strdup(value);
}

/* Block K depends on the seed and K alone, so a run may get more of them, not fewer. */
static bool is_extension(const char *key, const char *then, const char *now)
{
	return !strcmp(key, "blocks") && then &&
	       g_ascii_strtoll(now, NULL, 10) > g_ascii_strtoll(then, NULL, 10);
}

/* False with all that differs; @extended: to how many blocks, if there are to be more. */
static bool check_identity(const struct rundir *r, const char *text, const struct identity *id,
			   size_t n, const char **extended, GError **error)
{
	g_autoptr(GString) other = g_string_new(NULL);
	size_t i;

	for (i = 0; i < n; i++) {
		g_autofree char *stored = stored_value(text, id[i].key);
		g_autofree char *value = one_line(id[i].value);
		/* Somebody else may have written it. */
		g_autofree char *clean = stored ? one_line(stored) : NULL;
		g_autofree char *then = shorten(clean), *now = shorten(value);

		if (is_extension(id[i].key, stored, value))
			*extended = id[i].value;
		else if (g_strcmp0(stored, value))
			g_string_append_printf(other, "%s%s (%s, now %s)", other->len ? ", " : "",
					       id[i].name, then, now);
	}
	if (!other->len)
		return true;
	g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
		    "%s: was begun with another %s: go on with the same, or take another folder",
		    r->dir, other->str);
	return false;
}

static bool write_identity(struct rundir *r, const struct identity *id, size_t n, GError **error)
{
	g_autoptr(GString) head = g_string_new(HEAD);
	g_autofree char *when = utc_now();
	size_t i;

	for (i = 0; i < n; i++) {
		g_autofree char *value = one_line(id[i].value);

		g_string_append_printf(head, "%s %s\n", id[i].key, value);
	}
	g_string_append_printf(head, "begun %s\n", when);
	if (ftruncate(r->journal, 0) == 0)
		return append_line(r, head->str, error);
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s/journal: %s", r->dir, g_strerror(errno));
	return false;
}

/* A folder that holds anything but a run must not be written to. */
static bool is_empty_folder(const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	const char *name;
	bool empty = true;

	while (d && (name = g_dir_read_name(d)))
		empty = empty && (!strcmp(name, "journal") || !strcmp(name, "trials") ||
				  !strcmp(name, "rings"));
	if (d)
		g_dir_close(d);
	return empty;
}

static bool take_lock(struct rundir *r, GError **error)
{
	g_autofree char *path = g_build_filename(r->dir, "journal", NULL);

	if (g_mkdir_with_parents(r->dir, 0755) == 0)
		r->journal = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (r->journal < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	if (flock(r->journal, LOCK_EX | LOCK_NB) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: another vqbench is at work on it", r->dir);
	return false;
}

static bool make_folder(const char *path, GError **error)
{
	if (g_mkdir_with_parents(path, 0755) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
	return false;
}

bool rundir_open(struct rundir *r, const char *dir, const struct identity *id, size_t n,
		 GError **error)
{
	g_autofree char *text = NULL, *parent = g_path_get_dirname(dir);
	const char *extended = NULL;
	size_t len;
	bool ok;

	memset(r, 0, sizeof(*r));
	r->journal = -1;
	r->dir = g_strdup(dir);
	r->trials = g_build_filename(dir, "trials", NULL);
	r->rings = g_build_filename(dir, "rings", NULL);
	if (g_file_test(dir, G_FILE_TEST_IS_DIR) && !is_empty_folder(dir) &&
	    !(text = read_journal(dir))) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "%s: is not empty and no run of vqbench: take another folder", dir);
		rundir_close(r);
		return false;
	}
	if (!take_lock(r, error)) {
		rundir_close(r);
		return false;
	}
	g_free(text);
	text = read_journal(dir);
	r->resumed = text != NULL;
	ok = text ? check_identity(r, text, id, n, &extended, error)
		  : write_identity(r, id, n, error);
	/* A line that was cut off must not run into the next one. */
	len = text ? strlen(text) : 0;
	if (ok && len && text[len - 1] != '\n')
		ok = append_line(r, "\n", error);
	if (ok && extended)
		ok = rundir_note(r, error, "extended to blocks %s", extended);
	ok = ok && make_folder(r->trials, error) && make_folder(r->rings, error);
	if (!ok) {
		rundir_close(r);
		return false;
	}
	/* Trials whose journal is lost would be nobody's. */
	sync_folder(parent);
	sync_folder(dir);
	rundir_sweep(r);
	return ok;
}

void rundir_close(struct rundir *r)
{
	if (r->journal >= 0)
		close(r->journal);
	r->journal = -1;
	g_clear_pointer(&r->dir, g_free);
	g_clear_pointer(&r->trials, g_free);
	g_clear_pointer(&r->rings, g_free);
}

bool rundir_has(const struct rundir *r, const char *id)
{
	g_autofree char *path = g_build_filename(r->trials, id, "trial.json", NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

char *rundir_state(const struct rundir *r, const char *id)
{
	g_autofree char *path = g_build_filename(r->trials, id, "trial.json", NULL);
	g_autofree char *text = read_file(path, TRIAL_MAX, NULL, NULL);
	g_autoptr(JsonNode) n = text ? parse_json(text, strlen(text), path, NULL) : NULL;

	return n ? g_strdup(json_str(json_node_get_object(n), "state", NULL)) : NULL;
}

static char *begin(const char *folder, const char *id, GError **error)
{
	g_autofree char *path = g_strdup_printf("%s/%s.tmp", folder, id);

	remove_tree(path);
	if (mkdir(path, 0755) == 0)
		return g_steal_pointer(&path);
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
	return NULL;
}

char *rundir_begin_trial(struct rundir *r, const char *id, GError **error)
{
	return begin(r->trials, id, error);
}

char *rundir_begin_ring(struct rundir *r, const char *id, GError **error)
{
	return begin(r->rings, id, error);
}

bool rundir_has_ring(const struct rundir *r, const char *id)
{
	g_autofree char *path = g_strdup_printf("%s/%s.json", r->rings, id);
	g_autofree char *text = read_file(path, TRIAL_MAX, NULL, NULL);
	g_autoptr(JsonNode) n = text ? parse_json(text, strlen(text), path, NULL) : NULL;

	return n && !json_str(json_node_get_object(n), "left_out", NULL);
}

bool rundir_keep_ring(struct rundir *r, const char *id, GError **error)
{
	g_autofree char *temp = g_strdup_printf("%s/%s.tmp", r->rings, id);
	g_autofree char *result = g_build_filename(temp, RING_RESULT, NULL);
	g_autofree char *path = g_strdup_printf("%s/%s.json", r->rings, id);

	/* It was written whole and synced. */
	if (rename(result, path) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	sync_folder(r->rings);
	remove_tree(temp);
	return true;
}

/*
 * @temp becomes @path; what was there, of a trial that is repeated, becomes @temp or, where
 * the file system cannot exchange two names (NFS), @old for a moment, and rundir_open puts
 * it back if this is cut off.
 */
static bool put_in_place(const char *temp, const char *path, const char *old)
{
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
		return true;
	remove_tree(old);
	return (rename(path, old) == 0 || errno == ENOENT) && rename(temp, path) == 0;
}

bool rundir_keep_trial(struct rundir *r, const char *id, GError **error)
{
	g_autofree char *temp = g_strdup_printf("%s/%s.tmp", r->trials, id);
	g_autofree char *path = g_build_filename(r->trials, id, NULL);
	g_autofree char *old = g_strdup_printf("%s/%s" OLD_SUFFIX, r->trials, id);

	/* A name that outlives a loss of power must not stand for less than was written. */
	if (!sync_files(temp, error))
		return false;
	if (!put_in_place(temp, path, old)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	sync_folder(r->trials);
	remove_tree(old);
	remove_tree(temp);
	return true;
}

/* The one that was to be replaced, if nothing has its place: see put_in_place. */
static void put_back(const char *old)
{
	g_autofree char *path = g_strndup(old, strlen(old) - strlen(OLD_SUFFIX));

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		rename(old, path);
}

static void sweep(const char *folder)
{
	GDir *d = g_dir_open(folder, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_suffix(name, OLD_SUFFIX))
			put_back(path);
		if (g_str_has_suffix(name, ".tmp"))
			remove_tree(path);
	}
	if (d)
		g_dir_close(d);
}

void rundir_sweep(struct rundir *r)
{
	sweep(r->trials);
	sweep(r->rings);
}
