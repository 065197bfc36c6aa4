/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tune.h"
#include "text.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CPU "/sys/devices/system/cpu"
#define POLICIES CPU "/cpufreq"
#define POLICY "policy"
#define GOVERNOR "/scaling_governor"
#define NO_TURBO CPU "/intel_pstate/no_turbo"
#define BOOST CPU "/cpufreq/boost"

/* The file: a line "PATH VALUE" for each setting, and this one, without which it is not whole. */
#define END "end"
#define FILE_MAX (1u << 20)

struct setting {
	char *path; /* from the root */
	char *value;
};

static void setting_free(void *data)
{
	struct setting *s = data;

	g_free(s->path);
	g_free(s->value);
	g_free(s);
}

static void add(GPtrArray *list, const char *path, const char *value)
{
	struct setting *s = g_new(struct setting, 1);

	*s = (struct setting){g_strdup(path), g_strdup(value)};
	g_ptr_array_add(list, s);
}

/* Governors are words of the kernel's. */
static bool is_word(const char *text)
{
	return *text && strlen(text) < 64 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

/* Of these alone a file may speak, whoever wrote it. */
static bool is_known(const char *path)
{
	const char *number = path + strlen(POLICIES "/" POLICY);

	if (!strcmp(path, NO_TURBO) || !strcmp(path, BOOST))
		return true;
	return g_str_has_prefix(path, POLICIES "/" POLICY) && g_ascii_isdigit(*number) &&
	       !strcmp(number + strspn(number, "0123456789"), GOVERNOR);
}

/* In place: what stands there is no file that could be replaced.  What is so is left alone. */
static bool write_setting(const char *root, const char *path, const char *value, GError **error)
{
	g_autofree char *whole = g_strconcat(root, path, NULL), *is = host_text(root, "%s", path);
	bool ok;
	int fd;

	if (is && !strcmp(is, value))
		return true;
	fd = open(whole, O_WRONLY | O_TRUNC | O_CLOEXEC);
	ok = fd >= 0 && write_all(fd, value, strlen(value));
	if (!ok)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: cannot be set to %s: %s", whole,
			    value, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Of a processor that was taken away there is nothing to put back. */
static bool is_there(const char *root, const char *path)
{
	g_autofree char *whole = g_strconcat(root, path, NULL);

	return g_file_test(whole, G_FILE_TEST_EXISTS);
}

/* All of them, whatever fails; false with the first failure. */
static bool write_all_settings(const char *root, const GPtrArray *list, GError **error)
{
	bool ok = true;

	for (unsigned int i = 0; i < list->len; i++) {
		const struct setting *s = list->pdata[i];

		if (is_there(root, s->path))
			ok = write_setting(root, s->path, s->value, ok ? error : NULL) && ok;
	}
	return ok;
}

/*
 * The file, with its lock; -1 without @error: another process has it.  A lock that fork() does not
 * hand on: a trial's process may outlive vqbench by a moment.
 */
static int open_locked(const char *path, GError **error)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) < 0) {
		bool held = errno == EACCES || errno == EAGAIN;

		if (!held)
			g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path,
				    g_strerror(errno));
		close(fd);
		return -1;
	}
	if (fd < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return -1;
	}
	/* It says what root writes: in a folder that all may write to, it must be root's own. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & 0022) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s: is not a file that this user alone may write: remove it", path);
		close(fd);
		return -1;
	}
	return fd;
}

/* What the file says was before; empty also where it is not whole: then nothing was changed. */
static GPtrArray *parse(const char *text, const char *path, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(setting_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	unsigned int i, n = g_strv_length(lines);

	if (n < 2 || strcmp(lines[n - 2], END) || *lines[n - 1])
		return g_steal_pointer(&list);
	for (i = 0; i < n - 2; i++) {
		char *blank = strchr(lines[i], ' ');

		if (blank)
			*blank = '\0';
		if (!blank || !is_known(lines[i]) || !is_word(blank + 1)) {
			g_set_error(error, VQB_ERROR, VQB_FAILED,
				    "%s:%u: no setting of this host's processors: remove the file",
				    path, i + 1);
			return NULL;
		}
		add(list, lines[i], blank + 1);
	}
	return g_steal_pointer(&list);
}

/* "governor powersave, boost 1"; of policies, the first. */
static char *describe(const GPtrArray *list)
{
	GString *text = g_string_new(NULL);
	unsigned int governors = 0;

	for (unsigned int i = 0; i < list->len; i++) {
		const struct setting *s = list->pdata[i];
		bool governor = g_str_has_suffix(s->path, GOVERNOR);

		if (governor && governors++)
			continue;
		g_string_append_printf(text, "%s%s %s", text->len ? ", " : "",
				       governor ? "governor" : strrchr(s->path, '/') + 1, s->value);
	}
	return g_string_free(text, FALSE);
}

/* Of the file @path, locked as @fd, what it says was before, back to where it was; see
 * tune_restore(). */
static bool put_back(int fd, const char *path, const char *root, char **said, GError **error)
{
	/* By its name would be a second opening, and closing that gives the lock up. */
	g_autofree char *text = g_malloc0(FILE_MAX);
	bool ok = pread(fd, text, FILE_MAX - 1, 0) >= 0;
	g_autoptr(GPtrArray) old = parse(ok ? text : "", path, error);

	ok = old && write_all_settings(root, old, error);
	if (old && !ok)
		g_prefix_error(error,
			       "what a run with --tune left behind (%s; remove that if it "
			       "shall stay): ",
			       path);
	if (ok && old->len)
		*said = describe(old);
	if (ok && ftruncate(fd, 0) < 0)
		g_printerr("vqbench: %s: %s\n", path, g_strerror(errno));
	return ok;
}

bool tune_restore(const char *root, const char *folder, char **said, GError **error)
{
	g_autofree char *path = g_build_filename(folder, HOST_TUNED, NULL);
	g_autoptr(GError) e = NULL;
	bool ok;
	int fd;

	*said = NULL;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	fd = open_locked(path, &e);
	if (fd < 0) {
		if (!e)
			return true;
		g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	ok = put_back(fd, path, root, said, error);
	close(fd);
	return ok;
}

/* Every setting that is to be another: what it is, in @old, and shall be, in @new. */
static void want(const char *root, const char *path, const char *value, GPtrArray *old,
		 GPtrArray *new)
{
	g_autofree char *is = host_text(root, "%s", path);

	if (!is || !is_word(is) || !strcmp(is, value))
		return;
	add(old, path, is);
	add(new, path, value);
}

static void want_governors(const char *root, GPtrArray *old, GPtrArray *new, bool *any)
{
	g_autofree char *folder = g_strconcat(root, POLICIES, NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_strconcat(POLICIES "/", name, GOVERNOR, NULL),
				*has = NULL;
		g_auto(GStrv) words = NULL;

		if (!is_known(path))
			continue;
		has = host_text(root, POLICIES "/%s/scaling_available_governors", name);
		words = g_strsplit(has ? has : "", " ", -1);
		if (!g_strv_contains((const char *const *)words, "performance"))
			continue;
		*any = true;
		want(root, path, "performance", old, new);
	}
}

/* On the disk, or what it has of one, before the first change. */
static bool keep_old(int fd, const GPtrArray *old)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned int i = 0; i < old->len; i++) {
		const struct setting *s = old->pdata[i];

		g_string_append_printf(text, "%s %s\n", s->path, s->value);
	}
	g_string_append(text, END "\n");
	return text->len < FILE_MAX && ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	       write_all(fd, text->str, text->len) && fsync(fd) == 0;
}

