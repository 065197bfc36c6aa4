// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the members of QEMU's structs are: read from DWARF, never assumed. */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdbool.h>
#include <string.h>

#include "dwarf.h"
#include "learn.h"
#include "force.h"
#include "target.h"

static const struct {
	const char *type, *path;
	size_t slot;
	size_t size; /* of a member that lies in a span; else 0 */
} wanted[] = {
#define SPAN(type, path, field, size)                                                              \
	{                                                                                          \
		type, path, offsetof(struct vq_layout, field), size                                \
	}
#define WANT(type, path, field) SPAN(type, path, field, 0)
	SPAN("VirtQueue", "vring.num", vq_num, 4),
	SPAN("VirtQueue", "vring.caches", vq_caches, 8),
	SPAN("VirtQueue", "last_avail_idx", vq_last_avail_idx, 2),
	SPAN("VirtQueue", "used_idx", vq_used_idx, 2),
	SPAN("VirtQueue", "used_wrap_counter", vq_used_wrap, 1),
	SPAN("VirtQueue", "inuse", vq_inuse, 4),
	SPAN("VirtQueue", "vdev", vq_vdev, 8),
	WANT("VirtQueue", "queue_index", vq_queue_index),
	SPAN("VirtQueueElement", "index", elem_index, 4),
	SPAN("VirtQueueElement", "ndescs", elem_ndescs, 4),
	WANT("VRingMemoryRegionCaches", "used.ptr", caches_used_ptr),
	WANT("VRingMemoryRegionCaches", "desc.ptr", caches_desc_ptr),
	WANT("VRingMemoryRegionCaches", "avail.ptr", caches_avail_ptr),
	WANT("VirtIODevice", "name", vdev_name),
	WANT("VirtIODevice", "guest_features", vdev_features),
	WANT("VirtIODevice", "vq", vdev_vq),
	WANT("VirtIODevice", "parent_obj.id", vdev_id),
	WANT("VirtIODevice", "parent_obj.parent_bus", vdev_bus),
	WANT("BusState", "parent", bus_parent),
	WANT("DeviceState", "id", dev_id),
};

/* The struct or union behind typedefs and qualifiers; false if it is none. */
static bool peel_to_struct(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	for (;;) {
		switch (dwarf_tag(die)) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			return !dwarf_hasattr(die, DW_AT_declaration);
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
			if (!dwarf_attr_integrate(die, DW_AT_type, &attr) ||
			    !dwarf_formref_die(&attr, &type))
				return false;
			*die = type;
			break;
		default:
			return false;
		}
	}
}

/* Looks among the children of @unit, and of the units that it imports (dwz). */
static bool find_in_unit(Dwarf_Die *unit, const char *name, Dwarf_Die *found, int level)
{
	Dwarf_Die die, other;
	Dwarf_Attribute attr;
	const char *n;

	if (dwarf_child(unit, &die))
		return false;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_imported_unit && level < 4 &&
		    dwarf_attr(&die, DW_AT_import, &attr) && dwarf_formref_die(&attr, &other) &&
		    find_in_unit(&other, name, found, level + 1))
			return true;
		if (tag != DW_TAG_structure_type && tag != DW_TAG_typedef)
			continue;
		n = dwarf_diename(&die);
		if (!n || strcmp(n, name))
			continue;
		*found = die;
		if (peel_to_struct(found))
			return true;
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

/* First in virtio.c, where every one of them is known; then everywhere. */
static bool find_struct(Dwarf *dbg, const char *name, Dwarf_Die *found)
{
	for (int pass = 0; pass < 2; pass++) {
		Dwarf_Off off = 0, next;
		size_t header;

		while (!dwarf_nextcu(dbg, off, &next, &header, NULL, NULL, NULL)) {
			Dwarf_Die cu;
			const char *n;
			bool first;

			if (dwarf_offdie(dbg, off + header, &cu)) {
				n = dwarf_diename(&cu);
				first = n && g_str_has_suffix(n, "virtio/virtio.c");
				if (first == (pass == 0) && find_in_unit(&cu, name, found, 0))
					return true;
			}
			off = next;
		}
	}
	return false;
}

/*
 * The offset of member @name of struct @die, which becomes the member's type.
 * Members of anonymous structs and unions count as @die's own, as in C: QEMU
 * 10.2 keeps guest_features in such a union.
 */
