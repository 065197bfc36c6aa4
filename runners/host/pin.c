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

static void describe(GString *text, const char *name, const cpu_set_t *cpus)
{
	g_autofree char *list = cpus_text(cpus);

	g_string_append_printf(text, "%s%s on %s", text->len ? ", " : "", name, list);
}

static unsigned int count_iothreads(const struct pin_need *need)
{
	return need->iothreads ? g_strv_length((char **)need->iothreads) : 0;
}

static char *explain(const GArray *cores, unsigned int want, const struct pin_need *need)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
			       "%u core%s, and %u are needed: %u for vCPUs, 1 for QEMU's main loop",
			       cores->len, cores->len == 1 ? "" : "s", want + 1, need->vcpus);
	if (count_iothreads(need))
		g_string_append_printf(text, ", %u for iothreads", count_iothreads(need));
	if (need->servers)
		g_string_append(text, ", 1 for servers");
	g_string_append(text, ", 1 for the rest");
	return g_string_free(text, FALSE);
}

static cpu_set_t take_one(const GArray *cores, unsigned int *next, const char *name, GString *said)
{
	const struct core *c = &g_array_index(cores, struct core, (*next)++);

	describe(said, name, &c->cpus);
	return c->cpus;
}

static GArray *take_vcpus(const GArray *cores, unsigned int *next, unsigned int n, GString *said)
{
	GArray *sets = g_array_new(FALSE, FALSE, sizeof(cpu_set_t));

	for (unsigned int i = 0; i < n; i++) {
		g_autofree char *name = g_strdup_printf("vCPU %u", i);
		cpu_set_t cpus = take_one(cores, next, name, said);

		g_array_append_val(sets, cpus);
	}
	return sets;
}

static GArray *take_iothreads(const GArray *cores, unsigned int *next, const struct pin_need *need,
			      GString *said)
{
	GArray *sets = g_array_new(FALSE, FALSE, sizeof(cpu_set_t));

	for (unsigned int i = 0; i < count_iothreads(need); i++) {
		cpu_set_t cpus = take_one(cores, next, need->iothreads[i], said);

		g_array_append_val(sets, cpus);
	}
	return sets;
}

bool pin_decide(const GArray *cpus, const struct pin_need *need, struct pinning *p, char **said)
{
	unsigned int want = need->vcpus + 1 + count_iothreads(need) + need->servers;
	unsigned int next, first;
	g_autoptr(GArray) cores = list_cores(cpus);
	GString *text;

	memset(p, 0, sizeof(*p));
	if (cores->len < want + 1) {
		*said = explain(cores, want, need);
		return false;
	}
	text = g_string_new(NULL);
	first = next = choose_first(cores, want);
	p->vcpus = take_vcpus(cores, &next, need->vcpus, text);
	p->main = take_one(cores, &next, "main loop", text);
	p->iothreads = take_iothreads(cores, &next, need, text);
	if (need->servers)
		p->servers = take_one(cores, &next, "servers", text);
	for (unsigned int i = 0; i < cores->len; i++)
		if (i < first || i >= next)
			CPU_OR(&p->rest, &p->rest, &g_array_index(cores, struct core, i).cpus);
	describe(text, "the rest", &p->rest);
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
