/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code of a program or library: which addresses hold repeating instructions? */
#ifndef VQLAB_RING_CODE_H
#define VQLAB_RING_CODE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct code;

/* An ELF64 file; one that cannot be read is one without code. */
struct code *code_open(const char *path);
void code_close(gpointer code);

/* The length of the instruction at @address if it is a rep-prefixed string
 * instruction (movs, stos, cmps, scas, lods), else 0. */
unsigned int code_repeats(const struct code *c, uint64_t address);

#endif /* VQLAB_RING_CODE_H */
