// SPDX-License-Identifier: GPL-2.0-or-later
/* What all programs do alike: text is cleaned, files are whole, output is checked. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "probes/tool/json.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "probes/tool/text.h"

static void test_clean(void)
{
	static const struct {
		const char *text, *ascii, *utf8;
	} cases[] = {
		{"", "", ""},
		{"plain ~", "plain ~", "plain ~"},
		{"a\tb\nc\r\nd\re", "a b c d e", "a b c d e"},
		{"\x1b[2Jx\x7f", "?[2Jx?", "?[2Jx?"},
		{"gr\xc3\xb6\xc3\x9f"
		 "e",
		 "gr??e",
		 "gr\xc3\xb6\xc3\x9f"
		 "e"},
		{"\xc2\x9b"
		 "2J",
		 "?2J", "?2J"}, /* CSI in one character */
		{"a\xe2\x80\xae"
		 "b",
		 "a?b", "a?b"},				 /* right-to-left override */
		{"a\xcc\x81", "a?", "a?"},		 /* would join its neighbour */
		{"\xff\xc3x\xe2\x82", "??x??", "??x??"}, /* invalid and cut off */
		{"\xed\xa0\x80", "???", "???"},		 /* a surrogate */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *a = vq_text_clean(cases[i].text, -1, 100, VQ_ASCII);
		g_autofree char *u = vq_text_clean(cases[i].text, -1, 100, VQ_UTF8);

		g_assert_cmpstr(a, ==, cases[i].ascii);
		g_assert_cmpstr(u, ==, cases[i].utf8);
	}
}

static void test_clean_bounds(void)
{
	g_autofree char *cut = vq_text_clean("abcdef", 6, 3, VQ_ASCII);
	g_autofree char *half = vq_text_clean("a\xc3\xb6", -1, 2, VQ_UTF8);
	g_autofree char *nul = vq_text_clean("a\0b\r", 4, 10, VQ_ASCII);

	g_assert_cmpstr(cut, ==, "abc");
	g_assert_cmpstr(half, ==, "a");
	g_assert_cmpstr(nul, ==, "a?b ");
}

/* Whatever bytes there are, what remains prints, is one line, and is as short. */
static void test_clean_random(void)
{
	for (int n = 0; n < 100000; n++) {
		char bytes[16];
		size_t len = g_test_rand_int_range(0, sizeof(bytes));
		enum vq_charset set = n & 1 ? VQ_UTF8 : VQ_ASCII;
		g_autofree char *exact = g_malloc(len ?: 1);
		g_autofree char *clean = NULL;

		for (size_t i = 0; i < len; i++)
			bytes[i] = g_test_rand_int();
		memcpy(exact, bytes, len);
		clean = vq_text_clean(exact, len, 12, set);
		g_assert_cmpint(strlen(clean), <=, 12);
		g_assert_true(g_utf8_validate(clean, -1, NULL));
		for (const char *p = clean; *p; p = g_utf8_next_char(p))
			g_assert_true(g_unichar_isprint(g_utf8_get_char(p)));
	}
}

struct folder {
	char *path;
	GError *error;
};

static void folder_new(struct folder *f, const void *unused)
{
	f->path = g_dir_make_tmp("test-tool-XXXXXX", NULL);
	g_assert_nonnull(f->path);
}

static void folder_free(struct folder *f, const void *unused)
{
	GDir *d = g_dir_open(f->path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(f->path, name, NULL);

		g_assert_cmpint(g_unlink(path), ==, 0);
	}
	g_dir_close(d);
	g_assert_cmpint(g_rmdir(f->path), ==, 0);
	g_clear_error(&f->error);
	g_free(f->path);
}

static void assert_file(const char *path, const char *text)
{
	g_autofree char *is = NULL;

	g_assert_true(g_file_get_contents(path, &is, NULL, NULL));
	g_assert_cmpstr(is, ==, text);
}

static int files_in(const char *path)
{
	GDir *d = g_dir_open(path, 0, NULL);
	int n = 0;

	while (g_dir_read_name(d))
		n++;
	g_dir_close(d);
	return n;
}

/* Whoever is killed while he writes leaves a temporary file: the next one removes it, but
 * none that is still written, nor a file of the user's. */
static void test_abandoned(struct folder *f, const void *unused)
{
	static const char *const names[] = {"file.vqlab-abcdef", "file.vqlab-ABC123",
					    "file.vqlab-mine", "file.backup", "other.vqlab-abcdef"};
	g_autofree char *path = g_build_filename(f->path, "file", NULL);
	int fd = -1;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *other = g_build_filename(f->path, names[i], NULL);

		g_assert_true(g_file_set_contents(other, "part", -1, NULL));
		if (i == 1)
			fd = open(other, O_WRONLY);
	}
	g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
	g_assert_true(vq_output_write(path, "one", 3, &f->error));
	assert_file(path, "one");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *other = g_build_filename(f->path, names[i], NULL);

		g_assert_cmpint(g_file_test(other, G_FILE_TEST_EXISTS), ==, i > 0);
	}
	close(fd);
	g_assert_true(vq_output_write(path, "two", 3, &f->error));
	g_assert_cmpint(files_in(f->path), ==, 4);
}

