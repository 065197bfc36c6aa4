/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_WALLTIME_H
#define VQLAB_PROBES_TOOL_WALLTIME_H

#include <stdint.h>

/* Times that people and other logs know: CLOCK_REALTIME, ns since 1970. */

uint64_t vq_wall_now(void);

/* The time of the day here, "15:04:05" and @decimals (0 to 9) of the second; to be freed. */
char *vq_wall_clock(uint64_t real_ns, unsigned decimals);

/* "2026-11-26T14:04:05.123456Z" (RFC 3339, UTC); to be freed. */
char *vq_wall_utc(uint64_t real_ns);

#endif
