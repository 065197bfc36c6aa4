// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "select.h"

/* Takes "N" or "N-M" and the comma behind it from *@at; false if it is neither. */
static bool take_range(const char **at, unsigned long *from, unsigned long *to)
{
	char *end;

	if (!g_ascii_isdigit(**at))
		return false;
	*from = *to = strtoul(*at, &end, 10);
	if (*end == '-') {
		if (!g_ascii_isdigit(end[1]))
			return false;
		*to = strtoul(end + 1, &end, 10);
	}
	/* No device has more queues than that. */
	if (*to < *from || *to > UINT16_MAX || (*end && (*end != ',' || !end[1])))
		return false;
	*at = end + (*end == ',');
	return true;
}

bool vq_select_is_list(const char *text)
{
	unsigned long from, to;

	do
		if (!take_range(&text, &from, &to))
			return false;
	while (*text);
	return true;
}

static bool is_listed(const char *list, uint32_t index)
{
	unsigned long from, to;

	while (*list && take_range(&list, &from, &to))
		if (index >= from && index <= to)
			return true;
	return false;
}

bool vq_select_has(const struct vq_select *s, const char *device, const char *type, uint32_t index)
{
	return (!s->device || g_pattern_match_simple(s->device, device)) &&
	       (!s->type || g_pattern_match_simple(s->type, type)) &&
	       (!s->queues || is_listed(s->queues, index));
}
