/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_VQERROR_H
#define VQLAB_PROBES_TOOL_VQERROR_H

#include <glib.h>

/* Errors of vqprobe and of traces: those of the user exit 2, all others 1. */
#define VQ_ERROR g_quark_from_static_string("vq-error-quark")

enum vq_error {
	VQ_ERROR_FAILED,
	VQ_ERROR_NO_PROCESS, /* there is no such process, or it is no QEMU */
	VQ_ERROR_NO_DWARF,   /* struct offsets cannot be had */
	VQ_ERROR_BAD_INPUT,  /* a trace that is none */
};

#endif
