/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_PROBES_TOOL_OUTPUT_H
#define VQLAB_PROBES_TOOL_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Writes @text, @len bytes, to @path.  A regular file, also one that is new or that a
 * symbolic link leads to, has either all of it afterwards or what it had before: a
 * temporary file beside it, synced, takes its name and its mode; one that a process left
 * there when it was killed is removed.  Whatever else has
 * that name (a device, a FIFO) is written to as it is, and so are descriptors of this
 * process (/dev/stdout, also as -, /dev/fd/3).  False with
 * @error (of G_FILE_ERROR, with the path in it) if that fails, and no temporary file
 * is left.
 */
bool vq_output_write(const char *path, const char *text, size_t len, GError **error);

/*
 * Would vq_output_write() to @path begin?  For what takes long before it writes; leaves
 * everything as it was.  False with @error as there.
 */
bool vq_output_check(const char *path, GError **error);

/*
 * Says "@tool: @message" on standard error, as one line.  Whatever is in the message,
 * names of files included, is cleaned (text.h).
 */
void vq_output_error(const char *tool, const char *message);

/*
 * What was printed so far goes out.  False if that, or anything printed before, could
 * not be written: then there is no use in printing more, and vq_output_finish() will
 * say why.
 */
bool vq_output_flush(void);

/*
 * The last thing that a program does: what it wrote to standard output has to be
 * there.  Returns @status, or, if that is 0 and something could not be written, 1,
 * after a message "@tool: standard output: why".
 */
int vq_output_finish(const char *tool, int status);

#endif
