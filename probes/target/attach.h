/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TARGET_ATTACH_H
#define VQLAB_PROBES_TARGET_ATTACH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct bpf_object;
struct bpf_program;

/*
 * Ways to put BPF programs on functions of a process, best first.
 *
 * A session (Linux 6.13) is one program at the entry and the return of a function,
 * and its entry says whether the return probe is armed at all: so vqprobe never has
 * two of them pending in a thread, which can kill it (struct call in bpf/tables.bpf.h).
 * A uprobe_multi link (6.6) costs less at each hit than a perf event, and many can
 * be taken off at once; until 6.10 the kernel compared the thread and not the
 * process, so that such a link saw calls of the main thread only.  Perf events work
 * everywhere, but the kernel takes them off one after the other.
 */
enum vq_way { VQ_WAY_SESSION, VQ_WAY_MULTI, VQ_WAY_PERF, VQ_WAYS };
const char *vq_way_name(enum vq_way way);

/*
 * The best way that works here, found once by trying: with a probe on this process,
 * on a call by its second thread.  False with @error, which has the remedy, if none
 * does.  Tests force others: force.h.
 */
bool vq_way_find(enum vq_way *way, GError **error);

/* Before loading: tells @program how it will be attached. */
void vq_attach_prepare(struct bpf_program *program, enum vq_way way);

struct vq_probe;

/*
 * Puts @program on @offset of the file @exe in process @pid; on the function's
 * return if @ret, which a session always is.  NULL with errno on failure.
 */
struct vq_probe *vq_attach(struct bpf_program *program, enum vq_way way, bool ret, pid_t pid,
			   const char *exe, uint64_t offset);
void vq_detach(struct vq_probe *p); /* waits for the kernel's RCU; may be NULL */

/* The offset in this program's file of what is at @address of it; false: nowhere. */
bool vq_own_offset(const void *address, uint64_t *offset);

/* Does this kernel turn a 10-byte nop under a probe into a call?  Found by trying; false
 * where that cannot be tried. */
bool vq_nop10_is_optimised(void);

/*
 * Would a return probe, or an optimised one, kill a process under seccomp?  The way
 * back from these is a system call that a filter refuses, unless the kernel exempts
 * it.  Found by trying, in a child with a filter that refuses unknown ones.
 */
bool vq_seccomp_kills(void);

#endif
