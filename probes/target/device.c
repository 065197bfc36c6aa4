// SPDX-License-Identifier: GPL-2.0-or-later
/* Which device and queue a VirtQueue is of, read from the process's memory. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "probes/tool/text.h"

static uint64_t read_pointer(struct vq_target *t, uint64_t addr)
{
	uint64_t p = 0;

	return vq_target_read(t, addr, &p, sizeof(p)) ? p : 0;
}

/* A string of at most @size - 1 bytes; empty when it cannot be read. */
static void read_string(struct vq_target *t, uint64_t addr, char *buf, size_t size)
{
	size_t i;

	for (i = 0; i < size - 1; i++)
		if (!addr || !vq_target_read(t, addr + i, buf + i, 1) || !buf[i])
			break;
	buf[i] = 0;
}

/* A device without id is called by its type and a number, by first sight. */
static const char *made_up_name(struct vq_target *t, uint64_t vdev, const char *type)
{
	char *name = g_hash_table_lookup(t->names, &vdev);
	unsigned n;

	/* Another type: another device got that memory. */
	if (name && g_str_has_prefix(name, type))
		return name;
	n = GPOINTER_TO_UINT(g_hash_table_lookup(t->types, type));
	g_hash_table_insert(t->types, g_strdup(type), GUINT_TO_POINTER(n + 1));
	name = g_strdup_printf("%s%u", type, n);
	g_hash_table_insert(t->names, g_memdup2(&vdev, sizeof(vdev)), name);
	return name;
}

/* Names from the debug information's offsets; what cannot be read stays empty. */
static void read_names(struct vq_target *t, const struct vq_layout *l, struct vq_queue_event *e)
{
	uint64_t bus, dev;

	read_string(t, read_pointer(t, e->vdev + l->vdev_name), e->type, sizeof(e->type));
	/* The id that the user gave is the proxy's: the parent of our bus. */
	bus = read_pointer(t, e->vdev + l->vdev_bus);
	dev = bus ? read_pointer(t, bus + l->bus_parent) : 0;
	if (dev)
		read_string(t, read_pointer(t, dev + l->dev_id), e->device, sizeof(e->device));
	if (!e->device[0])
		read_string(t, read_pointer(t, e->vdev + l->vdev_id), e->device, sizeof(e->device));
}

/* Without: the type is the name of the object's class, "virtio-blk-device". */
static void find_type(struct vq_target *t, const struct vq_layout *l, struct vq_queue_event *e)
{
	uint64_t class = read_pointer(t, e->vdev + l->obj_class);
	uint64_t type = class ? read_pointer(t, class + l->class_type) : 0;

	if (!type)
		return;
	read_string(t, read_pointer(t, type + l->type_name), e->type, sizeof(e->type));
	if (g_str_has_suffix(e->type, "-device"))
		e->type[strlen(e->type) - strlen("-device")] = 0;
}

/*
 * Every realised device has its path in QEMU's object tree beside it,
 * "/machine/peripheral/ID/virtio-backend" if the user gave its proxy an ID.  That
 * text is looked for in the first words of the device, and nothing else is taken
 * for it.
 */
#define PATH_WORDS 48
static void find_id(struct vq_target *t, struct vq_queue_event *e)
{
	static const char start[] = "/machine/peripheral/", end[] = "/virtio-backend";
	char path[sizeof(start) + sizeof(e->device) + sizeof(end)];

	for (unsigned i = 0; i < PATH_WORDS; i++) {
		read_string(t, read_pointer(t, e->vdev + 8 * i), path, sizeof(path));
		if (!g_str_has_prefix(path, start) || !g_str_has_suffix(path, end) ||
		    strlen(path) < sizeof(start) + sizeof(end) - 1)
			continue;
		path[strlen(path) - strlen(end)] = 0;
		if (!strchr(path + strlen(start), '/'))
			g_strlcpy(e->device, path + strlen(start), sizeof(e->device));
		return;
	}
}

/* A device's queues are an array. */
uint64_t vq_target_find_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vdev,
			      uint32_t index)
{
	uint64_t first = vdev ? read_pointer(t, vdev + l->vdev_vq) : 0;

	return first ? first + (uint64_t)index * l->vq_stride : 0;
}

/* Does @vq have the place in it that it says? */
static bool in_its_place(struct vq_target *t, const struct vq_layout *l, uint64_t vq,
			 const struct vq_queue_event *e)
{
	return vq && vq == vq_target_find_queue(t, l, e->vdev, e->index);
}

bool vq_target_name_queue(struct vq_target *t, const struct vq_layout *l, uint64_t vq,
			  struct vq_queue_event *e)
{
	uint16_t index = 0;
	bool there;

	memset(e, 0, sizeof(*e));
	e->h.type = VQ_QUEUE;
	e->h.size = sizeof(*e);
	e->h.vq = vq;
	e->vdev = read_pointer(t, vq + l->vq_start + l->vq_vdev);
	there = vq_target_read(t, vq + l->vq_queue_index, &index, sizeof(index));
	e->index = index;
	if (!in_its_place(t, l, vq, e)) {
		snprintf(e->device, sizeof(e->device), "vq@%#" PRIx64, vq);
		snprintf(e->type, sizeof(e->type), "unknown");
		e->index = 0;
		return !there;
	}
	if (l->vdev_name) {
		read_names(t, l, e);
	} else {
		find_type(t, l, e);
		find_id(t, e);
	}
	if (!e->type[0])
		snprintf(e->type, sizeof(e->type), "virtio");
	vq_text_clean_field(e->type, sizeof(e->type), VQ_UTF8);
	vq_text_clean_field(e->device, sizeof(e->device), VQ_UTF8);
	if (!e->device[0])
		snprintf(e->device, sizeof(e->device), "%s", made_up_name(t, e->vdev, e->type));
	return true;
}
