// SPDX-License-Identifier: GPL-2.0-or-later
#include "runners/ring/machine.h"
#include "runners/machine/boot.h"
#include "runners/ring/blk.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include "probes/tool/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device that breaks rules may log each time. */
#define LOG_LIMIT (16ull << 20)

/* What one start needs; the arrays own what they hold. */
struct build {
	const struct machine_setup *setup;
	GPtrArray *argv;
	bool iothreads;
	GArray *keep; /* descriptors that QEMU inherits and that are closed here afterwards */
	int qmp;      /* this end */
};

static void G_GNUC_PRINTF(2, 3) push(struct build *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(b->argv, g_strdup_vprintf(format, args));
	va_end(args);
}

/* QEMU inherits @fd, which is not needed here any more. */
static int hand_down(struct build *b, int fd)
{
	g_array_append_val(b->keep, fd);
	return fd;
}

static bool pair(int type, int *mine, int *theirs, GError **error)
{
	int fd[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "socketpair: %s", g_strerror(errno));
		return false;
	}
	*mine = fd[0];
	*theirs = fd[1];
	return true;
}

/* The properties that make a variant and let the driver choose, each after a comma. */
static char *properties(const struct machine_setup *s, const struct device *d)
{
	GString *p = g_string_new(NULL);

	if (!strcmp(d->variant, "qemu"))
		g_string_append(p, ",in_order=on");
	else if (!strcmp(d->variant, "off") && s->qemu->in_order)
		g_string_append(p, ",in_order=off");
	else if (strcmp(d->variant, "off"))
		g_string_append_printf(p, ",x-reorder=%s", d->variant);
	if (s->qemu->packed)
		g_string_append(p, ",packed=on");
	return g_string_free(p, FALSE);
}

