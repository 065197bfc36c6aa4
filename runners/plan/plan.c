/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read.h"
#include "axes.h"
#include "command.h"
#include "runners/tool/files.h"
#include "find.h"
#include "kinds.h"
#include "props.h"
#include "variant.h"

#include <string.h>

#include "probes/tool/text.h"

static const char *const rings_known[] = {"split", "packed", NULL};

static void free_variant(gpointer data)
{
	struct plan_variant *v = data;

	g_free(v->label);
	g_free(v->variant);
	g_free(v);
}

static bool select_variants(struct plan *p, GError **error)
{
	int i;

	g_ptr_array_set_size(p->variants, 0);
	for (i = 0; p->variant_list[i]; i++) {
		g_autofree char *label = variant_label(p->variant_list[i]);
		const char *variant = variant_without_label(p->variant_list[i]);
		const struct plan_arm *arm = plan_find_arm(p, variant);
		struct plan_variant *v;

		if (!arm && !variant_known(variant)) {
			g_autofree char *all = variant_names();

			return plan_complain(p, error, "plan", "variants",
					     "%s: not one of %s; and there is no [variant %s]",
					     variant, all, variant);
		}
		if (!plan_plain_name(label, PLAN_LABEL_MAX))
			return plan_complain(p, error, "plan", "variants",
					     "%s: a label is up to %d of a-z, 0-9 and -", label,
					     PLAN_LABEL_MAX);
		if (plan_find_variant(p, label))
			return plan_complain(p, error, "plan", "variants",
					     "%s: listed twice; LABEL=%s gives the second a name "
					     "of its own",
					     label, variant);
		v = g_new0(struct plan_variant, 1);
		v->label = g_steal_pointer(&label);
		v->variant = g_strdup(arm ? arm->strategy : variant);
		v->arm = arm;
		g_ptr_array_add(p->variants, v);
	}
	return true;
}

/* Where its QEMU is; and that it was made to be run. */
static bool check_arms(struct plan *p, GError **error)
{
	g_autofree char *dir = g_path_get_dirname(p->path);
	g_autofree char *base = g_canonicalize_filename(dir, NULL);
	unsigned int i, k;

	for (i = 0; i < p->arms->len; i++) {
		struct plan_arm *a = p->arms->pdata[i];
		const char *file = a->binary ? a->binary : a->source;
		bool used = false;

		if (file)
			a->path = g_canonicalize_filename(file, base);
		for (k = 0; k < p->variants->len; k++)
			used |= ((struct plan_variant *)p->variants->pdata[k])->arm == a;
		if (!used) {
			g_autofree char *group = g_strdup_printf("variant %s", a->name);

			return plan_complain(p, error, group, NULL,
					     "variants= does not list it: it would not be run");
		}
	}
	return true;
}

static bool check_rings(const struct plan *p, const char *group, char **rings, GError **error)
{
	int i;

	for (i = 0; rings && rings[i]; i++) {
		if (!g_strv_contains(rings_known, rings[i]))
			return plan_complain(p, error, group, "rings",
					     "%s: not one of split, packed", rings[i]);
		if (g_strv_contains((const char *const *)rings + i + 1, rings[i]))
			return plan_complain(p, error, group, "rings", "%s: listed twice",
					     rings[i]);
	}
	return true;
}

/* Where it finds its device in the plan; vqring's is no guest's. */
static bool check_device(struct plan *p, struct plan_workload *w, const char *group, GError **error)
{
	const struct workload_kind *kind = plan_kind(w);
	const struct plan_disk *disk;
	const struct plan_net *net;

	if (!kind->guest) {
		w->device_id = g_strdup(plan_ring_net(&w->ring) ? "virtio-net" : "virtio-blk");
		return true;
	}
	disk = kind->disk ? plan_find_disk(p, w->device) : NULL;
	net = kind->net ? plan_find_net(p, w->device) : NULL;
	if (!disk && !net)
		return plan_complain(p, error, group, "device", "%s: the plan has no [%s %s]",
				     w->device, kind->disk ? "disk" : "net", w->device);
	if (disk && net)
		return plan_complain(p, error, group, "device", "%s: both a disk and a net",
				     w->device);
	w->net = net != NULL;
	w->queue_size = net ? net->queue_size : disk->queue_size;
	w->queues = net ? net->queues : 0;
	w->device_id = net ? g_strdup(w->device) : g_strconcat("disk-", w->device, NULL);
	return true;
}

static bool check_workload(struct plan *p, struct plan_workload *w, GError **error)
{
	g_autofree char *group = g_strdup_printf("workload %s", w->name);
	const struct workload_kind *kind = plan_kind(w);

	if (!w->summary)
		w->summary = g_strdup(w->name);
	return check_device(p, w, group, error) && check_rings(p, group, w->rings, error) &&
	       (!kind->has_job || plan_job_read(p, w, group, error)) &&
	       (!w->command.program || command_find(p, w, group, error));
}

static bool check_all(struct plan *p, GError **error)
{
	unsigned int i;

	if (!select_variants(p, error) || !check_arms(p, error) ||
	    !check_rings(p, "plan", p->rings, error))
		return false;
	if (p->nets->len > 4)
		return plan_complain(p, error, "plan", NULL, "more than 4 nets");
	if (!p->workloads->len)
		return plan_complain(p, error, "plan", NULL, "no [workload NAME] in this file");
	for (i = 0; i < p->workloads->len; i++)
		if (!check_workload(p, p->workloads->pdata[i], error))
			return false;
	return plan_verify(p, error);
}

