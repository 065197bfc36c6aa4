// SPDX-License-Identifier: GPL-2.0-or-later
/* Would probes do no harm?  See the manual page, SAFETY. */
#include "safe.h"
#include "probes/tool/vqerror.h"
#include "probes/vqprobe.skel.h"

bool vq_safe_way(const struct vq_watch *w, bool trust_guest, GError **error)
{
	if (w->way != VQ_WAY_SESSION && !trust_guest) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "this kernel has no uprobe sessions (Linux 6.13): with return probes "
			    "a guest that puts buffers into a device's memory can make its QEMU "
			    "crash; if your guests do not, say --trust-guest");
		return false;
	}
	if (vq_target_has_seccomp(w->target) && vq_seccomp_kills()) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "process %d is under seccomp (-sandbox), and this kernel comes back "
			    "from a probe by a system call which a filter may refuse, which would "
			    "end the process: Linux 6.14 or later, or a QEMU without -sandbox is "
			    "needed",
			    w->pid);
		return false;
	}
	return true;
}

bool vq_safe_claim(struct vq_watch *w, const struct vq_watch_options *o, GError **error)
{
	w->claim = vq_claim_take(w->target->exe, o->wait, error);
	if (!w->claim)
		return false;
	w->shared = w->way == VQ_WAY_SESSION && (o->several || vq_claim_sees_half(w->target->exe));
	if (!w->shared)
		return true;
	if (vq_seccomp_kills()) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "on this kernel a probe can end a process under seccomp, and others of "
			    "this program would be probed, too: Linux 6.14 or later is needed, or "
			    "one QEMU at a time (-p PID)%s",
			    o->several ? "" : " that does not run from an overlay");
		return false;
	}
	return vq_target_identify(w->target, &w->own, error);
}

void vq_safe_own(struct vq_watch *w)
{
	if (!w->shared)
		return;
	w->skel->bss->own_tgid = w->own.tgid;
	w->skel->bss->own_ns_dev = w->own.ns_dev;
	w->skel->bss->own_ns_ino = w->own.ns_ino;
}
