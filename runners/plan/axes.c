/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "axes.h"
#include "props.h"
#include "read.h"

#include <string.h>

#define CELLS_MAX 64 /* of a workload: more is a mistake, or a week */

struct axis {
	char *key;     /* in names; a property's name, or the key */
	bool prop;     /* of props= */
	bool device;   /* of the device, else of the workload */
	char **values; /* two or more */
};

struct expansion {
	struct plan *plan;
	GKeyFile *from, *to;
	char **only, **skip;
	GHashTable *used; /* those that have matched something */
};

static void free_axis(gpointer data)
{
	struct axis *a = data;

	g_free(a->key);
	g_strfreev(a->values);
	g_free(a);
}

static bool may_be_axis(enum plan_group kind, const char *key)
{
	size_t i;

	for (i = 0; i < n_plan_keys; i++)
		if (plan_keys[i].group == kind && !strcmp(plan_keys[i].key, key))
			return plan_keys[i].type == KEY_INT || plan_keys[i].type == KEY_WORD;
	return false;
}

/* As a workload's and a file's, and a key file's group's. */
static bool is_part_of_name(const char *text)
{
	const char *p = text;

	while (*p && !g_ascii_iscntrl(*p) && !strchr("/@[]", *p))
		p++;
	return !*p;
}

/* Takes @text apart at its semicolons into an axis of @axes; of one value there
 * is none. */
static bool add_axis(struct expansion *x, GPtrArray *axes, const char *group, const char *key,
		     const char *name, const char *text, bool device, GError **error)
{
	g_auto(GStrv) values = g_strsplit(text, ";", -1);
	struct axis *a;
	int i;

	if (!values[0] || !values[1])
		return true;
	if (!is_part_of_name(name))
		return plan_complain(x->plan, error, group, key, "%s: cannot be part of a name",
				     name);
	for (i = 0; values[i]; i++) {
		if (!*g_strstrip(values[i]))
			return plan_complain(x->plan, error, group, key,
					     "%s: one of the values is empty", text);
		if (!is_part_of_name(values[i]))
			return plan_complain(x->plan, error, group, key,
					     "%s: a value cannot be part of a name", values[i]);
		if (g_strv_contains((const char *const *)values + i + 1, values[i]))
			return plan_complain(x->plan, error, group, key, "%s: listed twice",
					     values[i]);
	}
	a = g_new0(struct axis, 1);
	a->key = g_strdup(name);
	a->prop = strcmp(key, name) != 0;
	a->device = device;
	a->values = g_steal_pointer(&values);
	g_ptr_array_add(axes, a);
	return true;
}

static bool add_prop_axes(struct expansion *x, GPtrArray *axes, const char *group,
			  const char *props, GError **error)
{
	g_auto(GStrv) list = plan_props_list(props);
	int i;

	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]);
		const char *value = strchr(list[i], '=');

		if (value && !add_axis(x, axes, group, "props", name, value + 1, true, error))
			return false;
	}
	return true;
}

/* Those of @group, in the order of its keys. */
static bool find_axes(struct expansion *x, GPtrArray *axes, const char *group, enum plan_group kind,
		      GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(x->from, group, NULL, NULL);
	bool device = kind != GROUP_WORKLOAD;
	int i;

	for (i = 0; keys && keys[i]; i++) {
		g_autofree char *value = g_key_file_get_value(x->from, group, keys[i], NULL);

		if (may_be_axis(kind, keys[i]) &&
		    !add_axis(x, axes, group, keys[i], keys[i], value, device, error))
			return false;
		if (device && !strcmp(keys[i], "props") &&
		    !add_prop_axes(x, axes, group, value, error))
			return false;
	}
	return true;
}

static unsigned int cells_of(const GPtrArray *axes)
{
	unsigned int n = 1, i;

	for (i = 0; i < axes->len && n <= CELLS_MAX; i++)
		n *= g_strv_length(((struct axis *)axes->pdata[i])->values);
	return n;
}

/* Which value of axis @i the cell @cell has: the last axis changes first. */
static const char *value_in(const GPtrArray *axes, unsigned int cell, unsigned int i)
{
	const struct axis *a = axes->pdata[i];
	unsigned int k;

	for (k = axes->len - 1; k > i; k--)
		cell /= g_strv_length(((struct axis *)axes->pdata[k])->values);
	return a->values[cell % g_strv_length(a->values)];
}

