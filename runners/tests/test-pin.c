/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processors a trial's parts get, on hosts that are made up. */
#include "runners/host/pin.h"
#include "runners/tool/files.h"
#include "host-fake.h"

#include <string.h>

/* Of "CORE.NODE CORE.NODE ...": processor 0, 1, ... */
static GArray *host(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	GArray *cpus = g_array_new(FALSE, FALSE, sizeof(struct host_cpu));

	for (int i = 0; words[i]; i++) {
		struct host_cpu c = {.cpu = i};

		g_assert_cmpint(sscanf(words[i], "%d.%d", &c.core, &c.node), ==, 2);
		g_array_append_val(cpus, c);
	}
	return cpus;
}

static void test_decide(void)
{
	static const char *const one[] = {"iothread a of disk tail", NULL};
	static const char *const two[] = {"iothread a of disks d-1 and d-2",
					  "iothread b of disk d-2", NULL};
	static const struct {
		const char *host;
		struct pin_need need;
		bool can;
		const char *said;
	} cases[] = {
		/* What this lab was made on. */
		{"0.0 1.0",
		 {1, NULL, true, false},
		 false,
		 "2 cores, and 4 are needed: 1 for vCPUs, 1 for QEMU's main loop, 1 for servers, 1 "
		 "for the rest"},
		{"0.0",
		 {1, one, false, false},
		 false,
		 "1 core, and 4 are needed: 1 for vCPUs, 1 for QEMU's main loop, 1 for iothreads, "
		 "1 for the rest"},
		{"",
		 {1, NULL, false, false},
		 false,
		 "0 cores, and 3 are needed: 1 for vCPUs, 1 for QEMU's main loop, 1 for the rest"},
		{"0.0 1.0 2.0",
		 {1, NULL, false, false},
		 true,
		 "vCPU 0 on 1, main loop on 2, the rest on 0"},
		{"0.0 1.0 2.0 3.0 4.0 5.0",
		 {1, one, true, false},
		 true,
		 "vCPU 0 on 1, main loop on 2, iothread a of disk tail on 3, servers on 4, the "
		 "rest on 0,5"},
		/* Which is which, by the disks that they serve. */
		{"0.0 1.0 2.0 3.0 4.0",
		 {1, two, false, false},
		 true,
		 "vCPU 0 on 1, main loop on 2, iothread a of disks d-1 and d-2 on 3, iothread b of "
		 "disk d-2 on 4, the rest on 0"},
		{"0.0 1.0 2.0",
		 {1, NULL, false, true},
		 true,
		 "vCPU 0 on 1, main loop on 2, the rest on 0; what aio=threads starts shares its "
		 "loop's core"},
		/* Eight threads are four cores; a core is given whole. */
		{"0.0 1.0 2.0 3.0 0.0 1.0 2.0 3.0",
		 {1, NULL, true, false},
		 true,
		 "vCPU 0 on 1,5, main loop on 2,6, servers on 3,7, the rest on 0,4"},
		{"0.0 0.0 2.0 2.0 4.0 4.0 6.0 6.0",
		 {2, NULL, true, false},
		 false,
		 "4 cores, and 5 are needed: 2 for vCPUs, 1 for QEMU's main loop, 1 for servers, 1 "
		 "for the rest"},
		/* A node that has enough of them, though not the first. */
		{"0.0 1.0 2.0 3.1 4.1 5.1 6.1",
		 {2, NULL, true, false},
		 true,
		 "vCPU 0 on 3, vCPU 1 on 4, main loop on 5, servers on 6, the rest on 0-2"},
		/* None has. */
		{"0.0 1.1 2.0 3.1",
		 {1, NULL, true, false},
		 true,
		 "vCPU 0 on 2, main loop on 1, servers on 3, the rest on 0"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GArray) cpus =
			*cases[i].host ? host(cases[i].host)
				       : g_array_new(FALSE, FALSE, sizeof(struct host_cpu));
		g_autofree char *said = NULL;
		struct pinning p;

		g_assert_true(pin_decide(cpus, &cases[i].need, &p, &said) == cases[i].can);
		g_assert_cmpstr(said, ==, cases[i].said);
		pin_clear(&p);
	}
}