static void test_regular(struct folder *f, const void *unused)
{
	g_autofree char *path = g_build_filename(f->path, "file", NULL);
	g_autofree char *link = g_build_filename(f->path, "link", NULL);
	struct stat st;

	g_assert_true(vq_output_write(path, "one", 3, &f->error));
	assert_file(path, "one");
	g_assert_cmpint(g_chmod(path, 0640), ==, 0);
	g_assert_cmpint(symlink("file", link), ==, 0);
	g_assert_true(vq_output_write(link, "two", 3, &f->error));
	assert_file(path, "two");
	g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
	g_assert_cmpint(stat(path, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 07777, ==, 0640);
	g_assert_cmpint(files_in(f->path), ==, 2);
}

/* What a check says is what a write would, and nothing is there that was not. */
static void test_check(struct folder *f, const void *unused)
{
	g_autofree char *path = g_build_filename(f->path, "file", NULL);
	g_autofree char *below = g_build_filename(f->path, "file", "file", NULL);
	g_autofree char *nowhere = g_build_filename(f->path, "none", "file", NULL);

	g_assert_true(vq_output_check(path, &f->error));
	g_assert_cmpint(files_in(f->path), ==, 0);
	g_assert_true(vq_output_write(path, "one", 3, &f->error));
	g_assert_true(vq_output_check(path, &f->error));
	assert_file(path, "one");
	g_assert_cmpint(files_in(f->path), ==, 1);
	g_assert_true(vq_output_check("/dev/null", &f->error));
	g_assert_true(vq_output_check("/dev/stdout", &f->error));
	g_assert_false(vq_output_check("/dev/fd/987", NULL));
	g_assert_false(vq_output_check(below, NULL));
	g_assert_false(vq_output_check(f->path, NULL));
	g_assert_false(vq_output_check(nowhere, &f->error));
	g_assert_error(f->error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	g_assert_nonnull(strstr(f->error->message, nowhere));
}

static void test_devices(struct folder *f, const void *unused)
{
	g_autofree char *fifo = g_build_filename(f->path, "fifo", NULL);
	char got[8] = "";
	struct stat st;
	int fd;

	g_assert_true(vq_output_write("/dev/null", "gone", 4, &f->error));
	g_assert_cmpint(stat("/dev/null", &st), ==, 0);
	g_assert_true(S_ISCHR(st.st_mode));
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	fd = open(fifo, O_RDWR);
	g_assert_true(vq_output_write(fifo, "pipe", 4, &f->error));
	g_assert_cmpint(read(fd, got, sizeof(got)), ==, 4);
	g_assert_cmpstr(got, ==, "pipe");
	close(fd);
	g_assert_false(vq_output_write("/dev/full", "x", 1, &f->error));
	g_assert_error(f->error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
	g_assert_nonnull(strstr(f->error->message, "/dev/full: "));
}

/* A descriptor is written to where it stands, and what was there remains. */
static void test_descriptor(struct folder *f, const void *unused)
{
	g_autofree char *path = g_build_filename(f->path, "file", NULL);
	g_autofree char *own = NULL;
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	g_assert_cmpint(write(fd, "before ", 7), ==, 7);
	own = g_strdup_printf("/dev/fd/%d", fd);
	g_assert_true(vq_output_write(own, "after", 5, &f->error));
	close(fd);
	assert_file(path, "before after");
}

/* A place where nothing can be written keeps what it had, and gets no litter. */
static void test_refused(struct folder *f, const void *unused)
{
	g_autofree char *none = g_build_filename(f->path, "no", "folder", NULL);

	g_assert_false(vq_output_write(none, "x", 1, &f->error));
	g_assert_error(f->error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	g_clear_error(&f->error);
	g_assert_false(vq_output_write(f->path, "x", 1, &f->error));
	g_assert_error(f->error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
	g_assert_cmpint(files_in(f->path), ==, 0);
}

/* The status that vq_output_finish() gives with @to as standard output. */
static int finish_with(const char *to, int status)
{
	int pid = fork(), got;

	if (!pid) {
		if (to)
			g_assert_nonnull(freopen(to, "w", stdout));
		else
			close(STDOUT_FILENO);
		g_assert_nonnull(freopen("/dev/null", "w", stderr));
		printf("text");
		_exit(vq_output_finish("test", status));
	}
	g_assert_cmpint(waitpid(pid, &got, 0), ==, pid);
	g_assert_true(WIFEXITED(got));
	return WEXITSTATUS(got);
}

static void test_finish(void)
{
	g_assert_cmpint(finish_with("/dev/null", 0), ==, 0);
	g_assert_cmpint(finish_with("/dev/null", 2), ==, 2);
	g_assert_cmpint(finish_with("/dev/full", 0), ==, 1);
	g_assert_cmpint(finish_with("/dev/full", 2), ==, 2);
	g_assert_cmpint(finish_with(NULL, 0), ==, 1);
}

static void test_start(void)
{
	int pid = fork(), got;

	if (!pid) {
		close(0);
		close(2);
		g_setenv("LC_ALL", "de_DE.UTF-8", TRUE);
		vq_start();
		_exit(fcntl(0, F_GETFD) < 0 || fcntl(2, F_GETFD) < 0 ||
		      open("/dev/null", O_RDONLY) <= 2 || strcmp(getenv("LC_ALL"), "C.UTF-8") ||
		      strcmp(localeconv()->decimal_point, "."));
	}
	g_assert_cmpint(waitpid(pid, &got, 0), ==, pid);
	g_assert_cmpint(got, ==, 0);
}

/* What is said of @len bytes (-1: up to the NUL); NULL if they are taken. */
static char *json_refusal(const char *text, gssize len)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) root =
		vq_json_parse(text, len < 0 ? strlen(text) : (size_t)len, &error);

	g_assert_true(!root == !!error);
	return error ? g_strdup(error->message) : NULL;
}

static void test_json(void)
{
	static const struct {
		const char *text;
		gssize len;
		const char *said;
	} cases[] = {
		{"{}", -1, NULL},
		{" {\"a\": [1, \"\\\"[\"]}\n", -1, NULL},
		{"", -1, "not a JSON object"},
		{"[]", -1, "not a JSON object"},
		{"1", -1, "not a JSON object"},
		{"{\"a\":", -1, "not JSON: "},
		{"{} {", -1, "not JSON: "},
		{"{\"a\":\"\xff\"}", -1, "not JSON: not UTF-8"},
		{"{}\0{}", 5, "not JSON: not UTF-8"},
		{"{\"a\": \033[2J}", -1, "not JSON: "},
		{"{\"a\": 1 /* b */}", -1, "not JSON: a comment"},
		{"{\"/#'\": \"/*'\"}", -1, NULL},
		/* Refused unread: there is less. */
		{"{}", VQ_JSON_MAX_BYTES + 1, "not JSON: larger than"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *said = json_refusal(cases[i].text, cases[i].len);

		g_test_message("%u: %s", i, said ? said : "taken");
		g_assert_true(!said == !cases[i].said);
		g_assert_true(!said || g_str_has_prefix(said, cases[i].said));
		/* Nothing of the text reaches a terminal, nor all of it. */
		g_assert_true(!said || (!strchr(said, '\033') && strlen(said) <= 200));
	}
}

/* @n brackets within each other, after a string that holds some, closed again. */
static char *nested(unsigned int n)
{
	GString *text = g_string_new("{\"[[{\\\"[[\":");

	for (unsigned int i = 1; i < n; i++)
		g_string_append_c(text, '[');
	for (unsigned int i = 1; i < n; i++)
		g_string_append_c(text, ']');
	return g_string_free(g_string_append_c(text, '}'), FALSE);
}

static void test_json_depth(void)
{
	g_autofree char *most = nested(VQ_JSON_MAX_DEPTH), *more = nested(VQ_JSON_MAX_DEPTH + 1),
			*bomb = g_strnfill(1 << 20, '{');
	g_autofree char *taken = json_refusal(most, -1), *refused = json_refusal(more, -1),
			*survived = json_refusal(bomb, -1);

	g_assert_null(taken);
	g_assert_cmpstr(refused, ==, "not JSON: nested too deep");
	g_assert_cmpstr(survived, ==, "not JSON: nested too deep");
}

/* What json-glib takes for a string or a comment, and JSON does not, hides no brackets. */
static void test_json_hidden(void)
{
	static const char *const hiding[] = {"{\"a\":[/*\"*/", "{\"a\":['\"',", "{\"a\":[#\"\n"};

	for (unsigned int i = 0; i < G_N_ELEMENTS(hiding); i++) {
		g_autofree char *brackets = g_strnfill(1 << 20, '[');
		g_autofree char *text = g_strconcat(hiding[i], brackets, NULL);
		g_autofree char *said = json_refusal(text, -1);

		g_assert_true(g_str_has_prefix(said, "not JSON: "));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tool/clean", test_clean);
	g_test_add_func("/tool/clean-bounds", test_clean_bounds);
	g_test_add_func("/tool/clean-random", test_clean_random);
#define IN_FOLDER(name, fn)                                                                        \
	g_test_add("/tool/" name, struct folder, NULL, folder_new, fn, folder_free)
	IN_FOLDER("write-abandoned", test_abandoned);
	IN_FOLDER("write-regular", test_regular);
	IN_FOLDER("check", test_check);
	IN_FOLDER("write-devices", test_devices);
	IN_FOLDER("write-descriptor", test_descriptor);
	IN_FOLDER("write-refused", test_refused);
	g_test_add_func("/tool/json", test_json);
	g_test_add_func("/tool/json-depth", test_json_depth);
	g_test_add_func("/tool/json-hidden", test_json_hidden);
	g_test_add_func("/tool/finish", test_finish);
	g_test_add_func("/tool/start", test_start);
	return g_test_run();
}
