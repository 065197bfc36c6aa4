// SPDX-License-Identifier: GPL-2.0-or-later
/* The BPF programs of a watch. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "load.h"
#include "probes/tool/vqerror.h"
#include "probes/vqprobe.skel.h"

struct vqprobe_bpf *vq_watch_load(const struct vq_layout *layout, const struct vq_site *sites,
				  enum vq_way way, unsigned buffer_kib, GError **error)
{
	struct vqprobe_bpf *skel;
	int err;

	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "/sys/kernel/btf/vmlinux: %s: vqprobe needs a kernel with "
			    "CONFIG_DEBUG_INFO_BTF",
			    g_strerror(errno));
		return NULL;
	}
	skel = vqprobe_bpf__open();
	if (!skel) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "BPF object: %s", g_strerror(errno));
		return NULL;
	}
	memcpy((void *)&skel->rodata->layout, layout, sizeof(*layout));
	skel->rodata->light = sites[VQ_FN_FILL].light;
	skel->rodata->session = way == VQ_WAY_SESSION;
	vq_lines_prepare(skel, buffer_kib);
	vq_sites_prepare(skel, sites, way);
	err = vqprobe_bpf__load(skel);
	if (!err)
		return skel;
	g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "cannot load the BPF programs: %s%s",
		    g_strerror(-err),
		    err == -EPERM || err == -EACCES
			    ? ": run as root, or with CAP_BPF and CAP_PERFMON"
			    : ": Linux 5.17 or later is needed; -v says more");
	vqprobe_bpf__destroy(skel);
	return NULL;
}

void vq_watch_carry(struct vqprobe_bpf *to, const struct vqprobe_bpf *from)
{
	int old = bpf_map__fd(from->maps.lost_of), new = bpf_map__fd(to->maps.lost_of);
	uint64_t vq, *last = NULL, n;

	memcpy(to->bss->lost, from->bss->lost, sizeof(to->bss->lost));
	to->bss->null_pops = from->bss->null_pops;
	to->bss->unreadable_calls = from->bss->unreadable_calls;
	to->bss->nested_calls = from->bss->nested_calls;
	to->bss->reset_calls = from->bss->reset_calls;
	to->bss->queue_reset_calls = from->bss->queue_reset_calls;
	while (!bpf_map_get_next_key(old, last, &vq)) {
		if (!bpf_map_lookup_elem(old, &vq, &n))
			bpf_map_update_elem(new, &vq, &n, BPF_ANY);
		last = &vq;
	}
}
