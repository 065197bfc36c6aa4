/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and folders, whole.  Errors are VQB_FAILED and name the path. */
#ifndef VQLAB_FILES_H
#define VQLAB_FILES_H

#include "error.h"

/*
 * Reads at most @max bytes of the file @path; longer is an error.  The text
 * has a NUL behind it and belongs to the caller; @len may be NULL.
 */
char *read_file(const char *path, size_t max, size_t *len, GError **error);

/*
 * Writes all of @data to @fd.  False with errno set: also where part of it went out
 * before, or write() took nothing and said nothing (ENOSPC then).
 */
bool write_all(int fd, const void *data, size_t len);

/* vq_output_write (probes/tool/output.h): whole or not at all. */
bool write_file(const char *path, const char *text, size_t len, GError **error);

/*
 * A file in memory, which goes with this process, whatever ends it.  Its path is good for
 * children, too, until it is closed.  False with @error if there can be none.
 */
struct scratch {
	int fd;
	char *path;
};
bool scratch_open(struct scratch *s, GError **error);
void scratch_close(struct scratch *s); /* also one that is all zero */

/* Makes a rename or a new file in the folder @path last. */
void sync_folder(const char *path);

/*
 * Makes the regular files in the folder @path last, and then their names; not what is in
 * folders below it.
 */
bool sync_files(const char *path, GError **error);

/* Removes @path and all below it; follows no symbolic link. */
void remove_tree(const char *path);

/*
 * The last non-empty line of the file @path, clean and at most 200 characters
 * of ASCII; "" when there is none.  The caller frees it.
 */
char *last_line(const char *path);

#endif /* VQLAB_FILES_H */
