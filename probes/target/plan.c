// SPDX-License-Identifier: GPL-2.0-or-later
/* Where in a function a probe costs least: decided on its machine code. */
#include <Zydis/Zydis.h>
#include <string.h>

#include "plan.h"

/* One decoded instruction. */
struct insn {
	ZydisDecodedInstruction i;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

static bool decode(const uint8_t *code, size_t len, struct insn *insn)
{
	static ZydisDecoder decoder;
	static bool ready;

	if (!ready)
		ready = ZYAN_SUCCESS(ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64,
						      ZYDIS_STACK_WIDTH_64));
	return ready &&
	       ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code, len, &insn->i, insn->op));
}

/* Multi-byte nops: up to 8 bytes are emulated, 9 (with a 66 prefix) are not. */
#define NOPL_EMULATED_MAX 8

/* As vq_decode, of a decoded one. */
static const char *name(const struct insn *in, const uint8_t *code, bool *emulated)
{
	static const uint8_t nop5[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
	const ZydisDecodedInstruction *i = &in->i;
	bool word = i->attributes & ZYDIS_ATTRIB_HAS_OPERANDSIZE;

	*emulated = true;
	if (i->length == 5 && !memcmp(code, nop5, 5))
		return "nop5";
	if (i->mnemonic == ZYDIS_MNEMONIC_NOP && i->opcode == 0x90)
		return "nop";
	if (i->mnemonic == ZYDIS_MNEMONIC_NOP && i->length == 10) {
		*emulated = false;
		return "nop10";
	}
	if (i->mnemonic == ZYDIS_MNEMONIC_NOP) {
		*emulated = i->length <= NOPL_EMULATED_MAX;
		return "nopl";
	}
	/* The kernel does not emulate what a 66 prefix makes 16 bits wide. */
	*emulated = !word;
	if (i->mnemonic == ZYDIS_MNEMONIC_PUSH && (i->opcode & 0xf8) == 0x50 && i->length <= 2)
		return "push";
	if (i->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT
		    ? (i->opcode & 0xf0) == 0x70
		    : i->opcode_map == ZYDIS_OPCODE_MAP_0F && (i->opcode & 0xf0) == 0x80)
		return "jcc";
	if (i->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (i->opcode == 0xeb || i->opcode == 0xe9))
		return "jmp";
	if (i->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && i->opcode == 0xe8)
		return "call";
	*emulated = false;
	return i->mnemonic == ZYDIS_MNEMONIC_ENDBR64 ? "endbr64" : "other";
}

const char *vq_decode(const uint8_t *code, size_t len, bool *emulated)
{
	struct insn in;

	*emulated = false;
	return decode(code, len, &in) ? name(&in, code, emulated) : "other";
}

/* What stands in the way of a site behind @in; NULL if nothing does. */
static const char *obstacle(const struct insn *in, const struct vq_plan *p)
{
	static const ZydisRegister args[] = {ZYDIS_REGISTER_RDI, ZYDIS_REGISTER_RSI,
					     ZYDIS_REGISTER_RDX};

	switch (in->i.meta.category) {
	case ZYDIS_CATEGORY_COND_BR:
	case ZYDIS_CATEGORY_UNCOND_BR:
	case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_RET:
	case ZYDIS_CATEGORY_INTERRUPT:
	case ZYDIS_CATEGORY_SYSCALL:
		return "nothing cheaper before the first branch";
	default:
		break;
	}
	for (unsigned k = 0; k < in->i.operand_count; k++) {
		const ZydisDecodedOperand *op = &in->op[k];
		ZydisRegister r;

		if (!(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		if (p->reads && op->type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    (op->mem.base != ZYDIS_REGISTER_RSP || op->mem.index != ZYDIS_REGISTER_NONE))
			return "nothing cheaper before a write to memory";
		if (op->type != ZYDIS_OPERAND_TYPE_REGISTER)
			continue;
		r = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, op->reg.value);
		if (p->ret && r == ZYDIS_REGISTER_RSP)
			return "nothing cheaper before the stack pointer moves";
		for (unsigned a = 0; a < 3; a++)
			if (p->args & 1u << a && r == args[a])
				return "nothing cheaper before an argument is overwritten";
	}
	return NULL;
}

/* Bit k: some branch may lead to k bytes behind the entry. */
typedef uint64_t landings;

/* Chooses among the instructions before the first obstacle. */
static void choose(struct vq_plan *p, landings targets)
{
	const char *stop = "nothing cheaper within reach";
	unsigned fallback = 0, entry = 0; /* behind an endbr64 nothing has been done yet, either */
	size_t end = p->size && p->size < p->len ? p->size : p->len;

	for (unsigned at = 0; at < end && at < VQ_PLAN_WINDOW;) {
		struct insn in;
		const char *n, *o;
		bool emulated;

		/* Bits 1 to @at: whoever lands there has passed the entry by, or
		 * comes a second time in one call. */
		if (targets & ~1ull & (at == 63 ? ~0ull : (1ull << (at + 1)) - 1)) {
			stop = "a branch may pass the entry by";
			break;
		}
		if (!decode(p->code + at, end - at, &in)) {
			stop = "an instruction that is not known";
			break;
		}
		n = name(&in, p->code + at, &emulated);
		/* The call that may take a nop5's place would overwrite what a function
		 * keeps below the stack pointer, but at its entry. */
		if (!strcmp(n, "nop5"))
			emulated = at == entry;
		if (!strcmp(n, "nop10"))
			emulated = at == entry && p->nop10;
		if (!at && !strcmp(n, "endbr64"))
			entry = in.i.length;
		if (emulated && (strcmp(n, "nopl") || !at)) {
			p->past = at;
			p->why = at ? "the first that the kernel emulates; all calls pass, with "
				      "their "
				      "arguments in place"
				    : "the entry, which the kernel emulates";
			return;
		}
		if (emulated && !fallback)
			fallback = at;
		o = obstacle(&in, p);
		if (o) {
			stop = o;
			break;
		}
		at += in.i.length;
	}
	p->past = fallback;
	p->why = fallback ? "a long nop, which newer kernels emulate" : stop;
}

/* Notes a branch to @target. */
static void note(struct vq_plan *plans, unsigned n, landings *l, uint64_t target)
{
	for (unsigned k = 0; k < n; k++)
		if (target - plans[k].entry < VQ_PLAN_WINDOW)
			l[k] |= 1ull << (target - plans[k].entry);
}

/* Long branches from anywhere, the function's cold part or another's, looked for at
 * every byte of the segment. */
static void find_long(struct vq_plan *plans, unsigned n, landings *l, const uint8_t *code,
		      size_t size, uint64_t address)
{
	for (size_t i = 0; i + 5 <= size; i++) {
		uint8_t c = code[i];
		int32_t rel;

		if (c != 0xe8 && c != 0xe9 && ((c & 0xf0) != 0x80 || !i || code[i - 1] != 0x0f))
			continue;
		memcpy(&rel, code + i + 1, sizeof(rel));
		note(plans, n, l, address + i + 5 + rel);
	}
}

/* Short ones reach 128 bytes: those of the function itself, as it is decoded. */
static void find_short(struct vq_plan *p, landings *l)
{
	size_t end = p->size && p->size < p->len ? p->size : p->len;

	for (size_t at = 0; at < end && at < VQ_PLAN_WINDOW + 130;) {
		struct insn in;

		if (!decode(p->code + at, end - at, &in)) {
			at++;
			continue;
		}
		at += in.i.length;
		if (in.op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && in.op[0].imm.is_relative)
			note(p, 1, l, p->entry + at + in.op[0].imm.value.s);
	}
}

void vq_plan_sites(struct vq_plan *plans, unsigned n, const uint8_t *segment, size_t size,
		   uint64_t address)
{
	landings l[32] = {0};

	if (n > 32)
		n = 32;
	find_long(plans, n, l, segment, size, address);
	for (unsigned k = 0; k < n; k++) {
		find_short(&plans[k], &l[k]);
		choose(&plans[k], l[k]);
	}
}
