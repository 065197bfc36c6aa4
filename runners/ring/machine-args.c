// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine-args.h"
#include "runners/machine/boot.h"
#include "runners/machine/folders.h"
#include "backend.h"
#include "blk.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void G_GNUC_PRINTF(2, 3) push(struct machine_args *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(b->argv, g_strdup_vprintf(format, args));
	va_end(args);
}

/* QEMU inherits @fd, which is not needed here any more. */
static int hand_down(struct machine_args *b, int fd)
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
	g_autofree char *variant =
		qemuinfo_variant(s->qemu, d->variant, !load_is_net(s->load->kind));

	return g_strconcat(variant, s->qemu->packed ? ",packed=on" : "", NULL);
}

/* A disk that holds offsets, a file without a name; QEMU's descriptor of it, or -1. */
static int make_file(struct machine_args *b, GError **error)
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
static char *disk_options(struct machine_args *b, GError **error)
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
static bool push_disk(struct machine_args *b, const char *label, GError **error)
{
	const struct machine_setup *s = b->setup;
	g_autofree char *options = disk_options(b, error), *below = NULL, *patience = NULL;
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
	if (s->patience_ms)
		patience = g_strdup_printf(",patience=%u", s->patience_ms);
	push(b, "if=none,id=disk-%s,driver=x-order,order=%s,seed=%" PRIu64 "%s,file.%s", label,
	     s->order, s->order_seed, patience ?: "", below);
	return true;
}

/* The property: a power of two that holds the driver's @size, and not under @least. */
static uint32_t queue_size(uint32_t size, uint32_t least)
{
	while (least < size)
		least *= 2;
	return least;
}

static bool push_blk(struct machine_args *b, struct device *d, GError **error)
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
	     /* What this load needs stands behind what was asked for: the last one counts. */
	     "virtio-blk-device,id=%s,bus=virtio-mmio-bus.%u,drive=disk-%s%s,"
	     "queue-size=%u,num-queues=%u%s%s%s",
	     d->label, d->bus, d->label, s->props ?: "", queue_size(s->load->ring.size, 4),
	     s->load->queues,
	     /* It sorts what it finds in the ring. */
	     s->order ? ",request-merging=off" : "", thread ? thread : "", extra);
	return true;
}

/* The wire: a socket to vqring, or another program's affair. */
static bool push_wire(struct machine_args *b, struct device *d, GError **error)
{
	const struct machine_setup *s = b->setup;
	int theirs, room = 8 << 20;
	guint number = 0;

	if (s->backend) {
		g_ptr_array_find(s->devices, d, &number);
		backend_push(b->argv, s->backend, d->label, number);
		return true;
	}

	if (!pair(SOCK_STREAM, &d->socket, &theirs, error))
		return false;
	/* Room for all that is in flight, so that QEMU need not wait for it. */
	setsockopt(theirs, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	setsockopt(d->socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	hand_down(b, theirs);
	push(b, "-netdev");
	push(b, "socket,id=net-%s,fd=%d", d->label, theirs);
	return true;
}

static bool push_net(struct machine_args *b, struct device *d, GError **error)
{
	const struct machine_setup *s = b->setup;
	g_autofree char *extra = properties(s, d);
	uint32_t size = queue_size(s->load->ring.size, 256);

	if (!push_wire(b, d, error))
		return false;
	push(b, "-device");
	push(b,
	     "virtio-net-device,id=%s,bus=virtio-mmio-bus.%u,netdev=net-%s%s,mrg_rxbuf=on,"
	     "rx_queue_size=%u,tx_queue_size=256%s",
	     d->label, d->bus, d->label, s->props ?: "", size, extra);
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
static bool push_sockets(struct machine_args *b, GError **error)
{
	int theirs;

	if (!pair(SOCK_STREAM, &b->qtest, &theirs, error))
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

static void push_machine(struct machine_args *b)
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

bool machine_args_make(struct machine_args *b, GError **error)
{
	const struct machine_setup *s = b->setup;
	bool net = load_is_net(s->load->kind);
	unsigned int i;

	for (i = 0; s->wrapper && s->wrapper[i]; i++)
		push(b, "%s", s->wrapper[i]);
	if (!guest_qemu_program(b->argv, s->qemu->dir, error))
		return false;
	push_machine(b);
	if (!push_sockets(b, error))
		return false;
	draw_buses(s);
	/* In the order of the bus, so that who is made first is drawn, too. */
	for (i = 0; i < s->devices->len; i++)
		if (!(net ? push_net : push_blk)(b, device_on_bus(s->devices, i), error))
			return false;
	return true;
}
