/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folders.h"
#include "boot.h"
#include "manifest.h"
#include "runners/guest-count/protocol.h"
#include "runners/plan/variant.h"
#include "runners/tool/spawn.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "variants/reorder.h"

#define ASK_MS 30000

static JsonNode *load_manifest(const char *dir, const char *script, GError **error)
{
	g_autoptr(GError) e = NULL;
	JsonNode *n = manifest_read(dir, &e);

	if (!n)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s; %s makes such a folder", e->message,
			    script);
	return n;
}

/* Root opens it, nobody uses it: it must be readable (and more) for others. */
static bool check_for_others(const char *path, mode_t need, const char *chmod, GError **error)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	if ((st.st_mode & need) != need) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s: QEMU runs as nobody, who may not use it: chmod %s %s", path, chmod,
			    path);
		return false;
	}
	return true;
}

static char *ask_qemu(const struct qemuinfo *q, const char *option, const char *value,
		      GError **error)
{
	const char *argv[] = {q->program, "-no-user-config", option, value, NULL};
	struct spawn s = {.argv = argv, .exec_fd = q->program_fd, .unprivileged = true};

	return capture(&s, true, 1u << 20, ASK_MS, error);
}

char *qemuinfo_help(const struct qemuinfo *q, const char *type, GError **error)
{
	g_autofree char *value = g_strconcat(type, ",help", NULL);

	return ask_qemu(q, "-device", value, error);
}

bool qemuinfo_load(struct qemuinfo *q, const char *dir, GError **error)
{
	g_autofree char *version = NULL;
	const char *blk;
	g_autoptr(GError) e = NULL;
	int major = 0, minor = 0;
	const char *at;

	memset(q, 0, sizeof(*q));
	q->program_fd = q->confine.ruleset = -1;
	q->dir = g_strdup(dir);
	q->program = g_build_filename(dir, QEMU_PROGRAM, NULL);
	q->manifest = load_manifest(dir, "runners/setup/qemu.sh", error);
	if (!q->manifest || !check_for_others(q->program, 0005, "o+rx", error))
		return false;
	q->program_fd = open(q->program, O_PATH | O_CLOEXEC);
	version = ask_qemu(q, "-version", NULL, error);
	if (!version)
		return false;
	at = strstr(version, "version ");
	if (at)
		sscanf(at, "version %d.%d", &major, &minor);
	q->disk_help = qemuinfo_help(q, "virtio-blk-pci", &e);
	if (q->disk_help)
		q->net_help = qemuinfo_help(q, "virtio-net-pci", &e);
	blk = q->disk_help;
	if (!q->net_help || !strstr(blk, "drive=")) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s: this QEMU has no virtio-blk-pci or virtio-net-pci (%s): build "
			    "one with virtio, or leave out QEMU=",
			    q->program, e ? e->message : "no drive property");
		return false;
	}
	q->in_order = strstr(blk, " in_order=") != NULL;
	q->reorder = strstr(blk, " x-reorder=") != NULL;
	q->flush = strstr(blk, " x-reorder-flush=") != NULL;
	q->packed = strstr(blk, " packed=") != NULL;
	q->kvm_device = major > 8 || (major == 8 && minor >= 2);
	return true;
}

bool guestinfo_load(struct guestinfo *g, const char *dir, GError **error)
{
	memset(g, 0, sizeof(*g));
	g->dir = g_strdup(dir);
	g->kernel = g_build_filename(dir, GUEST_KERNEL, NULL);
	g->image = g_build_filename(dir, GUEST_IMAGE, NULL);
	g->dir_fd = -1;
	g->manifest = load_manifest(dir, "runners/setup/guest.sh", error);
	if (!g->manifest || !check_for_others(dir, 0001, "o+x", error) ||
	    !check_for_others(g->kernel, 0004, "o+r", error) ||
	    !check_for_others(g->image, 0004, "o+r", error))
		return false;
	g->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return g->dir_fd >= 0;
}

static bool lists_strategy(const struct qemuinfo *q, const char *name)
{
	JsonArray *list = json_list(json_node_get_object(q->manifest), "strategies");
	unsigned int i;

	for (i = 0; list && i < json_array_get_length(list); i++) {
		JsonNode *n = json_array_get_element(list, i);

		if (json_node_get_value_type(n) == G_TYPE_STRING &&
		    !strcmp(json_node_get_string(n), name))
			return true;
	}
	return false;
}

char *qemuinfo_lacks(const struct qemuinfo *q, const char *variant, const char *ring)
{
	JsonObject *m = json_node_get_object(q->manifest);
	const char *strategy;
	bool rounds;

	if (!strcmp(ring, "packed") && !q->packed)
		return g_strdup("its virtio devices have no packed property");
	if (!strcmp(variant, "off"))
		return NULL;
	if (!strcmp(variant, "qemu"))
		return q->in_order ? NULL
				   : g_strdup("its virtio devices have no in_order property "
					      "(QEMU 9.1 and later have)");
	if (!json_flag(m, "hooks", false))
		return g_strdup("it was not built with the lab's strategies");
	if (!q->reorder)
		return g_strdup("its virtio devices have no x-reorder property");
	strategy = variant_strategy(variant, &rounds);
	if (rounds && !q->flush)
		return g_strdup("its virtio devices have no x-reorder-flush property");
	if (!strategy || (!lists_strategy(q, strategy) && !reorder_is_unlisted(strategy)))
		return g_strdup("its manifest does not list this strategy");
	return NULL;
}

char *qemuinfo_variant(const struct qemuinfo *q, const char *variant, bool disk)
{
	const char *strategy;
	bool rounds;

	if (!strcmp(variant, "qemu"))
		return g_strdup(",in_order=on");
	if (!strcmp(variant, "off"))
		return g_strdup(q->in_order ? ",in_order=off" : "");
	strategy = variant_strategy(variant, &rounds);
	return g_strdup_printf(",x-reorder=%s%s", strategy,
			       rounds && disk ? ",x-reorder-flush=round" : "");
}

char *qemuinfo_counter(const struct qemuinfo *q)
{
	return g_build_filename(q->dir, COUNT_PLUGIN, NULL);
}

char *qemuinfo_identity(const struct qemuinfo *q)
{
	JsonObject *m = json_node_get_object(q->manifest);

	return g_strdup_printf("%s %s", json_str(m, "version", "?"), json_str(m, "sha256", "?"));
}

char *guestinfo_identity(const struct guestinfo *g)
{
	g_autofree char *text = json_text(g->manifest, false);

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}
