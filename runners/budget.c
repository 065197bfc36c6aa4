/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "budget.h"
#include "runners/tool/clock.h"

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
