/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu.h"
#include "boot.h"
#include "confined.h"
#include "netns.h"
#include "props.h"
#include "runners/plan/find.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Numbers of QEMU's fd sets: files that root opened and nobody uses. */
enum { SET_KVM = 1, SET_DISK };

/* It writes to no file but a raw disk; this is for where it is not confined. */
#define FILE_LIMIT (64ull << 20)

static char *command_line;

const char *qemu_command_line(void)
{
	return command_line ? command_line : "";
}

static void G_GNUC_PRINTF(2, 3) push(GPtrArray *argv, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(argv, g_strdup_vprintf(format, args));
	va_end(args);
}

/* The properties that make a variant on one kind of device, each after a comma. */
static char *properties(const struct qemu_setup *s, bool disk)
{
	g_autofree char *variant = qemuinfo_variant(s->info, s->variant, disk);

	return g_strconcat(variant, strcmp(s->ring, "packed") ? "" : ",packed=on", NULL);
}

char *qemu_disk_props(const struct plan_disk *p, const struct qemuinfo *info, const char *props)
{
	g_autofree char *free = props_both(p->props, props, info->disk_help);
	GString *text = g_string_new(NULL);

	if (p->queue_size)
		g_string_append_printf(text, ",queue-size=%" PRId64, p->queue_size);
	g_string_append(text, free);
	return g_string_free(text, FALSE);
}

char *qemu_disk_device(const struct plan_disk *p, const struct qemuinfo *info, const char *props,
		       const char *more)
{
	g_auto(GStrv) threads = plan_disk_iothreads(p);
	g_autofree char *own = qemu_disk_props(p, info, props);
	g_autofree char *all = NULL;
	int i;

	for (i = 0; threads[i]; i++) {
		char *id = g_strconcat(IOTHREAD_ID, threads[i], NULL);

		g_free(threads[i]);
		threads[i] = id;
	}
	all = g_strdup_printf("virtio-blk-pci,id=disk-%s,drive=node-%s,serial=%s%s%s%s%s", p->name,
			      p->name, p->name, i == 1 ? ",iothread=" : "",
			      i == 1 ? threads[0] : "", own, more);
	return i < 2 ? g_steal_pointer(&all) : props_mapped(all, info->disk_help, threads);
}

/* QEMU takes more than 256 for transmitting with vhost-user only. */
char *qemu_net_props(const struct plan_net *p, const struct qemuinfo *info, const char *props)
{
	g_autofree char *free = props_both(p->props, props, info->net_help);
	GString *text = g_string_new(NULL);

	if (p->queue_size)
		g_string_append_printf(text, ",rx_queue_size=%" PRId64 ",tx_queue_size=%" PRId64,
				       p->queue_size, MIN(p->queue_size, 256));
	if (p->queues > 1)
		g_string_append(text, ",mq=on");
	g_string_append(text, free);
	return g_string_free(text, FALSE);
}

GPtrArray *qemu_iothreads(const struct plan *p)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	unsigned int i;

	for (i = 0; i < p->disks->len; i++) {
		g_auto(GStrv) of = plan_disk_iothreads(p->disks->pdata[i]);
		int k;

		for (k = 0; of[k]; k++)
			if (!g_ptr_array_find_with_equal_func(names, of[k], g_str_equal, NULL))
				g_ptr_array_add(names, g_strdup(of[k]));
	}
	return names;
}

char *qemu_iothread_words(const struct plan *p, const char *name)
{
	g_autoptr(GString) disks = g_string_new(NULL);
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->disks->len; i++) {
		const struct plan_disk *d = p->disks->pdata[i];
		g_auto(GStrv) of = plan_disk_iothreads(d);

		if (g_strv_contains((const char *const *)of, name))
			g_string_append_printf(disks, "%s%s", n++ ? " and " : "", d->name);
	}
	return g_strdup_printf("iothread %s of disk%s %s", name, n > 1 ? "s" : "", disks->str);
}

void qemu_push_iothreads(GPtrArray *argv, const struct plan *p)
{
	g_autoptr(GPtrArray) names = qemu_iothreads(p);
	unsigned int i;

	for (i = 0; i < names->len; i++) {
		push(argv, "-object");
		push(argv, "iothread,id=" IOTHREAD_ID "%s", (char *)names->pdata[i]);
	}
}