static char *cell_name(const char *name, const GPtrArray *axes, unsigned int cell)
{
	GString *s = g_string_new(name);
	unsigned int i;

	for (i = 0; i < axes->len; i++)
		g_string_append_printf(s, "@%s=%s", ((struct axis *)axes->pdata[i])->key,
				       value_in(axes, cell, i));
	return g_string_free(s, FALSE);
}

static bool matches(struct expansion *x, char **globs, const char *name)
{
	bool any = false;

	for (; globs && *globs; globs++)
		if (g_pattern_match_simple(*globs, name)) {
			g_hash_table_add(x->used, *globs);
			any = true;
		}
	return any;
}

static bool is_wanted(struct expansion *x, const char *name)
{
	bool in = !x->only || matches(x, x->only, name);

	return !matches(x, x->skip, name) && in;
}

static void copy_group(struct expansion *x, const char *from, const char *to)
{
	g_auto(GStrv) keys = g_key_file_get_keys(x->from, from, NULL, NULL);
	int i;

	/* A group without keys says something, too. */
	g_key_file_set_value(x->to, to, "none", "");
	g_key_file_remove_key(x->to, to, "none", NULL);
	for (i = 0; keys && keys[i]; i++) {
		g_autofree char *value = g_key_file_get_value(x->from, from, keys[i], NULL);

		g_key_file_set_value(x->to, to, keys[i], value);
	}
	if (strcmp(from, to))
		g_hash_table_replace(x->plan->origins, g_strdup(to), g_strdup(from));
}

/* The group of the kind's device that @group's device= names; NULL: there is
 * none. */
static char *device_group(struct expansion *x, const char *group, enum plan_group *kind)
{
	g_autofree char *name = g_key_file_get_value(x->from, group, "device", NULL);
	g_autofree char *disk = g_strdup_printf("disk %s", name ? g_strstrip(name) : "");
	g_autofree char *net = g_strdup_printf("net %s", name ? name : "");
	g_autofree char *load = g_key_file_get_value(x->from, group, "kind", NULL);
	bool either = load && !strcmp(g_strstrip(load), "command");
	bool is_net = load &&
		      (!strcmp(load, "iperf3") || (either && !g_key_file_has_group(x->from, disk)));
	char **found = is_net ? &net : &disk;

	*kind = is_net ? GROUP_NET : GROUP_DISK;
	return g_key_file_has_group(x->from, *found) ? g_steal_pointer(found) : NULL;
}

/* props= with the values of a cell. */
static char *cell_props(const char *props, const GPtrArray *axes, unsigned int cell)
{
	g_auto(GStrv) list = plan_props_list(props);
	unsigned int i, k;

	for (i = 0; list[i]; i++) {
		g_autofree char *name = plan_prop_name(list[i]);

		for (k = 0; k < axes->len; k++) {
			const struct axis *a = axes->pdata[k];

			if (!a->prop || strcmp(a->key, name))
				continue;
			g_free(list[i]);
			list[i] = g_strdup_printf("%s=%s", name, value_in(axes, cell, k));
		}
	}
	return g_strjoinv(",", list);
}

/* The device of @cell of the device's @axes, which is made if it is the first
 * to want it. */
static bool put_device(struct expansion *x, const char *group, const GPtrArray *axes,
		       unsigned int cell, char **name, GError **error)
{
	g_autofree char *made = g_strdup_printf("%s-%u", group, cell + 1);
	unsigned int i;

	*name = g_strdup(strchr(made, ' ') + 1);
	if (g_key_file_has_group(x->from, made))
		return plan_complain(x->plan, error, made, NULL,
				     "this name is that of a device of [%s], which has axes",
				     group);
	if (g_key_file_has_group(x->to, made))
		return true;
	copy_group(x, group, made);
	for (i = 0; i < axes->len; i++) {
		const struct axis *a = axes->pdata[i];

		if (!a->prop)
			g_key_file_set_value(x->to, made, a->key, value_in(axes, cell, i));
	}
	if (g_key_file_has_key(x->from, group, "props", NULL)) {
		g_autofree char *props = g_key_file_get_value(x->from, group, "props", NULL);
		g_autofree char *all = cell_props(props, axes, cell);

		g_key_file_set_value(x->to, made, "props", all);
	}
	return true;
}