struct plan *plan_load(const char *path, GError **error)
{
	g_autoptr(GKeyFile) f = g_key_file_new(), all = NULL;
	g_autoptr(GError) e = NULL;
	struct plan *p = g_new0(struct plan, 1);
	size_t len;

	p->path = g_strdup(path);
	p->variants = g_ptr_array_new_with_free_func(free_variant);
	p->origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	p->arms = g_ptr_array_new();
	p->disks = g_ptr_array_new();
	p->nets = g_ptr_array_new();
	p->workloads = g_ptr_array_new();
	p->text = read_file(path, PLAN_MAX, &len, &e);
	if (!p->text) {
		g_set_error_literal(error, VQB_ERROR, VQB_BAD_INPUT, e->message);
	} else if (strlen(p->text) != len) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "%s: holds a NUL byte", path);
	} else if (!g_key_file_load_from_data(f, p->text, len, 0, &e)) {
		g_autofree char *why = vq_text_clean(e->message, -1, 300, VQ_UTF8);

		/* GLib quotes the line that it does not understand. */
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "%s: %s", path, why);
	} else if ((all = plan_expand(p, f, error)) && plan_read_groups(p, all, error) &&
		   check_all(p, error)) {
		p->own_blocks = p->blocks;
		return p;
	}
	plan_free(p);
	return NULL;
}

bool plan_override(struct plan *p, const char *variants, const char *rings, int64_t blocks,
		   int64_t seed, GError **error)
{
	g_autoptr(GError) e = NULL;
	bool ok = true;

	if (variants) {
		g_strfreev(p->variant_list);
		p->variant_list = plan_split_list(variants, ",;");
		ok = select_variants(p, &e);
	}
	if (ok && rings) {
		g_strfreev(p->rings);
		p->rings = plan_split_list(rings, ",;");
		ok = check_rings(p, "plan", p->rings, &e);
	}
	if (ok && (!p->variant_list[0] || !p->rings[0]))
		ok = plan_complain(p, &e, "plan", p->rings[0] ? "variants" : "rings",
				   "an empty list");
	if (ok && blocks)
		p->blocks = blocks;
	if (ok && seed >= 0)
		p->seed = seed;
	if (!ok)
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "on the command line: %s", e->message);
	return ok;
}

char *plan_hash(const struct plan *p)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	unsigned int i;
	char *hex;

	g_checksum_update(sum, (guchar *)p->text, -1);
	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];

		if (w->job_text)
			g_checksum_update(sum, (guchar *)w->job_text, -1);
		if (w->command.sha256)
			g_checksum_update(sum, (guchar *)w->command.sha256, -1);
	}
	hex = g_strdup(g_checksum_get_string(sum));
	g_checksum_free(sum);
	return hex;
}

/* Free what the table's keys point to, by the table. */
static void free_fields(enum plan_group kind, void *base)
{
	size_t i;

	for (i = 0; i < n_plan_keys; i++) {
		void *at = (char *)base + plan_keys[i].offset;

		if (plan_keys[i].group != kind)
			continue;
		if (plan_keys[i].type == KEY_TEXT || plan_keys[i].type == KEY_WORD)
			g_free(*(char **)at);
		else if (plan_keys[i].type == KEY_LIST)
			g_strfreev(*(char ***)at);
	}
}

void plan_free_arms(struct plan *p)
{
	unsigned int i;

	g_ptr_array_set_size(p->variants, 0);
	for (i = 0; i < p->arms->len; i++) {
		struct plan_arm *a = p->arms->pdata[i];

		free_fields(GROUP_VARIANT, a);
		g_free(a->name);
		g_free(a->path);
		g_free(a);
	}
	g_ptr_array_set_size(p->arms, 0);
}

void plan_free(struct plan *p)
{
	unsigned int i;

	if (!p)
		return;
	plan_free_arms(p);
	for (i = 0; i < p->disks->len; i++) {
		free_fields(GROUP_DISK, p->disks->pdata[i]);
		g_free(((struct plan_disk *)p->disks->pdata[i])->name);
		g_free(p->disks->pdata[i]);
	}
	for (i = 0; i < p->nets->len; i++) {
		free_fields(GROUP_NET, p->nets->pdata[i]);
		g_free(((struct plan_net *)p->nets->pdata[i])->name);
		g_free(p->nets->pdata[i]);
	}
	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];

		free_fields(GROUP_WORKLOAD, w);
		g_free(w->name);
		g_free(w->device_id);
		g_free(w->job_path);
		g_free(w->job_text);
		g_free(w->command.path);
		g_free(w->command.guest_path);
		g_free(w->command.sha256);
		g_free(w);
	}
	free_fields(GROUP_PLAN, p);
	free_fields(GROUP_MACHINE, p);
	g_hash_table_unref(p->origins);
	g_ptr_array_unref(p->variants);
	g_ptr_array_unref(p->arms);
	g_ptr_array_unref(p->disks);
	g_ptr_array_unref(p->nets);
	g_ptr_array_unref(p->workloads);
	g_free(p->path);
	g_free(p->text);
	g_free(p);
}
