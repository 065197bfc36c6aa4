/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server of a disk, before a QEMU that its guest has taken over. */
#include "runners/machine/disks.h"
#include "runners/tool/files.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#define MANY 100
#define SIZE_MIB 64

static void send_all(int fd, const void *data, size_t len)
{
	g_assert_cmpint(send(fd, data, len, MSG_NOSIGNAL), ==, len);
}

static void receive_all(int fd, void *data, size_t len)
{
	g_assert_cmpint(recv(fd, data, len, MSG_WAITALL), ==, len);
}

/* The NBD protocol's greeting, up to where requests may be sent; see doc/proto.md of nbd. */
static void greet(int fd)
{
	static const guint8 answer[] = {0,   0,	  0,   1, /* fixed newstyle; with zeroes */
					'I', 'H', 'A', 'V', 'E', 'O', 'P',
					'T', 0,	  0,   0,   1, /* NBD_OPT_EXPORT_NAME, of no name */
					0,   0,	  0,   0};
	guint8 said[8 + 8 + 2 + 8 + 2 + 124];

	receive_all(fd, said, 18);
	g_assert_cmpmem(said, 8, "NBDMAGIC", 8);
	send_all(fd, answer, sizeof(answer));
	receive_all(fd, said, 8 + 2 + 124);
}

/* A read of 4 KiB behind the end. */
static void set_request(guint8 *to)
{
	guint64 from = GUINT64_TO_BE((SIZE_MIB << 20) + 4096);

	memset(to, 0, 28);
	memcpy(to, "\x25\x60\x95\x13", 4);
	memcpy(to + 16, &from, sizeof(from));
	to[26] = 4096 >> 8;
}

/* However many requests it refuses, its log is bounded, and has the first and the last of them. */
static void test_log(void)
{
	const struct plan_disk plan = {.name = (char *)"d",
				       .backend = (char *)"nbdkit",
				       .service = (char *)"constant",
				       .size_mib = SIZE_MIB};
	g_autoptr(GError) e = NULL;
	g_autofree char *dir = g_dir_make_tmp("vqlab-disks-XXXXXX", &e);
	g_autofree char *path = g_build_filename(dir, "nbdkit-d.log", NULL), *text = NULL;
	guint8 requests[MANY * 28], replies[MANY * 16];
	struct disk d;

	g_assert_true(disk_open(&d, &plan, "build/runners/latency.so", 1, dir, &e));
	g_assert_no_error(e);
	for (int i = 0; i < MANY; i++)
		set_request(requests + i * 28);
	greet(d.fd);
	for (int i = 0; i < 20000 / MANY; i++) {
		send_all(d.fd, requests, sizeof(requests));
		receive_all(d.fd, replies, sizeof(replies));
	}
	disk_close(&d);
	text = read_file(path, KEPT_MAX, NULL, &e);
	g_assert_no_error(e);
	g_assert_true(g_str_has_prefix(text, "nbdkit: latency"));
	g_assert_nonnull(strstr(text, " bytes are left out here]\n"));
	remove_tree(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/disks/log", test_log);
	return g_test_run();
}
