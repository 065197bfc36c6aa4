/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "campaign.h"
#include "progress.h"
#include "rings.h"
#include "worker.h"
#include "runners/host/text.h"
#include "runners/tool/files.h"
#include "runners/tool/host.h"
#include "runners/trial/message.h"
#include "runners/trial/trial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* What a worker is to do. */
struct task {
	struct campaign *campaign;
	const struct slot *slot; /* NULL: none, only a boot */
	const char *dir;	 /* for what it leaves behind */
};

bool campaign_init(struct campaign *c, GError **error)
{
	if (signals_open(&c->signals) && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot watch signals: %s", g_strerror(errno));
	return false;
}

static int send_error(int report_fd, const GError *e)
{
	message_send(report_fd, MESSAGE_ERROR, e->code, e->message);
	return 1;
}

/* One of the schedule. */
static int run_part(void *data, int report_fd)
{
	struct task *task = data;
	const struct bench *b = task->campaign->bench;
	g_autoptr(GError) e = NULL;
	bool ok;

	close(task->campaign->run->journal);
	ok = (task->slot->kind == SLOT_RING ? ring_run : trial_run)(b, task->slot, task->dir,
								    report_fd, &e);
	return ok ? 0 : send_error(report_fd, e);
}

static int try_kvm(void *data, int report_fd)
{
	struct task *task = data;
	g_autoptr(GError) e = NULL;

	if (trial_boots(task->campaign->bench, "kvm", task->dir, BOOT_LIMIT_S, &e))
		return 0;
	return send_error(report_fd, e);
}

static bool wait_for_signal(void *data, int ms)
{
	return signals_wait(data, ms);
}

bool campaign_take_host(struct campaign *c, bool together, GError **error)
{
	c->bench->alone = !together;
	return together || host_wait("vqbench", c->bench->dir, wait_for_signal, &c->signals, error);
}

bool campaign_tune(struct campaign *c, bool tune, GError **error)
{
	const char *folder = host_lock_folder();
	g_autofree char *back = NULL;

	if (!tune_restore(HOST_ROOT, folder, &back, error))
		return false;
	if (back)
		fprintf(stderr,
			"vqbench: put back what a run with --tune that was killed had "
			"changed: %s\n",
			back);
	if (!tune)
		return true;
	if (!tune_begin(&c->tuned, HOST_ROOT, folder, &c->bench->tuned, error))
		return false;
	fprintf(stderr, "vqbench: --tune: %s\n", c->bench->tuned);
	return true;
}

bool campaign_choose_accel(struct campaign *c, const char *want, GError **error)
{
	struct bench *b = c->bench;
	g_autofree char *dir = NULL;
	struct task task = {.campaign = c};
	struct worker w;
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
		task.dir = dir;
		if (!worker_run(&w, &c->signals, try_kvm, &task, NULL, error)) {
			worker_clear(&w);
			remove_tree(dir);
			return false;
		}
		works = worker_succeeded(&w);
		if (works) {
			g_free(b->accel);
			b->accel = g_strdup("kvm");
			b->accel_why = g_strdup("a guest boots under /dev/kvm");
		} else {
			b->accel_why = g_strdup_printf("/dev/kvm: %s",
						       w.error ? w.error : "the check died");
		}
		worker_clear(&w);
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
	int other_ends;	   /* neither stalled nor crashed */
	char *id, *reason; /* of the first one */
};

static void block_add(struct block_sum *b, const struct slot *slot, const struct worker *w)
{
	b->trials++;
	b->loads += w->loads;
	b->other_ends += strcmp(w->state, "stalled") && strcmp(w->state, "crashed");
	if (b->id)
		return;
	b->id = g_strdup(slot->id);
	b->reason = g_strdup(w->reason);
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
	if (b->trials < trials || b->loads || (trials == 1 && !b->other_ends))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "nothing worked in block %d, so the run ends: %s: %s; the same command goes "
		    "on, --again repeats trials",
		    block, b->id, b->reason);
	return false;
}

/* What it left becomes part of the run, with a line in the journal. */
static bool keep_trial(struct campaign *c, const struct slot *slot, const struct worker *w,
		       struct progress *p, GError **error)
{
	bool ok = rundir_keep_trial(c->run, slot->id, error) &&
		  rundir_note(c->run, error, "end %s %s", slot->id, w->state);

	progress_end(p, w->state, w->reason);
	return ok;
}

static bool keep_ring(struct campaign *c, const struct slot *slot, const struct worker *w,
		      struct progress *p, GError **error)
{
	bool left_out = strcmp(w->state, "ok") != 0;
	bool ok = rundir_keep_ring(c->run, slot->id, error) &&
		  rundir_note(c->run, error, "end %s %s%s", slot->id,
			      left_out ? "left out: " : "ok", left_out ? w->reason : "");

	progress_end(p, left_out ? "left out" : "ok", w->reason);
	return ok;
}

