/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that others wrote, on its way through vqbench: messages between
 * processes, JSON, last lines of logs.
 */
#include "runners/trial/load.h"
#include "runners/trial/message.h"
#include "runners/trial/perfstat.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* What a guest could have fio, iperf3 or QEMU say. */
static const char *const hostile[] = {
	"\n\nerror hi",
	"\nstate ok forged \x1b[31m",
	"phase",
	"error",
	"state",
	"",
	"a\r\nb\x9b"
	"c",
};

static bool safe(const char *text)
{
	const char *p;

	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (p = text; *p; p = g_utf8_next_char(p))
		if (!g_unichar_isprint(g_utf8_get_char(p)))
			return false;
	return true;
}

/* All that message_send wrote into the pipe. */
static GByteArray *drain(int fd)
{
	GByteArray *all = g_byte_array_new();
	guint8 chunk[512];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		g_byte_array_append(all, chunk, n);
	close(fd);
	return all;
}

static GByteArray *send_all(void)
{
	int pair[2];
	size_t i;

	g_assert_cmpint(pipe(pair), ==, 0);
	for (i = 0; i < G_N_ELEMENTS(hostile); i++)
		message_send(pair[1], MESSAGE_ERROR, i, hostile[i]);
	message_send(pair[1], MESSAGE_STATE, VQB_STALLED, NULL);
	message_send(-1, MESSAGE_STATE, 0, "nobody reads this");
	close(pair[1]);
	return drain(pair[0]);
}

/* One text, one message, however it is cut into pieces on the way. */
static void test_framed(void)
{
	g_autoptr(GByteArray) all = send_all(), in = g_byte_array_new();
	struct message m;
	size_t at, n = 0;

	for (at = 0; at < all->len; at++) {
		g_byte_array_append(in, all->data + at, 1);
		while (message_take(in, &m) == MESSAGE_ONE) {
			g_assert_true(safe(m.text));
			if (n < G_N_ELEMENTS(hostile)) {
				g_assert_cmpint(m.kind, ==, MESSAGE_ERROR);
				g_assert_cmpint(m.code, ==, n);
			} else {
				g_assert_cmpint(m.kind, ==, MESSAGE_STATE);
				g_assert_cmpint(m.code, ==, VQB_STALLED);
				g_assert_cmpstr(m.text, ==, "");
			}
			n++;
			message_clear(&m);
		}
	}
	g_assert_cmpuint(n, ==, G_N_ELEMENTS(hostile) + 1);
	g_assert_cmpuint(in->len, ==, 0);
}

/* A kind or a length that cannot be ends the reading; so does text of another
 * program that wrote into the pipe. */
static void test_damaged(void)
{
	g_autoptr(GByteArray) in = send_all();
	struct message m;

	in->data[0] = N_MESSAGE_KINDS;
	g_assert_cmpint(message_take(in, &m), ==, MESSAGE_BAD);
	in->data[0] = MESSAGE_ERROR;
	in->data[9] = 0xff;
	g_assert_cmpint(message_take(in, &m), ==, MESSAGE_BAD);
	g_byte_array_set_size(in, 0);
	g_byte_array_append(in, (const guint8 *)"state ok forged\n", 16);
	g_assert_cmpint(message_take(in, &m), ==, MESSAGE_BAD);
}

/* The reader cleans, too: the writer's memory may be what is broken. */
static void test_reader_cleans(void)
{
	g_autoptr(GByteArray) in = send_all();
	struct message m;

	memcpy(memchr(in->data, 'h', in->len), "\n", 1);
	g_assert_cmpint(message_take(in, &m), ==, MESSAGE_ONE);
	g_assert_cmpstr(m.text, ==, "  error  i");
	message_clear(&m);
}

static void test_json(void)
{
	static const char text[] = "{\"a\\u001b\":\"x\\ny\\u001b[2J\",\"b\":[\"\\u202e\",1,{\"c\":"
				   "\"\\r\"}],\"gr\303\266\303\237e\":\"\303\244\"}";
	g_autoptr(GError) e = NULL;
	g_autoptr(JsonNode) n = parse_json(text, strlen(text), "t", &e);
	JsonObject *o;

	g_assert_no_error(e);
	o = json_node_get_object(n);
	g_assert_cmpuint(json_object_get_size(o), ==, 3);
	g_assert_cmpstr(json_str(o, "a?", ""), ==, "x y?[2J");
	g_assert_cmpstr(json_str(o, "gr\303\266\303\237e", ""), ==, "\303\244");
	g_assert_cmpstr(json_array_get_string_element(json_list(o, "b"), 0), ==, "?");
	g_assert_cmpstr(json_str(json_array_get_object_element(json_list(o, "b"), 2), "c", ""), ==,
			" ");
}

/* Numbers that the guest made up: none becomes an int64_t that it is not. */
static void test_numbers(void)
{
	static const char text[] = "{\"a\":1e300,\"b\":-1e19,\"c\":3.7,\"d\":\"5\",\"e\":1e18}";
	static const char perf[] = "3.3e22,,context-switches,1,1,,\n1.5,msec,task-clock,1,1,,\n";
	g_autoptr(JsonNode) n = parse_json(text, strlen(text), "t", NULL);
	JsonObject *o = json_node_get_object(n);
	struct perfstat_result r;
	g_autoptr(GError) e = NULL;

	g_assert_cmpint(json_int(o, "a", -1), ==, -1);
	g_assert_cmpint(json_int(o, "b", -2), ==, -2);
	g_assert_cmpint(json_int(o, "c", -1), ==, 3);
	g_assert_cmpint(json_int(o, "d", -1), ==, -1);
	g_assert_cmpint(json_int(o, "e", -1), ==, 1000000000000000000);
	g_assert_false(perfstat_parse(perf, &r, &e));
}

/* json-glib quotes what it does not understand. */
static void test_errors(void)
{
	static const char *const texts[] = {
		"{ \"\n\nerror hi\" 2 }", "{ \"\nstate ok forged \x1b[31m\" 2 }",
		"{ \x1b[31m }",		  "{\"error\":\"\\n\\u001b[31m\"}",
		"\x1b[31m\n\n",
	};
	const struct plan_workload w = {.iperf3 = {(char *)"out", (char *)"tcp"}};
	struct load l;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) e = NULL, f = NULL;

		g_assert_false(load_fio(&l, &w, texts[i], strlen(texts[i]), &e));
		g_assert_false(load_iperf3(&l, &w, texts[i], strlen(texts[i]), &f));
		g_assert_true(safe(e->message));
		g_assert_true(safe(f->message));
	}
}

static void test_last_line(void)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "vqlab-line-XXXXXX", NULL);
	g_autofree char *line = NULL;
	int fd = g_mkstemp(path);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, "one\ntwo \x1b[2J\x9b\xff\r\n\n", 17), ==, 17);
	close(fd);
	line = last_line(path);
	g_unlink(path);
	g_assert_cmpstr(line, ==, "two ?[2J??");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/message/framed", test_framed);
	g_test_add_func("/message/damaged", test_damaged);
	g_test_add_func("/message/reader-cleans", test_reader_cleans);
	g_test_add_func("/message/json", test_json);
	g_test_add_func("/message/numbers", test_numbers);
	g_test_add_func("/message/errors", test_errors);
	g_test_add_func("/message/last-line", test_last_line);
	return g_test_run();
}
