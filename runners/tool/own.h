/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the files of the lab's own are: in its tree, or where make install puts them. */
#ifndef VQLAB_OWN_H
#define VQLAB_OWN_H

/* A file of build/, "vqring": beside vqbench, or in lib/vqlab; the caller frees it. */
char *own_file(const char *name);

/* A file of the tree, "runners/setup/qemu.sh": in it, or in share/vqlab; likewise. */
char *own_script(const char *name);

#endif /* VQLAB_OWN_H */
