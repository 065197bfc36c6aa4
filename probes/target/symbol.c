// SPDX-License-Identifier: GPL-2.0-or-later
/* What the target's binary has: functions by name, and loaded segments. */
#include <gelf.h>
#include <string.h>

#include "symbol.h"

/* The function that a name means, so far, of those that have it. */
struct choice {
	int rank; /* of the best: a static one, one of virtio.c, a global one */
	unsigned rivals;
	GElf_Addr address, size;
};

enum { RANK_NONE, RANK_STATIC, RANK_VIRTIO_C, RANK_GLOBAL };

static void consider(struct choice *c, const GElf_Sym *sym, GElf_Addr address, bool in_virtio_c)
{
	int rank = GELF_ST_BIND(sym->st_info) != STB_LOCAL ? RANK_GLOBAL
		   : in_virtio_c			   ? RANK_VIRTIO_C
							   : RANK_STATIC;

	/* One function may stand in several symbol tables. */
	if (rank < c->rank || (rank == c->rank && address == c->address))
		return;
	c->rivals = rank == c->rank ? c->rivals + 1 : 0;
	if (rank == c->rank)
		return;
	c->rank = rank;
	c->address = address;
	c->size = sym->st_size;
}

/*
 * A static function of another file may have the same name, and stands before the
 * global one in the table.  Where all are static, as link-time optimisation makes
 * them, the one behind the name of virtio.c is meant.
 */
bool vq_target_symbol(struct vq_target *t, const char *name, struct vq_symbol *found)
{
	int n = dwfl_module_getsymtab(t->mod);
	struct choice c = {0};
	bool in_virtio_c = false;
	GElf_Addr main_bias;

	/* libdwfl places the module where it likes. */
	dwfl_module_getelf(t->mod, &main_bias);
	for (int i = 0; i < n; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		const char *s = dwfl_module_getsym_info(t->mod, i, &sym, &addr, NULL, NULL, NULL);

		if (s && GELF_ST_TYPE(sym.st_info) == STT_FILE)
			in_virtio_c = !strcmp(s, "virtio.c") || g_str_has_suffix(s, "_virtio.c") ||
				      g_str_has_suffix(s, "/virtio.c");
		if (s && !strcmp(s, name) && GELF_ST_TYPE(sym.st_info) == STT_FUNC &&
		    sym.st_shndx != SHN_UNDEF)
			consider(&c, &sym, addr - main_bias, in_virtio_c);
	}
	*found = (struct vq_symbol){c.address, c.size, c.rivals};
	return c.rank != RANK_NONE;
}

bool vq_target_segment_at(struct vq_target *t, unsigned i, struct vq_segment *s)
{
	GElf_Addr unused;
	Elf *elf = dwfl_module_getelf(t->mod, &unused);
	size_t n, size = 0;
	char *image = elf ? elf_rawfile(elf, &size) : NULL;
	GElf_Phdr ph;

	if (!image || elf_getphdrnum(elf, &n))
		return false;
	for (size_t k = 0; k < n; k++) {
		if (!gelf_getphdr(elf, k, &ph) || ph.p_type != PT_LOAD || ph.p_offset > size ||
		    ph.p_filesz > size - ph.p_offset || i--)
			continue;
		*s = (struct vq_segment){ph.p_vaddr, ph.p_offset, ph.p_filesz, ph.p_memsz,
					 (const uint8_t *)image + ph.p_offset};
		return true;
	}
	return false;
}

bool vq_target_segment(struct vq_target *t, uint64_t address, struct vq_segment *s)
{
	for (unsigned i = 0; vq_target_segment_at(t, i, s); i++)
		if (address >= s->address && address - s->address < s->size)
			return true;
	return false;
}
