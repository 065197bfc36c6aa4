// SPDX-License-Identifier: GPL-2.0-or-later
#include "family.h"

#include "analysis/report/ring/rings.h"

#include <math.h>
#include <string.h>

/* @r's cell that is @c of @first; NULL: it has none, or no off. */
static const struct cell *find_cell(const struct results *first, const struct cell *c,
				    const struct results *r)
{
	int ring = name_place(r->run->rings, first->run->rings->pdata[c->ring]);
	int variant = name_place(r->run->variants, variant_name(first, c));

	for (unsigned int w = 0;
	     ring >= 0 && variant >= 0 && r->off >= 0 && w < r->run->workloads->len; w++)
		if (!strcmp(((struct workload *)r->run->workloads->pdata[w])->name,
			    workload_of(first, c)->name))
			return cell_at(r, w, ring, variant);
	return NULL;
}

static struct host_logs cell_logs(const struct results *r, const struct cell *c)
{
	struct host_logs l = {.x = g_new(double, r->n_blocks + 1)};
	const struct cell *off = c ? cell_at(r, c->workload, c->ring, r->off) : NULL;

	for (unsigned int b = 0; c && b < r->n_blocks; b++) {
		double ratio = c->samples[b].speed / off->samples[b].speed;

		if (isfinite(ratio) && ratio > 0)
			l.x[l.n++] = log(ratio);
	}
	return l;
}

static struct common pool_cell(const struct results *first, struct results *const *r,
			       unsigned int n, const struct cell *c)
{
	struct host_logs *hosts = g_new0(struct host_logs, n);
	struct common common;

	for (unsigned int i = 0; i < n; i++)
		hosts[i] = cell_logs(r[i], find_cell(first, c, r[i]));
	common = pool_hosts(hosts, n);
	for (unsigned int i = 0; i < n; i++)
		g_free(hosts[i].x);
	g_free(hosts);
	return common;
}

struct family pool_family(const struct results *first, struct results *const *r, unsigned int n,
			  unsigned int workload, unsigned int ring)
{
	unsigned int variants = first->run->variants->len;
	struct family f = {.c = g_new0(struct common, variants),
			   .variant = g_new(unsigned int, variants)};

	for (unsigned int v = 0; v < variants; v++) {
		if ((int)v == first->off)
			continue;
		f.c[f.n] = pool_cell(first, r, n, cell_at(first, workload, ring, v));
		f.variant[f.n] = v;
		if (!f.c[f.n].hosts)
			continue;
		f.has_interval |= !isnan(f.c[f.n].lo);
		f.n++;
	}
	correct_common(f.c, f.n);
	return f;
}

void family_clear(struct family *f)
{
	g_clear_pointer(&f->c, g_free);
	g_clear_pointer(&f->variant, g_free);
}
