/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manifest.json: what setup/qemu.sh and setup/guest.sh write of the folders they make. */
#ifndef VQLAB_MANIFEST_H
#define VQLAB_MANIFEST_H

#include "runners/tool/json.h"

/* That of the folder @dir, an object; the caller frees it.  NULL with VQB_FAILED when it
 * cannot be read. */
JsonNode *manifest_read(const char *dir, GError **error);

#endif /* VQLAB_MANIFEST_H */
