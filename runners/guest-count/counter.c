/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "counter.h"
#include "protocol.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/tool/text.h"

/* Longer than the plugin waits for a vCPU to be idle. */
#define ANSWER_MS 60000

/* What QEMU may say before the end of a line: its answer to stop comes in one piece. */
#define INPUT_MAX 65536

/* What virtio_ring's functions are called, in any kernel; gcc adds ".isra.0". */
#define NAMES "(_*virtqueue_|_*vring_|detach_buf_|more_used_|update_last_used_)"

const char *const guest_counter_command[] = {
	"grep", "-A1", "-E", " [tT] (__pfx_)?" NAMES, "/proc/kallsyms", NULL,
};

const char *const count_part_names[N_COUNT_PARTS] = {
	[COUNT_ADD] = "add",	   [COUNT_KICK] = "kick",	    [COUNT_GET_BUF] = "get_buf",
	[COUNT_DETACH] = "detach", [COUNT_INTERRUPT] = "interrupt", [COUNT_OTHER] = "other",
};

static enum count_part part_of(const char *name)
{
	static const struct {
		const char *prefix;
		enum count_part part;
	} rules[] = {
		{"virtqueue_add", COUNT_ADD},
		{"virtqueue_map", COUNT_ADD},
		{"vring_map", COUNT_ADD},
		{"virtqueue_kick", COUNT_KICK},
		{"virtqueue_notify", COUNT_KICK},
		{"virtqueue_get_buf", COUNT_GET_BUF},
		{"more_used", COUNT_GET_BUF},
		{"update_last_used", COUNT_GET_BUF},
		{"detach_buf", COUNT_DETACH},
		{"vring_unmap", COUNT_DETACH},
		{"virtqueue_unmap", COUNT_DETACH},
		{"vring_interrupt", COUNT_INTERRUPT},
		{"virtqueue_enable_cb", COUNT_INTERRUPT},
		{"virtqueue_disable_cb", COUNT_INTERRUPT},
		{"virtqueue_poll", COUNT_INTERRUPT},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
		if (g_str_has_prefix(name, rules[i].prefix))
			return rules[i].part;
	return COUNT_OTHER;
}

static void clear_function(void *f)
{
	g_free(((struct counted_function *)f)->name);
}

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(GError **error, const char *format, ...)
{
	va_list args;
	g_autofree char *why = NULL;

	va_start(args, format);
	why = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "counting the guest: %s", why);
	return false;
}

