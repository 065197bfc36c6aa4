/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the text of a plan to its structs, by the table of keys.c. */
#include "read.h"
#include "find.h"
#include "props.h"

#include <errno.h>
#include <string.h>

#include "probes/tool/text.h"

/* "[disk tail]" -> GROUP_DISK and "tail"; false when no such group is known. */
static bool split_group(const char *text, enum plan_group *group, const char **name)
{
	int g;

	for (g = 0; g < N_GROUPS; g++) {
		size_t n = strlen(plan_group_names[g]);

		if (strncmp(text, plan_group_names[g], n))
			continue;
		*group = g;
		*name = text + n;
		if (g < GROUP_VARIANT && !**name)
			return true;
		if (g >= GROUP_VARIANT && **name == ' ' && (*name)[1]) {
			(*name)++;
			return true;
		}
	}
	return false;
}

static bool store_int(const struct plan *p, const struct plan_key *k, const char *group,
		      const char *value, void *into, GError **error)
{
	char *end;
	int64_t n;

	errno = 0;
	n = g_ascii_strtoll(value, &end, 10);
	if (errno || end == value || *end || n < k->min || n > k->max) {
		if (k->max == INT64_MAX)
			return plan_complain(p, error, group, k->key,
					     "%s: not a whole number from %" PRId64 " on", value,
					     k->min);
		return plan_complain(p, error, group, k->key,
				     "%s: not a whole number between %" PRId64 " and %" PRId64,
				     value, k->min, k->max);
	}
	*(int64_t *)into = n;
	return true;
}

static bool store_text(const struct plan *p, const struct plan_key *k, const char *group,
		       const char *value, void *into, GError **error)
{
	g_autofree char *clean = NULL;

	if (k->choices) {
		g_auto(GStrv) list = g_strsplit(k->choices, "|", -1);

		if (!g_strv_contains((const char *const *)list, value)) {
			g_autofree char *names = g_strjoinv(", ", list);

			return plan_complain(p, error, group, k->key, "%s: not one of %s", value,
					     names);
		}
	}
	/* It is shown by other programs, too. */
	clean = vq_text_clean(value, -1, G_MAXSIZE, VQ_UTF8);
	if (strcmp(clean, value))
		return plan_complain(p, error, group, k->key,
				     "%s: holds characters that do not print", value);
	*(char **)into = g_strdup(value);
	return true;
}

static bool store(const struct plan *p, const struct plan_key *k, const char *group,
		  const char *value, void *base, GError **error)
{
	void *into = (char *)base + k->offset;

	if (k->type == KEY_INT)
		return store_int(p, k, group, value, into, error);
	if (k->type == KEY_TEXT || k->type == KEY_WORD)
		return store_text(p, k, group, value, into, error);
	*(char ***)into = plan_split_list(value, ";");
	if (!**(char ***)into)
		return plan_complain(p, error, group, k->key, "an empty list");
	return true;
}

static bool condition_holds(GKeyFile *f, const char *group, const char *only)
{
	g_auto(GStrv) any = only ? g_strsplit(only, ONLY_OR, -1) : NULL;
	bool holds = !any;
	int i;

	for (i = 0; any && any[i] && !holds; i++) {
		g_auto(GStrv) want = g_strsplit(any[i], "=", 2);
		g_autofree char *is = g_key_file_get_value(f, group, want[0], NULL);

		holds = is && !strcmp(g_strstrip(is), want[1]);
	}
	return holds;
}

/* All keys of one group of the file, by the table, into the struct @base. */
static bool read_group(const struct plan *p, GKeyFile *f, const char *group, enum plan_group kind,
		       void *base, GError **error)
{
	g_auto(GStrv) keys = f ? g_key_file_get_keys(f, group, NULL, NULL) : NULL;
	size_t i;
	int j, times;

	for (j = 0; keys && keys[j]; j++) {
		for (i = 0; i < n_plan_keys; i++)
			if (plan_keys[i].group == kind && !strcmp(plan_keys[i].key, keys[j]))
				break;
		if (i == n_plan_keys)
			return plan_complain(p, error, group, keys[j],
					     "no such key; vqbench check --help-plan lists them");
		plan_line(p, group, keys[j], &times);
		if (times > 1)
			return plan_complain(p, error, group, keys[j], "given %d times", times);
	}
	for (i = 0; i < n_plan_keys; i++) {
		const struct plan_key *k = &plan_keys[i];
		g_autofree char *value = NULL;

		if (k->group != kind)
			continue;
		if (f && (value = g_key_file_get_value(f, group, k->key, NULL)))
			g_strstrip(value);
		if (f && !condition_holds(f, group, k->only)) {
			if (value)
				return plan_complain(p, error, group, k->key, "only with %s",
						     k->only);
			continue;
		}
		if (!value && !k->preset)
			return plan_complain(p, error, group, k->key, "must be given");
		if (!value && !*k->preset)
			continue;
		if (!store(p, k, group, value ? value : k->preset, base, error))
			return false;
	}
	return true;
}

