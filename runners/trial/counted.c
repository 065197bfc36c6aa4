/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "counted.h"
#include "runners/plan/find.h"

#include <string.h>

bool counted_read(struct qmp *qmp, const struct plan *p, const struct plan_workload *w,
		  struct counted *c)
{
	memset(c, 0, sizeof(*c));
	c->net = w->net;
	if (c->net)
		return netns_counts(plan_net_number(p, w->device), &c->tap);
	return qmp_block_counts(qmp, w->device_id, &c->disk);
}

struct counted counted_since(const struct counted *after, const struct counted *before)
{
	struct counted c = *after;

	c.disk.reads -= before->disk.reads;
	c.disk.writes -= before->disk.writes;
	c.disk.flushes -= before->disk.flushes;
	c.disk.unmaps -= before->disk.unmaps;
	c.disk.failed -= before->disk.failed;
	c.disk.merged -= before->disk.merged;
	c.disk.bytes -= before->disk.bytes;
	c.tap.to_host -= before->tap.to_host;
	c.tap.to_host_bytes -= before->tap.to_host_bytes;
	c.tap.to_guest -= before->tap.to_guest;
	c.tap.to_guest_bytes -= before->tap.to_guest_bytes;
	return c;
}

int64_t counted_all(const struct counted *c)
{
	const struct block_counts *d = &c->disk;

	if (c->net)
		return c->tap.to_host + c->tap.to_guest;
	return d->reads + d->writes + d->flushes + d->unmaps + d->failed;
}
