// SPDX-License-Identifier: GPL-2.0-or-later
#include "arms.h"
#include "blocks.h"
#include "reader.h"
#include "run.h"
#include "analysis/report/host/record.h"
#include "workload.h"

#include <string.h>

#include "probes/tool/text.h"

/* Of variants, of rings. */
#define NAMES_MAX 64

/* There is a cell for each workload, variant and ring; axes make many workloads. */
#define CELLS_MAX 65536

/* Far more than vqbench has. */
#define TRIALS_MAX 1000000

#define LOAD_ERROR g_quark_from_static_string("vqreport-load")

static GPtrArray *read_names(struct reader *r, JsonObject *o, const char *name)
{
	JsonArray *a = need_array(r, o, name);
	GPtrArray *names;

	if (array_length(a) > NAMES_MAX)
		reader_fail(r, name, "are more than 64");
	names = string_list(r, r->error ? NULL : a, name);
	if (a && !names->len)
		reader_fail(r, name, "is empty");
	return names;
}

/* Older runs do not say what a label stands for: itself, and off2, off3 ... for off. */
static GPtrArray *read_strategies(struct reader *r, JsonObject *o, const GPtrArray *variants)
{
	GPtrArray *strategies = g_ptr_array_new_with_free_func(g_free);
	JsonObject *map = opt_object(r, o, "strategies");

	for (unsigned int i = 0; i < variants->len; i++) {
		const char *label = variants->pdata[i], *itself = label;

		if (g_str_has_prefix(label, "off") &&
		    strspn(label + 3, "0123456789") == strlen(label + 3))
			itself = "off";
		g_ptr_array_add(strategies, opt_string(r, map, label, itself));
	}
	return strategies;
}

static void left_out_free(void *data)
{
	struct left_out *l = data;

	g_free(l->variant);
	g_free(l->ring);
	g_free(l->why);
	g_free(l);
}

static GPtrArray *read_left_out(struct reader *r, JsonObject *o)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(left_out_free);
	JsonArray *a = opt_array(r, o, "left_out");

	for (unsigned int i = 0; i < array_length(a); i++) {
		JsonObject *entry = array_object(r, a, i, "left_out");
		struct left_out *l = g_new0(struct left_out, 1);

		l->variant = opt_string(r, entry, "variant", "?");
		l->ring = opt_string(r, entry, "ring", "?");
		l->why = opt_string(r, entry, "why", "");
		g_ptr_array_add(list, l);
	}
	return list;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *read_versions(struct reader *r, JsonObject *o)
{
	GPtrArray *versions = g_ptr_array_new_with_free_func(g_free);
	JsonObject *v = opt_object(r, o, "versions");
	GList *names = v ? json_object_get_members(v) : NULL;

	for (GList *l = names; l; l = l->next) {
		char *name = vq_text_clean(l->data, -1, JSON_MAX_TEXT, VQ_ASCII);
		char *version = opt_string(r, v, l->data, "?");

		g_ptr_array_add(versions, g_strdup_printf("%s %s", name, version));
		g_free(version);
		g_free(name);
	}
	g_list_free(names);
	g_ptr_array_sort(versions, by_text);
	return versions;
}

static void read_machine(struct reader *r, JsonObject *o, struct run *run)
{
	JsonObject *host = need_object(r, o, "host");
	JsonObject *accel = need_object(r, o, "accel");
	JsonObject *qemu = need_object(r, o, "qemu");
	JsonObject *guest = need_object(r, o, "guest");
	JsonObject *vqlab = opt_object(r, o, "vqlab");

	run->cpu = opt_string(r, host, "cpu", "unknown");
	run->kernel = opt_string(r, host, "kernel", "unknown");
	run->os = opt_string(r, host, "os", "unknown");
	run->cores = opt_count(r, host, "cores", 0);
	run->host_virtual = opt_bool(r, host, "virtual");
	run->settings = read_settings(r, host);
	run->pinned = read_pin(r, o);
	run->tuned = opt_string(r, o, "tuned", "");
	run->memory_mib = opt_count(r, host, "memory_mib", 0);
	run->accel = need_string(r, accel, "name");
	run->accel_why = opt_string(r, accel, "why", "");
	run->confined = opt_string(r, o, "confined", "");
	run->no_probes = opt_string(r, o, "no_probes", "");
	run->qemu_version = opt_string(r, qemu, "version", "unknown");
	run->qemu_source = opt_string(r, qemu, "source", "unknown");
	run->qemu_sha256 = opt_string(r, qemu, "sha256", "");
	run->guest_kernel = opt_string(r, guest, "kernel", "unknown");
	run->guest_source = opt_string(r, guest, "source", "unknown");
	run->fio = opt_string(r, guest, "fio", "unknown");
	run->guest_added = opt_string(r, guest, "added", "");
	run->iperf3 = opt_string(r, guest, "iperf3", "unknown");
	run->vqlab_version = opt_string(r, vqlab, "version", "unknown");
	run->vqlab_commit = opt_string(r, vqlab, "commit", "unknown");
	run->versions = read_versions(r, o);
}

