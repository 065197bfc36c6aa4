// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the members of QEMU's structs are: read from DWARF, never assumed. */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdbool.h>
#include <string.h>

#include "dwarf.h"
#include "members.h"
#include "probes/tool/vqerror.h"

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
	for (size_t i = 0; i < VQ_MEMBERS; i++) {
		Dwarf_Die die;
		Dwarf_Word offset;

		if (!find_struct(dbg, vq_members[i].type, &die)) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_NO_DWARF,
				    "the debug information has no struct %s: build "
				    "hw/virtio/virtio.c with -g",
				    vq_members[i].type);
			return false;
		}
		if (!member_offset(die, vq_members[i].path, &offset)) {
			g_set_error(error, VQ_ERROR, VQ_ERROR_NO_DWARF,
				    "struct %s has no member %s: this QEMU is newer or older than "
				    "vqprobe knows (7.2 to 10.2)",
				    vq_members[i].type, vq_members[i].path);
			return false;
		}
		*vq_member_offset(layout, i) = offset;
		if (!strcmp(vq_members[i].type, "VirtQueue"))
			layout->vq_stride = dwarf_bytesize(&die);
	}
	if (vq_layout_make_spans(layout))
		return true;
	g_set_error(
		error, VQ_ERROR, VQ_ERROR_NO_DWARF,
		"struct VirtQueue is larger than vqprobe knows: this QEMU is none of 7.2 to 10.2");
	return false;
}