static void *new_item(struct plan *p, enum plan_group kind, const char *name)
{
	struct plan_workload *w;
	struct plan_disk *d;
	struct plan_arm *a;
	struct plan_net *n;

	if (kind == GROUP_VARIANT) {
		a = g_new0(struct plan_arm, 1);
		a->name = g_strdup(name);
		g_ptr_array_add(p->arms, a);
		return a;
	}
	if (kind == GROUP_DISK) {
		d = g_new0(struct plan_disk, 1);
		d->name = g_strdup(name);
		g_ptr_array_add(p->disks, d);
		return d;
	}
	if (kind == GROUP_NET) {
		n = g_new0(struct plan_net, 1);
		n->name = g_strdup(name);
		g_ptr_array_add(p->nets, n);
		return n;
	}
	w = g_new0(struct plan_workload, 1);
	w->name = g_strdup(name);
	g_ptr_array_add(p->workloads, w);
	return w;
}

/* virtio-blk's serial number holds 20 bytes. */
static unsigned int name_max(enum plan_group kind)
{
	return kind == GROUP_WORKLOAD ? 40 : kind == GROUP_VARIANT ? PLAN_LABEL_MAX : 20;
}

/* A workload that axes made, of one whose name is plain. */
static bool is_cell(const struct plan *p, const char *group, enum plan_group kind)
{
	const char *origin = g_hash_table_lookup(p->origins, group);

	return kind == GROUP_WORKLOAD && origin &&
	       plan_plain_name(origin + strlen("workload "), name_max(kind));
}

bool plan_read_groups(struct plan *p, GKeyFile *f, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(f, NULL);
	enum plan_group kind;
	const char *name;
	int i, times;

	for (i = 0; groups[i]; i++) {
		if (!split_group(groups[i], &kind, &name))
			return plan_complain(
				p, error, groups[i], NULL,
				"no such group: plan, machine, variant NAME, disk NAME, "
				"net NAME or workload NAME");
		plan_line(p, groups[i], NULL, &times);
		if (times > 1)
			return plan_complain(p, error, groups[i], NULL, "given %d times", times);
		if (kind < GROUP_VARIANT)
			continue;
		/* The name that it was made of has been held to that. */
		if (!is_cell(p, groups[i], kind) && !plan_plain_name(name, name_max(kind)))
			return plan_complain(p, error, groups[i], NULL,
					     "a name is up to %u of a-z, 0-9 and -",
					     name_max(kind));
		if (!read_group(p, f, groups[i], kind, new_item(p, kind, name), error))
			return false;
	}
	if (!g_key_file_has_group(f, "plan"))
		return plan_complain(p, error, "plan", NULL, "no such group in this file");
	return read_group(p, f, "plan", GROUP_PLAN, p, error) &&
	       read_group(p, g_key_file_has_group(f, "machine") ? f : NULL, "machine",
			  GROUP_MACHINE, p, error);
}

static bool verify_item(const struct plan *p, enum plan_group kind, const char *name,
			const void *item, GError **error)
{
	g_autofree char *group = name ? g_strdup_printf("%s %s", plan_group_names[kind], name)
				      : g_strdup(plan_group_names[kind]);
	g_autoptr(GError) e = NULL;
	size_t i;

	for (i = 0; i < n_plan_keys; i++) {
		const struct plan_key *k = &plan_keys[i];
		g_autofree char *why =
			k->group == kind && k->verify ? k->verify(p, item, &e) : NULL;

		if (why)
			return plan_complain(p, error, group, k->key, "%s", why);
		if (e) {
			g_propagate_error(error, g_steal_pointer(&e));
			return false;
		}
	}
	return true;
}

bool plan_verify(const struct plan *p, GError **error)
{
	unsigned int i;

	for (i = 0; i < p->arms->len; i++) {
		struct plan_arm *a = p->arms->pdata[i];

		if (!verify_item(p, GROUP_VARIANT, a->name, a, error))
			return false;
	}
	for (i = 0; i < p->disks->len; i++) {
		struct plan_disk *d = p->disks->pdata[i];

		if (!verify_item(p, GROUP_DISK, d->name, d, error))
			return false;
	}
	for (i = 0; i < p->nets->len; i++) {
		struct plan_net *n = p->nets->pdata[i];

		if (!verify_item(p, GROUP_NET, n->name, n, error))
			return false;
	}
	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];

		if (!verify_item(p, GROUP_WORKLOAD, w->name, w, error))
			return false;
	}
	return verify_item(p, GROUP_PLAN, NULL, p, error) &&
	       verify_item(p, GROUP_MACHINE, NULL, p, error);
}
