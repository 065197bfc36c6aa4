// SPDX-License-Identifier: GPL-2.0-or-later
#include "rings.h"
#include "analysis/report/blocks.h"

#include <stdlib.h>
#include <string.h>

const char *const ring_class_names[RING_CLASSES] = {
	[CLASS_BLK] = "virtio-blk",
	[CLASS_TX] = "virtio-net, transmission",
	[CLASS_RX] = "virtio-net, reception",
};

enum ring_class class_of(const struct workload *w)
{
	if (!strcmp(w->kind, "iperf3") || w->direction[0])
		return strcmp(w->direction, "in") ? CLASS_TX : CLASS_RX;
	if (!strcmp(w->load, "tx"))
		return CLASS_TX;
	return strcmp(w->load, "rx") ? CLASS_BLK : CLASS_RX;
}

int name_place(const GPtrArray *names, const char *name)
{
	for (unsigned int i = 0; i < names->len; i++)
		if (!strcmp(names->pdata[i], name))
			return i;
	return -1;
}

static void workload_free(void *data)
{
	struct ring_workload *w = data;

	counted_free(w->counted);
	if (w->timed)
		g_ptr_array_free(w->timed, TRUE);
	g_ptr_array_free(w->left_out, TRUE);
	g_free(w);
}

void rings_free(struct rings *rings)
{
	if (!rings)
		return;
	g_ptr_array_free(rings->workloads, TRUE);
	g_free(rings);
}

static void leave_out(struct ring_workload *w, const char *name, const char *why)
{
	g_ptr_array_add(w->left_out, g_strdup_printf("%s: %s", name, why));
}

/*
 * The top object of rings/NAME.json if vqring wrote it by @command; NULL if it could not,
 * or was not run, which is noted, or with an error in @r.
 */
static JsonObject *open_file(struct ring_workload *w, struct reader *r, const char *path,
			     const char *name, const char *command)
{
	JsonObject *top;
	char *schema, *tool, *is;

	*r = (struct reader){};
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		leave_out(w, name, "not run");
		return NULL;
	}
	top = reader_open(r, path, NULL);
	schema = opt_string(r, top, "schema", "");
	if (!strcmp(schema, "vqlab-left-out-1")) {
		char *why = need_string(r, top, "left_out");

		leave_out(w, name, why);
		g_free(why);
		g_free(schema);
		return NULL;
	}
	g_free(schema);
	tool = need_string(r, top, "tool");
	is = need_string(r, top, "command");
	if (strcmp(tool, "vqring") || strcmp(is, command))
		reader_fail(r, "command", "is not what the workload asks of vqring");
	g_free(is);
	g_free(tool);
	return top;
}

static char *file_of(const struct run *run, const char *name)
{
	return g_strdup_printf("%s/rings/%s.json", run->dir, name);
}

/* That of the plan, or NULL: whatever stands for off. */
static const char *base_label(const struct run *run)
{
	return strcmp(run->baseline[0], "off") ? run->baseline[0] : NULL;
}

static bool load_counted(struct ring_workload *w, const struct run *run, GError **error)
{
	g_autofree char *path = file_of(run, w->workload->name);
	struct reader r;
	JsonObject *top = open_file(w, &r, path, w->workload->name, "count");

	if (top)
		w->counted = read_counted(&r, top);
	/* vqring knows of one QEMU. */
	if (w->counted && run->arms->len) {
		g_free(w->counted->qemu);
		w->counted->qemu = g_strdup(run->qemu_version);
	}
	if (w->counted)
		w->counted->off = base_label(run) ? name_place(w->counted->labels, base_label(run))
						  : name_place(w->counted->variants, "off");
	return reader_close(&r, error);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The blocks of which there is a file NAME-RING-bNN.json, ascending. */
static GArray *find_blocks(const struct run *run, const char *prefix)
{
	g_autofree char *folder = g_build_filename(run->dir, "rings", NULL);
	GArray *blocks = g_array_new(FALSE, FALSE, sizeof(int));
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		int block = g_str_has_prefix(name, prefix) ? atoi(name + strlen(prefix)) : 0;
		g_autofree char *same = g_strdup_printf("%s%02d.json", prefix, block);

		if (block > 0 && !strcmp(name, same))
			g_array_append_val(blocks, block);
	}
	if (dir)
		g_dir_close(dir);
	g_array_sort(blocks, by_number);
	return blocks;
}

static bool load_timed(struct ring_workload *w, struct timed *t, const struct run *run,
		       const char *ring, GError **error)
{
	g_autofree char *prefix = g_strdup_printf("%s-%s-b", w->workload->name, ring);
	g_autoptr(GArray) blocks = find_blocks(run, prefix);
	unsigned int planned = workload_blocks(run, w->workload);
	bool fine = true;

	for (unsigned int i = 0; fine && i < blocks->len; i++) {
		int block = g_array_index(blocks, int, i);
		g_autofree char *name = g_strdup_printf("%s%02d", prefix, block);
		g_autofree char *path = file_of(run, name);
		struct reader r;
		JsonObject *top = open_file(w, &r, path, name, "run");

		if (top)
			timed_add(t, &r, top, block);
		fine = reader_close(&r, error);
	}
	if (fine && blocks->len < planned)
		g_ptr_array_add(w->left_out, g_strdup_printf("%s, %s ring: %u of %u boots not run",
							     w->workload->name, ring,
							     planned - blocks->len, planned));
	return fine;
}

static bool load_workload(struct ring_workload *w, const struct run *run, GError **error)
{
	const GPtrArray *rings = w->workload->rings;
	bool fine = true;

	if (!strcmp(w->workload->measure, "count"))
		return load_counted(w, run, error);
	w->timed = g_ptr_array_new_with_free_func((GDestroyNotify)timed_free);
	for (unsigned int i = 0; fine && i < run->rings->len; i++) {
		const char *ring = run->rings->pdata[i];
		struct timed *t = NULL;

		if (!rings->len || name_place(rings, ring) >= 0) {
			t = timed_new();
			t->base = g_strdup(base_label(run));
			t->looks = run_looks(run);
			t->settings = run->settings;
			fine = load_timed(w, t, run, ring, error);
		}
		g_ptr_array_add(w->timed, t);
	}
	return fine;
}

struct rings *load_rings(const struct run *run, GError **error)
{
	struct rings *rings = g_new0(struct rings, 1);
	bool fine = true;

	rings->workloads = g_ptr_array_new_with_free_func(workload_free);
	for (unsigned int i = 0; fine && i < run->ring_workloads->len; i++) {
		struct ring_workload *w = g_new0(struct ring_workload, 1);

		w->workload = run->ring_workloads->pdata[i];
		w->class = class_of(w->workload);
		w->left_out = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(rings->workloads, w);
		fine = load_workload(w, run, error);
	}
	if (fine)
		return rings;
	rings_free(rings);
	return NULL;
}

const struct ring_workload *counted_of(const struct rings *rings, enum ring_class class)
{
	for (unsigned int i = 0; rings && i < rings->workloads->len; i++) {
		const struct ring_workload *w = rings->workloads->pdata[i];

		if (w->counted && w->class == class)
			return w;
	}
	return NULL;
}
