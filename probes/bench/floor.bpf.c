// SPDX-License-Identifier: GPL-2.0-or-later
/* The same programs as vqprobe's by name, and nothing in them: the floor. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define EMPTY(section, name)                                                                       \
	SEC(section) int name(void *ctx)                                                           \
	{                                                                                          \
		return 0;                                                                          \
	}

/* A session's returns are armed. */
EMPTY("uprobe", pop_session)
EMPTY("uprobe", fill_session)
EMPTY("uprobe", flush_session)
EMPTY("uprobe", pop_entry)
EMPTY("uretprobe", pop_return)
EMPTY("uprobe", fill_entry)
EMPTY("uretprobe", fill_return)
EMPTY("uprobe", flush_entry)
EMPTY("uretprobe", flush_return)
EMPTY("uprobe", fill_light)
EMPTY("uprobe", unpop_entry)
EMPTY("uprobe", detach_entry)
EMPTY("uprobe", rewind_entry)
EMPTY("uprobe", reset_entry)
EMPTY("uprobe", queue_reset_entry)
