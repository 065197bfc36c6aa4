/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queuesize.h"
#include "boot.h"
#include "props.h"
#include "runners/plan/find.h"
#include "runners/plan/props.h"
#include "runners/plan/read.h"
#include "qemu.h"
#include "qmp.h"
#include "runners/tool/files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASK_MS 20000

static void G_GNUC_PRINTF(2, 3) push(GPtrArray *argv, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(argv, g_strdup_vprintf(format, args));
	va_end(args);
}

/* Only the devices of which the plan says something; how many. */
static int push_devices(GPtrArray *argv, const struct plan *p, const struct qemuinfo *q,
			const char *props)
{
	unsigned int i;
	int n = 0;

	qemu_push_iothreads(argv, p);
	for (i = 0; i < p->disks->len; i++) {
		const struct plan_disk *d = p->disks->pdata[i];
		g_autofree char *all = qemu_disk_props(d, q, props);
		g_auto(GStrv) threads = plan_disk_iothreads(d);

		if (!*all && !*threads)
			continue;
		push(argv, "-blockdev");
		push(argv, "driver=null-co,node-name=node-%s,size=1048576", d->name);
		push(argv, "-device");
		g_ptr_array_add(argv, qemu_disk_device(d, q, props, ""));
		n++;
	}
	for (i = 0; i < p->nets->len; i++) {
		const struct plan_net *d = p->nets->pdata[i];
		g_autofree char *all = qemu_net_props(d, q, props);

		if (!*all)
			continue;
		push(argv, "-netdev");
		push(argv, "hubport,id=hub-%s,hubid=%u", d->name, i);
		push(argv, "-device");
		push(argv, "virtio-net-pci,id=%s,netdev=hub-%s,romfile=%s", d->name, d->name, all);
		n++;
	}
	return n;
}

static bool check_size(const struct plan *p, struct qmp *qmp, const char *kind, const char *name,
		       const char *id, int64_t wanted, GError **error)
{
	int64_t is = wanted ? qmp_ring_size(qmp, id, 0) : -1;
	g_autofree char *group = g_strdup_printf("%s %s", kind, name);

	if (is < 0 || is == wanted)
		return true;
	return plan_complain(p, error, group, "queue_size",
			     "%" PRId64 ": this QEMU makes rings of %" PRId64
			     " whatever is asked for: leave it out, or take another QEMU",
			     wanted, is);
}

static bool check_sizes(const struct plan *p, struct qmp *qmp, GError **error)
{
	unsigned int i;

	for (i = 0; i < p->disks->len; i++) {
		const struct plan_disk *d = p->disks->pdata[i];
		g_autofree char *id = g_strconcat("disk-", d->name, NULL);

		if (!check_size(p, qmp, "disk", d->name, id, d->queue_size, error))
			return false;
	}
	for (i = 0; i < p->nets->len; i++) {
		const struct plan_net *d = p->nets->pdata[i];

		if (!check_size(p, qmp, "net", d->name, d->name, d->queue_size, error))
			return false;
	}
	return true;
}

static struct qmp *start_qemu(struct child *c, const struct qemuinfo *q, GPtrArray *argv,
			      GError **error)
{
	int pair[2], log = memfd_create("log", MFD_CLOEXEC);
	struct spawn s = {.exec_fd = q->program_fd, .unprivileged = true, .err = log};
	g_autoptr(GError) e = NULL;
	struct qmp *qmp = NULL;

	if (log < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "socketpair: %s", g_strerror(errno));
		return NULL;
	}
	push(argv, "-chardev");
	push(argv, "socket,id=qmp,fd=%d", pair[1]);
	push(argv, "-mon");
	push(argv, "chardev=qmp,mode=control");
	g_ptr_array_add(argv, NULL);
	s.argv = (const char *const *)argv->pdata;
	s.keep = &pair[1];
	s.n_keep = 1;
	if (spawn(c, &s, &e)) {
		close(pair[1]);
		qmp = qmp_open(pair[0], ASK_MS, &e);
	} else {
		close(pair[0]);
		close(pair[1]);
	}
	if (!qmp) {
		g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", log);
		g_autofree char *line = last_line(path);

		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "this QEMU does not start with the plan's devices: %s",
			    *line ? line : e->message);
	}
	close(log);
	return qmp;
}

