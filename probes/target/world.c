// SPDX-License-Identifier: GPL-2.0-or-later
/* Code at work in a made-up world. */
#include <string.h>
#include <unicorn/unicorn.h>

#include "symbol.h"
#include "world.h"

#define PAGE 4096ull
#define PIE_AT 0x10000000ull	/* a position-independent binary is put there */
#define STACK 0x100000000000ull /* lowest address of the stack */
#define STACK_SIZE (64 * PAGE)
#define THREAD 0x110000000000ull /* what %fs points at, in the middle of zeroes */
#define THREAD_SIZE (64 * PAGE)
#define RETURN 0x120000000000ull /* where the calls return to */
#define MAX_INSNS 20000

uint64_t new_object(struct world *w, bool pointers, uint64_t held_at)
{
	struct object o = {held_at, pointers};

	g_array_append_val(w->objects, o);
	return ARENA + (w->objects->len - 1) * OBJECT;
}

const struct object *object_of(const struct world *w, uint64_t at)
{
	uint64_t i = (at - ARENA) / OBJECT;

	return at >= ARENA && i < w->objects->len ? &g_array_index(w->objects, struct object, i)
						  : NULL;
}

/* Brings the page with @at into being. */
static bool map_page(struct world *w, uint64_t at)
{
	const struct object *o = object_of(w, at);
	uint64_t page = at & ~(PAGE - 1), word[PAGE / 8] = {0};

	if (!o)
		return false;
	if (g_hash_table_contains(w->mapped, &page))
		return true;
	for (size_t i = 0; o->pointers && i < PAGE / 8; i++) {
		word[i] = new_object(w, true, page + 8 * i);
		o = object_of(w, at); /* the array has grown */
	}
	g_hash_table_add(w->mapped, g_memdup2(&page, sizeof(page)));
	return !uc_mem_map(w->uc, page, PAGE, UC_PROT_READ | UC_PROT_WRITE) &&
	       !uc_mem_write(w->uc, page, word, sizeof(word));
}

void poke(struct world *w, uint64_t at, uint64_t value, size_t size)
{
	map_page(w, at);
	uc_mem_write(w->uc, at, &value, size);
}

uint64_t peek(struct world *w, uint64_t at, size_t size)
{
	uint64_t value = 0;

	map_page(w, at);
	uc_mem_read(w->uc, at, &value, size);
	return value;
}

static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
			void *data)
{
	return map_page(data, at) && map_page(data, at + size - 1);
}

static void on_access(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
		      void *data)
{
	struct world *w = data;
	struct access a = {at, value, size, type == UC_MEM_WRITE};

	if (object_of(w, at))
		g_array_append_val(w->log, a);
}

bool call(struct world *w, const char *name, uint64_t di, uint64_t si, uint64_t dx,
	  uint64_t *result)
{
	static const int regs[] = {UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX,
				   UC_X86_REG_RCX, UC_X86_REG_RSP, UC_X86_REG_FS_BASE};
	uint64_t sp = STACK + STACK_SIZE - 2 * PAGE - 8, ret = RETURN;
	const uint64_t value[] = {di, si, dx, 0, sp, THREAD + THREAD_SIZE / 2};
	struct vq_symbol sym;

	if (!vq_target_symbol(w->target, name, &sym))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(regs); i++)
		uc_reg_write(w->uc, regs[i], &value[i]);
	uc_mem_write(w->uc, sp, &ret, sizeof(ret));
	g_array_set_size(w->log, 0);
	uc_emu_start(w->uc, sym.address + w->bias, RETURN, 0, MAX_INSNS);
	if (result)
		uc_reg_read(w->uc, UC_X86_REG_RAX, result);
	return true;
}

/* The binary's segments as they are in the file. */
static bool map_binary(struct world *w)
{
	struct vq_segment s;

	w->bias = vq_target_segment(w->target, 0, &s) ? PIE_AT : 0;
	for (unsigned i = 0; vq_target_segment_at(w->target, i, &s); i++) {
		uint64_t start = (s.address + w->bias) & ~(PAGE - 1);
		uint64_t end = (s.address + w->bias + s.memsize + PAGE - 1) & ~(PAGE - 1);

		if (uc_mem_map(w->uc, start, end - start, UC_PROT_ALL) ||
		    uc_mem_write(w->uc, s.address + w->bias, s.bytes, s.size))
			return false;
	}
	return !uc_mem_map(w->uc, STACK, STACK_SIZE, UC_PROT_READ | UC_PROT_WRITE) &&
	       !uc_mem_map(w->uc, THREAD, THREAD_SIZE, UC_PROT_READ | UC_PROT_WRITE) &&
	       !uc_mem_map(w->uc, RETURN, PAGE, UC_PROT_READ | UC_PROT_EXEC);
}

bool world_begin(struct world *w, struct vq_target *target)
{
	uc_hook unmapped, access;

	*w = (struct world){
		.target = target,
		.objects = g_array_new(false, false, sizeof(struct object)),
		.mapped = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
		.log = g_array_new(false, false, sizeof(struct access)),
	};
	return !uc_open(UC_ARCH_X86, UC_MODE_64, &w->uc) && map_binary(w) &&
	       !uc_hook_add(w->uc, &unmapped,
			    UC_HOOK_MEM_READ_UNMAPPED | UC_HOOK_MEM_WRITE_UNMAPPED, on_unmapped, w,
			    1, 0) &&
	       !uc_hook_add(w->uc, &access, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, on_access, w, 1,
			    0);
}

void world_end(struct world *w)
{
	if (w->uc)
		uc_close(w->uc);
	g_array_unref(w->objects);
	g_hash_table_unref(w->mapped);
	g_array_unref(w->log);
}
