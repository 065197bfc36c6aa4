/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identity.h"
#include "runners/supply/arms.h"
#include "runners/tool/json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void free_value(gpointer data)
{
	struct identity *id = data;

	g_free((char *)id->value);
}

/* @key and @name are literals; takes over @value. */
static void add_value(GArray *list, const char *key, const char *name, char *value)
{
	struct identity id = {key, value, name};

	g_array_append_val(list, id);
}

static char *hash_file(const char *path, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	g_autofree guchar *chunk = g_malloc(1u << 20);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, chunk, 1u << 20)) > 0)
		g_checksum_update(sum, chunk, n);
	if (n < 0)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s", path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return n < 0 ? NULL : g_strdup(g_checksum_get_string(sum));
}

static bool add_file(GArray *list, const char *key, const char *name, const char *path,
		     GError **error)
{
	char *hash = hash_file(path, error);

	if (hash)
		add_value(list, key, name, hash);
	return hash != NULL;
}

/* By contents: a file of the same name and version may be another one. */
static bool add_files(GArray *list, const struct bench *b, GError **error)
{
	return add_file(list, "vqbench", "vqbench", "/proc/self/exe", error) &&
	       add_file(list, "vqring", "vqring", b->vqring, error) &&
	       add_file(list, "vqprobe", "vqprobe", b->vqprobe, error) &&
	       add_file(list, "plugin", "nbdkit plugin (latency.so)", b->plugin, error) &&
	       add_file(list, "program", "QEMU program", b->qemu->program, error) &&
	       add_file(list, "kernel", "guest kernel", b->guest.kernel, error) &&
	       add_file(list, "image", "guest image (agent, fio, iperf3, libraries)",
			b->guest.image, error);
}

GArray *identity_collect(const struct bench *b, GError **error)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct identity));
	const struct plan *p = b->plan;
	char *arms;

	g_array_set_clear_func(list, free_value);
	add_value(list, "plan", "plan, fio job or program (by hash)", plan_hash(p));
	add_value(list, "seed", "seed", g_strdup_printf("%" PRId64, p->seed));
	add_value(list, "blocks", "number of blocks", g_strdup_printf("%" PRId64, p->blocks));
	add_value(list, "variants", "list of variants", g_strjoinv(";", p->variant_list));
	add_value(list, "rings", "list of rings", g_strjoinv(";", p->rings));
	add_value(list, "qemu", "QEMU", qemuinfo_identity(b->qemu));
	add_value(list, "guest", "guest (by hash)", guestinfo_identity(&b->guest));
	if (b->until)
		add_value(list, "until", "--until", g_strdup(b->until));
	arms = arms_identity(b);
	if (arms)
		add_value(list, "arms", "QEMU or properties of a variant", arms);
	if (b->pinned)
		add_value(list, "pin", "place on the host's processors",
			  g_strdup(b->pinning ? b->pinned : "none"));
	if (add_files(list, b, error))
		return list;
	g_array_unref(list);
	return NULL;
}

JsonObject *identity_json(const GArray *identity)
{
	JsonObject *o = json_object_new();
	unsigned int i;

	for (i = 0; i < identity->len; i++) {
		const struct identity *id = &g_array_index(identity, struct identity, i);

		json_object_set_string_member(o, id->key, id->value);
	}
	return o;
}
