// SPDX-License-Identifier: GPL-2.0-or-later
/* Says that a process has another program, or another name, as a QEMU gets at its start. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} started SEC(".maps");

/* Set until the loader has looked: one notice is enough for all that came meanwhile. */
__u32 told;

static __always_inline int tell(void)
{
	__u64 id = bpf_get_current_pid_tgid();

	/* Threads are named, too. */
	if ((__u32)id != id >> 32 || __sync_lock_test_and_set(&told, 1))
		return 0;
	bpf_ringbuf_output(&started, &id, sizeof(id), 0);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int on_exec(void *ctx)
{
	return tell();
}

SEC("raw_tp/task_rename")
int on_rename(void *ctx)
{
	return tell();
}
