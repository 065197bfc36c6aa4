// SPDX-License-Identifier: GPL-2.0-or-later
/* callgrind's format is described in its manual, "Callgrind Format Specification". */
#include "profile.h"
#include "code.h"
#include "runners/tool/files.h"

#include <stdio.h>
#include <string.h>

#define PROFILE_MAX (256u << 20)

struct reader {
	struct profile *p;
	GHashTable *names;   /* "(id)" of a function to its name */
	GHashTable *paths;   /* likewise, of an object */
	GHashTable *objects; /* an object's path to its struct code */
	const struct code *code;
	struct profile_fn *fn, *callee;
	uint64_t calls; /* the next cost is a call's: so many */
	bool at_call;
	uint64_t address;
	/* A rep-prefixed instruction waits for the one behind it, to know how often. */
	uint64_t repeated, behind;
};

static void free_fn(gpointer data)
{
	struct profile_fn *f = data;

	g_ptr_array_unref(f->callees);
	g_free(f->name);
	g_free(f);
}

/* "(12) name" defines, "(12)" refers; without an id it is the name. */
static const char *resolve(GHashTable *names, const char *text)
{
	const char *end = *text == '(' ? strchr(text, ')') : NULL;
	char *id, *name;

	if (!end)
		return text;
	id = g_strndup(text, end - text);
	if (end[1] == ' ') {
		name = g_strdup(end + 2);
		g_hash_table_replace(names, id, name);
		return name;
	}
	name = g_hash_table_lookup(names, id);
	g_free(id);
	return name ? name : "?";
}

static struct profile_fn *get_fn(struct reader *r, const char *text)
{
	const char *name = resolve(r->names, text);
	struct profile_fn *f = g_hash_table_lookup(r->p->fns, name);

	if (!f) {
		f = g_new0(struct profile_fn, 1);
		f->name = g_strdup(name);
		f->callees = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(r->p->fns, f->name, f);
	}
	return f;
}

static void add_call(struct reader *r, uint64_t cost)
{
	struct profile_call *call = NULL;
	unsigned int i;

	for (i = 0; i < r->fn->callees->len; i++) {
		call = r->fn->callees->pdata[i];
		if (call->name == r->callee->name)
			break;
	}
	if (i == r->fn->callees->len) {
		call = g_new0(struct profile_call, 1);
		call->name = r->callee->name;
		g_ptr_array_add(r->fn->callees, call);
	}
	call->calls += r->calls;
	call->inclusive += cost;
	/* What a function spends in itself is its own. */
	if (r->callee != r->fn)
		r->fn->called += cost;
}

/*
 * The instruction behind the repeating one was executed @executed times, and so was that
 * one.  If it is not behind it (UINT64_MAX), nothing is known, and all stays as counted.
 */
static void settle_repeats(struct reader *r, uint64_t executed)
{
	uint64_t extra = r->repeated > executed ? r->repeated - executed : 0;

	if (r->repeated && r->fn) {
		r->fn->repeats += extra;
		r->p->repeats += extra;
	}
	r->repeated = 0;
}

/* "0x12ab 5", "+3 5", "-3 5" or "* 5": an address and what was counted there. */
static void read_cost(struct reader *r, const char *line)
{
	char *end = (char *)line + 1;
	uint64_t cost;
	unsigned int length;

	if (*line == '+')
		r->address += g_ascii_strtoull(line + 1, &end, 0);
	else if (*line == '-')
		r->address -= g_ascii_strtoull(line + 1, &end, 0);
	else if (*line != '*')
		r->address = g_ascii_strtoull(line, &end, 0);
	cost = g_ascii_strtoull(end, NULL, 10);
	if (!r->fn)
		return;
	if (r->at_call) {
		r->at_call = false;
		if (r->callee)
			add_call(r, cost);
		return;
	}
	r->fn->self += cost;
	r->p->total += cost;
	settle_repeats(r, r->address == r->behind ? cost : UINT64_MAX);
	length = r->code ? code_repeats(r->code, r->address) : 0;
	if (length) {
		r->repeated = cost;
		r->behind = r->address + length;
	}
}

static void enter_object(struct reader *r, const char *text)
{
	const char *name = resolve(r->paths, text);
	struct code *c = g_hash_table_lookup(r->objects, name);

	if (!c) {
		c = code_open(name);
		g_hash_table_insert(r->objects, g_strdup(name), c);
	}
	r->code = c;
}

static void read_line(struct reader *r, char *line)
{
	if (g_str_has_prefix(line, "fn=")) {
		settle_repeats(r, UINT64_MAX);
		r->fn = get_fn(r, line + 3);
	} else if (g_str_has_prefix(line, "cfn=")) {
		r->callee = get_fn(r, line + 4);
	} else if (g_str_has_prefix(line, "calls=")) {
		r->calls = g_ascii_strtoull(line + 6, NULL, 10);
		if (r->callee)
			r->callee->calls += r->calls;
		r->at_call = true;
	} else if (g_str_has_prefix(line, "ob=")) {
		settle_repeats(r, UINT64_MAX);
		enter_object(r, line + 3);
	} else if (g_str_has_prefix(line, "cob=")) {
		resolve(r->paths, line + 4);
	} else if (g_str_has_prefix(line, "thread: ")) {
		r->p->thread = strtoul(line + 8, NULL, 10);
	} else if (g_ascii_isdigit(*line) || *line == '+' || *line == '-' || *line == '*') {
		read_cost(r, line);
	}
}

struct profile *profile_read(const char *path, GError **error)
{
	g_autofree char *text = read_file(path, PROFILE_MAX, NULL, error);
	struct reader r = {0};
	char *line, *next;

	if (!text)
		return NULL;
	r.p = g_new0(struct profile, 1);
	r.p->fns = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_fn);
	r.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	r.paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	r.objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, code_close);
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		read_line(&r, line);
	}
	settle_repeats(&r, UINT64_MAX);
	g_hash_table_unref(r.names);
	g_hash_table_unref(r.paths);
	g_hash_table_unref(r.objects);
	return r.p;
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	g_hash_table_unref(p->fns);
	g_free(p);
}

const struct profile_fn *profile_find(const struct profile *p, const char *name)
{
	return g_hash_table_lookup(p->fns, name);
}
