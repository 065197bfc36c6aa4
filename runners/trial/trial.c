/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"
#include "alive.h"
#include "driver.h"
#include "gates.h"
#include "in-guest.h"
#include "meanwhile.h"
#include "message.h"
#include "phase.h"
#include "pinned.h"
#include "result.h"
#include "state.h"
#include "verdict.h"
#include "runners/machine/netns.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/host.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define QMP_MS 20000

static bool start_iperf3(struct trial *t, GError **error)
{
	const char *argv[] = {"iperf3", "-s", NULL};
	struct spawn s = {.argv = argv, .unprivileged = true};

	return spawn(&t->iperf3, &s, error);
}

/* Namespace, taps, disks: what QEMU is started upon. */
static bool build_machine(struct trial *t, GError **error)
{
	const struct plan *p = t->bench->plan;
	unsigned int i;

	if (!netns_enter(error))
		return false;
	t->disks = g_new0(struct disk, p->disks->len);
	t->taps = g_array_new(FALSE, FALSE, sizeof(int));
	for (i = 0; i < p->nets->len; i++)
		if (!netns_tap(i, ((struct plan_net *)p->nets->pdata[i])->queues, t->taps, error))
			return false;
	for (i = 0; i < p->disks->len; i++)
		if (!disk_open(&t->disks[i], p->disks->pdata[i], t->bench->plugin,
			       t->slot->seed + i, t->dir, error))
			return false;
	return !p->nets->len || start_iperf3(t, error);
}

static bool start_qemu(struct trial *t, const char *accel, GError **error)
{
	const struct plan *p = t->bench->plan;
	g_autofree char *console = trial_log_path(t, "console.log"),
			*log = trial_log_path(t, "qemu.log");
	const struct plan_variant *v = t->slot ? t->slot->variant : NULL;
	struct qemu_setup s = {
		.info = v ? bench_arm(t->bench, v)->qemu : t->bench->qemu,
		.guest = &t->bench->guest,
		.plan = p,
		.variant = v ? v->variant : "off",
		.props = v ? bench_props(v) : NULL,
		.ring = t->slot ? t->slot->ring : "split",
		.accel = accel,
		.console = console,
		.log = log,
		.disks = t->disks,
		.taps = t->taps,
		.counter = trial_counts(t) ? &t->counter : NULL,
	};
	unsigned int i;
	bool ok = qemu_start(&t->qemu, &s, error);

	for (i = 0; t->disks && i < p->disks->len; i++)
		disk_handed_over(&t->disks[i]);
	for (i = 0; t->taps && i < t->taps->len; i++)
		close(g_array_index(t->taps, int, i));
	return ok;
}

/* From the greeting of QMP to the hello of the guest. */
static bool boot(struct trial *t, int limit_s, GError **error)
{
	g_autoptr(GError) e = NULL;
	g_autofree char *log = NULL, *line = NULL;
	int64_t begun = now_ms();

	t->qmp = qmp_open(t->qemu.qmp_fd, QMP_MS, &e);
	t->link = link_new(t->qemu.agent_fd);
	if (t->qmp && pinned_qemu(t, &e) && guest_wait_up(t, limit_s, &e)) {
		t->boot_s = (now_ms() - begun) / 1e3;
		return true;
	}
	/* QMP breaks a moment before QEMU's end can be seen. */
	if (!t->qmp)
		child_ended(&t->qemu.child, 2000);
	if (!trial_alive(t, error)) {
		if (error && *error)
			(*error)->code = host_code((*error)->message, VQB_NO_START);
		return false;
	}
	log = trial_log_path(t, "console.log");
	kept_end(t->qemu.console);
	line = last_line(log);
	g_set_error(error, VQB_ERROR, VQB_NO_START, "%s%s%s", e->message,
		    *line ? "; the console's last line: " : "; nothing on the console", line);
	return false;
}

/*
 * What is behind a phase's failure: a load only sees that its requests fail when a
 * server dies, and a program that is short of space or memory is no result at all.
 * @over: the next phase cannot run either.
 */
static void explain_failure(struct trial *t, GError **e, bool *over)
{
	g_autoptr(GError) why = NULL, host = NULL;

	*over = !trial_alive(t, &why);
	if (*over && !strstr((*e)->message, why->message))
		g_prefix_error(e, "%s; ", why->message);
	if (*over && (*e)->code != VQB_STALLED)
		(*e)->code = why->code;
	if (!host_failed(t->dir, t->oom_kills, &host))
		return;
	g_prefix_error(e, "%s: ", host->message);
	(*e)->code = VQB_FAILED;
}