static bool check_group(const struct plan *p, const char *kind, const char *name, const char *props,
			const char *help, const char *other, GError **error)
{
	g_autofree char *why = props_unknown(props, help, other);
	g_autofree char *group = g_strdup_printf("%s %s", kind, name);

	return !why || plan_complain(p, error, group, "props", "%s", why);
}

static bool check_mapping(const struct plan *p, const struct plan_disk *d, const struct qemuinfo *q,
			  GError **error)
{
	g_auto(GStrv) threads = plan_disk_iothreads(d);
	g_autofree char *group = g_strdup_printf("disk %s", d->name);

	return g_strv_length(threads) < 2 || props_has(q->disk_help, PROPS_MAPPING) ||
	       plan_complain(p, error, group, "iothread",
			     "%s: this QEMU's disks have no " PROPS_MAPPING
			     ", as they do from 9.0 on: name one thread, or take another QEMU",
			     d->iothread);
}

/* Before QEMU is started, whose words are fewer. */
static bool check_known(const struct plan *p, const struct qemuinfo *q, const struct plan_arm *arm,
			GError **error)
{
	unsigned int i;

	for (i = 0; i < p->disks->len; i++) {
		const struct plan_disk *d = p->disks->pdata[i];

		if (!check_group(p, "disk", d->name, d->props, q->disk_help, NULL, error) ||
		    !check_mapping(p, d, q, error))
			return false;
	}
	for (i = 0; i < p->nets->len; i++) {
		const struct plan_net *n = p->nets->pdata[i];

		if (!check_group(p, "net", n->name, n->props, q->net_help, NULL, error))
			return false;
	}
	return !arm ||
	       check_group(p, "variant", arm->name, arm->props, p->disks->len ? q->disk_help : NULL,
			   p->nets->len ? q->net_help : NULL, error);
}

/* Is a property of @props named in what QEMU @said? */
static bool is_told(const char *props, const char *said)
{
	g_auto(GStrv) list = plan_props_list(props);
	int i;

	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]);

		if (strstr(said, name))
			return true;
	}
	return false;
}

/* QEMU does not start: where in the plan stands the property that it names, if it does? */
static void blame_props(const struct plan *p, const struct plan_arm *arm, GError **e)
{
	g_autofree char *why = g_strdup((*e)->message), *group = NULL;
	unsigned int i;

	if (arm && is_told(arm->props, why))
		group = g_strdup_printf("variant %s", arm->name);
	for (i = 0; i < p->disks->len && !group; i++) {
		const struct plan_disk *d = p->disks->pdata[i];

		if (is_told(d->props, why))
			group = g_strdup_printf("disk %s", d->name);
	}
	for (i = 0; i < p->nets->len && !group; i++) {
		const struct plan_net *n = p->nets->pdata[i];

		if (is_told(n->props, why))
			group = g_strdup_printf("net %s", n->name);
	}
	if (!group)
		return;
	g_clear_error(e);
	plan_complain(p, e, group, "props", "%s", why);
}

bool queuesize_check(const struct plan *p, const struct qemuinfo *q, const struct plan_arm *arm,
		     GError **error)
{
	static const char *const machine[] = {
		"-no-user-config", "-nodefaults", "-display", "none", "-machine", "pc",
		"-accel",	   "tcg",	  "-S",	      NULL};
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) e = NULL;
	struct child c = {0};
	struct qmp *qmp;
	bool ok;
	int i;

	if (!check_known(p, q, arm, error) || !guest_qemu_program(argv, q->dir, error))
		return false;
	for (i = 0; machine[i]; i++)
		push(argv, "%s", machine[i]);
	if (!push_devices(argv, p, q, arm ? arm->props : NULL))
		return true;
	qmp = start_qemu(&c, q, argv, &e);
	if (!qmp) {
		blame_props(p, arm, &e);
		g_propagate_error(error, g_steal_pointer(&e));
	}
	ok = qmp && check_sizes(p, qmp, error);
	qmp_close(qmp);
	child_end(&c, SIGKILL, 0);
	return ok;
}
