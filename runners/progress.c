/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"
#include "runners/tool/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void progress_init(struct progress *p, int total)
{
	memset(p, 0, sizeof(*p));
	p->tty = isatty(STDERR_FILENO);
	p->total = total;
}

/* Time left, guessed from the trials of this session. */
static char *format_remaining(const struct progress *p)
{
	int64_t s;

	if (!p->fresh)
		return g_strdup("");
	s = p->spent_ms / p->fresh * (p->total - p->done) / 1000;
	if (s >= 3600)
		return g_strdup_printf(", %d h %02d min left", (int)(s / 3600), (int)(s / 60 % 60));
	if (s >= 60)
		return g_strdup_printf(", %d min %02d s left", (int)(s / 60), (int)(s % 60));
	return g_strdup_printf(", %d s left", (int)s);
}

static void print_head(const struct progress *p, int number)
{
	const struct slot *s = p->slot;

	fprintf(stderr, "%s[%d/%d] ", p->tty ? "\r\033[K" : "", number, p->total);
	if (s->kind == SLOT_RING)
		fprintf(stderr, "%s: ", s->id);
	else if (s->kind == SLOT_DRIVER)
		fprintf(stderr, "counting %s %s: ", s->ring, s->variant->label);
	else
		fprintf(stderr, "b%02d %s %s: ", s->block, s->ring, s->variant->label);
}

void progress_begin(struct progress *p, const struct slot *slot)
{
	p->slot = slot;
	p->begun = now_ms();
	progress_doing(p, "starting");
}

void progress_doing(struct progress *p, const char *doing)
{
	g_autofree char *rest = format_remaining(p);

	if (doing)
		g_strlcpy(p->doing, doing, sizeof(p->doing));
	if (!p->tty)
		return;
	print_head(p, p->done + 1);
	fprintf(stderr, "%s, %d s%s", p->doing, (int)((now_ms() - p->begun) / 1000), rest);
	fflush(stderr);
}

void progress_end(struct progress *p, const char *state, const char *reason)
{
	int64_t ms = now_ms() - p->begun;
	g_autofree char *rest = NULL;

	p->done++;
	p->fresh++;
	p->spent_ms += ms;
	rest = format_remaining(p);
	print_head(p, p->done);
	fprintf(stderr, "%s%s%s, %.1f s%s\n", state, *reason ? ": " : "", reason, ms / 1e3, rest);
}

void progress_clear(struct progress *p)
{
	if (p->tty)
		fprintf(stderr, "\r\033[K");
}
