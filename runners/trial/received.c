/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "received.h"
#include "ask-guest.h"
#include "runners/machine/netns.h"
#include "runners/plan/find.h"

/* A load's last packets are through by then; what comes of itself is seconds apart. */
#define READINGS 50

static bool read_once(struct trial *t, const struct plan_workload *w, struct received *r)
{
	struct tap_counts c;

	if (!netns_counts(plan_net_number(t->bench->plan, w->device), &c))
		return false;
	r->by_tap = c.to_guest_bytes;
	r->by_driver = guest_received_bytes(t, w);
	return r->by_driver >= 0;
}

bool received_read(struct trial *t, const struct plan_workload *w, struct received *r)
{
	struct received last;
	int i;

	if (!w->net || !read_once(t, w, &last))
		return false;
	for (i = 1; i < READINGS; i++) {
		if (!read_once(t, w, r))
			return false;
		if (r->by_tap == last.by_tap && r->by_driver == last.by_driver)
			return true;
		last = *r;
	}
	return false;
}