/* The file, for this process alone; false with @error, also if it is another's. */
static bool take_file(struct tuned *t, const char *path, GError **error)
{
	g_autoptr(GError) e = NULL;

	if (t->fd > 0)
		return true;
	t->fd = open_locked(path, &e);
	if (t->fd >= 0)
		return true;
	t->fd = 0;
	if (e)
		g_propagate_error(error, g_steal_pointer(&e));
	else
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s: another vqbench has this host tuned, and puts all back when it "
			    "ends, be this run over or not: wait for it",
			    path);
	return false;
}

static void leave_file(struct tuned *t)
{
	if (t->fd > 0)
		close(t->fd);
	t->fd = 0;
}

/*
 * Before anything is looked at: a governor that is performance already may be so only until another
 * vqbench ends; or for good, if that was killed a moment ago, and what its file says must not be
 * lost.
 */
static bool settle_file(struct tuned *t, const char *path, GError **error)
{
	g_autofree char *said = NULL;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	if (!take_file(t, path, error))
		return false;
	if (put_back(t->fd, path, t->root, &said, error))
		return true;
	leave_file(t);
	return false;
}

bool tune_begin(struct tuned *t, const char *root, const char *folder, char **said, GError **error)
{
	g_autofree char *path = g_build_filename(folder, HOST_TUNED, NULL);
	g_autoptr(GPtrArray) new = g_ptr_array_new_with_free_func(setting_free);
	bool any = false;

	*said = NULL;
	*t = (struct tuned){.root = g_strdup(root),
			    .old = g_ptr_array_new_with_free_func(setting_free)};
	if (!settle_file(t, path, error))
		return false;
	want_governors(root, t->old, new, &any);
	want(root, NO_TURBO, "1", t->old, new);
	want(root, BOOST, "0", t->old, new);
	if (!t->old->len) {
		leave_file(t);
		*said = g_strdup(
			any ? "the governor is performance already, and turbo off"
			    : "this host has no cpufreq with a governor performance, and no "
			      "turbo to set: its hypervisor or firmware decides");
		return true;
	}
	if (!take_file(t, path, error))
		return false;
	if (!keep_old(t->fd, t->old)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		leave_file(t);
		return false;
	}
	if (write_all_settings(root, new, error)) {
		g_autofree char *before = describe(t->old), *now = describe(new);

		*said = g_strdup_printf("%s, until the run ends (before: %s)", now, before);
		return true;
	}
	tune_end(t);
	return false;
}

void tune_end(struct tuned *t)
{
	g_autoptr(GError) e = NULL;

	if (t->fd > 0) {
		/* Else the next vqbench tries it again. */
		if (write_all_settings(t->root, t->old, &e) && ftruncate(t->fd, 0) < 0)
			g_printerr("vqbench: " HOST_TUNED ": %s\n", g_strerror(errno));
		close(t->fd);
		t->fd = 0;
	}
	if (e)
		g_printerr("vqbench: %s\n", e->message);
	g_clear_pointer(&t->root, g_free);
	g_clear_pointer(&t->old, g_ptr_array_unref);
}