static void push_disk(GPtrArray *argv, GArray *keep, const struct qemu_setup *s,
		      const struct disk *d, int set, const char *properties)
{
	const struct plan_disk *p = d->plan;

	g_array_append_val(keep, d->fd);
	push(argv, "-blockdev");
	if (strcmp(p->backend, "file")) {
		push(argv, "driver=nbd,node-name=node-%s,server.type=fd,server.str=%d,read-only=on",
		     p->name, d->fd);
	} else {
		bool native = !strcmp(p->aio, "native");

		push(argv,
		     "driver=raw,node-name=node-%s,file.driver=file,file.filename=/dev/fdset/%d,"
		     "file.aio=%s,file.locking=off,cache.direct=%s",
		     p->name, set, p->aio, native ? "on" : "off");
		push(argv, "-add-fd");
		push(argv, "fd=%d,set=%d", d->fd, set);
	}
	push(argv, "-device");
	g_ptr_array_add(argv, qemu_disk_device(p, s->info, s->props, properties));
}

/* @tap: as many as it has queues. */
static void push_net(GPtrArray *argv, GArray *keep, const struct qemu_setup *s,
		     const struct plan_net *p, int i, const int *tap, const char *properties)
{
	g_autofree char *props = qemu_net_props(p, s->info, s->props);
	g_autoptr(GString) fds = g_string_new(NULL);

	for (int64_t k = 0; k < p->queues; k++)
		g_string_append_printf(fds, "%s%d", k ? ":" : "", tap[k]);
	g_array_append_vals(keep, tap, p->queues);
	push(argv, "-netdev");
	push(argv, "tap,id=tap-%s,fds=%s,vhost=off", p->name, fds->str);
	push(argv, "-device");
	push(argv, "virtio-net-pci,id=%s,netdev=tap-%s,mac=%s,romfile=%s%s", p->name, p->name,
	     netns_guest_mac(i), props, properties);
}

/* KVM for nobody: a descriptor if QEMU takes one, else the device's group. */
static void push_accel(GPtrArray *argv, GArray *keep, const struct qemu_setup *s, gid_t *group)
{
	struct stat st;
	int fd;

	push(argv, "-accel");
	if (strcmp(s->accel, "kvm")) {
		push(argv, "tcg");
		return;
	}
	fd = s->info->kvm_device ? open("/dev/kvm", O_RDWR | O_CLOEXEC) : -1;
	if (fd >= 0) {
		g_array_append_val(keep, fd);
		push(argv, "kvm,device=/dev/fdset/%d", SET_KVM);
		push(argv, "-add-fd");
		push(argv, "fd=%d,set=%d", fd, SET_KVM);
	} else {
		push(argv, "kvm");
		if (stat("/dev/kvm", &st) == 0 && (st.st_mode & 0060) == 0060)
			*group = st.st_gid;
	}
}

/* By descriptor: nobody does not reach the plugin's folder. */
static bool push_counter(GPtrArray *argv, GArray *keep, const struct qemu_setup *s, int *plugin,
			 GError **error)
{
	g_autofree char *path = qemuinfo_counter(s->info), *name = NULL;
	g_autoptr(GError) e = NULL;

	*plugin = open(path, O_RDONLY | O_CLOEXEC);
	if (*plugin < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	name = g_strdup_printf("/proc/self/fd/%d", *plugin);
	if (!guest_counter_open(s->counter, name, argv, &e)) {
		g_set_error_literal(error, VQB_ERROR, VQB_FAILED, e->message);
		return false;
	}
	g_array_append_val(keep, *plugin);
	g_array_append_val(keep, s->counter->qemu_fd);
	return true;
}

static bool open_channels(int qmp[2], int agent[2], GError **error)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) == 0 &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, agent) == 0)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "socketpair: %s", g_strerror(errno));
	return false;
}

