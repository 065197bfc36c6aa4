/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "find.h"
#include "props.h"

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

char **plan_disk_iothreads(const struct plan_disk *d)
{
	return plan_split_list(strcmp(d->iothread, "none") ? d->iothread : "", ",");
}

struct plan_variant *plan_find_variant(const struct plan *p, const char *label)
{
	unsigned int i;

	for (i = 0; i < p->variants->len; i++)
		if (!strcmp(((struct plan_variant *)p->variants->pdata[i])->label, label))
			return p->variants->pdata[i];
	return NULL;
}

struct plan_arm *plan_find_arm(const struct plan *p, const char *name)
{
	unsigned int i;

	for (i = 0; i < p->arms->len; i++)
		if (!strcmp(((struct plan_arm *)p->arms->pdata[i])->name, name))
			return p->arms->pdata[i];
	return NULL;
}

bool plan_same_machine(const struct plan_variant *a, const struct plan_variant *b)
{
	static const struct plan_arm none;
	const struct plan_arm *x = a->arm ? a->arm : &none, *y = b->arm ? b->arm : &none;

	return !g_strcmp0(x->binary, y->binary) && !g_strcmp0(x->release, y->release) &&
	       !g_strcmp0(x->source, y->source) && !g_strcmp0(x->revision, y->revision) &&
	       !g_strcmp0(x->props, y->props);
}

bool plan_counts_driver(const struct plan *p, const struct plan_variant *v)
{
	bool off = !strcmp(v->variant, "off");
	unsigned int i;

	if (p->driver)
		return g_strv_contains((const char *const *)p->driver, v->label);
	for (i = 0; i < p->variants->len; i++) {
		struct plan_variant *first = p->variants->pdata[i];

		if (!strcmp(first->variant, "off") == off && plan_same_machine(first, v))
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

bool plan_plain_name(const char *name, size_t max)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && !name[n] && n <= max && *name != '-';
}
