/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "activity.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const psi_names[N_PRESSURES] = {"cpu_some", "io_some", "io_full", "memory_some",
						   "memory_full"};
static const char *const cpu_names[N_CPU_TIMES] = {"user",   "nice", "system",	"idle",
						   "iowait", "irq",  "softirq", "steal"};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void read_load(struct activity *a, const char *root)
{
	g_autofree char *text = host_raw_text(root, "/proc/loadavg");
	const char *at = text ? text : "";

	for (int i = 0; i < 3; i++)
		if (!host_number(&at, &a->load[i]))
			at = "";
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS", and the same of "full". */
static double read_total(const char *text, const char *kind)
{
	const char *line = text ? strstr(text, kind) : NULL;
	const char *total = line ? strstr(line, " total=") : NULL;
	double us;

	if (!total || memchr(line, '\n', total - line))
		return NAN;
	total += strlen(" total=");
	return host_number(&total, &us) ? us / 1e6 : NAN;
}

static void read_pressure(struct activity *a, const char *root)
{
	g_autofree char *cpu = host_raw_text(root, "/proc/pressure/cpu");
	g_autofree char *io = host_raw_text(root, "/proc/pressure/io");
	g_autofree char *memory = host_raw_text(root, "/proc/pressure/memory");

	a->psi[CPU_SOME] = read_total(cpu, "some ");
	a->psi[IO_SOME] = read_total(io, "some ");
	a->psi[IO_FULL] = read_total(io, "full ");
	a->psi[MEMORY_SOME] = read_total(memory, "some ");
	a->psi[MEMORY_FULL] = read_total(memory, "full ");
}

static void read_cpu(struct activity *a, const char *root)
{
	g_autofree char *text = host_raw_text(root, "/proc/stat");
	const char *at = text && g_str_has_prefix(text, "cpu ") ? text + 4 : "";
	bool whole = true;

	for (int i = 0; i < N_CPU_TIMES; i++) {
		whole = whole && host_number(&at, &a->cpu[i]);
		a->cpu[i] /= sysconf(_SC_CLK_TCK);
	}
	for (int i = 0; i < N_CPU_TIMES && !whole; i++)
		a->cpu[i] = NAN;
}

/*
 * Of a process's stat, proc(5): its session, and the processor time of itself and of its
 * children that ended.  Its name, in brackets, may hold anything.
 */
static bool read_process(const char *stat, double *session, double *ticks)
{
	enum { BETWEEN = 7 }; /* fields from session to utime */
	const char *at = stat ? strrchr(stat, ')') : NULL;
	double skipped, one;

	/* ") S 1 PGRP SESSION TTY TPGID FLAGS MINFLT CMINFLT MAJFLT CMAJFLT UTIME ..." */
	if (!at || at[1] != ' ' || !at[2] || at[3] != ' ')
		return false;
	at += 4;
	if (!host_number(&at, &skipped) || !host_number(&at, &skipped) ||
	    !host_number(&at, session))
		return false;
	/* The terminal's group is -1 where there is none. */
	for (int i = 0; i < BETWEEN; i++) {
		at += strspn(at, " -");
		if (!host_number(&at, &skipped))
			return false;
	}
	*ticks = 0;
	for (int i = 0; i < 4; i++) {
		if (!host_number(&at, &one))
			return false;
		*ticks += one;
	}
	return true;
}

/* By the name it was started under: the lab's own is executed by a descriptor. */
static bool is_qemu(const char *root, const char *pid)
{
	g_autofree char *line = host_raw_text(root, "/proc/%s/cmdline", pid);
	const char *slash = line ? strrchr(line, '/') : NULL, *name = slash ? slash + 1 : line;

	return name && (g_str_has_prefix(name, "qemu-system-") || !strcmp(name, "qemu-kvm") ||
			!strcmp(name, "kvm"));
}

static void read_processes(struct activity *a, const char *root, pid_t session)
{
	g_autofree char *folder = g_strconcat(root, "/proc", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *pid;
	bool any = false;

	a->own = 0;
	a->other_qemus = 0;
	while (dir && (pid = g_dir_read_name(dir))) {
		g_autofree char *stat =
			g_ascii_isdigit(*pid) ? host_raw_text(root, "/proc/%s/stat", pid) : NULL;
		double its, ticks;

		/* One may end between the two looks. */
		if (!read_process(stat, &its, &ticks))
			continue;
		any = true;
		if (its == session)
			a->own += ticks / sysconf(_SC_CLK_TCK);
		else
			a->other_qemus += is_qemu(root, pid);
	}
	if (any)
		return;
	a->own = NAN;
	a->other_qemus = -1;
}

/* "ON_CPU WAITED SLICES", in nanoseconds; zeroes where the kernel does not count them. */
void activity_add_thread(struct activity *a, const char *root, pid_t process, pid_t thread)
{
	g_autofree char *text = host_raw_text(root, "/proc/%d/task/%d/schedstat", process, thread);
	const char *at = text ? text : "";
	double ran, waited;

	if (!host_number(&at, &ran) || !host_number(&at, &waited) || !(ran > 0))
		return;
	if (!a->waited)
		a->waited = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	g_hash_table_insert(a->waited, GINT_TO_POINTER(thread), g_memdup2(&waited, sizeof(waited)));
}

static void read_waits(struct activity *a, const char *root, pid_t qemu)
{
	g_autofree char *folder = g_strdup_printf("%s/proc/%d/task", root, qemu);
	g_autoptr(GDir) dir = qemu > 0 ? g_dir_open(folder, 0, NULL) : NULL;
	const char *tid;

	a->waited = NULL;
	while (dir && (tid = g_dir_read_name(dir)))
		activity_add_thread(a, root, qemu, atoi(tid));
}

void activity_read(struct activity *a, const char *root, pid_t session, pid_t qemu)
{
	a->at_s = now_s();
	read_load(a, root);
	read_pressure(a, root);
	read_cpu(a, root);
	read_processes(a, root, session);
	read_waits(a, root, qemu);
}

void activity_clear(struct activity *a)
{
	g_clear_pointer(&a->waited, g_hash_table_unref);
}

static void set_number(JsonObject *o, const char *name, double value)
{
	if (isnan(value))
		json_object_set_null_member(o, name);
	else
		json_object_set_double_member(o, name, value);
}

/* Members @names of an object @name; null if none of them is there. */
static void set_numbers(JsonObject *o, const char *name, const char *const *names,
			const double *values, unsigned int n)
{
	JsonObject *all = json_object_new();
	unsigned int there = 0;

	for (unsigned int i = 0; i < n; i++) {
		set_number(all, names[i], values[i]);
		there += !isnan(values[i]);
	}
	if (there) {
		json_object_set_object_member(o, name, all);
		return;
	}
	json_object_unref(all);
	json_object_set_null_member(o, name);
}

JsonObject *activity_json(const struct activity *a)
{
	static const char *const minutes[] = {"1", "5", "15"};
	JsonObject *o = json_object_new();

	set_numbers(o, "load", minutes, a->load, 3);
	set_numbers(o, "psi_s", psi_names, a->psi, N_PRESSURES);
	set_numbers(o, "cpu_s", cpu_names, a->cpu, N_CPU_TIMES);
	set_number(o, "own_s", a->own);
	if (a->other_qemus < 0)
		json_object_set_null_member(o, "other_qemus");
	else
		json_object_set_int_member(o, "other_qemus", a->other_qemus);
	return o;
}

/* What a count grew by; one that went back (a migration, a processor gone) tells nothing. */
static double grown(double from, double to)
{
	return to >= from ? to - from : NAN;
}

/* By threads that were there at the end; those that ended meanwhile took theirs along. */
static double waited_between(const struct activity *from, const struct activity *to)
{
	GHashTableIter i;
	void *tid, *ns;
	double sum = 0;

	if (!from->waited || !to->waited)
		return NAN;
	g_hash_table_iter_init(&i, to->waited);
	while (g_hash_table_iter_next(&i, &tid, &ns)) {
		const double *before = g_hash_table_lookup(from->waited, tid);
		double more = *(double *)ns - (before ? *before : 0);

		/* Another thread of the same number is a new one. */
		sum += more >= 0 ? more : *(double *)ns;
	}
	return sum / 1e9;
}

JsonObject *activity_between(const struct activity *from, const struct activity *to)
{
	JsonObject *o = json_object_new();
	double psi[N_PRESSURES], busy = 0, own = grown(from->own, to->own);

	/* Interrupts serve whom they serve: mostly the trial's own disks and taps. */
	for (int i = USER; i <= SYSTEM; i++)
		busy += grown(from->cpu[i], to->cpu[i]);
	for (int i = 0; i < N_PRESSURES; i++)
		psi[i] = grown(from->psi[i], to->psi[i]);
	set_number(o, "seconds", to->at_s - from->at_s);
	set_number(o, "own_s", own);
	/* Two clocks, of which one goes in ticks. */
	set_number(o, "others_s", isnan(busy - own) ? NAN : fmax(0, busy - own));
	set_number(o, "idle_s", grown(from->cpu[IDLE], to->cpu[IDLE]));
	set_number(o, "steal_s", grown(from->cpu[STEAL], to->cpu[STEAL]));
	set_number(o, "waited_s", waited_between(from, to));
	set_numbers(o, "psi_s", psi_names, psi, N_PRESSURES);
	return o;
}
