// SPDX-License-Identifier: GPL-2.0-or-later
#include "runners/ring/count.h"
#include "runners/ring/callgrind.h"
#include "runners/ring/report.h"
#include "runners/tool/spawn.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT_MAX (64u << 20)

/* Without x-order, the disk's own: null-co completes a batch last to first. */
#define NATURAL "natural"

struct job {
	const char *order;
	unsigned int run;
	pid_t pid;
	char *path, *error_path;
	JsonNode *result;
	char *failed;
};

static void free_job(gpointer data)
{
	struct job *j = data;

	g_free(j->path);
	g_free(j->error_path);
	g_free(j->failed);
	if (j->result)
		json_node_unref(j->result);
	g_free(j);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int sig)
{
	interrupted = sig;
}

/* Without SA_RESTART, so that wait() returns. */
static void catch_signals(void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void G_GNUC_NORETURN run_job(struct options *o, const struct job *j)
{
	g_autoptr(GError) e = NULL;
	const char *order = strcmp(j->order, NATURAL) ? j->order : NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	catch_signals(SIG_DFL);
	if (count_job(o, order, j->run, j->path, &e))
		_exit(0);
	write_file(j->error_path, e->message, strlen(e->message), NULL);
	_exit(1);
}

static void finish_job(struct job *j)
{
	g_autoptr(GError) e = NULL;
	g_autofree char *text = read_file(j->path, RESULT_MAX, NULL, NULL);

	if (text)
		j->result = parse_json(text, strlen(text), j->path, &e);
	else
		j->failed = read_file(j->error_path, 10000, NULL, NULL);
	if (!j->result && !j->failed)
		j->failed = g_strdup(e ? e->message : "its process died");
}

/* Their QEMUs end with them. */
static void kill_jobs(GPtrArray *jobs)
{
	unsigned int i;

	for (i = 0; i < jobs->len; i++) {
		struct job *j = jobs->pdata[i];

		if (j->pid > 0)
			kill(j->pid, SIGKILL);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* Runs all, at most @most at a time, or until a signal. */
static void run_jobs(struct options *o, GPtrArray *jobs, unsigned int most)
{
	unsigned int next = 0, running = 0, i;
	pid_t pid;

	while (!interrupted && (next < jobs->len || running)) {
		if (next < jobs->len && running < most) {
			struct job *j = jobs->pdata[next++];

			fflush(stdout);
			j->pid = fork();
			if (j->pid == 0)
				run_job(o, j);
			running += j->pid > 0;
			if (j->pid < 0)
				finish_job(j);
			continue;
		}
		pid = wait(NULL);
		if (pid < 0 && errno != EINTR)
			break;
		for (i = 0; i < next; i++) {
			struct job *j = jobs->pdata[i];

			if (pid < 0 || j->pid != pid)
				continue;
			finish_job(j);
			j->pid = 0;
			running--;
			fprintf(stderr, "vqring: counted: %s, run %u%s%s\n", j->order, j->run,
				j->failed ? ": " : "", j->failed ? j->failed : "");
		}
	}
	if (interrupted)
		kill_jobs(jobs);
}

static GPtrArray *make_jobs(const struct options *o, const char *dir)
{
	GPtrArray *jobs = g_ptr_array_new_with_free_func(free_job);
	unsigned int i, run;

	for (i = 0; o->orders[i]; i++)
		for (run = 1; run <= o->runs; run++) {
			struct job *j = g_new0(struct job, 1);

			j->order = o->orders[i];
			j->run = run;
			j->path = g_strdup_printf("%s/%u-%u", dir, i, run);
			j->error_path = g_strdup_printf("%s/%u-%u.error", dir, i, run);
			g_ptr_array_add(jobs, j);
		}
	return jobs;
}

/* The cell of @label and @ring in one job's result, or NULL. */
static JsonObject *find_cell(const struct job *j, const char *label, const char *ring)
{
	JsonArray *cells = j->result ? json_list(json_node_get_object(j->result), "cells") : NULL;
	unsigned int i;

	for (i = 0; cells && i < json_array_get_length(cells); i++) {
		JsonObject *c = json_array_get_object_element(cells, i);

		if (!strcmp(json_str(c, "label", ""), label) &&
		    !strcmp(json_str(c, "ring", ""), ring))
			return c;
	}
	return NULL;
}

static const char *const shown[] = {"virtqueue_pop", "virtqueue_fill", "virtqueue_flush",
				    "virtqueue_push", "thread"};

/* Instructions an element in a function, or in all of the thread; NAN if not known. */
static double figure(JsonObject *cell, const char *name)
{
	double elements = json_num(cell, "elements", 0), n = -1;
	JsonObject *f = json_sub(cell, "functions");

	if (!strcmp(name, "thread"))
		n = json_num(cell, "thread", -1);
	else if (f && json_sub(f, name))
		n = json_num(json_sub(f, name), "instructions", -1);
	return elements > 0 && n >= 0 ? n / elements : NAN;
}

static void add_double(JsonBuilder *b, const char *name, double value)
{
	json_builder_set_member_name(b, name);
	if (isfinite(value))
		json_builder_add_double_value(b, value);
	else
		json_builder_add_null_value(b);
}

/* Means over the runs, and how far they are apart. */
static void add_figures(JsonBuilder *b, GPtrArray *runs)
{
	double worst = 0;
	unsigned int i, k;

	json_builder_set_member_name(b, "instructions");
	json_builder_begin_object(b);
	for (i = 0; i < G_N_ELEMENTS(shown); i++) {
		double low = INFINITY, high = -INFINITY, sum = 0;

		for (k = 0; k < runs->len; k++) {
			double x = figure(runs->pdata[k], shown[i]);

			sum += x;
			low = fmin(low, x);
			high = fmax(high, x);
		}
		add_double(b, shown[i], sum / runs->len);
		if (sum > 0)
			worst = fmax(worst, (high - low) / (sum / runs->len));
	}
	json_builder_end_object(b);
	add_double(b, "difference", worst);
	json_builder_set_member_name(b, "agree");
	json_builder_add_boolean_value(b, runs->len > 1 && worst <= COUNT_AGREE);
}

/* Calls of @to by the measured function @from; 0 when there are none. */
static double calls_by(JsonObject *run, const char *from, const char *to)
{
	JsonObject *functions = json_sub(run, "functions");
	JsonObject *f = functions ? json_sub(functions, from) : NULL;
	JsonArray *callees = f ? json_list(f, "callees") : NULL;
	unsigned int i;

	for (i = 0; callees && i < json_array_get_length(callees); i++) {
		JsonObject *c = json_array_get_object_element(callees, i);

		if (!strcmp(json_str(c, "name", ""), to))
			return json_num(c, "calls", 0);
	}
	return 0;
}

/*
 * Flushes that published something, so stores of a split ring's used index: the calls
 * of QEMU's function that does it.  QEMU's own order has it inlined; there each write to
 * the used ring ends with a call, and all but the entries are the index.  On a packed
 * ring nothing tells: then what the driver saw, at most as many, and *@exact is false.
 */
static double index_stores(JsonObject *run, bool *exact)
{
	JsonObject *s = json_sub(run, "ring_sums");
	double elements = json_num(run, "elements", 0), n = json_num(run, "used_flushes", 0);
	double writes = calls_by(run, "virtqueue_flush", "address_space_cache_invalidate");

	*exact = true;
	if (n > 0)
		return n / elements;
	if (writes > elements)
		return (writes - elements) / elements;
	*exact = false;
	return json_num(s, "index_moves_seen", 0) / json_num(s, "used", 0);
}

/* What an element costs the ring. */
static void add_traffic(JsonBuilder *b, JsonObject *run)
{
	JsonObject *s = json_sub(run, "ring_sums");
	double used = json_num(s, "used", 0), stores;
	bool exact;

	stores = index_stores(run, &exact);
	json_builder_set_member_name(b, "traffic");
	json_builder_begin_object(b);
	add_double(b, "used_entries", json_num(s, "used_entries", 0) / used);
	add_double(b, "index_stores", stores);
	json_builder_set_member_name(b, "index_stores_exact");
	json_builder_add_boolean_value(b, exact);
	add_double(b, "bytes_read", json_num(s, "bytes_read_by_device", 0) / used);
	add_double(b, "bytes_written", json_num(s, "bytes_written_by_device", 0) / used);
	add_double(b, "depth_mean", json_num(s, "depth_mean", 0));
	add_double(b, "windows_cut", json_num(run, "windows_cut", 0));
	json_builder_end_object(b);
}

static void add_cell(JsonBuilder *b, GPtrArray *jobs, const char *order, const char *label,
		     const char *ring)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new();
	JsonObject *caught = NULL;
	unsigned int i;

	for (i = 0; i < jobs->len; i++) {
		const struct job *j = jobs->pdata[i];
		JsonObject *c = strcmp(j->order, order) ? NULL : find_cell(j, label, ring);

		if (c && strcmp(json_str(c, "state", ""), "ok"))
			caught = c;
		else if (c)
			g_ptr_array_add(runs, c);
	}
	if (!caught && !runs->len)
		return;
	json_builder_begin_object(b);
	json_builder_set_member_name(b, "label");
	json_builder_add_string_value(b, label);
	json_builder_set_member_name(b, "ring");
	json_builder_add_string_value(b, ring);
	json_builder_set_member_name(b, "order");
	json_builder_add_string_value(b, order);
	json_builder_set_member_name(b, "state");
	json_builder_add_string_value(b, caught ? json_str(caught, "state", "") : "ok");
	if (caught) {
		json_builder_set_member_name(b, "evidence");
		json_builder_add_string_value(b, json_str(caught, "evidence", ""));
	} else {
		add_figures(b, runs);
		add_traffic(b, runs->pdata[0]);
	}
	json_builder_set_member_name(b, "runs");
	json_builder_begin_array(b);
	for (i = 0; i < runs->len; i++) {
		JsonNode *n = json_node_new(JSON_NODE_OBJECT);

		json_node_set_object(n, runs->pdata[i]);
		json_builder_add_value(b, n);
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void add_left_out(JsonBuilder *b, GPtrArray *jobs)
{
	unsigned int i;

	json_builder_set_member_name(b, "left_out");
	json_builder_begin_array(b);
	for (i = 0; i < jobs->len; i++) {
		const struct job *j = jobs->pdata[i];

		if (!j->failed)
			continue;
		json_builder_begin_object(b);
		json_builder_set_member_name(b, "order");
		json_builder_add_string_value(b, j->order);
		json_builder_set_member_name(b, "run");
		json_builder_add_int_value(b, j->run);
		json_builder_set_member_name(b, "why");
		json_builder_add_string_value(b, j->failed);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static JsonNode *merge(struct options *o, GPtrArray *jobs, const char *valgrind)
{
	g_autoptr(GPtrArray) devices = options_devices(o, o->variants);
	g_autoptr(JsonBuilder) b = json_builder_new();
	unsigned int i, k, r;
	bool iothreads = false;

	for (i = 0; i < jobs->len; i++) {
		const struct job *j = jobs->pdata[i];

		if (j->result)
			iothreads |= json_flag(json_node_get_object(j->result), "iothreads", false);
	}
	report_begin(b, o, "count");
	json_builder_set_member_name(b, "iothreads");
	json_builder_add_boolean_value(b, iothreads);
	json_builder_set_member_name(b, "by");
	json_builder_add_string_value(b, valgrind);
	json_builder_set_member_name(b, "runs");
	json_builder_add_int_value(b, o->runs);
	json_builder_set_member_name(b, "order_seed");
	json_builder_add_int_value(b, o->order_seed);
	json_builder_set_member_name(b, "cells");
	json_builder_begin_array(b);
	for (r = 0; o->rings[r]; r++)
		for (k = 0; o->orders[k]; k++)
			for (i = 0; i < devices->len; i++)
				add_cell(b, jobs, o->orders[k],
					 ((struct device *)devices->pdata[i])->label, o->rings[r]);
	json_builder_end_array(b);
	add_left_out(b, jobs);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}

/* A QEMU that was not built here completes in no other order than the disk's. */
static bool knows_x_order(const struct options *o)
{
	const char *argv[] = {o->qemu.program,
			      "-machine",
			      "none",
			      "-nodefaults",
			      "-display",
			      "none",
			      "-drive",
			      "if=none,driver=x-order",
			      NULL};
	struct spawn s = {.argv = argv, .exec_fd = o->qemu.program_fd};
	g_autoptr(GError) e = NULL;
	g_autofree char *said = capture(&s, true, 4096, 30000, &e);

	/* It fails in any case: x-order wants more options. */
	return said || !strstr(e->message, "Unknown driver");
}

static void settle_orders(struct options *o)
{
	unsigned int i;

	for (i = 0; o->orders[i]; i++)
		if (strcmp(o->orders[i], NATURAL))
			break;
	if (!o->orders[i] || knows_x_order(o))
		return;
	fprintf(stderr, "vqring: this QEMU has no x-order, which runners/setup/qemu.sh builds into "
			"its own: counted in the disk's own order alone\n");
	g_strfreev(o->orders);
	o->orders = g_strsplit(NATURAL, ",", -1);
}

JsonNode *count_run(struct options *o, GError **error)
{
	g_autofree char *valgrind = callgrind_version(), *dir = NULL;
	GPtrArray *jobs;
	JsonNode *root = NULL;
	unsigned int i, good = 0;

	if (!valgrind) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "valgrind is missing: make packages installs it");
		return NULL;
	}
	dir = g_dir_make_tmp("vqring-XXXXXX", error);
	if (!dir)
		return NULL;
	settle_orders(o);
	jobs = make_jobs(o, dir);
	catch_signals(interrupt);
	run_jobs(o, jobs, o->jobs);
	catch_signals(SIG_DFL);
	for (i = 0; i < jobs->len && !interrupted; i++)
		good += ((struct job *)jobs->pdata[i])->result != NULL;
	if (good)
		root = merge(o, jobs, valgrind);
	else
		g_set_error(error, VQB_ERROR, VQB_FAILED, "nothing could be counted: %s",
			    ((struct job *)jobs->pdata[0])->failed);
	g_ptr_array_unref(jobs);
	remove_tree(dir);
	if (interrupted)
		raise(interrupted);
	return root;
}
