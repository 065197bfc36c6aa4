// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

/* The file being received: under its temporary name until it is complete. */
static struct {
	int fd; /* -1: none open */
	uint64_t left;
	uint32_t mode;
	char path[FRAME_MAX], temp[FRAME_MAX + 8];
} put = {.fd = -1};

static void put_end(int keep)
{
	if (put.fd < 0)
		return;
	close(put.fd);
	put.fd = -1;
	if (!keep)
		unlink(put.temp);
}

static int put_finish(void)
{
	int err = 0;

	if (put.left)
		return 0;
	if (fchmod(put.fd, put.mode) || rename(put.temp, put.path))
		err = errno;
	put_end(!err);
	return err;
}

int files_begin(const struct frame *f)
{
	size_t n = f->len - 12;

	put_end(0);
	if (f->len <= 12 || memchr(f->payload + 12, 0, n))
		return EINVAL;
	put.mode = frame_get32(f->payload) & 07777;
	put.left = frame_get64(f->payload + 4);
	memcpy(put.path, f->payload + 12, n);
	put.path[n] = 0;
	snprintf(put.temp, sizeof(put.temp), "%s.part", put.path);
	put.fd = open(put.temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return put.fd < 0 ? errno : put_finish();
}

int files_data(const struct frame *f)
{
	const uint8_t *p = f->payload;
	size_t n = f->len;
	ssize_t w;
	int err;

	if (put.fd < 0 || n > put.left)
		return EPROTO;
	put.left -= n;
	for (; n; p += w, n -= w) {
		w = write(put.fd, p, n);
		if (w <= 0) {
			err = w ? errno : EIO;
			put_end(0);
			return err;
		}
	}
	return put_finish();
}
