/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "campaign.h"
#include "runners/tool/host.h"
#include "progress.h"
#include "runners/trial/message.h"
#include "runners/trial/state.h"
#include "runners/trial/trial.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAP_MS 10000

/* A process of a trial, seen from its parent. */
struct job {
	pid_t pid;
	int pidfd, messages; /* messages: the read end of the pipe */
	GByteArray *text;    /* of the message that is not whole yet */
	char *state, *reason, *error;
	int loads; /* phases in which the load did its work */
	int status;
};

/* What the process does; its return value is its exit status. */
typedef int (*job_body)(struct campaign *c, const struct slot *slot, const char *dir,
			int report_fd);

bool campaign_init(struct campaign *c, GError **error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (c->signals >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot watch signals: %s", g_strerror(errno));
	return false;
}

static void job_start(struct campaign *c, struct job *j, job_body body, const struct slot *slot,
		      const char *dir, GError **error)
{
	pid_t parent = getpid();
	int pair[2];

	memset(j, 0, sizeof(*j));
	if (pipe2(pair, O_CLOEXEC) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pipe: %s", g_strerror(errno));
		return;
	}
	fflush(NULL);
	j->pid = fork();
	if (j->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(127);
		setsid();
		close(pair[0]);
		close(c->signals);
		_exit(body(c, slot, dir, pair[1]));
	}
	close(pair[1]);
	j->messages = pair[0];
	j->text = g_byte_array_new();
	if (j->pid < 0)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "fork: %s", g_strerror(errno));
	else
		j->pidfd = pidfd_open(j->pid, 0);
	if (j->pid > 0 && j->pidfd < 0)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pidfd_open: %s", g_strerror(errno));
}

/* Kills what is left of the trial, and reaps until no child remains. */
static void job_kill(struct job *j)
{
	int64_t until = now_ms() + REAP_MS;
	pid_t pid;
	int status;

	if (j->pid <= 0)
		return;
	/* Its group bears its own number from setsid on. */
	kill(-j->pid, SIGKILL);
	kill(j->pid, SIGKILL);
	while ((pid = waitpid(-1, &status, WNOHANG)) >= 0 && now_ms() < until) {
		if (pid == j->pid)
			j->status = status;
		else if (!pid) {
			kill(-j->pid, SIGKILL);
			poll(NULL, 0, 5);
		}
	}
}

static void job_free(struct job *j)
{
	if (j->messages > 0)
		close(j->messages);
	if (j->pidfd > 0)
		close(j->pidfd);
	if (j->text)
		g_byte_array_unref(j->text);
	g_free(j->state);
	g_free(j->reason);
	g_free(j->error);
	memset(j, 0, sizeof(*j));
}

static void job_message(struct job *j, const struct message *m, struct progress *p)
{
	if (m->kind == MESSAGE_DOING && p) {
		progress_doing(p, m->text);
	} else if (m->kind == MESSAGE_LOADS) {
		j->loads = m->code;
	} else if (m->kind == MESSAGE_STATE) {
		g_free(j->state);
		g_free(j->reason);
		j->state = g_strdup(trial_state(m->code));
		j->reason = g_strdup(m->text);
	} else if (m->kind == MESSAGE_ERROR) {
		g_free(j->error);
		j->error = g_strdup(m->text);
	}
}

static void job_read(struct job *j, struct progress *p)
{
	enum message_taken taken = MESSAGE_NONE;
	struct message m;
	guint8 chunk[4096];
	ssize_t n = read(j->messages, chunk, sizeof(chunk));

	if (n > 0)
		g_byte_array_append(j->text, chunk, n);
	while (n > 0 && (taken = message_take(j->text, &m)) == MESSAGE_ONE) {
		job_message(j, &m, p);
		message_clear(&m);
	}
	if (n <= 0 || taken == MESSAGE_BAD) {
		close(j->messages);
		j->messages = -1;
	}
}

/* Until the process has ended; false when a signal came first. */
static bool job_wait(struct campaign *c, struct job *j, struct progress *p)
{
	for (;;) {
		struct pollfd f[] = {
			{.fd = c->signals, .events = POLLIN},
			{.fd = j->messages, .events = POLLIN},
			{.fd = j->pidfd, .events = POLLIN},
		};
		struct signalfd_siginfo info;

		poll(f, 3, 1000);
		if (f[0].revents && read(c->signals, &info, sizeof(info)) == sizeof(info)) {
			c->caught = info.ssi_signo;
			return false;
		}
		if (f[1].revents)
			job_read(j, p);
		else if (f[2].revents)
			return true;
		if (p)
			progress_doing(p, NULL);
	}
}