static bool put_workload(struct expansion *x, const char *group, GError **error)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(free_axis);
	g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func(free_axis);
	enum plan_group kind;
	g_autofree char *device = device_group(x, group, &kind);
	unsigned int n, m, i, k;

	if (!find_axes(x, own, group, GROUP_WORKLOAD, error) ||
	    (device && !find_axes(x, devices, device, kind, error)))
		return false;
	n = cells_of(own);
	m = cells_of(devices);
	if (n * m > CELLS_MAX)
		return plan_complain(x->plan, error, group, NULL,
				     "its axes make more than %d cells", CELLS_MAX);
	for (i = 0; i < n * m; i++) {
		g_autofree char *half = cell_name(group, own, i / m);
		g_autofree char *name = cell_name(half, devices, i % m), *of = NULL;

		if (!is_wanted(x, strchr(name, ' ') + 1))
			continue;
		copy_group(x, group, name);
		for (k = 0; k < own->len; k++)
			g_key_file_set_value(x->to, name, ((struct axis *)own->pdata[k])->key,
					     value_in(own, i / m, k));
		if (!devices->len)
			continue;
		if (!put_device(x, device, devices, i % m, &of, error))
			return false;
		g_key_file_set_value(x->to, name, "device", of);
	}
	return true;
}

static bool is_used(struct expansion *x, const char *device)
{
	g_auto(GStrv) groups = g_key_file_get_groups(x->from, NULL);
	enum plan_group kind;
	bool used = false;
	int i;

	for (i = 0; groups[i] && !used; i++) {
		g_autofree char *of = g_str_has_prefix(groups[i], "workload ")
					      ? device_group(x, groups[i], &kind)
					      : NULL;

		used = of && !strcmp(of, device);
	}
	return used;
}

/* A device with axes is there as its cells', which a workload brings; others as
 * they are. */
static bool put_other(struct expansion *x, const char *group, GError **error)
{
	g_autoptr(GPtrArray) axes = g_ptr_array_new_with_free_func(free_axis);
	bool disk = g_str_has_prefix(group, "disk "), net = g_str_has_prefix(group, "net ");

	if ((disk || net) && !find_axes(x, axes, group, disk ? GROUP_DISK : GROUP_NET, error))
		return false;
	if (!axes->len)
		copy_group(x, group, group);
	return !axes->len || is_used(x, group) ||
	       plan_complain(x->plan, error, group, NULL,
			     "it has axes, and no workload is on it: they name nothing");
}

/* One that thins nothing out was meant to. */
static bool all_used(struct expansion *x, char **globs, const char *key, GError **error)
{
	for (; globs && *globs; globs++)
		if (!g_hash_table_contains(x->used, *globs))
			return plan_complain(x->plan, error, "plan", key,
					     "%s: no workload has such a name", *globs);
	return true;
}

static char **globs_of(GKeyFile *f, const char *key)
{
	g_autofree char *text = g_key_file_get_value(f, "plan", key, NULL);

	return text ? plan_split_list(text, ";") : NULL;
}

GKeyFile *plan_expand(struct plan *p, GKeyFile *f, GError **error)
{
	struct expansion x = {.plan = p, .from = f, .to = g_key_file_new()};
	g_auto(GStrv) groups = g_key_file_get_groups(f, NULL);
	bool ok = true;
	int i;

	x.only = globs_of(f, "only");
	x.skip = globs_of(f, "skip");
	x.used = g_hash_table_new(g_direct_hash, g_direct_equal);
	for (i = 0; groups[i] && ok; i++)
		ok = (g_str_has_prefix(groups[i], "workload ") ? put_workload
							       : put_other)(&x, groups[i], error);
	ok = ok && all_used(&x, x.only, "only", error) && all_used(&x, x.skip, "skip", error);
	g_strfreev(x.only);
	g_strfreev(x.skip);
	g_hash_table_unref(x.used);
	if (ok)
		return x.to;
	g_key_file_unref(x.to);
	return NULL;
}
