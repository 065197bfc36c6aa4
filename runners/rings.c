/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rings.h"
#include "rundir.h"
#include "runners/plan/find.h"
#include "runners/plan/read.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/host.h"
#include "runners/tool/json.h"
#include "runners/tool/spawn.h"
#include "runners/trial/message.h"
#include "runners/trial/ring-merge.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_MS 200 /* of vqring run; a second has five */
#define CHECK_MS 30000
#define SAID_MAX 4096

/* No cell takes a minute, and no plan a hundred: this one hangs. */
#define LIMIT_MS (2 * 3600 * 1000)

static void G_GNUC_PRINTF(2, 3) push(GPtrArray *argv, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(argv, g_strdup_vprintf(format, args));
	va_end(args);
}

/* 0 is left to vqring. */
static void push_number(GPtrArray *argv, const char *option, int64_t n)
{
	if (n)
		push(argv, "--%s=%" PRId64, option, n);
}

/* What of the command does not depend on the QEMU: "count" or "run", and the load. */
static GPtrArray *load_argv(const char *vqring, const struct plan_workload *w, char **rings)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	const struct plan_ring *r = &w->ring;
	bool time = !strcmp(r->measure, "time");
	g_autofree char *orders = g_strjoinv(",", r->orders);
	g_autofree char *formats = g_strjoinv(",", rings);

	push(argv, "%s", vqring);
	push(argv, "%s", time ? "run" : "count");
	push(argv, "--load=%s", r->load);
	push(argv, "--ring=%s", formats);
	/* A run has no word for the disk's own order. */
	if (!time || strcmp(orders, "natural"))
		push(argv, "--order=%s", orders);
	push_number(argv, "size", r->size);
	push_number(argv, "depth", r->depth);
	push_number(argv, "batch", r->batch);
	push_number(argv, "chain", r->chain);
	push_number(argv, "segment", r->segment);
	push_number(argv, "queues", r->queues);
	push_number(argv, "elements", r->elements);
	push(argv, "--recycle=%s", r->recycle);
	if (!plan_ring_net(r))
		push(argv, "--disk=%s", r->disk);
	if (!strcmp(r->indirect, "on"))
		push(argv, "--indirect");
	if (!time)
		return argv;
	if (!strcmp(r->kick, "on"))
		push(argv, "--kick");
	return argv;
}

/* Those of the plan's rings that @w runs on: all, or @only; the caller frees the list. */
static char **rings_of(const struct plan *p, const struct plan_workload *w, const char *only)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	int i;

	for (i = 0; p->rings[i]; i++)
		if (plan_workload_on(w, p->rings[i]) && (!only || !strcmp(only, p->rings[i])))
			g_strv_builder_add(list, p->rings[i]);
	return g_strv_builder_end(list);
}

/* Without the name of the program that said it. */
static const char *without_name(const char *said)
{
	return g_str_has_prefix(said, "vqring: ") ? said + strlen("vqring: ") : said;
}