static bool push_all(GPtrArray *argv, GArray *keep, const struct qemu_setup *s, int agent, int qmp,
		     int console, gid_t *group, GError **error)
{
	g_autofree char *of_disks = properties(s, true), *of_nets = properties(s, false);
	g_autofree char *guest = g_strdup_printf("/proc/self/fd/%d", s->guest->dir_fd);
	const int *tap = s->taps ? (const int *)s->taps->data : NULL;
	unsigned int i;

	if (!guest_qemu_program(argv, s->info->dir, error))
		return false;
	guest_qemu_args(argv, guest, agent, console, NULL);
	push_accel(argv, keep, s, group);
	push(argv, "-m");
	push(argv, "%" PRId64, s->plan->memory_mib);
	push(argv, "-smp");
	push(argv, "%" PRId64, s->plan->cpus);
	push(argv, "-chardev");
	push(argv, "socket,id=qmp,fd=%d", qmp);
	push(argv, "-mon");
	push(argv, "chardev=qmp,mode=control");
	if (s->disks)
		qemu_push_iothreads(argv, s->plan);
	if (s->info->sandbox) {
		push(argv, "-sandbox");
		push(argv, QEMU_SANDBOX);
	}
	for (i = 0; s->disks && i < s->plan->disks->len; i++)
		push_disk(argv, keep, s, &s->disks[i], SET_DISK + i, of_disks);
	for (i = 0; tap && i < s->plan->nets->len; i++) {
		const struct plan_net *net = s->plan->nets->pdata[i];

		push_net(argv, keep, s, net, i, tap, of_nets);
		tap += net->queues;
	}
	g_array_append_val(keep, agent);
	g_array_append_val(keep, qmp);
	g_array_append_val(keep, console);
	g_array_append_val(keep, s->guest->dir_fd);
	return true;
}

/* Largest file that QEMU may write. */
static uint64_t file_limit(const struct plan *p)
{
	uint64_t limit = FILE_LIMIT;
	unsigned int i;

	for (i = 0; i < p->disks->len; i++) {
		struct plan_disk *d = p->disks->pdata[i];

		limit = MAX(limit, (uint64_t)d->size_mib << 20);
	}
	return limit;
}

bool qemu_start(struct qemu *q, const struct qemu_setup *s, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) keep = g_array_new(FALSE, FALSE, sizeof(int));
	struct confine confine = s->info->confine;
	struct spawn sp = {.exec_fd = s->info->program_fd,
			   .unprivileged = true,
			   .confine = s->info->confined ? &confine : NULL};
	int qmp[2] = {-1, -1}, agent[2] = {-1, -1}, console = -1, log = -1, plugin = -1;
	bool ok;

	memset(q, 0, sizeof(*q));
	q->qmp_fd = q->agent_fd = -1;
	q->console = kept_open(s->console, &console, error);
	q->log = q->console ? kept_open(s->log, &log, error) : NULL;
	ok = q->log && open_channels(qmp, agent, error) &&
	     push_all(argv, keep, s, agent[1], qmp[1], console, &sp.extra_group, error) &&
	     (!s->counter || push_counter(argv, keep, s, &plugin, error));
	if (ok) {
		g_ptr_array_add(argv, NULL);
		g_free(command_line);
		command_line = g_strjoinv(" ", (char **)argv->pdata);
		dprintf(log, "%s\n", command_line);
		sp.argv = (const char *const *)argv->pdata;
		sp.out = sp.err = log;
		sp.keep = (const int *)keep->data;
		sp.n_keep = keep->len;
		sp.file_limit = file_limit(s->plan);
		confine.memory = qemu_memory_limit(s->info, s->plan->memory_mib);
		ok = spawn(&q->child, &sp, error);
	}
	if (qmp[1] >= 0)
		close(qmp[1]);
	if (agent[1] >= 0)
		close(agent[1]);
	if (console >= 0)
		close(console);
	if (log >= 0)
		close(log);
	if (plugin >= 0)
		close(plugin);
	if (s->counter)
		guest_counter_handed_over(s->counter);
	q->qmp_fd = qmp[0];
	q->agent_fd = agent[0];
	return ok;
}

void qemu_end(struct qemu *q)
{
	child_end(&q->child, SIGKILL, 0);
	kept_free(q->console);
	kept_free(q->log);
	q->console = q->log = NULL;
}