/* Runs @body in a process of its own; all of it is gone afterwards. */
static bool run_job(struct campaign *c, struct job *j, job_body body, const struct slot *slot,
		    const char *dir, struct progress *p, GError **error)
{
	g_autoptr(GError) e = NULL;
	bool ended;

	job_start(c, j, body, slot, dir, &e);
	if (e) {
		job_kill(j);
		g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	ended = job_wait(c, j, p);
	job_kill(j);
	return ended;
}

static int say_error(int report_fd, const GError *e)
{
	message_send(report_fd, MESSAGE_ERROR, e->code, e->message);
	return 1;
}

static int trial_body(struct campaign *c, const struct slot *slot, const char *dir, int report_fd)
{
	g_autoptr(GError) e = NULL;

	close(c->run->journal);
	if (trial_run(c->bench, slot, dir, report_fd, &e))
		return 0;
	return say_error(report_fd, e);
}

static int kvm_body(struct campaign *c, const struct slot *slot, const char *dir, int report_fd)
{
	g_autoptr(GError) e = NULL;

	if (trial_boots(c->bench, "kvm", dir, BOOT_LIMIT_S, &e))
		return 0;
	return say_error(report_fd, e);
}

/* One second of waiting; false when a signal came. */
static bool wait_a_second(struct campaign *c)
{
	struct pollfd f = {.fd = c->signals, .events = POLLIN};
	struct signalfd_siginfo info;

	if (poll(&f, 1, 1000) <= 0 || read(c->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	c->caught = info.ssi_signo;
	return false;
}

bool campaign_take_host(struct campaign *c, bool together, GError **error)
{
	g_autofree char *told = NULL;

	c->bench->alone = !together;
	if (together)
		return true;
	/* The descriptor stays open: the lock is held as long as this process lives. */
	for (;;) {
		g_autofree char *who = NULL;

		if (host_lock(NULL, c->bench->dir, &who, error) >= 0)
			return true;
		if (!who)
			return false;
		if (g_strcmp0(who, told))
			fprintf(stderr,
				"vqbench: waiting for another vqbench, which measures on this host "
				"(%s); --together does not wait, but each spoils what the other "
				"measures\n",
				who);
		g_free(told);
		told = g_steal_pointer(&who);
		if (!wait_a_second(c))
			return false;
	}
}

bool campaign_choose_accel(struct campaign *c, const char *want, GError **error)
{
	struct bench *b = c->bench;
	g_autofree char *dir = NULL;
	struct job j;
	bool works;

	b->accel = g_strdup("tcg");
	if (!strcmp(want, "tcg")) {
		b->accel_why = g_strdup("asked for");
		return true;
	}
	if (access("/dev/kvm", F_OK) < 0) {
		b->accel_why = g_strdup("no /dev/kvm");
	} else {
		dir = rundir_begin_trial(c->run, "kvm", error);
		if (!dir)
			return false;
		fprintf(stderr, "vqbench: /dev/kvm is there: does a guest boot under it?\n");
		if (!run_job(c, &j, kvm_body, NULL, dir, NULL, error)) {
			job_free(&j);
			remove_tree(dir);
			return false;
		}
		works = WIFEXITED(j.status) && WEXITSTATUS(j.status) == 0;
		if (works) {
			g_free(b->accel);
			b->accel = g_strdup("kvm");
			b->accel_why = g_strdup("a guest boots under /dev/kvm");
		} else {
			b->accel_why = g_strdup_printf("/dev/kvm: %s",
						       j.error ? j.error : "the check died");
		}
		job_free(&j);
		remove_tree(dir);
	}
	fprintf(stderr, "vqbench: accelerator %s: %s\n", b->accel, b->accel_why);
	if (!strcmp(want, "auto") || !strcmp(b->accel, "kvm"))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "KVM does not work here (%s): leave out --accel",
		    b->accel_why);
	return false;
}

static bool note_start(struct campaign *c, const struct slot *slot, GError **error)
{
	g_autofree char *before =
		rundir_has(c->run, slot->id) ? rundir_state(c->run, slot->id) : NULL;

	return rundir_note(c->run, error, "start %s%s%s", slot->id, before ? " again, was " : "",
			   before ? before : "");
}

/* What became of a block, of the trials that this process ran. */
struct block_sum {
	int trials, loads;
	int strange;	   /* neither stalled nor crashed */
	char *id, *reason; /* of the first one */
};

static void block_add(struct block_sum *b, const struct slot *slot, const struct job *j)
{
	b->trials++;
	b->loads += j->loads;
	b->strange += strcmp(j->state, "stalled") && strcmp(j->state, "crashed");
	if (b->id)
		return;
	b->id = g_strdup(slot->id);
	b->reason = g_strdup(j->reason);
}

static void block_clear(struct block_sum *b)
{
	g_free(b->id);
	g_free(b->reason);
	memset(b, 0, sizeof(*b));
}

/*
 * False when nothing worked in a whole block: the next ones would tell the same again.
 * That a single variant hangs or crashes QEMU is a result.
 */
static bool block_worked(const struct block_sum *b, int block, int trials, GError **error)
{
	if (b->trials < trials || b->loads || (trials == 1 && !b->strange))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "nothing worked in block %d, so the run ends: %s: %s; the same command goes "
		    "on, --again repeats trials",
		    block, b->id, b->reason);
	return false;
}

/* One trial, kept or failed; false ends the run. */
static bool run_slot(struct campaign *c, const struct slot *slot, struct progress *p,
		     struct block_sum *sum, GError **error)
{
	g_autofree char *dir = rundir_begin_trial(c->run, slot->id, error);
	struct job j = {0};
	bool ok;

	if (!dir || !note_start(c, slot, error))
		return false;
	progress_begin(p, slot);
	if (!run_job(c, &j, trial_body, slot, dir, p, error)) {
		progress_clear(p);
		remove_tree(dir);
		if (c->caught)
			rundir_note(c->run, NULL, "interrupted %s by signal %d", slot->id,
				    c->caught);
		job_free(&j);
		return false;
	}
	ok = WIFEXITED(j.status) && WEXITSTATUS(j.status) == 0 && j.state;
	if (ok) {
		ok = rundir_keep_trial(c->run, slot->id, error) &&
		     rundir_note(c->run, error, "end %s %s", slot->id, j.state);
		progress_end(p, j.state, j.reason);
		block_add(sum, slot, &j);
	} else {
		progress_clear(p);
		rundir_note(c->run, NULL, "failed %s", slot->id);
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s (its logs: %s)", slot->id,
			    j.error ? j.error : "the trial's process died", dir);
	}
	job_free(&j);
	return ok;
}

