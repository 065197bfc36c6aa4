// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"
#include "machine-args.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include "probes/tool/text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A device that breaks rules may log each time. */
#define LOG_LIMIT (16ull << 20)

/* The environment is the child's by way of this process's own. */
static void set_environment(char **environment)
{
	unsigned int i;

	for (i = 0; environment && environment[i]; i++) {
		g_auto(GStrv) part = g_strsplit(environment[i], "=", 2);

		g_setenv(part[0], part[1], TRUE);
	}
}

static bool launch(struct machine_args *b, struct machine *m, GError **error)
{
	const struct machine_setup *s = b->setup;
	struct spawn sp = {
		.out = m->log,
		.err = m->log,
		.file_limit = s->wrapper ? 0 : LOG_LIMIT,
		/* valgrind opens its program by name, and writes beside its caller. */
		.exec_fd = s->wrapper ? 0 : s->qemu->program_fd,
		.unprivileged = !s->wrapper && geteuid() == 0,
	};

	g_array_append_val(b->keep, s->memory->fd);
	g_ptr_array_add(b->argv, NULL);
	m->command_line = g_strjoinv(" ", (char **)b->argv->pdata);
	sp.argv = (const char *const *)b->argv->pdata;
	sp.keep = (const int *)b->keep->data;
	sp.n_keep = b->keep->len;
	set_environment(s->environment);
	return spawn(&m->child, &sp, error);
}

static void close_handed_down(const struct machine_args *b)
{
	unsigned int i;

	for (i = 0; i < b->keep->len; i++) {
		int fd = g_array_index(b->keep, int, i);

		if (fd != b->setup->memory->fd)
			close(fd);
	}
}

/* Does it answer?  If not, its own words are the reason. */
static bool wait_until_up(struct machine *m, int qmp, int limit_ms, GError **error)
{
	g_autofree char *ended = NULL;
	g_autoptr(GError) e = NULL;
	uint32_t magic;

	m->qmp = qmp_open(qmp, limit_ms, &e);
	m->qtest.limit_ms = limit_ms;
	if (m->qmp && qtest_read(&m->qtest, MMIO_BASE, 4, &magic, &e))
		return true;
	ended = machine_ended(m);
	g_set_error(error, VQB_ERROR, VQB_NO_START, "QEMU: %s", ended ? ended : e->message);
	return false;
}

static bool start(struct machine *m, const struct machine_setup *s, bool iothreads, GError **error)
{
	struct machine_args b = {
		.setup = s,
		.argv = g_ptr_array_new_with_free_func(g_free),
		.keep = g_array_new(FALSE, FALSE, sizeof(int)),
		.qtest = -1,
		.qmp = -1,
		.iothreads = iothreads,
	};
	bool ok;

	memset(m, 0, sizeof(*m));
	m->qtest.fd = -1;
	m->iothreads = iothreads && !load_is_net(s->load->kind);
	m->log = memfd_create("vqring-log", MFD_CLOEXEC);
	if (m->log < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "a log: %s", g_strerror(errno));
		ok = false;
	} else {
		ok = machine_args_make(&b, error) && launch(&b, m, error);
	}
	close_handed_down(&b);
	m->qtest.fd = b.qtest;
	if (ok)
		ok = wait_until_up(m, b.qmp, s->limit_ms, error);
	else if (b.qmp >= 0)
		close(b.qmp);
	g_ptr_array_unref(b.argv);
	g_array_unref(b.keep);
	return ok;
}

void machine_stop(struct machine *m)
{
	if (m->qmp)
		qmp_close(m->qmp);
	if (m->qtest.fd >= 0)
		close(m->qtest.fd);
	child_end(&m->child, SIGTERM, 10000);
	if (m->log >= 0)
		close(m->log);
	g_free(m->command_line);
	memset(m, 0, sizeof(*m));
	m->qtest.fd = m->log = -1;
}

/* QEMU's reason stands behind the device's options, which may be longer than a message. */
static bool refuses_iothreads(const struct machine *m)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", m->log);
	g_autofree char *text = read_file(path, LOG_LIMIT, NULL, NULL);

	return text && strstr(text, "ioeventfd is required for iothread");
}