bool guest_counter_open(struct guest_counter *c, const char *plugin, GPtrArray *argv,
			GError **error)
{
	int pair[2];

	memset(c, 0, sizeof(*c));
	c->fd = c->qemu_fd = -1;
	if (access(plugin, R_OK))
		return fail(error, "%s: %s: only a QEMU that the lab built can count", plugin,
			    g_strerror(errno));
	/* QEMU inherits its end; who starts it may close all others. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return fail(error, "socketpair: %s", g_strerror(errno));
	c->fd = pair[0];
	c->qemu_fd = pair[1];
	c->functions = g_array_new(FALSE, TRUE, sizeof(struct counted_function));
	g_array_set_clear_func(c->functions, clear_function);
	c->input = g_string_new(NULL);
	g_ptr_array_add(argv, g_strdup("-plugin"));
	g_ptr_array_add(argv, g_strdup_printf("file=%s,fd=%d", plugin, c->qemu_fd));
	return true;
}

void guest_counter_handed_over(struct guest_counter *c)
{
	if (c->qemu_fd >= 0)
		close(c->qemu_fd);
	c->qemu_fd = -1;
}

void guest_counter_close(struct guest_counter *c)
{
	guest_counter_handed_over(c);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	if (c->functions)
		g_array_free(c->functions, TRUE);
	if (c->input)
		g_string_free(c->input, TRUE);
	c->functions = NULL;
	c->input = NULL;
}

static bool say(struct guest_counter *c, const char *words, GError **error)
{
	size_t n = strlen(words);

	if (send(c->fd, words, n, MSG_NOSIGNAL) == (ssize_t)n)
		return true;
	return fail(error, "QEMU does not listen: %s", g_strerror(errno));
}

/* The next line; the caller frees it. */
static char *hear(struct guest_counter *c, GError **error)
{
	char *end, *line;

	while (!(end = memchr(c->input->str, '\n', c->input->len))) {
		struct pollfd p = {.fd = c->fd, .events = POLLIN};
		char piece[4096];
		ssize_t n = poll(&p, 1, ANSWER_MS) == 1 ? read(c->fd, piece, sizeof(piece)) : -1;

		if (n > 0 && c->input->len > INPUT_MAX) {
			fail(error, "QEMU says lines without end");
			return NULL;
		}
		if (n <= 0) {
			fail(error, n ? "QEMU does not answer" : "QEMU has ended");
			return NULL;
		}
		g_string_append_len(c->input, piece, n);
	}
	line = g_strndup(c->input->str, end - c->input->str);
	g_string_erase(c->input, 0, end - c->input->str + 1);
	return line;
}

/* True for "ok"; otherwise @error says what the plugin said. */
static bool hear_ok(struct guest_counter *c, GError **error)
{
	g_autofree char *line = hear(c, error), *clean = NULL;

	if (!line || !strcmp(line, "ok"))
		return line != NULL;
	clean = vq_text_clean(line, -1, COUNT_LINE_MAX, VQ_ASCII);
	return fail(error, "%s", clean);
}

static bool add_function(struct guest_counter *c, const char *name, uint64_t start, uint64_t end,
			 GError **error)
{
	struct counted_function f = {
		.name = vq_text_clean(name, -1, 100, VQ_ASCII), .start = start, .end = end};
	g_autofree char *words = g_strdup_printf("function %" PRIx64 " %" PRIx64 "\n", start, end);

	f.part = part_of(name + strspn(name, "_"));
	g_array_append_val(c->functions, f);
	return say(c, words, error) && hear_ok(c, error);
}

/*
 * A function ends where the next symbol begins.  One whose next symbol is not there
 * cannot be, with grep's -A1, but then it is left out.  Symbols that share an address
 * are one function.
 */
bool guest_counter_learn(struct guest_counter *c, const char *kallsyms, GError **error)
{
	g_autoptr(GRegex) wanted = g_regex_new("^" NAMES, 0, 0, NULL);
	g_auto(GStrv) lines = g_strsplit(kallsyms, "\n", -1);
	g_autofree char *name = NULL;
	uint64_t start = 0;

	for (size_t i = 0; lines[i]; i++) {
		char symbol[256], type;
		uint64_t at;

		if (sscanf(lines[i], "%" SCNx64 " %c %255s", &at, &type, symbol) != 3) {
			/* grep's "--": what follows is not the next symbol. */
			g_clear_pointer(&name, g_free);
			continue;
		}
		if (!at)
			return fail(error, "the guest's kallsyms hides addresses");
		if (name && at > start && !add_function(c, name, start, at, error))
			return false;
		if (!name || at > start) {
			g_clear_pointer(&name, g_free);
			if (g_regex_match(wanted, symbol, 0, NULL))
				name = g_strdup(symbol);
			start = at;
		}
	}
	if (!c->functions->len)
		return fail(error, "the guest's kallsyms has no function of virtio_ring");
	return true;
}

bool guest_counter_start(struct guest_counter *c, GError **error)
{
	return say(c, "start\n", error) && hear_ok(c, error);
}

bool guest_counter_stop(struct guest_counter *c, GError **error)
{
	if (!say(c, "stop\n", error))
		return false;
	for (unsigned int i = 0; i < c->functions->len; i++) {
		struct counted_function *f =
			&g_array_index(c->functions, struct counted_function, i);
		g_autofree char *line = hear(c, error), *clean = NULL;

		if (!line)
			return false;
		if (sscanf(line, "%" SCNu64 " %" SCNu64, &f->calls, &f->instructions) != 2) {
			clean = vq_text_clean(line, -1, COUNT_LINE_MAX, VQ_ASCII);
			return fail(error, "%s", clean);
		}
	}
	return hear_ok(c, error);
}

uint64_t guest_counter_part(const struct guest_counter *c, enum count_part part)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < c->functions->len; i++) {
		const struct counted_function *f =
			&g_array_index(c->functions, struct counted_function, i);

		n += f->part == part ? f->instructions : 0;
	}
	return n;
}

int64_t guest_counter_elements(const struct guest_counter *c)
{
	int64_t n = 0;
	bool known = false;

	for (unsigned int i = 0; i < c->functions->len; i++) {
		const struct counted_function *f =
			&g_array_index(c->functions, struct counted_function, i);

		if (!g_str_has_prefix(f->name, "detach_buf_") || strstr(f->name, ".cold"))
			continue;
		known = true;
		n += f->calls;
	}
	return known ? n : -1;
}

static void add_int(JsonBuilder *b, const char *name, uint64_t n)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, n);
}

static void add_string(JsonBuilder *b, const char *name, const char *s)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, s);
}

void guest_counter_json(const struct guest_counter *c, JsonBuilder *b)
{
	int64_t elements = guest_counter_elements(c);
	uint64_t all = 0;

	json_builder_begin_object(b);
	json_builder_set_member_name(b, "parts");
	json_builder_begin_object(b);
	for (int part = 0; part < N_COUNT_PARTS; part++) {
		uint64_t n = guest_counter_part(c, part);

		add_int(b, count_part_names[part], n);
		all += n;
	}
	json_builder_end_object(b);
	add_int(b, "instructions", all);
	json_builder_set_member_name(b, "elements");
	if (elements < 0)
		json_builder_add_null_value(b);
	else
		json_builder_add_int_value(b, elements);
	json_builder_set_member_name(b, "functions");
	json_builder_begin_array(b);
	for (unsigned int i = 0; i < c->functions->len; i++) {
		const struct counted_function *f =
			&g_array_index(c->functions, struct counted_function, i);

		if (!f->instructions)
			continue;
		json_builder_begin_object(b);
		add_string(b, "name", f->name);
		add_string(b, "part", count_part_names[f->part]);
		add_int(b, "calls", f->calls);
		add_int(b, "instructions", f->instructions);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
}
