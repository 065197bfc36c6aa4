// SPDX-License-Identifier: GPL-2.0-or-later
#include "count.h"
#include "callgrind.h"
#include "machine.h"
#include "report.h"
#include "workdir.h"
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
	const char *order = strcmp(j->order, ORDER_NATURAL) ? j->order : NULL;

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

/* Their QEMUs end with them, and are ours to wait for then. */
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

static void settle_orders(struct options *o)
{
	unsigned int i;

	for (i = 0; o->orders[i]; i++)
		if (strcmp(o->orders[i], ORDER_NATURAL))
			break;
	if (!o->orders[i] || machine_knows_x_order(&o->qemu))
		return;
	fprintf(stderr, "vqring: this QEMU has no x-order, which runners/setup/qemu.sh builds into "
			"its own: counted in the disk's own order alone\n");
	o->orders_lacking = o->orders;
	o->orders = g_strsplit(ORDER_NATURAL, ",", -1);
}

JsonNode *count_run(struct options *o, GError **error)
{
	g_autofree char *valgrind = callgrind_version();
	struct workdir dir;
	GPtrArray *jobs;
	JsonNode *root = NULL;
	unsigned int i, good = 0;

	if (!valgrind) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "valgrind is missing: make packages installs it");
		return NULL;
	}
	catch_signals(interrupt);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!workdir_open(&dir, error))
		return NULL;
	settle_orders(o);
	jobs = make_jobs(o, dir.path);
	run_jobs(o, jobs, o->jobs);
	for (i = 0; i < jobs->len && !interrupted; i++)
		good += ((struct job *)jobs->pdata[i])->result != NULL;
	if (good)
		root = count_merge(o, jobs, valgrind);
	else if (!interrupted)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "nothing could be counted: %s",
			    ((struct job *)jobs->pdata[0])->failed);
	g_ptr_array_unref(jobs);
	workdir_close(&dir);
	catch_signals(SIG_DFL);
	if (interrupted)
		raise(interrupted);
	return root;
}
