// SPDX-License-Identifier: GPL-2.0-or-later
#include "code.h"

#include <elf.h>
#include <string.h>

struct code {
	GMappedFile *file;
	const uint8_t *bytes;
	uint64_t size;
	const Elf64_Phdr *segments;
	unsigned int n;
};

struct code *code_open(const char *path)
{
	struct code *c = g_new0(struct code, 1);
	const Elf64_Ehdr *e;

	c->file = g_mapped_file_new(path, FALSE, NULL);
	if (!c->file)
		return c;
	c->bytes = (const uint8_t *)g_mapped_file_get_contents(c->file);
	c->size = g_mapped_file_get_length(c->file);
	e = (const Elf64_Ehdr *)c->bytes;
	if (c->size < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG) ||
	    e->e_ident[EI_CLASS] != ELFCLASS64 || e->e_phentsize != sizeof(Elf64_Phdr) ||
	    e->e_phoff > c->size || (c->size - e->e_phoff) / sizeof(Elf64_Phdr) < e->e_phnum)
		return c;
	c->segments = (const Elf64_Phdr *)(c->bytes + e->e_phoff);
	c->n = e->e_phnum;
	return c;
}

void code_close(gpointer data)
{
	struct code *c = data;

	if (c->file)
		g_mapped_file_unref(c->file);
	g_free(c);
}

/* The bytes at @address, at least @n, or NULL. */
static const uint8_t *find(const struct code *c, uint64_t address, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < c->n; i++) {
		const Elf64_Phdr *s = &c->segments[i];
		uint64_t at = address - s->p_vaddr;

		if (s->p_type == PT_LOAD && (s->p_flags & PF_X) && address >= s->p_vaddr &&
		    at < s->p_filesz && s->p_filesz - at >= n && s->p_offset <= c->size &&
		    c->size - s->p_offset >= at + n)
			return c->bytes + s->p_offset + at;
	}
	return NULL;
}

unsigned int code_repeats(const struct code *c, uint64_t address)
{
	const uint8_t *b = find(c, address, 3);
	uint8_t op;
	bool rex;

	if (!b || (b[0] != 0xf3 && b[0] != 0xf2))
		return 0;
	rex = (b[1] & 0xf0) == 0x40;
	op = rex ? b[2] : b[1];
	if ((op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf))
		return rex ? 3 : 2;
	return 0;
}