bool machine_start(struct machine *m, const struct machine_setup *s, GError **error)
{
	g_autoptr(GError) e = NULL;

	if (start(m, s, true, &e))
		return true;
	if (!refuses_iothreads(m)) {
		g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	machine_stop(m);
	return start(m, s, false, error);
}

char *machine_said(const struct machine *m)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", m->log);
	g_autofree char *line = last_line(path);

	return vq_text_clean(line, -1, 200, VQ_ASCII);
}

char *machine_ended(struct machine *m)
{
	g_autofree char *said = NULL, *how = NULL;

	if (!m->child.pid || !child_ended(&m->child, 200))
		return NULL;
	said = machine_said(m);
	how = child_status(&m->child);
	return g_strdup_printf("%s%s%s", how, *said ? ": " : "", said);
}

void machine_connect(struct machine *m, struct device *d)
{
	d->mmio = (struct mmio){
		.qtest = &m->qtest,
		.base = MMIO_BASE + (uint64_t)d->bus * MMIO_STEP,
	};
}

void machine_explain(struct machine *m, struct device *d)
{
	g_autofree char *ended = d->state == DEVICE_OK ? NULL : machine_ended(m);
	char *both;

	if (!ended || d->state == DEVICE_NO_START)
		return;
	d->state = DEVICE_CRASHED;
	both = g_strdup_printf("QEMU: %s; %s", ended, d->evidence);
	g_free(d->evidence);
	d->evidence = both;
}

char *machine_counters(struct machine *m, const struct device *d)
{
	g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", d->label);

	return m->qmp ? qmp_get_string(m->qmp, path, "x-reorder-stats") : NULL;
}

pid_t machine_thread(struct machine *m, const struct device *d)
{
	g_autoptr(JsonNode) n = NULL;
	g_autofree char *name = g_strdup_printf("thread-%s", d->label);
	JsonArray *list;
	unsigned int i;

	if (!m->iothreads)
		return m->child.pid;
	n = qmp_call(m->qmp, "query-iothreads", NULL, m->qtest.limit_ms, NULL);
	list = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	for (i = 0; list && i < json_array_get_length(list); i++) {
		JsonObject *o = json_array_get_object_element(list, i);

		if (!strcmp(json_str(o, "id", ""), name))
			return json_int(o, "thread-id", 0);
	}
	return 0;
}

/* x-order's counters are in its node's file name: "x-order:{...}". */
static int64_t cut_of(JsonObject *drive)
{
	JsonObject *inserted = json_sub(drive, "inserted");
	const char *name = inserted ? json_str(inserted, "file", NULL) : NULL;
	g_autoptr(JsonNode) n = NULL;

	if (!name || !g_str_has_prefix(name, "x-order:"))
		return -1;
	name = strchr(name, '{');
	if (!name)
		return -1;
	n = parse_json(name, strlen(name), "x-order", NULL);
	return n ? json_int(json_node_get_object(n), "cut", -1) : -1;
}

int64_t machine_cut(struct machine *m, const struct device *d)
{
	g_autofree char *name = g_strdup_printf("disk-%s", d->label);
	g_autoptr(JsonNode) n = qmp_call(m->qmp, "query-block", NULL, m->qtest.limit_ms, NULL);
	JsonArray *list = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	unsigned int i;

	for (i = 0; list && i < json_array_get_length(list); i++) {
		JsonObject *drive = json_array_get_object_element(list, i);

		if (drive && !strcmp(json_str(drive, "device", ""), name))
			return cut_of(drive);
	}
	return -1;
}

bool machine_knows_x_order(const struct qemuinfo *q)
{
	const char *argv[] = {q->program, "-machine", "none",	"-nodefaults",
			      "-display", "none",     "-drive", "if=none,driver=x-order",
			      NULL};
	struct spawn s = {.argv = argv, .exec_fd = q->program_fd};
	g_autoptr(GError) e = NULL;
	g_autofree char *said = capture(&s, true, 4096, 30000, &e);

	/* It fails in any case: x-order wants more options. */
	return said || !strstr(e->message, "Unknown driver");
}
