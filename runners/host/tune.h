/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run --tune: the governor performance and no turbo while a run lasts, and then what was before.
 *
 * What was before is in the file HOST_TUNED, whole, before the first setting is changed, and a lock
 * on it says that who changed them lives.  So after SIGKILL of vqbench the next one finds the
 * file and no lock, and puts all back.  The file stays, empty; with the host's next boot its
 * folder and all settings are as they were anyway.
 */
#ifndef VQLAB_HOST_TUNE_H
#define VQLAB_HOST_TUNE_H

#include "runners/tool/error.h"

#define HOST_TUNED "vqlab.tuned"

struct tuned {
	int fd; /* of the file, with the lock; 0: nothing is changed */
	char *root;
	GPtrArray *old; /* what there was */
};

/*
 * Puts back what a vqbench left behind that is gone: settings below @root (text.h), by the file in
 * @folder.  True also if there is nothing to put back, or who set them lives.  *@said is what was
 * put back, in words, or NULL; the caller frees it.  False with VQB_FAILED: the file is not one
 * that only its owner, this user, could write, is broken, or a setting cannot be written.
 */
bool tune_restore(const char *root, const char *folder, char **said, GError **error);

/*
 * Sets what there is to set.  True with *@said, in words: what, or what this host does not have
 * (tune_end() is harmless then).  False with VQB_FAILED, all being as before: another vqbench has
 * them set, also if they are as this one would have them, since that puts them back when it ends
 * (of two with --together, that may be long before the other); or one cannot be written.
 */
bool tune_begin(struct tuned *t, const char *root, const char *folder, char **said, GError **error);

/* Puts back what tune_begin() changed; of one that is all 0, nothing.  What cannot be put back is
 * said on standard error. */
void tune_end(struct tuned *t);

#endif /* VQLAB_HOST_TUNE_H */
