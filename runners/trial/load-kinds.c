/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load-kinds.h"
#include "runners/machine/netns.h"
#include "runners/plan/command.h"
#include "runners/plan/find.h"

#include <string.h>

/* NULL ends them. */
static void G_GNUC_NULL_TERMINATED add_words(GPtrArray *argv, const char *word, ...)
{
	va_list words;

	va_start(words, word);
	for (; word; word = va_arg(words, const char *))
		g_ptr_array_add(argv, g_strdup(word));
	va_end(words);
}

static void add_number(GPtrArray *argv, const char *option, int64_t n, const char *unit)
{
	g_ptr_array_add(argv, g_strdup(option));
	g_ptr_array_add(argv, g_strdup_printf("%" PRId64 "%s", n, unit));
}

static void add_fio(GPtrArray *argv, const struct plan *p, const struct plan_workload *w)
{
	add_words(argv, "fio", "--output-format=json", NULL);
	g_ptr_array_add(argv, g_strdup_printf(JOB_PATH, w->name));
}

static void add_iperf3(GPtrArray *argv, const struct plan *p, const struct plan_workload *w)
{
	int net = plan_net_number(p, w->device);

	add_words(argv, "iperf3", "-J", "-c", netns_host_address(net), NULL);
	add_number(argv, "-t", w->seconds, "");
	add_number(argv, "-P", w->iperf3.streams, "");
	if (!strcmp(w->iperf3.direction, "in"))
		add_words(argv, "-R", NULL);
	else if (!strcmp(w->iperf3.direction, "both"))
		add_words(argv, "--bidir", NULL);
	if (strcmp(w->iperf3.protocol, "udp"))
		return;
	add_words(argv, "-u", NULL);
	add_number(argv, "-b", w->iperf3.rate, "M");
	add_number(argv, "-l", w->iperf3.packet, "");
}

static void add_program(GPtrArray *argv, const struct plan *p, const struct plan_workload *w)
{
	const char *host = w->net ? netns_host_address(plan_net_number(p, w->device)) : NULL;
	g_auto(GStrv) words = command_words(w, host);
	int i;

	add_words(argv, w->command.guest_path, NULL);
	for (i = 0; words[i]; i++)
		add_words(argv, words[i], NULL);
}

static const struct load_kind kinds[] = {
	{"fio", add_fio, load_fio},
	{"iperf3", add_iperf3, load_iperf3},
	{"command", add_program, load_command},
};

const struct load_kind *load_kind(const struct plan_workload *w)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(kinds[i].name, w->kind))
			return &kinds[i];
	g_assert_not_reached();
}
