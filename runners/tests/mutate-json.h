/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mutator of libFuzzer's for JSON: what it makes is well-formed, and wrong inside.  Of
 * random bytes hardly one passes a parser.  An input is a byte that says what it is, and
 * JSON behind it; what is no JSON is mutated as bytes, and one in eight anyway.
 */
#ifndef VQLAB_TESTS_MUTATE_JSON_H
#define VQLAB_TESTS_MUTATE_JSON_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

/* Values, as JSON, that programs trip over. */
static const char *const odd_values[] = {"0",
					 "-1",
					 "1",
					 "2",
					 "0.5",
					 "-0.0",
					 "1e308",
					 "-1e308",
					 "1e999",
					 "-1e999",
					 "5e-324",
					 "4294967295",
					 "4294967296",
					 "-2147483649",
					 "9007199254740993",
					 "9223372036854775807",
					 "-9223372036854775808",
					 "18446744073709551616",
					 "1e15",
					 "999999999999999",
					 "true",
					 "false",
					 "null",
					 "\"\"",
					 "{}",
					 "[]",
					 "[[[[[[]]]]]]",
					 "[0]",
					 "[[0,0]]",
					 "\"ok\"",
					 "\"off\"",
					 "\"../../../etc/passwd\"",
					 "\"\\u001b[2J\\n%s%n\"",
					 "\"\\ud83d\\ude00\\u202e\"",
					 "\"<script>&amp;\\\"'\"",
					 "\"a b\\tc/d\"",
					 "nan",
					 "\"NaN\"",
					 "\"1\""};

/* Where the values of a text begin and end: numbers, strings, brackets.  At most @max. */
struct piece {
	size_t begin, end;
};

static size_t string_end(const char *text, size_t at, size_t size)
{
	for (at++; at < size && text[at] != '"'; at++)
		at += text[at] == '\\';
	return MIN(at + 1, size);
}

static size_t bracket_end(const char *text, size_t at, size_t size)
{
	size_t depth = 0;

	while (at < size) {
		char c = text[at];

		if (c == '"') {
			at = string_end(text, at, size);
			continue;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		at++;
		if (!depth)
			return at;
	}
	return size;
}

/* A member's name is no value. */
static bool is_name(const char *text, const struct piece *p, size_t size)
{
	size_t at = p->end;

	while (at < size && g_ascii_isspace(text[at]))
		at++;
	return text[p->begin] == '"' && at < size && text[at] == ':';
}

/* The end of each bracket is searched for by itself: deeper ones are left alone. */
#define DEPTH_MAX 64

static GArray *find_pieces(const char *text, size_t size)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct piece));
	size_t at = 0, depth = 0;

	while (at < size) {
		struct piece p = {at, at};
		bool opens = text[at] == '{' || text[at] == '[';

		if (text[at] == '"')
			p.end = string_end(text, at, size);
		else if (opens && depth < DEPTH_MAX)
			p.end = bracket_end(text, at, size);
		else if (strchr("-0123456789tfn", text[at]))
			p.end = at + strcspn(text + at, ",]} \n\t:");
		if (p.end > at && !is_name(text, &p, size))
			g_array_append_val(all, p);
		depth += opens;
		depth -= depth && (text[at] == '}' || text[at] == ']');
		/* What is in brackets counts by itself, too. */
		at = p.end > at && !opens ? p.end : at + 1;
	}
	return all;
}

static unsigned int draw(unsigned int *state, unsigned int n)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 8) % n;
}

/* One piece becomes an odd value, a copy of another, many of itself, or goes. */
static void mutate_once(GString *text, unsigned int *state)
{
	g_autoptr(GArray) all = find_pieces(text->str, text->len);
	struct piece p, q;
	g_autofree char *mine = NULL;
	g_autoptr(GString) more = g_string_new(NULL);
	unsigned int i, n;
	bool listed;

	if (!all->len)
		return;
	p = g_array_index(all, struct piece, draw(state, all->len));
	q = g_array_index(all, struct piece, draw(state, all->len));
	mine = g_strndup(text->str + p.begin, p.end - p.begin);
	switch (draw(state, 6)) {
	case 0:
	case 1:
	case 2:
		g_string_append(more, odd_values[draw(state, G_N_ELEMENTS(odd_values))]);
		break;
	case 3:
		g_string_append_len(more, text->str + q.begin, q.end - q.begin);
		break;
	case 4:
		n = 2 + draw(state, 70);
		listed = p.begin && text->str[p.begin - 1] == '[';
		g_string_append(more, listed ? "" : "[");
		for (i = 0; i < n; i++)
			g_string_append_printf(more, "%s%s", i ? "," : "", mine);
		g_string_append(more, listed ? "" : "]");
		break;
	case 5:
		g_string_append(more, "null");
		break;
	}
	g_string_erase(text, p.begin, p.end - p.begin);
	g_string_insert_len(text, p.begin, more->str, more->len);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	g_autoptr(GString) text = NULL;
	unsigned int i, n;

	if (size < 2 || data[1] != '{' || !draw(&seed, 8))
		return LLVMFuzzerMutate(data, size, max);
	text = g_string_new_len((const char *)data + 1, size - 1);
	n = 1 + draw(&seed, 4);
	/* libFuzzer's limits of time are not for the mutator. */
	for (i = 0; i < n && text->len < max; i++)
		mutate_once(text, &seed);
	if (text->len + 1 > max)
		return LLVMFuzzerMutate(data, size, max);
	memcpy(data + 1, text->str, text->len);
	return text->len + 1;
}

#endif /* VQLAB_TESTS_MUTATE_JSON_H */