/* A disk that holds offsets, a file without a name; QEMU's descriptor of it, or -1. */
static int make_file(struct build *b, GError **error)
{
	uint64_t bytes = (uint64_t)b->setup->disk_mib << 20;
	int fd = memfd_create("vqring-disk", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, bytes) == 0 && fchmod(fd, 0666) == 0 && blk_fill(fd, bytes))
		return hand_down(b, fd);
	g_set_error(error, VQB_ERROR, VQB_FAILED, "a disk of %u MiB: %s", b->setup->disk_mib,
		    g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The options of the disk's own node; NULL with error set. */
static char *disk_options(struct build *b, GError **error)
{
	const struct machine_setup *s = b->setup;
	int fd;

	/*
	 * null-co is done before it returns, and then QEMU completes a batch last to
	 * first, whatever stands in between.
	 */
	if (!strcmp(s->disk, "null"))
		return g_strdup_printf("driver=%s,read-zeroes=on,size=%" PRIu64,
				       s->order ? "null-aio" : "null-co",
				       (uint64_t)s->disk_mib << 20);
	if (strcmp(s->disk, "file"))
		return g_strdup(s->disk);
	fd = make_file(b, error);
	return fd < 0 ? NULL
		      : g_strdup_printf(
				"driver=raw,file.driver=file,file.filename=/proc/self/fd/%d,"
				"file.locking=off",
				fd);
}

/*
 * x-order stands over the disk.  QEMU's schema does not list it, so it is named by
 * -drive, which takes no other node by its name: the disk's options stand in it, too.
 */
static bool push_disk(struct build *b, const char *label, GError **error)
{
	const struct machine_setup *s = b->setup;
	g_autofree char *options = disk_options(b, error), *below = NULL;
	g_auto(GStrv) parts = NULL;

	if (!options)
		return false;
	if (!s->order) {
		push(b, "-blockdev");
		push(b, "%s,node-name=disk-%s", options, label);
		return true;
	}
	parts = g_strsplit(options, ",", -1);
	below = g_strjoinv(",file.", parts);
	push(b, "-drive");
	push(b, "if=none,id=disk-%s,driver=x-order,order=%s,seed=%" PRIu64 ",file.%s", label,
	     s->order, s->order_seed, below);
	return true;
}

/* The property: a power of two that holds the driver's @size, and not under @least. */
static uint32_t queue_size(uint32_t size, uint32_t least)
{
	while (least < size)
		least *= 2;
	return least;
}

static bool push_blk(struct build *b, struct device *d, GError **error)
{
	const struct machine_setup *s = b->setup;
	g_autofree char *extra = properties(s, d), *thread = NULL;

	if (b->iothreads) {
		push(b, "-object");
		push(b, "iothread,id=thread-%s,poll-max-ns=%u", d->label,
		     s->load->kick ? 0 : s->poll_us * 1000);
		thread = g_strdup_printf(",iothread=thread-%s", d->label);
	}
	if (!push_disk(b, d->label, error))
		return false;
	push(b, "-device");
	push(b,
	     "virtio-blk-device,id=%s,bus=virtio-mmio-bus.%u,drive=disk-%s,"
	     "queue-size=%u,num-queues=%u%s%s%s",
	     d->label, d->bus, d->label, queue_size(s->load->ring.size, 4), s->load->queues,
	     /* It sorts what it finds in the ring. */
	     s->order ? ",request-merging=off" : "", thread ? thread : "", extra);
	return true;
}

static bool push_net(struct build *b, struct device *d, GError **error)
{
	const struct machine_setup *s = b->setup;
	g_autofree char *extra = properties(s, d);
	uint32_t size = queue_size(s->load->ring.size, 256);
	int theirs, room = 8 << 20;

	if (!pair(SOCK_STREAM, &d->socket, &theirs, error))
		return false;
	/* Room for all that is in flight, so that QEMU need not wait for it. */
	setsockopt(theirs, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	setsockopt(d->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	hand_down(b, theirs);
	push(b, "-netdev");
	push(b, "socket,id=net-%s,fd=%d", d->label, theirs);
	push(b, "-device");
	push(b,
	     "virtio-net-device,id=%s,bus=virtio-mmio-bus.%u,netdev=net-%s,mrg_rxbuf=on,"
	     "rx_queue_size=%u,tx_queue_size=256%s",
	     d->label, d->bus, d->label, size, extra);
	return true;
}

/* Where each device stands on the bus is drawn: neighbours and addresses matter. */
static void draw_buses(const struct machine_setup *s)
{
	g_autoptr(GRand) r = g_rand_new_with_seed(s->seed);
	unsigned int n = s->devices->len, i, j;

	for (i = 0; i < n; i++) {
		struct device *d = s->devices->pdata[i], *other;

		d->bus = i;
		j = g_rand_int_range(r, 0, i + 1);
		other = s->devices->pdata[j];
		d->bus = other->bus;
		other->bus = i;
	}
}

/* The sockets by which QEMU is spoken to. */
static bool push_sockets(struct build *b, struct machine *m, GError **error)
{
	int theirs;

	if (!pair(SOCK_STREAM, &m->qtest.fd, &theirs, error))
		return false;
	push(b, "-chardev");
	push(b, "socket,id=qtest,fd=%d", hand_down(b, theirs));
	push(b, "-qtest");
	push(b, "chardev:qtest");
	push(b, "-qtest-log");
	push(b, "none");
	if (!pair(SOCK_STREAM, &b->qmp, &theirs, error))
		return false;
	push(b, "-chardev");
	push(b, "socket,id=qmp,fd=%d", hand_down(b, theirs));
	push(b, "-mon");
	push(b, "chardev=qmp,mode=control");
	return true;
}

static void push_machine(struct build *b)
{
	static const char *const fixed[] = {
		"-machine",
		"microvm,accel=qtest,memory-backend=memory,ioapic2=on,pic=off,pit=off,"
		"rtc=off",
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-d",
		"guest_errors",
		"-global",
		"virtio-mmio.force-legacy=false"};
	const struct memory *memory = b->setup->memory;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(fixed); i++)
		push(b, "%s", fixed[i]);
	push(b, "-object");
	push(b, "memory-backend-file,id=memory,share=on,mem-path=/proc/self/fd/%d,size=%" PRIu64,
	     memory->fd, memory->size);
	push(b, "-m");
	push(b, "%" PRIu64, memory->size >> 20);
}

static bool push_all(struct build *b, struct machine *m, GError **error)
{
	const struct machine_setup *s = b->setup;
	bool net = load_is_net(s->load->kind);
	unsigned int i;

	for (i = 0; s->wrapper && s->wrapper[i]; i++)
		push(b, "%s", s->wrapper[i]);
	if (!guest_qemu_program(b->argv, s->qemu->dir, error))
		return false;
	push_machine(b);
	if (!push_sockets(b, m, error))
		return false;
	draw_buses(s);
	for (i = 0; i < s->devices->len; i++)
		if (!(net ? push_net : push_blk)(b, s->devices->pdata[i], error))
			return false;
	return true;
}

/* The environment is the child's by way of this process's own. */
static void set_environment(char **environment)
{
	unsigned int i;

	for (i = 0; environment && environment[i]; i++) {
		g_auto(GStrv) part = g_strsplit(environment[i], "=", 2);

		g_setenv(part[0], part[1], TRUE);
	}
}

static bool launch(struct build *b, struct machine *m, GError **error)
{
	const struct machine_setup *s = b->setup;
	struct spawn sp = {
		.out = m->log,
		.err = m->log,
		.file_limit = s->wrapper ? 0 : LOG_LIMIT,
		/* valgrind opens its program by name, and writes beside its caller. */
		.exec_fd = s->wrapper ? 0 : s->qemu->program_fd,
		.unprivileged = !s->wrapper && geteuid() == 0,
	};

	g_array_append_val(b->keep, s->memory->fd);
	g_ptr_array_add(b->argv, NULL);
	m->command_line = g_strjoinv(" ", (char **)b->argv->pdata);
	sp.argv = (const char *const *)b->argv->pdata;
	sp.keep = (const int *)b->keep->data;
	sp.n_keep = b->keep->len;
	set_environment(s->environment);
	return spawn(&m->child, &sp, error);
}

static void close_handed_down(const struct build *b)
{
	unsigned int i;

	for (i = 0; i < b->keep->len; i++) {
		int fd = g_array_index(b->keep, int, i);

		if (fd != b->setup->memory->fd)
			close(fd);
	}
}

/* Does it answer?  If not, its own words are the reason. */
static bool wait_until_up(struct machine *m, int qmp, int limit_ms, GError **error)
{
	g_autofree char *ended = NULL;
	g_autoptr(GError) e = NULL;
	uint32_t magic;

	m->qmp = qmp_open(qmp, limit_ms, &e);
	m->qtest.limit_ms = limit_ms;
	if (m->qmp && qtest_read(&m->qtest, MMIO_BASE, 4, &magic, &e))
		return true;
	ended = machine_ended(m);
	g_set_error(error, VQB_ERROR, VQB_NO_START, "QEMU: %s", ended ? ended : e->message);
	return false;
}

static bool start(struct machine *m, const struct machine_setup *s, bool iothreads, GError **error)
{
	struct build b = {
		.setup = s,
		.argv = g_ptr_array_new_with_free_func(g_free),
		.keep = g_array_new(FALSE, FALSE, sizeof(int)),
		.qmp = -1,
		.iothreads = iothreads,
	};
	bool ok;

	memset(m, 0, sizeof(*m));
	m->qtest.fd = -1;
	m->iothreads = iothreads && !load_is_net(s->load->kind);
	m->log = memfd_create("vqring-log", MFD_CLOEXEC);
	if (m->log < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "a log: %s", g_strerror(errno));
		ok = false;
	} else {
		ok = push_all(&b, m, error) && launch(&b, m, error);
	}
	close_handed_down(&b);
	if (ok)
		ok = wait_until_up(m, b.qmp, s->limit_ms, error);
	else if (b.qmp >= 0)
		close(b.qmp);
	g_ptr_array_unref(b.argv);
	g_array_unref(b.keep);
	return ok;
}

void machine_stop(struct machine *m)
{
	if (m->qmp)
		qmp_close(m->qmp);
	if (m->qtest.fd >= 0)
		close(m->qtest.fd);
	child_end(&m->child, SIGTERM, 10000);
	if (m->log >= 0)
		close(m->log);
	g_free(m->command_line);
	memset(m, 0, sizeof(*m));
	m->qtest.fd = m->log = -1;
}

bool machine_start(struct machine *m, const struct machine_setup *s, GError **error)
{
	g_autoptr(GError) e = NULL;

	if (start(m, s, true, &e))
		return true;
	if (!strstr(e->message, "ioeventfd is required for iothread")) {
		g_propagate_error(error, g_steal_pointer(&e));
		return false;
	}
	machine_stop(m);
	return start(m, s, false, error);
}

char *machine_said(const struct machine *m)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", m->log);
	g_autofree char *line = last_line(path);

	return vq_text_clean(line, -1, 200, VQ_ASCII);
}

char *machine_ended(struct machine *m)
{
	g_autofree char *said = NULL, *how = NULL;

	if (!m->child.pid || !child_ended(&m->child, 200))
		return NULL;
	said = machine_said(m);
	how = child_status(&m->child);
	return g_strdup_printf("%s%s%s", how, *said ? ": " : "", said);
}

char *machine_counters(struct machine *m, const struct device *d)
{
	g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", d->label);

	return m->qmp ? qmp_get_string(m->qmp, path, "x-reorder-stats") : NULL;
}

pid_t machine_thread(struct machine *m, const struct device *d)
{
	g_autoptr(JsonNode) n = NULL;
	g_autofree char *name = g_strdup_printf("thread-%s", d->label);
	JsonArray *list;
	unsigned int i;

	if (!m->iothreads)
		return m->child.pid;
	n = qmp_call(m->qmp, "query-iothreads", NULL, m->qtest.limit_ms, NULL);
	list = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	for (i = 0; list && i < json_array_get_length(list); i++) {
		JsonObject *o = json_array_get_object_element(list, i);

		if (!strcmp(json_str(o, "id", ""), name))
			return json_int(o, "thread-id", 0);
	}
	return 0;
}