/* @count, which was read from @name, as far as there can be so many. */
static unsigned int at_most_trials(struct reader *r, const char *name, uint64_t count)
{
	if (count <= TRIALS_MAX)
		return count;
	reader_fail(r, name, "is too much");
	return 0;
}

static void read_plan(struct reader *r, JsonObject *o, struct run *run)
{
	JsonArray *workloads = need_array(r, o, "workloads");
	JsonNode *seed = o ? json_object_get_member(o, "seed") : NULL;

	run->name = opt_string(r, o, "name", "");
	run->plan = opt_string(r, o, "plan", run->name);
	run->plan_hash = opt_string(r, opt_object(r, o, "identity"), "plan", "");
	run->created = opt_string(r, o, "created", "");
	/* Read by itself: a seed from urandom may be beyond a double. */
	if (seed && JSON_NODE_HOLDS_VALUE(seed) && json_node_get_value_type(seed) == G_TYPE_INT64)
		run->seed = json_node_get_int(seed);
	run->variants = read_names(r, o, "variants");
	run->rings = read_names(r, o, "rings");
	run->strategies = read_strategies(r, o, run->variants);
	run->left_out = read_left_out(r, o);
	run->arms = read_arms(r, o, run->variants);
	join_versions(run);
	read_baseline(r, o, run);
	run->against = opt_string(r, o, "against", "");
	run->blocks = at_most_trials(r, "blocks", need_count(r, o, "blocks"));
	run->blocks_of_plan =
		at_most_trials(r, "blocks_of_plan", opt_count(r, o, "blocks_of_plan", 0));
	run->trials_planned =
		at_most_trials(r, "trials_planned", opt_count(r, o, "trials_planned", 0));
	read_until(r, o, run);
	run->no_driver = opt_string(r, o, "no_driver", "");
	if ((uint64_t)array_length(workloads) * run->variants->len * run->rings->len > CELLS_MAX) {
		reader_fail(r, "workloads", "are too many");
		return;
	}
	for (unsigned int i = 0; i < array_length(workloads); i++) {
		JsonObject *o = array_object(r, workloads, i, "workloads");
		struct workload *w = read_workload(r, o);
		bool ring = !strcmp(w->kind, "ring");

		if (ring && (!*w->name || strchr(w->name, '/')))
			reader_fail(r, "name", "cannot be that of a file");
		g_ptr_array_add(ring ? run->ring_workloads : run->workloads, w);
	}
	if (workloads && !array_length(workloads))
		reader_fail(r, "workloads", "is empty");
}

/* The plan's order of variants and rings is the report's. */
static unsigned int place(const GPtrArray *names, const char *name)
{
	unsigned int i = 0;

	while (i < names->len && strcmp(names->pdata[i], name))
		i++;
	return i;
}

static int by_place(const void *a, const void *b, void *data)
{
	const struct trial *x = *(struct trial *const *)a, *y = *(struct trial *const *)b;
	const struct run *run = data;
	int rings = (int)place(run->rings, x->ring) - (int)place(run->rings, y->ring);

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	if (rings)
		return rings;
	return (int)place(run->variants, x->variant) - (int)place(run->variants, y->variant);
}

