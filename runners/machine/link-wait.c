// SPDX-License-Identifier: GPL-2.0-or-later
/* The calls of link.h that wait: each is its event form and a wait. */
#include <poll.h>

#include "link-state.h"

/* wait_until: process until done() or the limit; what names it in the error. */
static gboolean wait_until(struct link *l, gboolean (*done)(const struct link *l), int limit_ms,
			   const char *what, GError **error)
{
	gint64 end = g_get_monotonic_time() + limit_ms * (gint64)1000;

	for (;;) {
		struct pollfd p;
		gint64 left = LINK_WATCH_MS;

		if (!link_process(l, error))
			return FALSE;
		if (done(l))
			return TRUE;
		if (l->watch && !l->watch(l->watch_data, error)) {
			if (error && !*error)
				g_set_error(error, LINK_ERROR, LINK_ERROR_STOPPED, "stopped");
			return FALSE;
		}
		if (limit_ms >= 0)
			left = MIN(left, (end - g_get_monotonic_time() + 999) / 1000);
		if (left < 0 || (!left && limit_ms >= 0)) {
			g_set_error(error, LINK_ERROR, LINK_ERROR_TIMEOUT,
				    "%s: nothing within %d ms", what, limit_ms);
			return FALSE;
		}
		p = (struct pollfd){l->fd, link_events(l), 0};
		poll(&p, 1, (int)left);
	}
}

static gboolean is_idle(const struct link *l)
{
	return l->op == LINK_IDLE;
}

gboolean link_wait_hello(struct link *l, int limit_ms, GError **error)
{
	return wait_until(l, link_ready, limit_ms, "waiting for the guest's agent", error);
}

gboolean link_wait(struct link *l, int limit_ms, GError **error)
{
	return wait_until(l, is_idle, limit_ms, "waiting for the guest's answer", error);
}

gboolean link_put(struct link *l, const char *path, guint mode, const void *data, gsize size,
		  int limit_ms, GError **error)
{
	return link_start_put(l, path, mode, data, size, error) && link_wait(l, limit_ms, error);
}

const struct link_result *link_run(struct link *l, const struct link_command *command, int limit_ms,
				   GError **error)
{
	if (!link_start_run(l, command, error) || !link_wait(l, limit_ms, error))
		return NULL;
	return link_result(l);
}

gboolean link_poweroff(struct link *l, int limit_ms, GError **error)
{
	return link_start_poweroff(l, error) && link_wait(l, limit_ms, error);
}
