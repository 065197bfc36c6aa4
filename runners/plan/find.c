/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "find.h"

#include <string.h>

struct plan_disk *plan_find_disk(const struct plan *p, const char *name)
{
	unsigned int i;

	for (i = 0; i < p->disks->len; i++)
		if (!strcmp(((struct plan_disk *)p->disks->pdata[i])->name, name))
			return p->disks->pdata[i];
	return NULL;
}

struct plan_net *plan_find_net(const struct plan *p, const char *name)
{
	unsigned int i;

	for (i = 0; i < p->nets->len; i++)
		if (!strcmp(((struct plan_net *)p->nets->pdata[i])->name, name))
			return p->nets->pdata[i];
	return NULL;
}

bool plan_counts_driver(const struct plan *p, const struct plan_variant *v)
{
	bool off = !strcmp(v->variant, "off");
	unsigned int i;

	if (p->driver)
		return g_strv_contains((const char *const *)p->driver, v->label);
	for (i = 0; i < p->variants->len; i++) {
		struct plan_variant *first = p->variants->pdata[i];

		if (!strcmp(first->variant, "off") == off)
			return first == v;
	}
	return false;
}

bool plan_ring_net(const struct plan_ring *r)
{
	return !strcmp(r->load, "tx") || !strcmp(r->load, "rx");
}

bool plan_workload_on(const struct plan_workload *w, const char *ring)
{
	return !w->rings || g_strv_contains((const char *const *)w->rings, ring);
}

bool plan_workload_in(const struct plan_workload *w, int block)
{
	return !w->blocks || block <= w->blocks;
}

int plan_net_number(const struct plan *p, const char *name)
{
	unsigned int i;

	for (i = 0; i < p->nets->len; i++)
		if (!strcmp(((struct plan_net *)p->nets->pdata[i])->name, name))
			return i;
	return -1;
}
