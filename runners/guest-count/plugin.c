// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for QEMU's TCG: instructions that the guest executes in given functions
 *
 * For each instruction inside a function QEMU's generated code adds one to a
 * counter of that function and vCPU; the function's first instruction counts a
 * call, too.  While nothing is counted the code is as without a plugin: to start
 * and to stop, all translated code is thrown away (a plugin's "reset"), which
 * QEMU does with every vCPU at a halt.  So counts are exact, and of one moment.
 *
 * QEMU takes the wish for a reset from a vCPU's thread only, so it is made when
 * a vCPU becomes idle.
 */
#include "protocol.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

/* A guest that never idles: it is said then, and not waited for. */
#define IDLE_WAIT_S 30

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

struct counts {
	uint64_t calls, instructions;
};

static struct {
	uint64_t start, end;
} functions[COUNT_FUNCTIONS_MAX];
static unsigned int n_functions;

static FILE *line;

/* Between the control thread and the vCPUs. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum { SETTLED, WANTED, UNDER_WAY } reset;
static bool counting; /* what the reset is to bring, or has brought */
static uint64_t translated;
static struct counts result[COUNT_FUNCTIONS_MAX];

#if QEMU_PLUGIN_VERSION >= 2
static struct qemu_plugin_scoreboard *board;

static qemu_plugin_u64 counter(unsigned int f, size_t field)
{
	return (qemu_plugin_u64){board, f * sizeof(struct counts) + field};
}

static bool make_counters(const qemu_info_t *info)
{
	board = qemu_plugin_scoreboard_new(sizeof(result));
	return true;
}

static void add_one(struct qemu_plugin_insn *insn, unsigned int f, size_t field)
{
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							    counter(f, field), 1);
}

static void clear_counters(void)
{
	for (int cpu = 0; cpu < qemu_plugin_num_vcpus(); cpu++)
		memset(qemu_plugin_scoreboard_find(board, cpu), 0, sizeof(result));
}

static void read_counters(void)
{
	for (unsigned int f = 0; f < n_functions; f++) {
		result[f].calls = qemu_plugin_u64_sum(counter(f, offsetof(struct counts, calls)));
		result[f].instructions =
			qemu_plugin_u64_sum(counter(f, offsetof(struct counts, instructions)));
	}
}
#else /* before QEMU 9.0: one counter for all vCPUs, and not atomic */
static struct counts board[COUNT_FUNCTIONS_MAX];

static bool make_counters(const qemu_info_t *info)
{
	if (info->system.max_vcpus > 1)
		fprintf(stderr, "guest-count: this QEMU counts one vCPU only: -smp 1\n");
	return info->system.max_vcpus == 1;
}

static void add_one(struct qemu_plugin_insn *insn, unsigned int f, size_t field)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
						   (char *)&board[f] + field, 1);
}

static void clear_counters(void)
{
	memset(board, 0, sizeof(board));
}

static void read_counters(void)
{
	memcpy(result, board, sizeof(result));
}
#endif

/* A block is being translated.  Functions are few, and this is rare. */
static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	__atomic_add_fetch(&translated, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);

		for (unsigned int f = 0; f < n_functions; f++) {
			if (at < functions[f].start || at >= functions[f].end)
				continue;
			add_one(insn, f, offsetof(struct counts, instructions));
			if (at == functions[f].start)
				add_one(insn, f, offsetof(struct counts, calls));
		}
	}
}

static void idle(qemu_plugin_id_t id, unsigned int cpu);

/* Every vCPU stands still, and nothing is translated or registered. */
static void has_reset(qemu_plugin_id_t id)
{
	pthread_mutex_lock(&lock);
	qemu_plugin_register_vcpu_idle_cb(id, idle);
	if (counting) {
		clear_counters();
		translated = 0;
		qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	} else {
		read_counters();
	}
	reset = SETTLED;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static void idle(qemu_plugin_id_t id, unsigned int cpu)
{
	bool now;

	pthread_mutex_lock(&lock);
	now = reset == WANTED;
	if (now)
		reset = UNDER_WAY;
	pthread_mutex_unlock(&lock);
	if (now)
		qemu_plugin_reset(id, has_reset);
}

/* Starts or stops; false: no vCPU became idle. */
static bool switch_counting(bool on)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += IDLE_WAIT_S;
	pthread_mutex_lock(&lock);
	counting = on;
	reset = WANTED;
	while (reset != SETTLED && !(rc == ETIMEDOUT && reset == WANTED))
		rc = pthread_cond_timedwait(&changed, &lock, &until);
	if (reset == WANTED) {
		reset = SETTLED;
		counting = !on;
		on = !on;
		rc = -1;
	} else {
		rc = 0;
	}
	pthread_mutex_unlock(&lock);
	return rc == 0;
}

static void add_function(const char *words)
{
	uint64_t start, end;
	char rest;

	if (sscanf(words, "%" SCNx64 " %" SCNx64 "%c", &start, &end, &rest) != 2 || start >= end) {
		fprintf(line, "error function: not START END\n");
	} else if (counting) {
		fprintf(line, "error function: while counting\n");
	} else if (n_functions == COUNT_FUNCTIONS_MAX) {
		fprintf(line, "error function: at most %d\n", COUNT_FUNCTIONS_MAX);
	} else {
		functions[n_functions].start = start;
		functions[n_functions++].end = end;
		fprintf(line, "ok\n");
	}
}

static void answer(const char *said)
{
	bool start = !strcmp(said, "start");

	if (!strncmp(said, "function ", 9)) {
		add_function(said + 9);
	} else if (!start && strcmp(said, "stop")) {
		fprintf(line, "error no such command\n");
	} else if (start == counting) {
		fprintf(line, "error counting %s\n", counting ? "already" : "has not started");
	} else if (!switch_counting(start)) {
		fprintf(line, "error no vCPU was idle for %d s: is it busy, or not under TCG?\n",
			IDLE_WAIT_S);
	} else if (!start && !translated) {
		fprintf(line, "error nothing was translated: does the guest run under TCG?\n");
	} else {
		for (unsigned int f = 0; !start && f < n_functions; f++)
			fprintf(line, "%" PRIu64 " %" PRIu64 "\n", result[f].calls,
				result[f].instructions);
		fprintf(line, "ok\n");
	}
	fflush(line);
}

static void *control(void *unused)
{
	char said[COUNT_LINE_MAX];

	while (fgets(said, sizeof(said), line)) {
		said[strcspn(said, "\n")] = 0;
		answer(said);
	}
	return NULL;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	pthread_t thread;
	int fd = -1;
	char rest;

	if (argc != 1 || sscanf(argv[0], "fd=%d%c", &fd, &rest) != 1 || fd < 0) {
		fprintf(stderr, "guest-count: needs fd=N and nothing else\n");
		return -1;
	}
	if (!info->system_emulation || !make_counters(info))
		return -1;
	line = fdopen(fd, "r+");
	if (!line) {
		fprintf(stderr, "guest-count: fd=%d: %s\n", fd, strerror(errno));
		return -1;
	}
	qemu_plugin_register_vcpu_idle_cb(id, idle);
	if (pthread_create(&thread, NULL, control, NULL))
		return -1;
	pthread_detach(thread);
	return 0;
}
