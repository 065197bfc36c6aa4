/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "alive.h"
#include "runners/tool/files.h"

#include <string.h>

#include "probes/tool/text.h"

#define LOG_MAX (1 << 20)
#define WORDS_MAX 200

char *trial_log_path(const struct trial *t, const char *name)
{
	return g_build_filename(t->dir, name, NULL);
}

/* The first error in nbdkit's log: behind it come only its consequences, and where the
 * manual is. */
static char *read_server_error(const char *log)
{
	g_autofree char *text = read_file(log, LOG_MAX, NULL, NULL);
	const char *at = text ? strstr(text, "error: ") : NULL;

	if (!at)
		return last_line(log);
	while (at > text && at[-1] != '\n')
		at--;
	return vq_text_clean(at, strcspn(at, "\n"), WORDS_MAX, VQ_ASCII);
}

/* How the server of a disk ended, with its own words; NULL if it did not, or only since
 * QEMU closed the line. */
static char *describe_dead_disk(struct trial *t)
{
	unsigned int i;

	for (i = 0; t->disks && i < t->bench->plan->disks->len; i++) {
		struct disk *d = &t->disks[i];
		g_autofree char *name = NULL, *log = NULL, *line = NULL, *status = NULL;

		if (!d->server.pid || !child_ended(&d->server, 0) || !d->server.status)
			continue;
		name = g_strdup_printf("nbdkit-%s.log", d->plan->name);
		log = trial_log_path(t, name);
		kept_end(d->log);
		line = read_server_error(log);
		status = child_status(&d->server);
		return g_strdup_printf("the server of disk %s ended: %s%s%s", d->plan->name, status,
				       *line ? ": " : "", line);
	}
	return NULL;
}

/* How QEMU ended, with its own words. */
static char *describe_dead_qemu(struct trial *t)
{
	g_autofree char *log = trial_log_path(t, "qemu.log"), *all = NULL, *line = NULL;
	g_autofree char *status = child_status(&t->qemu.child);
	const char *words;

	kept_end(t->qemu.log);
	all = read_file(log, KEPT_MAX, NULL, NULL);
	/* The first line is the command; alone it tells nothing. */
	words = all ? strchr(all, '\n') : NULL;
	line = words && words[1] ? last_line(log) : g_strdup("");
	return g_strdup_printf("QEMU ended: %s%s%s", status, *line ? ": " : "", line);
}

bool trial_alive(struct trial *t, GError **error)
{
	g_autofree char *disk = describe_dead_disk(t), *qemu = NULL, *status = NULL;
	/* When QEMU closes the line nbdkit ends too: QEMU's end is the news. */
	bool ended = child_ended(&t->qemu.child, disk ? 200 : 0);

	qemu = ended ? describe_dead_qemu(t) : NULL;
	if (disk || qemu) {
		g_set_error(error, VQB_ERROR, ended ? VQB_CRASHED : VQB_INVALID, "%s%s%s",
			    disk ? disk : qemu, disk && qemu ? "; " : "", disk && qemu ? qemu : "");
		return false;
	}
	if (!t->iperf3.pid || !child_ended(&t->iperf3, 0))
		return true;
	status = child_status(&t->iperf3);
	g_set_error(error, VQB_ERROR, VQB_INVALID, "iperf3's server ended: %s", status);
	return false;
}

gboolean trial_watch_alive(void *trial, GError **error)
{
	return trial_alive(trial, error);
}
