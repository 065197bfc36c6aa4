/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - how QEMU must be started so that the lab's guest comes up in it.
 *
 * The guest is a kernel and an initramfs (setup/guest.sh makes them) whose
 * init (guest/init) loads the virtio modules and starts the agent
 * (guest/agent.c).  Two serial ports lead out of it: ttyS0 is the console,
 * kept as a log; ttyS1 carries commands and results (link.h).  Disks show up
 * as /dev/vqlab/SERIAL; after a rebind, run /bin/vqlab-links in the guest.
 *
 * This is the one place that knows the machine type, the kernel's command
 * line and the two ports.  Memory, CPUs, accelerator, disks, network and QMP
 * are the caller's to add.
 */
#ifndef VQLAB_BOOT_H
#define VQLAB_BOOT_H

#include <glib.h>

/* The program in a QEMU's folder, and the files in a guest's. */
#define QEMU_PROGRAM "qemu-system-x86_64"
#define GUEST_KERNEL "vmlinuz"
#define GUEST_IMAGE "initramfs.cpio"

/*
 * guest_qemu_program: push the QEMU of folder qemu_dir (qemu.sh's) and an -L
 * for each folder that its manifest lists under "firmware".  argv's strings
 * are g_malloc'd: give the array g_free as its free function.  FALSE with
 * error set when there is no such program or the manifest cannot be read; a
 * folder without a manifest gets no -L.
 */
gboolean guest_qemu_program(GPtrArray *argv, const char *qemu_dir, GError **error);

/*
 * guest_qemu_args: push the arguments that boot guest_dir (guest.sh's folder).
 *
 * agent_fd     QEMU's end of a connected stream socket pair; QEMU must inherit
 *              it under this very number.  The other end goes to link_new().
 * console_fd   QEMU's end of another, to which the guest's console goes, or -1.
 * console_log  then, a file for it, or NULL for nowhere.
 *
 * After these, `-device virtio-...` and the like may follow in any order.
 * A poweroff of the guest, or its panic, ends QEMU (-no-reboot) with exit 0.
 */
void guest_qemu_args(GPtrArray *argv, const char *guest_dir, int agent_fd, int console_fd,
		     const char *console_log);

#endif