/* One of the schedule, kept or failed; false ends the run. */
static bool run_slot(struct campaign *c, const struct slot *slot, struct progress *p,
		     struct block_sum *sum, GError **error)
{
	bool ring = slot->kind == SLOT_RING;
	g_autofree char *dir = ring ? rundir_begin_ring(c->run, slot->id, error)
				    : rundir_begin_trial(c->run, slot->id, error);
	struct task task = {c, slot, dir};
	struct worker w = {0};
	bool ok;

	if (!dir || !note_start(c, slot, error))
		return false;
	progress_begin(p, slot);
	if (!worker_run(&w, &c->signals, run_part, &task, p, error)) {
		progress_clear(p);
		remove_tree(dir);
		if (c->signals.caught)
			rundir_note(c->run, NULL, "interrupted %s by signal %d", slot->id,
				    c->signals.caught);
		worker_clear(&w);
		return false;
	}
	ok = worker_succeeded(&w) && w.state;
	if (ok) {
		ok = (ring ? keep_ring : keep_trial)(c, slot, &w, p, error);
		if (slot->kind == SLOT_TRIAL)
			block_add(sum, slot, &w);
	} else {
		progress_clear(p);
		rundir_note(c->run, NULL, "failed %s", slot->id);
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s (its logs: %s)", slot->id,
			    w.error ? w.error : "its process died", dir);
	}
	worker_clear(&w);
	return ok;
}

/* Is there nothing to run for @slot?  If it is to be repeated, the journal tells. */
static bool is_done(struct campaign *c, const struct slot *slot)
{
	g_autofree char *state = NULL;

	if (slot->kind == SLOT_RING)
		return rundir_has_ring(c->run, slot->id);
	if (!rundir_has(c->run, slot->id))
		return false;
	state = c->again ? rundir_state(c->run, slot->id) : NULL;
	return !state || !g_strv_contains((const char *const *)c->again, state);
}

/* Are there blocks enough?  True without a rule, and before the first, which has none. */
static bool look(struct campaign *c, int blocks, GError **error)
{
	return c->until.percent <= 0 || blocks < 1 || until_look(&c->until, c->bench->dir, error);
}

/*
 * *@may: is there time for the block that @first begins, and need of it?  False with @error
 * if nobody can tell.  What is repeated is of a block that was needed.
 */
static bool may_begin(struct campaign *c, const struct slot *first, bool *may, GError **error)
{
	bool again = first->kind != SLOT_RING && rundir_has(c->run, first->id);

	if (!again && !look(c, first->block - 1, error))
		return false;
	*may = !c->until.met && budget_fits(&c->budget, first->block);
	return true;
}

static bool run_all(struct campaign *c, struct progress *p, struct block_sum *sum, GError **error)
{
	bool whole = true, begins = true, may = true;
	const struct slot *last = c->slots->pdata[c->slots->len - 1];
	unsigned int i;
	int trials = 0;

	budget_begin(&c->budget);
	for (i = 0; i < c->slots->len; i++) {
		struct slot *s = c->slots->pdata[i];
		struct slot *next = i + 1 < c->slots->len ? c->slots->pdata[i + 1] : NULL;
		bool done = is_done(c, s);

		/* A block that was begun earlier is ended, whatever it takes. */
		if (begins && !done && !may_begin(c, s, &may, error))
			return false;
		if (!may)
			return true;
		whole = begins ? !done : whole && !done;
		begins = next && next->block != s->block;
		trials += s->kind == SLOT_TRIAL;
		if (!done && !run_slot(c, s, p, sum, error))
			return false;
		if (!begins && next)
			continue;
		budget_block_ended(&c->budget, whole);
		/* What is counted has no block, and is no condition for what follows. */
		if (trials && !block_worked(sum, s->block, trials, error))
			return false;
		block_clear(sum);
		trials = 0;
	}
	return look(c, last->block, error);
}

bool campaign_run(struct campaign *c, GError **error)
{
	struct block_sum sum = {0};
	struct progress p;
	unsigned int i;
	bool ok;

	/* Only what a guest's driver executes was to be counted, and no QEMU or accelerator lets
	 * us. */
	if (!c->slots->len) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "nothing is left that can be counted; without --counted, the same "
			    "command measures the rest");
		return false;
	}
	progress_init(&p, c->slots->len);
	for (i = 0; i < c->slots->len; i++)
		p.done += is_done(c, c->slots->pdata[i]);
	if (p.done)
		fprintf(stderr, "vqbench: %d of %d parts are there already\n", p.done, p.total);
	ok = run_all(c, &p, &sum, error);
	if (ok && c->budget.left_from)
		fprintf(stderr,
			"vqbench: block %d and what follows do not fit into the budget; the same "
			"command goes on\n",
			c->budget.left_from);
	if (ok && c->until.met)
		fprintf(stderr, "vqbench: that is enough: no more blocks\n");
	block_clear(&sum);
	return ok;
}
