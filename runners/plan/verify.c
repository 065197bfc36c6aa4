/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify.h"
#include "command.h"
#include "find.h"
#include "props.h"
#include "read.h"
#include "variant.h"
#include "runners/disk/service.h"

#include <string.h>

#include "variants/order-shapes.h"

/* What the disk's own check says of @key. */
static char *service_fault(const struct plan_disk *d, const char *key)
{
	struct service s = {
		.kind = d->service ? service_kind(d->service) : SERVICE_CONSTANT,
		.base_us = d->base_us,
		.tail_us = d->tail_us,
		.tail_permille = d->tail_permille,
	};
	const char *found, *why = service_check(&s, &found);

	return why && !strcmp(found, key) ? g_strdup(why) : NULL;
}

char *verify_tail_us(const struct plan *p, const void *item, GError **error)
{
	return service_fault(item, "tail_us");
}

char *verify_tail_permille(const struct plan *p, const void *item, GError **error)
{
	return service_fault(item, "tail_permille");
}

/* QEMU's limits; see virtio_blk and virtio_net's realize functions. */
static char *power_of_two(int64_t n, int64_t from)
{
	if (!n || (n >= from && !(n & (n - 1))))
		return NULL;
	return g_strdup_printf("%" PRId64 ": not a power of two from %" PRId64 " on", n, from);
}

char *verify_disk_queue(const struct plan *p, const void *item, GError **error)
{
	return power_of_two(((const struct plan_disk *)item)->queue_size, 4);
}

char *verify_net_queue(const struct plan *p, const void *item, GError **error)
{
	return power_of_two(((const struct plan_net *)item)->queue_size, 256);
}

/* Linux asks for no more than it has processors. */
char *verify_net_queues(const struct plan *p, const void *item, GError **error)
{
	int64_t queues = ((const struct plan_net *)item)->queues;

	return queues <= p->cpus
		       ? NULL
		       : g_strdup_printf("%" PRId64 ": a guest of %" PRId64
					 " processors uses no more than so many: cpus= of "
					 "[machine] gives it more",
					 queues, p->cpus);
}

/* A workload that no ring of the plan ever gets was meant to run. */
char *verify_rings(const struct plan *p, const void *item, GError **error)
{
	int i;

	for (i = 0; p->rings[i]; i++)
		if (plan_workload_on(item, p->rings[i]))
			return NULL;
	return g_strdup("the plan's rings have none of these");
}

/* After --variants some may be gone; but what the plan names, its variants have. */
char *verify_driver(const struct plan *p, const void *item, GError **error)
{
	int k;

	for (k = 0; p->driver && p->driver[k]; k++) {
		if (!plan_find_variant(p, p->driver[k]) &&
		    (strcmp(p->driver[k], "none") || p->driver[1]))
			return g_strdup_printf("%s: none of the plan's variants has this label",
					       p->driver[k]);
	}
	return NULL;
}

/* x-order's, and what there is without it. */
char *verify_orders(const struct plan *p, const void *item, GError **error)
{
	const struct plan_ring *r = &((const struct plan_workload *)item)->ring;
	OrderShape shape;
	int i;

	for (i = 0; r->orders && r->orders[i]; i++) {
		if (strcmp(r->orders[i], "natural") && !order_shape_parse(r->orders[i], &shape))
			return g_strdup_printf("%s: not one of natural, " ORDER_SHAPES,
					       r->orders[i]);
		if (g_strv_contains((const char *const *)r->orders + i + 1, r->orders[i]))
			return g_strdup_printf("%s: listed twice", r->orders[i]);
		if (plan_ring_net(r) && strcmp(r->orders[i], "natural"))
			return g_strdup_printf("%s: virtio-net completes in an order of its own",
					       r->orders[i]);
	}
	if (i > 1 && !strcmp(r->measure, "time"))
		return g_strdup("a timed boot has one order: a workload for each");
	return NULL;
}

/* As verify_driver(). */
char *verify_baseline(const struct plan *p, const void *item, GError **error)
{
	int k;

	for (k = 0; p->baseline && p->baseline[k]; k++) {
		if (k == 2)
			return g_strdup_printf("%s: these are two at most", p->baseline[k]);
		if (!plan_find_variant(p, p->baseline[k]))
			return g_strdup_printf("%s: none of the plan's variants has this label",
					       p->baseline[k]);
	}
	return NULL;
}

