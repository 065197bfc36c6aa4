// SPDX-License-Identifier: GPL-2.0-or-later
#include "disturbed.h"

#include <math.h>

/*
 * What the two clocks behind `others` may be apart in a phase: the kernel samples the time of
 * all at its ticks, 4 or 10 ms apart, and measures that of each process.
 */
#define CLOCKS_APART_S 0.05

/*
 * The time that others can have kept from QEMU's threads: no more than they ran, and no more
 * than the threads waited.  So what runs on a processor that nobody needs disturbs nothing;
 * nor do the trial's own processes, which wait for each other where processors are few.
 * Where the kernel does not count who waited, any task's waiting is the bound, or none.
 */
static double kept_by_others(const struct meanwhile *m)
{
	double waited = isnan(m->waited) ? m->cpu_stall : m->waited;

	return fmin(fmax(0, m->others - CLOCKS_APART_S), isnan(waited) ? INFINITY : waited);
}

/* All that the hypervisor took may have hit one thread: a share of one processor, too. */
static double share_of(const struct meanwhile *m, enum disturbance_kind kind)
{
	double lost = kind == BY_STEAL	  ? m->steal
		      : kind == BY_OTHERS ? (isnan(m->others) ? NAN : kept_by_others(m))
					  : m->memory_stall;

	return m->seconds > 0 ? lost / m->seconds : NAN;
}

static bool is_recorded(const struct trial *t)
{
	bool any = *t->changed;

	for (unsigned int i = 0; i < t->phases->len; i++)
		any |= ((struct phase *)t->phases->pdata[i])->host != NULL;
	return any;
}

int disturbed_period(const struct meanwhile *const *periods, unsigned int n, double limit,
		     enum disturbance_kind *kind, double *share)
{
	int at = -1;

	for (*kind = BY_STEAL; *kind <= BY_MEMORY; (*kind)++) {
		for (unsigned int i = 0; i < n; i++) {
			double one = periods[i] ? share_of(periods[i], *kind) : NAN;

			/* Nothing is greater than a NAN, nor a NAN than anything. */
			if (!(one > limit) || (at >= 0 && one <= *share))
				continue;
			at = i;
			*share = one;
		}
		if (at >= 0)
			return at;
	}
	return -1;
}

const char *disturbance_name(enum disturbance_kind kind)
{
	static const char *const names[] = {"settings", "steal", "others", "memory"};

	return names[kind];
}

bool trial_disturbed(const struct trial *t, double limit, struct disturbance *d)
{
	g_autofree const struct meanwhile **periods =
		g_new(const struct meanwhile *, t->phases->len + 1);
	int at;

	*d = (struct disturbance){t, NULL, BY_SETTINGS, NAN};
	if (*t->changed)
		return true;
	for (unsigned int i = 0; i < t->phases->len; i++)
		periods[i] = ((struct phase *)t->phases->pdata[i])->host;
	at = disturbed_period(periods, t->phases->len, limit, &d->kind, &d->share);
	if (at < 0)
		return false;
	d->phase = t->phases->pdata[at];
	return true;
}

static void compare_verdict(struct disturbed *d, unsigned int cell, bool to_qemu,
			    const struct comparison *with, const struct comparison *without)
{
	struct changed_verdict *c;

	if (with->n < 2)
		return;
	d->verdicts++;
	if (with->verdict == without->verdict)
		return;
	c = g_new(struct changed_verdict, 1);
	*c = (struct changed_verdict){cell, to_qemu, with, without};
	g_ptr_array_add(d->changes, c);
}

static void judge_without(struct disturbed *d, const struct results *r)
{
	d->without = compute(&d->run, r->margin);
	d->changes = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; i < r->n_cells; i++) {
		const struct cell *with = &r->cells[i], *without = &d->without->cells[i];

		compare_verdict(d, i, false, &with->to_off, &without->to_off);
		compare_verdict(d, i, true, &with->to_qemu, &without->to_qemu);
	}
}

struct disturbed *find_disturbed(const struct results *r)
{
	const GPtrArray *trials = r->run->trials;
	struct disturbed *d = g_new0(struct disturbed, 1);

	d->trials = g_ptr_array_new_with_free_func(g_free);
	d->run = *r->run;
	d->run.trials = g_ptr_array_new();
	for (unsigned int i = 0; i < trials->len; i++) {
		struct trial *t = trials->pdata[i];
		struct disturbance one;

		d->recorded += is_recorded(t);
		d->beside += t->other_qemus > 0;
		if (trial_disturbed(t, r->margin, &one))
			g_ptr_array_add(d->trials, g_memdup2(&one, sizeof(one)));
		else
			g_ptr_array_add(d->run.trials, t);
	}
	if (!d->recorded) {
		disturbed_free(d);
		return NULL;
	}
	if (d->trials->len && d->run.trials->len)
		judge_without(d, r);
	return d;
}

void disturbed_free(struct disturbed *d)
{
	if (!d)
		return;
	results_free(d->without);
	if (d->changes)
		g_ptr_array_free(d->changes, TRUE);
	g_ptr_array_free(d->trials, TRUE);
	g_ptr_array_free(d->run.trials, TRUE);
	g_free(d);
}
