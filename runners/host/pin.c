/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pin.h"

#include <string.h>

/* A core: its threads that may be used. */
struct core {
	int core, node;
	cpu_set_t cpus;
};

static int by_node(const void *a, const void *b)
{
	const struct core *x = a, *y = b;

	return x->node != y->node ? (x->node < y->node ? -1 : 1)
				  : (x->core > y->core) - (x->core < y->core);
}

/* By node, and in it by number. */
static GArray *list_cores(const GArray *cpus)
{
	GArray *cores = g_array_new(FALSE, TRUE, sizeof(struct core));

	for (unsigned int i = 0; i < cpus->len; i++) {
		const struct host_cpu *c = &g_array_index(cpus, struct host_cpu, i);
		unsigned int k = 0;

		while (k < cores->len && g_array_index(cores, struct core, k).core != c->core)
			k++;
		if (k == cores->len) {
			struct core new = {.core = c->core, .node = c->node};

			g_array_append_val(cores, new);
		}
		CPU_SET(c->cpu, &g_array_index(cores, struct core, k).cpus);
	}
	g_array_sort(cores, by_node);
	return cores;
}

/*
 * The first of @want cores in a row: of the first node that has so many, since memory of
 * another is farther; of all nodes if none has.  The first core of all is the rest's.
 */
static unsigned int choose_first(const GArray *cores, unsigned int want)
{
	for (unsigned int i = 1; i + want <= cores->len; i++)
		if (g_array_index(cores, struct core, i).node ==
		    g_array_index(cores, struct core, i + want - 1).node)
			return i;
	return 1;
}

static void describe(GString *text, const char *name, int number, const cpu_set_t *cpus)
{
	g_autofree char *list = cpus_text(cpus);

	g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
	if (number >= 0)
		g_string_append_printf(text, " %d", number);
	g_string_append_printf(text, " on %s", list);
}

static char *explain(const GArray *cores, unsigned int want, const struct pin_need *need)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
			       "%u core%s, and %u are needed: %u for vCPUs, 1 for QEMU's main loop",
			       cores->len, cores->len == 1 ? "" : "s", want + 1, need->vcpus);
	if (need->iothreads)
		g_string_append_printf(text, ", %u for iothreads", need->iothreads);
	if (need->servers)
		g_string_append(text, ", 1 for servers");
	g_string_append(text, ", 1 for the rest");
	return g_string_free(text, FALSE);
}

static GArray *take(const GArray *cores, unsigned int *next, unsigned int n, const char *name,
		    GString *said)
{
	GArray *sets = g_array_new(FALSE, FALSE, sizeof(cpu_set_t));

	for (unsigned int i = 0; i < n; i++) {
		const struct core *c = &g_array_index(cores, struct core, (*next)++);

		g_array_append_val(sets, c->cpus);
		describe(said, name, i, &c->cpus);
	}
	return sets;
}

static cpu_set_t take_one(const GArray *cores, unsigned int *next, const char *name, GString *said)
{
	const struct core *c = &g_array_index(cores, struct core, (*next)++);

	describe(said, name, -1, &c->cpus);
	return c->cpus;
}

bool pin_decide(const GArray *cpus, const struct pin_need *need, struct pinning *p, char **said)
{
	unsigned int want = need->vcpus + 1 + need->iothreads + need->servers, next, first;
	g_autoptr(GArray) cores = list_cores(cpus);
	GString *text;

	memset(p, 0, sizeof(*p));
	if (cores->len < want + 1) {
		*said = explain(cores, want, need);
		return false;
	}
	text = g_string_new(NULL);
	first = next = choose_first(cores, want);
	p->vcpus = take(cores, &next, need->vcpus, "vCPU", text);
	p->main = take_one(cores, &next, "main loop", text);
	p->iothreads = take(cores, &next, need->iothreads, "iothread", text);
	if (need->servers)
		p->servers = take_one(cores, &next, "servers", text);
	for (unsigned int i = 0; i < cores->len; i++)
		if (i < first || i >= next)
			CPU_OR(&p->rest, &p->rest, &g_array_index(cores, struct core, i).cpus);
	describe(text, "the rest", -1, &p->rest);
	/* Linux gives a new thread the processors of the one that starts it. */
	if (need->pool)
		g_string_append(text, "; what aio=threads starts shares its loop's core");
	*said = g_string_free(text, FALSE);
	return true;
}

void pin_clear(struct pinning *p)
{
	g_clear_pointer(&p->vcpus, g_array_unref);
	g_clear_pointer(&p->iothreads, g_array_unref);
}
