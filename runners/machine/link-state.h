/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between link.c and link-wait.c. */
#ifndef VQLAB_LINK_STATE_H
#define VQLAB_LINK_STATE_H

#include "link.h"
#include "runners/guest/frame.h"

enum link_operation { LINK_IDLE, LINK_PUT, LINK_RUN, LINK_POWEROFF };

struct link {
	int fd; /* -1: the far end is gone */
	gboolean ready;
	char *guest; /* what its hello said, clean; NULL before */
	guint32 version;
	guint64 noise;
	link_watch watch;
	void *watch_data;

	guint8 in[FRAME_HEADER + FRAME_MAX];
	gsize have;
	GByteArray *send; /* from sent on, still to be written */
	gsize sent;

	enum link_operation op;
	guint32 seq;
	GByteArray *file; /* put: the contents; from filed on, still to be sent */
	gsize filed;
	guint keep;
	struct link_result result;
	gboolean have_result;
};

#endif /* VQLAB_LINK_STATE_H */
