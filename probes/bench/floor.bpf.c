// SPDX-License-Identifier: GPL-2.0-or-later
/* The same programs as vqprobe's by name, and nothing in them: the floor. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "probes/vqfunction.h"

char LICENSE[] SEC("license") = "GPL";

#define EMPTY(section, name)                                                                       \
	SEC(section) int name(void *ctx)                                                           \
	{                                                                                          \
		return 0;                                                                          \
	}

#define LIGHT_SAME(stem)
#define LIGHT_LEFT_OUT(stem)
#define LIGHT_ENTRY_ONLY(stem) EMPTY("uprobe", stem##_light)
/* A session's returns are armed. */
#define ENTRY_AND_RETURN(id, stem, name, need, args, reads, event, light)                          \
	EMPTY("uprobe", stem##_session)                                                            \
	EMPTY("uprobe", stem##_entry)                                                              \
	EMPTY("uretprobe", stem##_return)                                                          \
	LIGHT_##light(stem)
#define ENTRY(id, stem, name, need, args, reads, event, light)                                     \
	EMPTY("uprobe", stem##_entry)                                                              \
	LIGHT_##light(stem)
VQ_FUNCTION_TABLE(ENTRY_AND_RETURN, ENTRY)
