// SPDX-License-Identifier: GPL-2.0-or-later
/* One operation: from a line of text, and to one. */
#include "ops.h"

#include <string.h>

#include "probes/tool/text.h"

#define MAX_WORDS 3

/* The words that begin a line, and how many numbers follow. */
static const struct word {
	const char *name, *form;
	unsigned int arguments;
	int op; /* OP_KINDS: none, the ring line */
} words[] = {
	{"ring", "ring split|packed SIZE", 2, OP_KINDS},
	{"pop", "pop ID NDESCS", 2, OP_POP},
	{"fill", "fill ID LEN", 2, OP_FILL},
	{"short", "short ID LEN", 2, OP_FILL_SHORT},
	{"flush", "flush", 0, OP_FLUSH},
	{"unpop", "unpop ID", 1, OP_REWIND},
	{"rewind", "rewind N", 1, OP_REWIND},
	{"detach", "detach ID", 1, OP_DETACH},
	{"reset", "reset", 0, OP_RESET},
};

const char *ring_format(const struct ring_shape *shape)
{
	return shape->packed ? "packed" : "split";
}

/* Digits only: no sign, no blank, no octal; up to UINT32_MAX. */
static bool parse_number(const char *text, uint32_t *number)
{
	uint64_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!g_ascii_isdigit(*text))
			return false;
		n = 10 * n + (*text - '0');
		if (n > UINT32_MAX)
			return false;
	}
	*number = n;
	return true;
}

/* What a user typed, as a message quotes it. */
static char *quoted_text(const char *text)
{
	return vq_text_clean(text, -1, 40, VQ_ASCII);
}

static char *parse_ring(const char *format, const char *size, struct ring_shape *shape)
{
	g_autofree char *format_text = quoted_text(format), *size_text = quoted_text(size);

	shape->packed = !strcmp(format, "packed");
	if (!shape->packed && strcmp(format, "split"))
		return g_strdup_printf("ring format '%s': must be split or packed", format_text);
	if (!parse_number(size, &shape->size) || !shape->size || shape->size > REORDER_RING_MAX)
		return g_strdup_printf("ring size '%s': must lie between 1 and %u", size_text,
				       REORDER_RING_MAX);
	if (!shape->packed && shape->size & (shape->size - 1))
		return g_strdup_printf("ring size %u: a split ring's is a power of two",
				       shape->size);
	return NULL;
}

bool ring_shape_parse(const char *text, struct ring_shape *shape)
{
	g_auto(GStrv) part = g_strsplit(text, ":", 2);
	g_autofree char *wrong = NULL;

	if (!part[0] || !part[1])
		return false;
	wrong = parse_ring(part[0], part[1], shape);
	return !wrong;
}

/* Cuts @text into at most MAX_WORDS + 1 words; returns how many. */
static unsigned int cut(char *text, char *word[MAX_WORDS + 1])
{
	unsigned int n = 0;
	char *rest = text, *next;

	while (n <= MAX_WORDS && (next = strtok_r(NULL, " \t", &rest)))
		word[n++] = next;
	return n;
}

static const struct word *find_word(const char *name)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(words); i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	return NULL;
}

static char *parse_numbers(const struct word *w, char **word, struct ops_line *line)
{
	uint32_t number[2] = {0, 0};

	for (unsigned int i = 0; i < w->arguments; i++) {
		if (!parse_number(word[1 + i], &number[i])) {
			g_autofree char *text = quoted_text(word[1 + i]);

			return g_strdup_printf("'%s': no number from 0 to %u", text, UINT32_MAX);
		}
	}
	line->kind = LINE_OP;
	line->op = (struct op){.kind = w->op, .elem.id = number[0]};
	if (w->op == OP_POP)
		line->op.elem.ndescs = number[1];
	else
		line->op.elem.len = number[1];
	if (!strcmp(w->name, "unpop"))
		line->op.elem = (ReorderElem){.id = 1, .len = MIN(number[0], OPS_IDS) + 1};
	return NULL;
}

char *ops_parse_line(const char *text, size_t len, struct ops_line *line)
{
	g_autofree char *copy = g_strndup(text, len);
	char *word[MAX_WORDS + 1], *comment;
	const struct word *w;
	unsigned int n;

	*line = (struct ops_line){.kind = LINE_EMPTY};
	if (memchr(text, 0, len))
		return g_strdup("a NUL byte: this is no text");
	comment = strchr(copy, '#');
	if (comment)
		*comment = 0;
	n = cut(copy, word);
	if (!n)
		return NULL;
	w = find_word(word[0]);
	if (!w) {
		g_autofree char *name = quoted_text(word[0]);

		return g_strdup_printf("'%s': no such operation", name);
	}
	if (n != 1 + w->arguments)
		return g_strdup_printf("wrong number of arguments: it is '%s'", w->form);
	if (w->op != OP_KINDS)
		return parse_numbers(w, word, line);
	line->kind = LINE_RING;
	return parse_ring(word[1], word[2], &line->shape);
}

void ops_print(GString *out, const struct op *op)
{
	const ReorderElem *e = &op->elem;

	switch (op->kind) {
	case OP_POP:
		g_string_append_printf(out, "pop %u %u\n", e->id, e->ndescs);
		break;
	case OP_FILL:
		g_string_append_printf(out, "fill %u %u\n", e->id, e->len);
		break;
	case OP_FILL_SHORT:
		g_string_append_printf(out, "short %u %u\n", e->id, e->len);
		break;
	case OP_FLUSH:
		g_string_append(out, "flush\n");
		break;
	case OP_REWIND:
		if (e->len)
			g_string_append_printf(out, "unpop %u\n", e->len - 1);
		else
			g_string_append_printf(out, "rewind %u\n", e->id);
		break;
	case OP_DETACH:
		g_string_append_printf(out, "detach %u\n", e->id);
		break;
	case OP_RESET:
		g_string_append(out, "reset\n");
		break;
	}
}
