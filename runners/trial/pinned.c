/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pinned.h"
#include "runners/host/pin.h"
#include "runners/host/text.h"
#include "runners/machine/qemu.h"
#include "runners/machine/threads.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool any_server(const struct plan *p)
{
	bool any = p->nets->len > 0;

	for (unsigned int i = 0; i < p->disks->len; i++)
		any |= strcmp(((struct plan_disk *)p->disks->pdata[i])->backend, "file") != 0;
	return any;
}

static bool any_pool(const struct plan *p)
{
	bool any = false;

	for (unsigned int i = 0; i < p->disks->len; i++) {
		const struct plan_disk *d = p->disks->pdata[i];

		any |= !strcmp(d->backend, "file") && !strcmp(d->aio, "threads");
	}
	return any;
}

/* Of each iothread of the plan its words, or, for QMP, the id of its object. */
static GStrv list_iothreads(const struct plan *p, bool ids)
{
	g_autoptr(GPtrArray) names = qemu_iothreads(p);
	GStrv list = g_new0(char *, names->len + 1);

	for (unsigned int i = 0; i < names->len; i++)
		list[i] = ids ? g_strconcat(IOTHREAD_ID, names->pdata[i], NULL)
			      : qemu_iothread_words(p, names->pdata[i]);
	return list;
}

void bench_pin(struct bench *b)
{
	g_auto(GStrv) iothreads = list_iothreads(b->plan, false);
	struct pin_need need = {b->plan->cpus, (const char *const *)iothreads, any_server(b->plan),
				any_pool(b->plan)};
	g_autoptr(GArray) cpus = NULL;
	struct pinning p;
	cpu_set_t allowed;
	bool can;

	if (strcmp(b->plan->pin, "auto"))
		return;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		CPU_ZERO(&allowed);
	cpus = topology_read(HOST_ROOT, &allowed);
	can = pin_decide(cpus, &need, &p, &b->pinned);
	if (can)
		b->pinning = g_memdup2(&p, sizeof(p));
	fprintf(stderr, "vqbench: %s: %s\n", can ? "pinned" : "not pinned", b->pinned);
}

static bool bind_thread(pid_t tid, const cpu_set_t *cpus, const char *what, GError **error)
{
	g_autofree char *list = NULL;

	if (sched_setaffinity(tid, sizeof(*cpus), cpus) == 0)
		return true;
	list = cpus_text(cpus);
	g_set_error(error, VQB_ERROR, VQB_FAILED,
		    "%s cannot be pinned to processors %s: %s: leave out pin=auto", what, list,
		    g_strerror(errno));
	return false;
}

bool pinned_servers(const struct bench *b, GError **error)
{
	const struct pinning *p = b->pinning;

	return !p || !CPU_COUNT(&p->servers) || bind_thread(0, &p->servers, "a server", error);
}

bool pinned_rest(const struct bench *b, GError **error)
{
	return !b->pinning || bind_thread(0, &b->pinning->rest, "a trial", error);
}

static bool bind_all(const GArray *threads, const GArray *sets, const char *what, GError **error)
{
	for (unsigned int i = 0; i < MIN(threads->len, sets->len); i++)
		if (!bind_thread(g_array_index(threads, pid_t, i),
				 &g_array_index(sets, cpu_set_t, i), what, error))
			return false;
	return true;
}

bool pinned_qemu(struct trial *t, GError **error)
{
	const struct pinning *p = t->bench->pinning;
	pid_t pid = t->qemu.child.pid;
	g_auto(GStrv) ids = list_iothreads(t->bench->plan, true);
	g_autoptr(GArray) vcpus = NULL, iothreads = NULL;

	if (!p)
		return true;
	vcpus = qemu_threads(t->qmp, pid, NULL, error);
	iothreads = vcpus ? qemu_threads(t->qmp, pid, (const char *const *)ids, error) : NULL;
	return iothreads && bind_thread(pid, &p->main, "QEMU's main loop", error) &&
	       bind_all(vcpus, p->vcpus, "a vCPU", error) &&
	       bind_all(iothreads, p->iothreads, "an iothread", error);
}