static bool check_one(const struct plan *p, const struct plan_workload *w, const char *vqring,
		      const char *ring, GError **error)
{
	char *one[] = {(char *)ring, NULL};
	g_autofree char *group = g_strdup_printf("workload %s", w->name), *said = NULL;
	g_autoptr(GPtrArray) argv = load_argv(vqring, w, one);
	int status = 0;
	struct spawn s = {.status = &status};

	if (access(vqring, X_OK)) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s is missing: make all builds it",
			    vqring);
		return false;
	}
	push(argv, "--check");
	g_ptr_array_add(argv, NULL);
	s.argv = (const char *const *)argv->pdata;
	said = capture(&s, true, SAID_MAX, CHECK_MS, error);
	if (!said)
		return false;
	g_strchomp(said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		return plan_complain(p, error, group, "kind", "on %s rings: %s", ring,
				     without_name(said));
	if (status == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s --check: %s", vqring, said);
	return false;
}

bool rings_check(const struct plan *p, const char *vqring, GError **error)
{
	unsigned int i;
	int k;

	for (i = 0; i < p->workloads->len; i++) {
		const struct plan_workload *w = p->workloads->pdata[i];

		for (k = 0; w->ring.measure && p->rings[k]; k++)
			if (plan_workload_on(w, p->rings[k]) &&
			    !check_one(p, w, vqring, p->rings[k], error))
				return false;
	}
	return true;
}

/* Of @w on @ring in one order with one variant: its name, and how vqring counts it. */
static void print_counted(const struct bench *b, const struct plan_workload *w, char *ring,
			  char *order, const struct plan_variant *v)
{
	char *rings[] = {ring, NULL}, *orders[] = {order, NULL};
	struct plan_workload one = *w;
	g_autoptr(GPtrArray) argv = NULL;
	const char *props = bench_props(v);
	unsigned int i;

	one.ring.orders = orders;
	argv = load_argv(b->vqring, &one, rings);
	push(argv, "--variants=%s", v->variant);
	if (props)
		push(argv, "--props=%s", props);
	printf("%s/%s/%s/%s", w->name, ring, order, v->label);
	/* Behind the program and its command. */
	for (i = 2; i < argv->len; i++) {
		g_autofree char *word = g_shell_quote(argv->pdata[i]);

		printf(" %s", word);
	}
	printf("\n");
}

void rings_print_counted(const struct bench *b)
{
	const struct plan *p = b->plan;
	unsigned int i, k, n, j;

	for (i = 0; i < p->workloads->len; i++) {
		const struct plan_workload *w = p->workloads->pdata[i];
		g_auto(GStrv) rings = NULL;

		if (!w->ring.measure || strcmp(w->ring.measure, "count"))
			continue;
		rings = rings_of(p, w, NULL);
		for (k = 0; rings[k]; k++)
			for (n = 0; w->ring.orders[n]; n++)
				for (j = 0; j < p->variants->len; j++)
					print_counted(b, w, rings[k], w->ring.orders[n],
						      p->variants->pdata[j]);
	}
}

/* LABEL=VARIANT of those of @part that its QEMU can run on all of @rings, with commas between. */
static char *variants_for(const struct ring_part *part, char **rings)
{
	GString *list = g_string_new(NULL);
	unsigned int i;
	int k;

	for (i = 0; i < part->variants->len; i++) {
		const struct plan_variant *v = part->variants->pdata[i];
		bool can = true;

		for (k = 0; rings[k] && can; k++) {
			g_autofree char *why = qemuinfo_lacks(part->qemu, v->variant, rings[k]);

			can = !why;
		}
		if (can)
			g_string_append_printf(list, "%s%s=%s", list->len ? "," : "", v->label,
					       v->variant);
	}
	return g_string_free(list, FALSE);
}

/* Without rings that this QEMU has not at all. */
static char **rings_there(const struct bench *b, const struct slot *slot, const struct qemuinfo *q)
{
	g_auto(GStrv) rings = rings_of(b->plan, slot->workload, slot->ring);
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	int i;

	for (i = 0; rings[i]; i++) {
		g_autofree char *why = qemuinfo_lacks(q, "off", rings[i]);

		if (!why)
			g_strv_builder_add(list, rings[i]);
	}
	return g_strv_builder_end(list);
}

/* Its last word on standard error, as it comes, for the progress display. */
static bool wait_for(struct child *c, const char *said, int report_fd)
{
	int64_t until = now_ms() + LIMIT_MS;
	g_autofree char *shown = g_strdup("");

	while (!child_ended(c, 1000)) {
		g_autofree char *line = last_line(said);

		if (now_ms() > until)
			return false;
		if (!strcmp(line, shown))
			continue;
		message_send(report_fd, MESSAGE_DOING, 0, without_name(line));
		g_free(shown);
		shown = g_steal_pointer(&line);
	}
	return true;
}

/* Runs it; NULL, or why there is no result.  @clean: it had nothing to complain of. */
static char *run_vqring(GPtrArray *argv, const char *dir, int report_fd, bool *clean)
{
	g_autofree char *said = g_build_filename(dir, "said", NULL), *line = NULL, *how = NULL;
	g_autofree char *result = g_build_filename(dir, RING_RESULT, NULL);
	g_autofree char *tmp = g_strconcat("TMPDIR=", dir, NULL);
	const char *env[] = {tmp, NULL};
	int err = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	struct spawn s = {.argv = (const char *const *)argv->pdata, .env = env, .err = err};
	g_autoptr(GError) e = NULL;
	struct child c;
	bool in_time;

	if (err < 0)
		return g_strdup_printf("%s: %s", said, g_strerror(errno));
	if (!spawn(&c, &s, &e)) {
		close(err);
		return g_strdup(e->message);
	}
	close(err);
	in_time = wait_for(&c, said, report_fd);
	child_end(&c, SIGKILL, 0);
	*clean = in_time && c.status == 0;
	if (!in_time)
		return g_strdup_printf("vqring did not end within %d minutes", LIMIT_MS / 60000);
	/* 1 is also said of a device that was caught, and that is a result. */
	if (g_file_test(result, G_FILE_TEST_IS_REGULAR))
		return NULL;
	line = last_line(said);
	how = child_status(&c);
	return *line ? g_strdup(without_name(line)) : g_strdup_printf("vqring: %s", how);
}

static bool write_left_out(const char *dir, const char *why, GError **error)
{
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *path = g_build_filename(dir, RING_RESULT, NULL), *text = NULL;
	JsonObject *o = json_object_new();

	json_node_take_object(root, o);
	json_object_set_string_member(o, "schema", "vqlab-left-out-1");
	json_object_set_string_member(o, "left_out", why);
	text = json_text(root, true);
	return write_file(path, text, strlen(text), error);
}

/*
 * Runs vqring for the variants of @part, @rounds of a timed load; NULL, or why there is no
 * result.
 */
static char *run_part(const struct bench *b, const struct slot *slot, const struct ring_part *part,
		      int64_t rounds, const char *dir, int report_fd, bool *clean)
{
	g_auto(GStrv) rings = part->qemu ? rings_there(b, slot, part->qemu) : NULL;
	g_autofree char *variants = rings ? variants_for(part, rings) : NULL;
	g_autoptr(GPtrArray) argv = NULL;

	if (!part->qemu)
		return g_strdup(part->no_qemu);
	if (!rings[0] || !*variants)
		return g_strdup("this QEMU has none of its rings or variants");
	argv = load_argv(b->vqring, slot->workload, rings);
	push(argv, "--qemu=%s", part->qemu->dir);
	push(argv, "--variants=%s", variants);
	if (part->props)
		push(argv, "--props=%s", part->props);
	push(argv, "--json=%s/" RING_RESULT, dir);
	if (!strcmp(slot->workload->ring.measure, "time")) {
		push(argv, "--turn=%d", TURN_MS);
		push(argv, "--rounds=%" PRId64, rounds);
		push(argv, "--seed=%" PRIu64, slot->seed);
		if (strcmp(slot->workload->ring.orders[0], "natural"))
			push(argv, "--order-seed=%" PRIu64, slot->seed);
		push(argv, "--stall=%" PRId64, b->plan->stall_seconds * 1000);
		/* The lock is vqbench's. */
		push(argv, "--together");
	}
	g_ptr_array_add(argv, NULL);
	return run_vqring(argv, dir, report_fd, clean);
}

/*
 * Several QEMUs, one after the other: counted, once each; timed, there and back again, so that
 * a host that becomes slower or faster meanwhile does so for all of them.
 */
static char *run_parts(const struct bench *b, const struct slot *slot, GPtrArray *parts,
		       const char *dir, int report_fd, bool *clean, GError **error)
{
	bool time = !strcmp(slot->workload->ring.measure, "time");
	int64_t all = slot->workload->seconds * 1000 / TURN_MS, half = all / 2;
	g_autofree char *result = g_build_filename(dir, RING_RESULT, NULL);
	struct ring_merge m = {.time = time};
	unsigned int n = parts->len, turns = time ? 2 * n : n, i;
	char *why;

	*clean = true;
	for (i = 0; i < turns; i++) {
		/* Who begins is drawn with the block. */
		unsigned int at = ((i < n ? i : 2 * n - 1 - i) + slot->seed) % n;
		const struct ring_part *part = parts->pdata[at];
		bool part_clean = false;

		why = run_part(b, slot, part,
			       !time   ? 0
			       : i < n ? all - half
				       : MAX(half, 1),
			       dir, report_fd, &part_clean);
		*clean &= part_clean || (why && !part->qemu);
		ring_merge_add(&m, part, why, result);
		g_free(why);
	}
	return ring_merge_write(&m, b, result, error);
}

static char *run_slot(const struct bench *b, const struct slot *slot, const char *dir,
		      int report_fd, bool *clean, GError **error)
{
	g_autoptr(GPtrArray) parts = ring_parts(b);
	int64_t rounds = slot->workload->seconds * 1000 / TURN_MS;

	return parts->len == 1 ? run_part(b, slot, parts->pdata[0], rounds, dir, report_fd, clean)
			       : run_parts(b, slot, parts, dir, report_fd, clean, error);
}

bool ring_run(const struct bench *b, const struct slot *slot, const char *dir, int report_fd,
	      GError **error)
{
	int64_t kills = host_oom_kills();
	g_autofree char *why = NULL;
	bool clean = false;

	message_send(report_fd, MESSAGE_DOING, 0, "vqring");
	why = run_slot(b, slot, dir, report_fd, &clean, error);
	if (*error)
		return false;
	if (!clean && host_failed(dir, kills, error)) {
		g_prefix_error(error, "%s: ", why ? why : "vqring failed");
		return false;
	}
	if (why && !write_left_out(dir, why, error))
		return false;
	message_send(report_fd, MESSAGE_STATE, why ? VQB_NO_START : 0, why);
	return true;
}
