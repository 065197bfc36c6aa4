/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_PLAN_H
#define VQLAB_PROBES_TARGET_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/vqfunction.h"

/*
 * Where in a function a probe costs least.
 *
 * A uprobe on an instruction that the kernel emulates costs one trap.  Any
 * other is executed out of line, single-stepped, with a second trap: ten times
 * the price and more.  A function's first instruction is often of that kind, so
 * the site is moved to the first emulated instruction, if there
 *
 *   - every call passes: nothing before it branches, calls or returns, and no
 *     branch anywhere in the binary leads to behind the entry and not past it;
 *   - the arguments are still in the registers that they came in;
 *   - nothing was written to memory but the stack, if the program reads memory:
 *     it must find what it would have found at the entry;
 *   - and, for a return probe, the stack pointer is as at the entry: the kernel
 *     replaces what it points at as the return address, and does not check.
 *
 * A 5-byte or 10-byte nop, which the kernel may turn into a call, is taken at a
 * function's entry only: elsewhere the call overwrites what a function keeps below the
 * stack pointer.
 *
 * Branches into the passed-over bytes are looked for among the instructions of
 * the function and, those of 32 bits, at each byte of the binary's code, whether
 * or not an instruction begins there: too many are found rather than too few.
 * Not seen are indirect jumps, which compilers make for switches and calls,
 * neither of which can lead to before a function's first branch.
 */

/* The site's distance from the entry is less than this. */
#define VQ_PLAN_WINDOW 64u

struct vq_plan {
	/* What is asked. */
	uint64_t entry;	     /* address of the function in the file's address space */
	uint64_t size;	     /* as its symbol says, in bytes; 0: unknown */
	unsigned args;	     /* VQ_ARG_* */
	bool ret;	     /* is there a return probe, too? */
	bool reads;	     /* does the entry program read memory? */
	const uint8_t *code; /* the function */
	size_t len;	     /* readable bytes there */
	bool nop10;	     /* does the kernel optimise a 10-byte nop? */
	/* The answer. */
	unsigned past;	 /* the site's distance from the entry, bytes */
	const char *why; /* it is there: one line for people */
};

/*
 * Names the instruction at @code, of which @len bytes are readable: nop5, nop10, nop,
 * nopl, push, jcc, jmp, call, endbr64, or other; and says whether the kernel
 * emulates it under a uprobe (x86-64, as measured on Linux 6.18; before 6.13 or
 * so nopl is stepped, so it is the planner's last choice).
 */
const char *vq_decode(const uint8_t *code, size_t len, bool *emulated);

/*
 * Plans @n sites.  @segment are the @size bytes of the binary's executable
 * segment, which is at @address of the file's address space.
 */
void vq_plan_sites(struct vq_plan *plans, unsigned n, const uint8_t *segment, size_t size,
		   uint64_t address);

#endif
