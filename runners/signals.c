/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signals.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool signals_open(struct signals *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC);
	return s->fd >= 0;
}

bool signals_read(struct signals *s)
{
	struct signalfd_siginfo info;

	if (read(s->fd, &info, sizeof(info)) != sizeof(info))
		return false;
	s->caught = info.ssi_signo;
	return true;
}

bool signals_wait(struct signals *s, int limit_ms)
{
	struct pollfd f = {.fd = s->fd, .events = POLLIN};

	return poll(&f, 1, limit_ms) > 0 && signals_read(s);
}