static bool run_phases(struct trial *t, GError **error)
{
	unsigned int i;

	for (i = 0; i < t->slot->phases->len; i++) {
		struct phase *ph = g_new0(struct phase, 1);
		g_autoptr(GError) e = NULL;
		g_autofree char *doing = NULL;
		int64_t begun = now_ms();
		struct activity before;
		bool ok, over;

		ph->slot = &g_array_index(t->slot->phases, struct slot_phase, i);
		ph->order = i;
		doing = slot_phase_title(ph->slot);
		message_send(t->report_fd, MESSAGE_DOING, 0, doing);
		meanwhile_begin(t, &before);
		ok = phase_run(t, ph, &e);
		ph->wall_s = (now_ms() - begun) / 1e3;
		ph->host = meanwhile_end(t, &before);
		if (ok) {
			g_ptr_array_add(t->phases, ph);
			continue;
		}
		explain_failure(t, &e, &over);
		if (e->code == VQB_FAILED) {
			phase_free(ph);
			g_propagate_error(error, g_steal_pointer(&e));
			return false;
		}
		ph->code = e->code;
		ph->reason = g_strdup(e->message);
		g_ptr_array_add(t->phases, ph);
		/* A bad number need not spoil the other phases; a dead guest does. */
		if (e->code == VQB_INVALID && !over)
			continue;
		g_set_error(error, VQB_ERROR, e->code, "%s: %s", doing, e->message);
		return false;
	}
	return true;
}

static bool run_guest(struct trial *t, GError **error)
{
	message_send(t->report_fd, MESSAGE_DOING, 0, "boot");
	return boot(t, BOOT_LIMIT_S, error) && guest_read_features(t, error) &&
	       guest_configure_nets(t, error) && guest_put_jobs(t, error) &&
	       (!trial_counts(t) || driver_find(t, error)) && run_phases(t, error);
}

/* Ends all that runs; what it was is in the logs. */
static void stop_all(struct trial *t)
{
	unsigned int i;

	qemu_end(&t->qemu);
	child_end(&t->iperf3, SIGKILL, 0);
	for (i = 0; t->disks && i < t->bench->plan->disks->len; i++) {
		const struct plan_disk *p = t->disks[i].plan;
		g_autofree char *log =
			p ? g_strdup_printf("%s/nbdkit-%s.log", t->dir, p->name) : NULL;
		struct stat st;

		if (!p)
			continue;
		disk_close(&t->disks[i]);
		if (stat(log, &st) == 0 && st.st_size == 0)
			unlink(log);
	}
	guest_counter_close(&t->counter);
	link_free(t->link);
	qmp_close(t->qmp);
	t->link = NULL;
	t->qmp = NULL;
}

/* A phase that ended well, but for which a gate falls, is not to be counted. */
static void conclude_phases(struct trial *t)
{
	unsigned int i;

	for (i = 0; i < t->phases->len; i++) {
		struct phase *ph = t->phases->pdata[i];

		if (ph->code || !ph->faults->len)
			continue;
		ph->code = VQB_INVALID;
		ph->reason = verdict_text(ph->faults, ph->more_faults);
	}
}

/* The state: of what ended the run, or of the gates that do not hold. */
static void conclude(struct trial *t, const GError *e)
{
	bool good = gates_check(t);

	conclude_phases(t);

	if (e) {
		t->code = e->code;
		t->reason = g_strdup(e->message);
		return;
	}
	if (good)
		return;
	t->code = VQB_INVALID;
	t->reason = gates_reason(t);
}

static int count_loads(const struct trial *t)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < t->phases->len; i++)
		n += ((struct phase *)t->phases->pdata[i])->worked;
	return n;
}

bool trial_run(const struct bench *b, const struct slot *slot, const char *dir, int report_fd,
	       GError **error)
{
	struct trial t = {.bench = b, .slot = slot, .report_fd = report_fd, .counter = {-1, -1}};
	g_autoptr(GError) e = NULL, host = NULL;

	signal(SIGPIPE, SIG_IGN);
	t.dir = g_strdup(dir);
	t.oom_kills = host_oom_kills();
	t.started = utc_now();
	t.phases = g_ptr_array_new_with_free_func(phase_free);
	t.gates = g_ptr_array_new_with_free_func(gate_free);
	t.before = meanwhile_now(&t);
	if (pinned_servers(b, &e) && build_machine(&t, &e) && pinned_rest(b, &e) &&
	    start_qemu(&t, b->accel, &e))
		run_guest(&t, &e);
	t.after = meanwhile_now(&t);
	stop_all(&t);
	/* A QEMU that could not start, for instance. */
	if (e && e->code != VQB_FAILED && host_failed(t.dir, t.oom_kills, &host)) {
		g_prefix_error(&e, "%s: ", host->message);
		e->code = VQB_FAILED;
	}
	if (e && e->code == VQB_FAILED) {
		g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	conclude(&t, e);
	message_send(report_fd, MESSAGE_LOADS, count_loads(&t), NULL);
	message_send(report_fd, MESSAGE_STATE, t.code, t.reason);
	return result_write(&t, error);
}

bool trial_boots(const struct bench *b, const char *accel, const char *dir, int limit_s,
		 GError **error)
{
	struct trial t = {.bench = b, .report_fd = -1, .counter = {-1, -1}};
	bool ok;

	signal(SIGPIPE, SIG_IGN);
	t.dir = g_strdup(dir);
	ok = netns_enter(error) && start_qemu(&t, accel, error) && boot(&t, limit_s, error);
	stop_all(&t);
	return ok;
}
