// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runner's end of the plugin that counts: what it makes of a guest's kallsyms,
 * and of a plugin's answers, good and bad.
 */
#include "runners/guest-count/counter.h"
#include "runners/tool/json.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As grep -A1 prints them: a function ends where the next symbol begins. */
static const char kallsyms[] = "ffffffff81000000 t virtqueue_add_split.cold\n"
			       "ffffffff81000020 t vp_modern_probe.cold\n"
			       "--\n"
			       "ffffffff81cdba00 t __pfx_virtqueue_kick_prepare\n"
			       "ffffffff81cdba10 t virtqueue_kick_prepare\n"
			       "ffffffff81cdba90 T __pfx_detach_buf_split\n"
			       "ffffffff81cdbaa0 t detach_buf_split\n"
			       "ffffffff81cdbaa0 t detach_buf_twin\n"
			       "ffffffff81cdbb00 T virtio_break_device\n"
			       "--\n"
			       "ffffffff81cdc000 T __virtqueue_break\n"
			       "ffffffff81cdc010 T __pfx_virtio_max_dma_size\n"
			       "--\n"
			       "ffffffff81cdd000 t vring_interrupt\n";

/* A counter whose plugin has said @answers already. */
static void open_counter(struct guest_counter *c, const char *answers)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	g_assert_true(guest_counter_open(c, "/dev/null", argv, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(argv->len, ==, 2);
	g_assert_cmpstr(argv->pdata[0], ==, "-plugin");
	g_assert_true(g_str_has_prefix(argv->pdata[1], "file=/dev/null,fd="));
	g_assert_cmpint(write(c->qemu_fd, answers, strlen(answers)), ==, strlen(answers));
}

/* What the plugin has been asked. */
static char *asked(struct guest_counter *c)
{
	char text[4096];
	ssize_t n = recv(c->qemu_fd, text, sizeof(text), MSG_DONTWAIT);

	return g_strndup(text, MAX(n, 0));
}

static void test_count(void)
{
	static const char *const names[] = {"virtqueue_add_split.cold", "virtqueue_kick_prepare",
					    "detach_buf_split", "__virtqueue_break"};
	static const enum count_part parts[] = {COUNT_ADD, COUNT_KICK, COUNT_DETACH, COUNT_OTHER};
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *words = NULL, *text = NULL;
	struct guest_counter c;

	open_counter(&c, "ok\nok\nok\nok\nok\n0 0\n7 700\n30 18446744073709551000\n0 0\nok\n");
	g_assert_true(guest_counter_learn(&c, kallsyms, &error));
	g_assert_no_error(error);
	g_assert_true(guest_counter_start(&c, &error));
	g_assert_true(guest_counter_stop(&c, &error));
	g_assert_no_error(error);
	words = asked(&c);
	g_assert_cmpstr(words, ==,
			"function ffffffff81000000 ffffffff81000020\n"
			"function ffffffff81cdba10 ffffffff81cdba90\n"
			"function ffffffff81cdbaa0 ffffffff81cdbb00\n"
			"function ffffffff81cdc000 ffffffff81cdc010\n"
			"start\nstop\n");
	g_assert_cmpuint(c.functions->len, ==, G_N_ELEMENTS(names));
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const struct counted_function *f =
			&g_array_index(c.functions, struct counted_function, i);

		g_assert_cmpstr(f->name, ==, names[i]);
		g_assert_cmpint(f->part, ==, parts[i]);
	}
	g_assert_cmpuint(guest_counter_part(&c, COUNT_KICK), ==, 700);
	g_assert_cmpint(guest_counter_elements(&c), ==, 30);
	guest_counter_json(&c, b);
	root = json_builder_get_root(b);
	text = json_to_string(root, FALSE);
	g_test_message("%s", text);
	g_assert_nonnull(strstr(text, "\"elements\":30"));
	g_assert_nonnull(strstr(text, "{\"name\":\"virtqueue_kick_prepare\",\"part\":\"kick\","
				      "\"calls\":7,\"instructions\":700}"));
	g_assert_null(strstr(text, "__virtqueue_break"));
	guest_counter_close(&c);
}

static void test_no_functions(void)
{
	static const struct {
		const char *kallsyms, *why;
	} bad[] = {
		{"", "has no function of virtio_ring"},
		{"--\n\n--\n", "has no function of virtio_ring"},
		{"grep: /proc/kallsyms: No such file", "has no function of virtio_ring"},
		{"ffffffff81cdd000 t vring_interrupt\n", "has no function of virtio_ring"},
		{"0000000000000000 t vring_interrupt\n0000000000000000 t x\n", "hides addresses"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		struct guest_counter c;

		open_counter(&c, "ok\nok\n");
		g_assert_false(guest_counter_learn(&c, bad[i].kallsyms, &error));
		g_assert_nonnull(strstr(error->message, bad[i].why));
		guest_counter_close(&c);
	}
}

/* KVM, a guest that never idles, an answer that is none, a QEMU that ends. */
static void test_bad_answers(void)
{
	static const struct {
		const char *answers, *why;
	} bad[] = {
		{"ok\nerror nothing was translated: does the guest run under TCG?\n", "under TCG"},
		{"error no vCPU was idle for 30 s\n", "no vCPU was idle for 30 s"},
		{"error \x1b[31m\n", "error ?[31m"},
		{"ok\n12 x\n", "12 x"},
		{"ok\n12 13\nno\n", "no"},
		{"ok\n12 13\n", "QEMU has ended"},
		{"ok\n", "QEMU has ended"},
		{"o", "QEMU has ended"},
	};
	const struct counted_function f = {.start = 1, .end = 2};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		struct guest_counter c;

		open_counter(&c, bad[i].answers);
		g_array_append_val(c.functions, f);
		shutdown(c.qemu_fd, SHUT_WR);
		g_test_message("%s", bad[i].why);
		g_assert_false(guest_counter_start(&c, &error) && guest_counter_stop(&c, &error));
		g_assert_nonnull(strstr(error->message, bad[i].why));
		guest_counter_close(&c);
	}
}

/* A QEMU that the guest has taken over may say anything, as long as it likes. */
static void test_endless_answer(void)
{
	g_autofree char *much = g_strnfill(150000, 'x');
	g_autoptr(GError) error = NULL;
	struct guest_counter c;

	open_counter(&c, much);
	g_assert_false(guest_counter_start(&c, &error));
	g_assert_cmpstr(error->message, ==, "counting the guest: QEMU says lines without end");
	g_assert_cmpuint(c.input->len, <, 80000);
	guest_counter_close(&c);
}

static void test_no_plugin(void)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	struct guest_counter c;

	g_assert_false(guest_counter_open(&c, "/nonexistent/guest-count.so", argv, &error));
	g_assert_nonnull(strstr(error->message, "only a QEMU that the lab built can count"));
	g_assert_cmpuint(argv->len, ==, 0);
	guest_counter_close(&c);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/counter/count", test_count);
	g_test_add_func("/counter/no-functions", test_no_functions);
	g_test_add_func("/counter/bad-answers", test_bad_answers);
	g_test_add_func("/counter/endless-answer", test_endless_answer);
	g_test_add_func("/counter/no-plugin", test_no_plugin);
	return g_test_run();
}
