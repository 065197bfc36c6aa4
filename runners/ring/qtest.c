// SPDX-License-Identifier: GPL-2.0-or-later
#include "qtest.h"
#include "runners/tool/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* One line of an answer, without its end, into @line. */
static bool read_line(struct qtest *q, char *line, size_t size, GError **error)
{
	int64_t until = now_ms() + q->limit_ms;
	size_t n = 0;

	while (n < size - 1) {
		struct pollfd p = {.fd = q->fd, .events = POLLIN};
		int64_t left = until - now_ms();
		ssize_t got = 0;

		if (left > 0 && poll(&p, 1, left) > 0)
			got = recv(q->fd, line + n, 1, MSG_DONTWAIT);
		else if (left <= 0)
			break;
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			break;
		if (got == 0 && p.revents) {
			g_set_error(error, VQB_ERROR, VQB_CRASHED, "QEMU has ended");
			return false;
		}
		if (got == 1 && line[n] == '\n') {
			line[n] = 0;
			return true;
		}
		n += got == 1;
	}
	g_set_error(error, VQB_ERROR, VQB_NO_START, "no answer on the qtest socket in %d ms",
		    q->limit_ms);
	return false;
}

/* Sends a command and takes its answer; interrupts are told in between. */
static bool call(struct qtest *q, const char *command, char *answer, size_t size, GError **error)
{
	if (send(q->fd, command, strlen(command), MSG_NOSIGNAL) < 0) {
		g_set_error(error, VQB_ERROR, VQB_CRASHED, "qtest socket: %s", g_strerror(errno));
		return false;
	}
	do
		if (!read_line(q, answer, size, error))
			return false;
	while (!strncmp(answer, "IRQ", 3));
	if (!strncmp(answer, "OK", 2))
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "qtest refuses \"%.*s\": %.60s",
		    (int)strcspn(command, "\n"), command, answer);
	return false;
}

bool qtest_read(struct qtest *q, uint64_t address, int bytes, uint32_t *value, GError **error)
{
	char command[64], answer[128];
	unsigned long long got;

	snprintf(command, sizeof(command), "read%c 0x%" PRIx64 "\n", bytes == 1 ? 'b' : 'l',
		 address);
	if (!call(q, command, answer, sizeof(answer), error))
		return false;
	if (sscanf(answer, "OK 0x%llx", &got) != 1) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "qtest answers a read with \"%.60s\"",
			    answer);
		return false;
	}
	*value = got;
	return true;
}

bool qtest_write32(struct qtest *q, uint64_t address, uint32_t value, GError **error)
{
	char command[64], answer[128];

	snprintf(command, sizeof(command), "writel 0x%" PRIx64 " 0x%" PRIx32 "\n", address, value);
	return call(q, command, answer, sizeof(answer), error);
}