char *verify_strategy(const struct plan *p, const void *item, GError **error)
{
	const struct plan_arm *a = item;
	g_autofree char *all = variant_names();

	return variant_known(a->strategy) ? NULL
					  : g_strdup_printf("%s: not one of %s", a->strategy, all);
}

char *verify_release(const struct plan *p, const void *item, GError **error)
{
	const struct plan_arm *a = item;
	const char *s = a->release;

	if (!s)
		return NULL;
	if (a->binary)
		return g_strdup("binary= says which QEMU it is");
	s += strspn(s, "0123456789");
	if (s > a->release && *s == '.' && s[1] && !s[1 + strspn(s + 1, "0123456789")])
		return NULL;
	return g_strdup_printf("%s: this is no release: name one such as 7.2 or 10.0", a->release);
}

char *verify_source(const struct plan *p, const void *item, GError **error)
{
	const struct plan_arm *a = item;

	if (a->source && (a->binary || a->release))
		return g_strdup_printf("%s= says which QEMU it is",
				       a->binary ? "binary" : "release");
	return NULL;
}

char *verify_revision(const struct plan *p, const void *item, GError **error)
{
	const struct plan_arm *a = item;

	if (a->revision && !a->source)
		return g_strdup("only with source=");
	/* It is an argument of git's. */
	return a->revision && *a->revision == '-'
		       ? g_strdup_printf("%s: this is no revision", a->revision)
		       : NULL;
}

char *verify_disk_props(const struct plan *p, const void *item, GError **error)
{
	return plan_props_fault(((const struct plan_disk *)item)->props);
}

char *verify_net_props(const struct plan *p, const void *item, GError **error)
{
	return plan_props_fault(((const struct plan_net *)item)->props);
}

char *verify_iothread(const struct plan *p, const void *item, GError **error)
{
	const struct plan_disk *d = item;
	g_auto(GStrv) names = plan_disk_iothreads(d);
	int64_t queues = plan_props_number(d->props, "num-queues", p->cpus);
	int i;

	for (i = 0; names[i]; i++) {
		if (!plan_plain_name(names[i], 20))
			return g_strdup_printf("%s: a name is up to 20 of a-z, 0-9 and -",
					       names[i]);
		if (g_strv_contains((const char *const *)names + i + 1, names[i]))
			return g_strdup_printf("%s: listed twice", names[i]);
		if (!strcmp(names[i], "none"))
			return g_strdup("none: cannot be one of several");
	}
	return i <= 1 || i <= queues
		       ? NULL
		       : g_strdup_printf("%s: %d threads for a disk whose queues are %" PRId64
					 ": give it more, props=num-queues=%d",
					 d->iothread, i, queues, i);
}

char *verify_arm_props(const struct plan *p, const void *item, GError **error)
{
	return plan_props_fault(((const struct plan_arm *)item)->props);
}

/* They are arguments of apt-get's. */
char *verify_packages(const struct plan *p, const void *item, GError **error)
{
	int i;

	for (i = 0; p->packages && p->packages[i]; i++) {
		const char *name = p->packages[i];

		if (!g_ascii_isalnum(*name) || !name[1] ||
		    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.")] ||
		    strchr("+-", name[strlen(name) - 1]))
			return g_strdup_printf("%s: this is no name of a Debian package", name);
		if (g_strv_contains((const char *const *)p->packages + i + 1, name))
			return g_strdup_printf("%s: listed twice", name);
	}
	return NULL;
}

char *verify_args(const struct plan *p, const void *item, GError **error)
{
	return command_args_fault(item);
}

/* Of other kinds there is none. */
char *verify_figure(const struct plan *p, const void *item, GError **error)
{
	const struct plan_command *c = &((const struct plan_workload *)item)->command;

	return c->program ? command_figure_fault(c) : NULL;
}

char *verify_unit(const struct plan *p, const void *item, GError **error)
{
	const struct plan_command *c = &((const struct plan_workload *)item)->command;

	return c->program ? command_unit_fault(c) : NULL;
}

char *verify_bs(const struct plan *p, const void *item, GError **error)
{
	const char *bs = ((const struct plan_workload *)item)->fio.bs;
	size_t n = bs ? strspn(bs, "0123456789") : 0;

	return !bs || (n && n < 8 && (!bs[n] || (strchr("kKmM", bs[n]) && !bs[n + 1])))
		       ? NULL
		       : g_strdup_printf("%s: not a size such as 512, 4k or 1m", bs);
}

char *verify_job(const struct plan *p, const void *item, GError **error)
{
	const struct plan_workload *w = item;

	return w->job_text ? plan_job_fault(p, w, error) : NULL;
}
