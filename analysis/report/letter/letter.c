// SPDX-License-Identifier: GPL-2.0-or-later
#include "letter.h"

#include "analysis/report/baseline.h"
#include "analysis/report/host/quiet.h"
#include "analysis/report/ring/timed-quiet.h"
#include "analysis/text.h"
#include "parts.h"

/* Takes the least decisive thing away of which there is some; false if there is none. */
static bool give_way(struct room *room)
{
	static const struct {
		size_t what;
		unsigned int least;
	} order[] = {
		{offsetof(struct room, live), 1}, {offsetof(struct room, items), 1},
		{offsetof(struct room, rows), 9}, {offsetof(struct room, timed), 0},
		{offsetof(struct room, rows), 5}, {offsetof(struct room, findings), 2},
		{offsetof(struct room, rows), 4},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(order); i++) {
		unsigned int *n = (unsigned int *)((char *)room + order[i].what);

		if (*n <= order[i].least)
			continue;
		/* Fewer columns save no line. */
		*n = order[i].least ? *n - 1 : 0;
		return true;
	}
	return false;
}

static void put_quiet(struct document *out, const struct results *r)
{
	g_autoptr(GString) text = g_string_new(NULL);

	add_letter_quiet(text, r);
	add_letter_timed_quiet(text, r);
	if (text->len)
		field(out, "noise", "%s", text->str);
}

static char *write_letter(const struct results *r, const struct room *room)
{
	struct document *out = document_new();
	char *text;

	paragraph(out, 0, "vqlab: %.40s, %.10s\n", r->run->plan,
		  r->run->created[0] ? r->run->created : "no date");
	put_letter_findings(out, r, room);
	put_answer(out, r);
	put_letter_counted(out, r, room);
	put_letter_live(out, r, room);
	put_letter_timed(out, r, room);
	blank_line(out);
	put_letter_batches(out, r);
	put_letter_watched(out, r, room);
	put_quiet(out, r);
	put_letter_method(out, r);
	baseline_document(r->run, out);
	text = document_text(out);
	document_free(out);
	return text;
}

static unsigned int lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

char *letter_text(const struct results *r)
{
	struct room room = {.findings = 5,
			    .items = 3,
			    .live = 4,
			    .timed = 4,
			    .rows = MAX(r->run->variants->len, 4)};
	char *text = write_letter(r, &room);

	while (lines(text) > LETTER_LINES && give_way(&room)) {
		g_free(text);
		text = write_letter(r, &room);
	}
	return text;
}