/* On any host: no processor is two parts', none is lost, and no core is shared. */
static void test_apart(void)
{
	for (int i = 0; i < 2000; i++) {
		g_autoptr(GArray) cpus = g_array_new(FALSE, FALSE, sizeof(struct host_cpu));
		static const char *const names[] = {"a", "b", NULL};
		unsigned int iothreads = g_test_rand_int_range(0, 3);
		struct pin_need need = {g_test_rand_int_range(1, 5), names + 2 - iothreads,
					g_test_rand_int_range(0, 2), false};
		int n = g_test_rand_int_range(1, 40), per = g_test_rand_int_range(1, 4), used = 0;
		g_autofree char *said = NULL;
		const cpu_set_t *parts[16];
		unsigned int len = 0;
		struct pinning p;

		for (int c = 0; c < n; c++) {
			struct host_cpu one = {c, c % ((n + per - 1) / per), c % 2};

			one.node = one.core % 2;
			/* Some may not be used. */
			if (g_test_rand_int_range(0, 5))
				g_array_append_val(cpus, one);
		}
		if (!pin_decide(cpus, &need, &p, &said))
			continue;
		for (unsigned int k = 0; k < need.vcpus; k++)
			parts[len++] = &g_array_index(p.vcpus, cpu_set_t, k);
		for (unsigned int k = 0; k < iothreads; k++)
			parts[len++] = &g_array_index(p.iothreads, cpu_set_t, k);
		parts[len++] = &p.main;
		parts[len++] = &p.rest;
		if (need.servers)
			parts[len++] = &p.servers;
		for (unsigned int k = 0; k < len; k++) {
			g_assert_cmpint(CPU_COUNT(parts[k]), >, 0);
			used += CPU_COUNT(parts[k]);
		}
		g_assert_cmpint(used, ==, cpus->len);
		for (unsigned int a = 0; a < cpus->len; a++) {
			const struct host_cpu *x = &g_array_index(cpus, struct host_cpu, a);
			int of = 0;

			for (unsigned int k = 0; k < len; k++) {
				bool whole = CPU_ISSET(x->cpu, parts[k]);

				of += whole;
				for (unsigned int b = 0; b < cpus->len; b++) {
					const struct host_cpu *y =
						&g_array_index(cpus, struct host_cpu, b);

					if (x->core == y->core)
						g_assert_true(whole == CPU_ISSET(y->cpu, parts[k]));
				}
			}
			g_assert_cmpint(of, ==, 1);
		}
		pin_clear(&p);
	}
}

static void test_topology(void)
{
	g_autofree char *root = fake_host(), *text = NULL;
	g_autoptr(GArray) cpus = NULL;
	cpu_set_t allowed, found;
	static const int want[][3] = {{0, 0, 0}, {2, 0, 0}, {3, 3, 1}, {70, 70, 0}};

	CPU_ZERO(&allowed);
	CPU_ZERO(&found);
	for (int c = 0; c < CPU_SETSIZE; c++)
		if (c != 1)
			CPU_SET(c, &allowed);
	fake(root, CPU "/cpu0/topology/thread_siblings_list", "0,2\n");
	fake(root, CPU "/cpu0/node0/cpulist", "0-2\n");
	fake(root, CPU "/cpu1/topology/thread_siblings_list", "1,3\n");
	fake(root, CPU "/cpu2/topology/thread_siblings_list", "0,2\n");
	/* Hostile, or none. */
	fake(root, CPU "/cpu3/topology/thread_siblings_list", "-1\n");
	fake(root, CPU "/cpu3/node1/cpulist", "3\n");
	fake(root, CPU "/cpu70/topology/thread_siblings_list", "99999999999\n");
	fake(root, CPU "/cpu70/node99999/cpulist", "");
	fake(root, CPU "/cpu70/nodexyz/cpulist", "");
	fake(root, CPU "/cpufreq/boost", "1\n");
	cpus = topology_read(root, &allowed);
	g_assert_cmpuint(cpus->len, ==, G_N_ELEMENTS(want));
	for (unsigned int i = 0; i < cpus->len; i++) {
		const struct host_cpu *c = &g_array_index(cpus, struct host_cpu, i);

		g_assert_cmpint(c->cpu, ==, want[i][0]);
		g_assert_cmpint(c->core, ==, want[i][1]);
		g_assert_cmpint(c->node, ==, want[i][2]);
		CPU_SET(c->cpu, &found);
	}
	text = cpus_text(&found);
	g_assert_cmpstr(text, ==, "0,2-3,70");
	remove_tree(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pin/decide", test_decide);
	g_test_add_func("/pin/apart", test_apart);
	g_test_add_func("/pin/topology", test_topology);
	return g_test_run();
}
