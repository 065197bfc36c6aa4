// SPDX-License-Identifier: GPL-2.0-or-later
#include "svg-numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* "95.00" -> "95", "-0.04" -> "0"; other text stays. Returns what follows the number. */
static const char *put_rounded(GString *out, const char *from, unsigned int digits)
{
	char *end, text[G_ASCII_DTOSTR_BUF_SIZE];
	double value = g_ascii_strtod(from, &end);

	g_ascii_formatd(text, sizeof(text), digits == 1 ? "%.1f" : "%.2f", value);
	if (strchr(text, '.'))
		while (strchr("0.", text[strlen(text) - 1])) {
			bool point = text[strlen(text) - 1] == '.';

			text[strlen(text) - 1] = '\0';
			if (point)
				break;
		}
	g_string_append(out, strcmp(text, "-0") ? text : "0");
	return end;
}

void svg_put_numbers(GString *out, const char *value, unsigned int digits)
{
	bool space = false;

	while (*value) {
		bool number = g_ascii_isdigit(*value) ||
			      (strchr("-.", *value) && g_ascii_isdigit(value[1]));

		if (g_ascii_isspace(*value)) {
			space = true;
			value++;
			continue;
		}
		if (number && space && out->len && g_ascii_isdigit(out->str[out->len - 1]))
			g_string_append_c(out, ' ');
		space = false;
		if (number)
			value = put_rounded(out, value, digits);
		else if (g_ascii_isalpha(*value) || strchr(",()+-.", *value))
			g_string_append_c(out, *value++);
		else
			value++;
	}
}

/* 12 tenths -> "1.2", -5 -> "-.5" */
static void put_tenths(GString *out, long tenths)
{
	long size = labs(tenths);

	if (tenths < 0)
		g_string_append_c(out, '-');
	if (size >= 10 || !size)
		g_string_append_printf(out, "%ld", size / 10);
	if (size % 10)
		g_string_append_printf(out, ".%ld", size % 10);
}

/* A step of a path, from where the last one ended; none if both are the same place. */
static void put_step(GString *out, long dx, long dy)
{
	if (dx && dy) {
		g_string_append_c(out, 'l');
		put_tenths(out, dx);
		if (dy > 0)
			g_string_append_c(out, ',');
		put_tenths(out, dy);
	} else if (dx || dy) {
		g_string_append_c(out, dx ? 'h' : 'v');
		put_tenths(out, dx ? dx : dy);
	}
}

/* "M1.00,2.00 L3.00,2.00" -> "M1,2h2": what gnuplot draws with. False: it is another path. */
static bool put_steps(GString *out, const char *path)
{
	long x = 0, y = 0;

	while (*(path += strspn(path, " \t\n"))) {
		char command = *path++, *end;
		double to[2];

		if (command == 'z' || command == 'Z') {
			g_string_append_c(out, 'z');
			continue;
		}
		if (command != 'M' && command != 'L')
			return false;
		to[0] = g_ascii_strtod(path, &end);
		if (end == path || *end != ',')
			return false;
		path = end + 1;
		to[1] = g_ascii_strtod(path, &end);
		if (end == path || !(fabs(to[0]) < 1e6) || !(fabs(to[1]) < 1e6))
			return false;
		path = end;
		if (command == 'M') {
			g_string_append_c(out, 'M');
			put_tenths(out, lround(10 * to[0]));
			g_string_append_c(out, ',');
			put_tenths(out, lround(10 * to[1]));
		} else {
			put_step(out, lround(10 * to[0]) - x, lround(10 * to[1]) - y);
		}
		x = lround(10 * to[0]);
		y = lround(10 * to[1]);
	}
	return true;
}

void svg_put_path(GString *out, const char *path)
{
	gsize before = out->len;

	if (put_steps(out, path))
		return;
	g_string_truncate(out, before); /* a point's shape */
	svg_put_numbers(out, path, 2);
}