/* Is there nothing to run for @slot?  If it is to be repeated, the journal tells. */
static bool is_done(struct campaign *c, const struct slot *slot)
{
	g_autofree char *state = NULL;

	if (!rundir_has(c->run, slot->id))
		return false;
	state = c->again ? rundir_state(c->run, slot->id) : NULL;
	return !state || !g_strv_contains((const char *const *)c->again, state);
}

static bool run_all(struct campaign *c, struct progress *p, struct block_sum *sum, GError **error)
{
	unsigned int i;
	int trials = 0;

	for (i = 0; i < c->slots->len; i++) {
		struct slot *s = c->slots->pdata[i];
		struct slot *next = i + 1 < c->slots->len ? c->slots->pdata[i + 1] : NULL;

		trials++;
		if (!is_done(c, s) && !run_slot(c, s, p, sum, error))
			return false;
		if (next && next->block == s->block)
			continue;
		if (!block_worked(sum, s->block, trials, error))
			return false;
		block_clear(sum);
		trials = 0;
	}
	return true;
}

bool campaign_run(struct campaign *c, GError **error)
{
	struct block_sum sum = {0};
	struct progress p;
	unsigned int i;
	bool ok;

	progress_init(&p, c->slots->len);
	for (i = 0; i < c->slots->len; i++)
		p.done += is_done(c, c->slots->pdata[i]);
	if (p.done)
		fprintf(stderr, "vqbench: %d of %d trials are there already\n", p.done, p.total);
	ok = run_all(c, &p, &sum, error);
	block_clear(&sum);
	return ok;
}