/* A trial's id must be its folder's name, by which its files are found. */
static bool is_named(const struct trial *t, const char *folder, const char *path, GError **error)
{
	if (strcmp(t->id, folder))
		g_set_error(error, LOAD_ERROR, 0, "%s: id: is not the folder's name", path);
	return !strcmp(t->id, folder);
}

/* False with @error if two have the same place. */
static bool sort_trials(GPtrArray *trials, const struct run *run, const char *folder,
			GError **error)
{
	g_ptr_array_sort_with_data(trials, by_place, (void *)run);
	for (unsigned int i = 1; i < trials->len; i++) {
		struct trial *a = trials->pdata[i - 1], *b = trials->pdata[i];

		if (by_place(&a, &b, (void *)run))
			continue;
		g_set_error(error, LOAD_ERROR, 0, "%s: %s and %s: the same place in the plan",
			    folder, a->id, b->id);
		return false;
	}
	return true;
}

static bool load_trials(struct run *run, GError **error)
{
	char *folder = g_build_filename(run->dir, "trials", NULL);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;
	bool fine = true;

	/* A run that was ended before its first trial has no such folder. */
	while (dir && fine && (name = g_dir_read_name(dir))) {
		char *path;
		struct trial *t;

		/* A trial that is under way, or was interrupted. */
		if (name[0] == '.' || g_str_has_suffix(name, ".tmp"))
			continue;
		path = g_build_filename(folder, name, "trial.json", NULL);
		t = load_trial(path, run, error);
		if (t)
			g_ptr_array_add(t->counting ? run->counting : run->trials, t);
		fine = t && is_named(t, name, path, error);
		g_free(path);
	}
	if (dir)
		g_dir_close(dir);
	fine = fine && sort_trials(run->trials, run, folder, error) &&
	       sort_trials(run->counting, run, folder, error);
	g_free(folder);
	return fine;
}

struct run *load_run(const char *dir, GError **error)
{
	char *path = g_build_filename(dir, "run.json", NULL);
	struct run *run = g_new0(struct run, 1);
	struct reader r;
	JsonObject *o = reader_open(&r, path, "vqlab-run-1");
	bool fine;

	run->dir = g_strdup(dir);
	run->workloads = g_ptr_array_new_with_free_func(workload_free);
	run->ring_workloads = g_ptr_array_new_with_free_func(workload_free);
	run->counting = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	run->trials = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	read_machine(&r, o, run);
	read_plan(&r, o, run);
	fine = reader_close(&r, error) && load_trials(run, error);
	if (fine && run->until.within > 0)
		end_where_it_did(run);
	g_free(path);
	if (fine)
		return run;
	run_free(run);
	return NULL;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	g_ptr_array_free(run->trials, TRUE);
	g_ptr_array_free(run->counting, TRUE);
	g_ptr_array_free(run->workloads, TRUE);
	g_ptr_array_free(run->ring_workloads, TRUE);
	g_ptr_array_free(run->versions, TRUE);
	g_ptr_array_free(run->variants, TRUE);
	g_ptr_array_free(run->rings, TRUE);
	g_ptr_array_free(run->strategies, TRUE);
	g_ptr_array_free(run->left_out, TRUE);
	g_ptr_array_free(run->arms, TRUE);
	g_ptr_array_free(run->settings, TRUE);
	g_free(run->pinned);
	g_free(run->tuned);
	g_free(run->against);
	g_free(run->baseline[0]);
	g_free(run->baseline[1]);
	g_free(run->dir);
	g_free(run->name);
	g_free(run->plan);
	g_free(run->created);
	g_free(run->cpu);
	g_free(run->kernel);
	g_free(run->os);
	g_free(run->accel);
	g_free(run->accel_why);
	g_free(run->confined);
	g_free(run->no_probes);
	g_free(run->no_driver);
	g_free(run->qemu_version);
	g_free(run->qemu_source);
	g_free(run->qemu_sha256);
	g_free(run->guest_kernel);
	g_free(run->guest_source);
	g_free(run->fio);
	g_free(run->iperf3);
	g_free(run->guest_added);
	g_free(run->plan_hash);
	g_free(run->vqlab_version);
	g_free(run->vqlab_commit);
	g_free(run);
}
