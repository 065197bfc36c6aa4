/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a child says without end: how much of it is kept, and when. */
#include "runners/tool/files.h"
#include "runners/tool/kept.h"
#include "runners/tool/spawn.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *path;
static int fd; /* a child's end */

static struct kept *begin(void)
{
	g_autoptr(GError) e = NULL;
	struct kept *k = kept_open(path, &fd, &e);

	g_assert_no_error(e);
	return k;
}

/* The whole file; the caller frees it. */
static char *ended(struct kept *k, size_t *len)
{
	g_autoptr(GError) e = NULL;
	char *text;

	kept_end(k);
	text = read_file(path, KEPT_MAX, len, &e);
	g_assert_no_error(e);
	kept_free(k);
	return text;
}

static off_t size(void)
{
	GStatBuf st;

	g_assert_cmpint(g_stat(path, &st), ==, 0);
	return st.st_size;
}

/* As much as it holds, and not a byte is missing. */
static void test_all(void)
{
	static const size_t sizes[] = {0, 1, 4096, KEPT_MAX - 1, KEPT_MAX};
	g_autofree char *all = g_malloc(KEPT_MAX);
	size_t i;

	for (i = 0; i < KEPT_MAX; i++)
		all[i] = 'a' + i % 23;
	for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct kept *k = begin();
		g_autofree char *text = NULL;
		size_t len;

		g_assert_true(write_all(fd, all, sizes[i]));
		/* The child is still there. */
		text = ended(k, &len);
		close(fd);
		g_assert_cmpmem(text, len, all, sizes[i]);
	}
}

/* 20 MB of numbered lines: the file is never larger, and holds the first and the last ones. */
static void test_much(void)
{
	const unsigned int lines = 20 * 1000 * 1000 / 8;
	struct kept *k = begin();
	g_autofree char *text = NULL;
	g_auto(GStrv) list = NULL;
	unsigned int i, n, first, left_out = 0;
	size_t len;

	for (i = 0; i < lines; i += 1000) {
		g_autoptr(GString) some = g_string_new(NULL);

		for (n = i; n < i + 1000; n++)
			g_string_append_printf(some, "%07u\n", n);
		g_assert_true(write_all(fd, some->str, some->len));
		g_assert_cmpint(size(), <=, KEPT_MAX);
	}
	text = ended(k, &len);
	close(fd);
	list = g_strsplit(text, "\n", -1);
	n = g_strv_length(list) - 1;
	g_assert_cmpstr(list[n], ==, "");
	for (i = 0; i < n && list[i][0] && list[i][0] != '['; i++)
		g_assert_cmpint(atoi(list[i]), ==, i);
	/* Half of it. */
	g_assert_cmpint(8 * i, ==, KEPT_MAX / 2);
	for (i = n; atoi(list[i - 1]) == (int)(lines - 1 - (n - i)); i--)
		;
	first = n - i;
	g_assert_cmpint(8 * first, >=, KEPT_MAX / 4 - 8);
	for (i = 0; i < n; i++)
		if (sscanf(list[i], "[%u bytes are left out here]", &left_out) == 1)
			break;
	/* Two newlines and the line itself are no child's. */
	g_assert_cmpint(len - strlen(list[i]) - 2 + left_out, ==, 8 * lines);
}

/* One that goes on, and one that is killed in the middle of it, end no later for that. */
static void test_end(void)
{
	const char *argv[] = {"yes", "0123456789", NULL};
	g_autofree char *text = NULL;
	g_autoptr(GError) e = NULL;
	struct kept *k = begin();
	struct spawn s = {.argv = argv, .out = fd};
	struct child c;
	size_t len;

	g_assert_true(spawn(&c, &s, &e));
	close(fd);
	while (size() < KEPT_MAX / 2)
		;
	/* It still writes, until nobody reads. */
	text = ended(k, &len);
	g_assert_cmpint(len, <=, KEPT_MAX);
	g_assert_nonnull(strstr(text, "\n0123456789\n"));
	while (!child_ended(&c, 1000))
		;
	g_assert_cmpint(c.status, !=, 0);
	child_end(&c, 0, 0);
}

static void test_nowhere(void)
{
	g_autofree char *none = g_strconcat(path, "/none", NULL);
	g_autoptr(GError) e = NULL;

	g_assert_null(kept_open(none, &fd, &e));
	g_assert_error(e, VQB_ERROR, VQB_FAILED);
	g_assert_nonnull(strstr(e->message, none));
	g_assert_cmpint(fd, ==, -1);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) e = NULL;
	int rc, file;

	g_test_init(&argc, &argv, NULL);
	file = g_file_open_tmp("vqlab-kept-XXXXXX", &path, &e);
	g_assert_no_error(e);
	close(file);
	g_test_add_func("/kept/all", test_all);
	g_test_add_func("/kept/much", test_much);
	g_test_add_func("/kept/end", test_end);
	g_test_add_func("/kept/nowhere", test_nowhere);
	rc = g_test_run();
	g_unlink(path);
	g_free(path);
	return rc;
}
