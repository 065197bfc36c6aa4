/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin and the runner say to each other, over a stream socket whose
 * other end QEMU inherits: -plugin file=guest-count.so,fd=N
 *
 * Lines of text; the runner asks, the plugin answers each with one line, or, to
 * `stop`, with a line for each function and one at the end:
 *
 *	function START END	addresses in the guest, hexadecimal, [START, END)
 *	  ok
 *	start			from zero, once a vCPU is idle
 *	  ok
 *	stop			counts no more, likewise
 *	  CALLS INSTRUCTIONS	of each function, in the order in which they came
 *	  ok
 *
 * or `error WORDS`.  Functions are given while nothing is counted, and stay.
 */
#ifndef VQLAB_GUEST_COUNT_PROTOCOL_H
#define VQLAB_GUEST_COUNT_PROTOCOL_H

#define COUNT_FUNCTIONS_MAX 256
#define COUNT_LINE_MAX 128

/* Where runners/setup/qemu.sh puts it, beside QEMU. */
#define COUNT_PLUGIN "guest-count.so"

#endif
