/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "topology.h"
#include "text.h"

#include <string.h>

#define CPU "/sys/devices/system/cpu"
#define NODES_MAX 1024 /* Linux's own limit */

/* The first of a list as "4,68" or "4-5"; @cpu itself if there is none. */
static int first_of(const char *root, int cpu, const char *file)
{
	g_autofree char *text = host_text(root, CPU "/cpu%d/topology/%s", cpu, file);
	const char *at = text ? text : "";
	double first;

	return host_number(&at, &first) && first < CPU_SETSIZE ? (int)first : cpu;
}

/* That of the link nodeN in the processor's folder. */
static int node_of(const char *root, int cpu)
{
	g_autofree char *folder = g_strdup_printf("%s" CPU "/cpu%d", root, cpu);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		const char *at = name + strlen("node");
		double node;

		if (g_str_has_prefix(name, "node") && host_number(&at, &node) && !*at &&
		    node < NODES_MAX)
			return node;
	}
	return 0;
}

GArray *topology_read(const char *root, const cpu_set_t *allowed)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct host_cpu));

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		g_autofree char *folder = g_strdup_printf("%s" CPU "/cpu%d", root, cpu);
		struct host_cpu one = {.cpu = cpu};

		if (!CPU_ISSET(cpu, allowed) || !g_file_test(folder, G_FILE_TEST_IS_DIR))
			continue;
		one.core = first_of(root, cpu, "thread_siblings_list");
		one.node = node_of(root, cpu);
		g_array_append_val(all, one);
	}
	return all;
}

char *cpus_text(const cpu_set_t *cpus)
{
	GString *text = g_string_new(NULL);

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int from = cpu;

		if (!CPU_ISSET(cpu, cpus))
			continue;
		while (cpu + 1 < CPU_SETSIZE && CPU_ISSET(cpu + 1, cpus))
			cpu++;
		g_string_append_printf(text, "%s%d", text->len ? "," : "", from);
		if (cpu > from)
			g_string_append_printf(text, "-%d", cpu);
	}
	return g_string_free(text, FALSE);
}
