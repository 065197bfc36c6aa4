/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processor of this host. */
#ifndef VQ_CPU_H
#define VQ_CPU_H

/* Its model as the kernel names it, clean ASCII; NULL when it has no name.  The caller
 * frees it. */
char *vq_cpu_name(void);

#endif
