// SPDX-License-Identifier: GPL-2.0-or-later
/* What attach.c tries the ways of attaching with. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct pt_regs {
	unsigned long di, ip;
} __attribute__((preserve_access_index));

/* Hits of a session's entry and return, and of a plain entry. */
__u64 entries, returns, plain;

/* The return is armed if the function's argument says so. */
SEC("uprobe")
int try_session(struct pt_regs *ctx)
{
	if (ctx->ip != bpf_get_func_ip(ctx)) {
		__sync_fetch_and_add(&returns, 1);
		return 0;
	}
	__sync_fetch_and_add(&entries, 1);
	return !ctx->di;
}

SEC("uprobe")
int try_plain(struct pt_regs *ctx)
{
	__sync_fetch_and_add(&plain, 1);
	return 0;
}
