/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A MIME message (RFC 2045 to 2049), by GMime. */
#ifndef VQLAB_ANALYSIS_MAIL_MESSAGE_H
#define VQLAB_ANALYSIS_MAIL_MESSAGE_H

#include <gmime/gmime.h>
#include <stdbool.h>

struct headers {
	InternetAddressList *from, *to, *cc; /* @cc may be empty */
	const char *subject;		     /* UTF-8, one line */
	const GPtrArray *references;	     /* ids without <>, the answered one last; or NULL */
};

/*
 * The mail as it would be sent, with line ends as in files: @text, which a reader sees,
 * and the files @attached (paths) behind it. Message-ID and Date are of now. The caller
 * frees it. NULL with @error if a file cannot be read.
 */
char *message_write(const struct headers *h, const char *text, const GPtrArray *attached,
		    GError **error);

#endif
