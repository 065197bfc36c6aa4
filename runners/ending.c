/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ending.h"
#include "rundir.h"
#include "runners/tool/clock.h"
#include "runners/tool/json.h"
#include "runners/tool/own.h"
#include "runners/tool/spawn.h"

#include <stdio.h>
#include <string.h>

bool budget_parse(const char *text, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
	char *end;
	int64_t n = g_ascii_isdigit(*text) ? g_ascii_strtoll(text, &end, 10) : 0;
	unsigned int i;

	if (n < 1 || n > BUDGET_MAX_S || !end[0] || end[1])
		return false;
	for (i = 0; i < G_N_ELEMENTS(units); i++) {
		if (units[i].unit != *end || n * units[i].s > BUDGET_MAX_S)
			continue;
		*ms = n * units[i].s * 1000;
		return true;
	}
	return false;
}

void budget_begin(struct budget *b)
{
	b->begun = b->block_begun = now_ms();
	b->longest = 0;
	b->block = 0;
	b->left_from = 0;
}

bool budget_fits(struct budget *b, int block)
{
	int64_t now = now_ms();

	if (block != b->block)
		b->block_begun = now;
	b->block = block;
	if (!b->ms || !block || now - b->begun + b->longest <= b->ms)
		return true;
	b->left_from = block;
	return false;
}

void budget_block_ended(struct budget *b, bool whole)
{
	if (whole && b->block)
		b->longest = MAX(b->longest, now_ms() - b->block_begun);
}

#define LOOK_MS 600000 /* far more than reading any run takes */
#define LOOK_MAX (1u << 20)
#define OPEN_SAID 3

/* "5%" or "0.5%", more than 0 and less than 100, to the six digits that are kept; 0: none. */
static double parse_percent(const char *text)
{
	char *end, kept[G_ASCII_DTOSTR_BUF_SIZE];
	double percent = g_ascii_isdigit(*text) ? g_ascii_strtod(text, &end) : 0;

	percent = g_ascii_strtod(g_ascii_formatd(kept, sizeof(kept), "%g", percent), NULL);
	return percent > 0 && percent < 100 && !strcmp(end, "%") ? percent : 0;
}

bool until_settle(struct until *u, const char *given, const char *dir, GError **error)
{
	g_autofree char *seed = dir ? rundir_stored(dir, "seed") : NULL;
	g_autofree char *rule = dir ? rundir_stored(dir, "until") : NULL;
	double asked = given ? parse_percent(given) : 0, stored = rule ? parse_percent(rule) : 0;

	if (given && !asked) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "--until: not a share as 5%%, more than 0%% and less than 100%%");
		return false;
	}
	u->percent = seed ? stored : asked;
	if (u->percent > 0) {
		u->rule = g_strdup_printf("%g%%", u->percent);
		u->vqreport = own_file("vqreport");
	}
	if (!given || u->percent == asked)
		return true;
	g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
		    "%s: was begun %s%s: its intervals are for that, and would not hold with a "
		    "rule chosen when figures were there: go on with the same, or take another "
		    "folder",
		    dir, rule ? "with --until " : "without --until", rule ? rule : "");
	return false;
}

int64_t until_blocks(const struct until *u, const char *dir, int64_t asked)
{
	g_autofree char *stored = NULL;

	if (asked || u->percent <= 0)
		return asked;
	stored = dir ? rundir_stored(dir, "blocks") : NULL;
	return stored ? g_ascii_strtoll(stored, NULL, 10) : UNTIL_BLOCKS;
}

/* "after block 7: 12 comparisons resolved ..."; what is open, a few of them. */
static void say_state(JsonObject *o, JsonArray *open, double percent)
{
	unsigned int n = json_array_get_length(open), i;
	int64_t resolved = json_int(o, "resolved", 0);

	fprintf(stderr,
		"vqbench: after block %" PRId64 ": %" PRId64 " comparison%s resolved, %" PRId64
		" within %g %%, %u open",
		json_int(o, "blocks", 0), resolved, resolved == 1 ? "" : "s",
		json_int(o, "within", 0), percent, n);
	for (i = 0; i < MIN(n, OPEN_SAID); i++)
		fprintf(stderr, "%s %s", i ? ";" : ":", json_array_get_string_element(open, i));
	fprintf(stderr, n > OPEN_SAID ? "; and %u more\n" : "\n", n - OPEN_SAID);
}

bool until_look(struct until *u, const char *dir, GError **error)
{
	const char *argv[] = {u->vqreport, "--until-check", "--", dir, NULL};
	struct spawn s = {.argv = argv};
	g_autofree char *said = capture(&s, true, LOOK_MAX, LOOK_MS, error);
	g_autoptr(JsonNode) n = said ? parse_json(said, strlen(said), "vqreport", error) : NULL;
	JsonObject *o = n ? json_node_get_object(n) : NULL;
	JsonArray *open = json_list(o, "open");

	if (!n)
		return false;
	if (!open || strcmp(json_str(o, "schema", ""), "vqlab-until-1")) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s --until-check %s: says nothing of it: make all builds it, beside "
			    "vqbench",
			    u->vqreport, dir);
		return false;
	}
	say_state(o, open, u->percent);
	u->met = json_array_get_length(open) == 0;
	return true;
}