static bool step(Dwarf_Die *die, const char *name, size_t len, Dwarf_Word *offset)
{
	Dwarf_Die member, type;
	Dwarf_Attribute attr;

	if (!peel_to_struct(die) || dwarf_child(die, &member))
		return false;
	do {
		const char *n = dwarf_diename(&member);
		Dwarf_Word at = 0;

		if (dwarf_tag(&member) != DW_TAG_member ||
		    (n && (strlen(n) != len || strncmp(n, name, len))) ||
		    !dwarf_attr(&member, DW_AT_type, &attr) || !dwarf_formref_die(&attr, &type))
			continue;
		if (dwarf_attr(&member, DW_AT_data_member_location, &attr) &&
		    dwarf_formudata(&attr, &at))
			return false;
		if (!n && !step(&type, name, len, &at))
			continue;
		*offset += at;
		*die = type;
		return true;
	} while (!dwarf_siblingof(&member, &member));
	return false;
}

static bool member_offset(Dwarf_Die die, const char *path, Dwarf_Word *offset)
{
	*offset = 0;
	for (;;) {
		size_t len = strcspn(path, ".");

		if (!step(&die, path, len, offset))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

static __u32 *slot(struct vq_layout *layout, size_t i)
{
	return (__u32 *)((char *)layout + wanted[i].slot);
}

/* The part of @type that holds all of its span members, at most @max bytes; these
 * then count from its start. */
static bool make_span(struct vq_layout *layout, const char *type, __u32 *start, __u32 *size,
		      __u32 max)
{
	__u32 first = ~0u, end = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		if (!wanted[i].size || strcmp(wanted[i].type, type))
			continue;
		first = MIN(first, *slot(layout, i) & ~7u);
		end = MAX(end, *slot(layout, i) + wanted[i].size);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (wanted[i].size && !strcmp(wanted[i].type, type))
			*slot(layout, i) -= first;
	*start = first;
	*size = (end - first + 7) & ~7u;
	return *size <= max;
}

bool vq_layout_make_spans(struct vq_layout *layout)
{
	return make_span(layout, "VirtQueue", &layout->vq_start, &layout->vq_size, VQ_SPAN_MAX) &&
	       make_span(layout, "VirtQueueElement", &layout->elem_start, &layout->elem_size,
			 VQ_ELEM_SPAN_MAX);
}

bool vq_layout_read(Dwfl_Module *mod, struct vq_layout *layout, GError **error)
{
	Dwarf_Addr bias;
	Dwarf *dbg = dwfl_module_getdwarf(mod, &bias);

	if (!dbg) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_NO_DWARF,
			    "no debug information for this QEMU (%s): install its debug symbol "
			    "package, or build hw/virtio/virtio.c with -g",
			    dwfl_errmsg(-1) ?: "none found");
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		Dwarf_Die die;
		Dwarf_Word offset;

		if (!find_struct(dbg, wanted[i].type, &die)) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_NO_DWARF,
				    "the debug information has no struct %s: build "
				    "hw/virtio/virtio.c with -g",
				    wanted[i].type);
			return false;
		}
		if (!member_offset(die, wanted[i].path, &offset)) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_NO_DWARF,
				    "struct %s has no member %s: this QEMU is newer or older than "
				    "vqprobe knows (7.2 to 10.2)",
				    wanted[i].type, wanted[i].path);
			return false;
		}
		*slot(layout, i) = offset;
		if (!strcmp(wanted[i].type, "VirtQueue"))
			layout->vq_stride = dwarf_bytesize(&die);
	}
	if (vq_layout_make_spans(layout))
		return true;
	g_set_error(
		error, VQ_ERROR, VQ_ERROR_NO_DWARF,
		"struct VirtQueue is larger than vqprobe knows: this QEMU is none of 7.2 to 10.2");
	return false;
}

bool vq_layout_find(struct vq_target *t, struct vq_layout *layout, const char **from,
		    GError **error)
{
	Dwarf_Addr bias;

	if (!vq_test_forces("code") && dwfl_module_getdwarf(t->mod, &bias)) {
		*from = "DWARF";
		return vq_layout_read(t->mod, layout, error);
	}
	*from = "code";
	return vq_layout_learn(t, layout, error);
}
