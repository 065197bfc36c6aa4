/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU, or what stands for one, started and confined as a trial does it; for tests. */
#ifndef VQLAB_TESTS_SUBJECT_H
#define VQLAB_TESTS_SUBJECT_H

#include "runners/machine/confined.h"
#include "runners/machine/qemu.h"
#include "runners/plan/read.h"
#include "runners/tool/files.h"
#include "runners/tool/spawn.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char *top;	  /* where all of it lies; everybody may write there */
static struct plan *plan; /* configs/quick.ini */

static char *path_of(const char *name)
{
	return g_build_filename(top, name, NULL);
}

static void put(const char *name, const char *text)
{
	g_autofree char *path = path_of(name);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_assert_cmpint(chmod(path, 0666), ==, 0);
}

static void make_folder(const char *name)
{
	g_autofree char *path = path_of(name);

	g_assert_cmpint(g_mkdir_with_parents(path, 0777), ==, 0);
	g_assert_cmpint(chmod(path, 0777), ==, 0);
}

struct subject {
	struct qemuinfo info;
	struct guestinfo guest;
	struct qemu q;
};

/* Started as a trial starts its QEMU, without disks and nets. */
static void subject_start(struct subject *s, const char *qemu, const char *guest)
{
	g_autofree char *console = path_of("run/console.log"), *log = path_of("run/qemu.log");
	struct qemu_setup setup = {
		.info = &s->info,
		.guest = &s->guest,
		.plan = plan,
		.variant = "off",
		.ring = "split",
		.accel = "tcg",
		.console = console,
		.log = log,
	};
	g_autoptr(GError) e = NULL;

	qemuinfo_load(&s->info, qemu, &e);
	g_assert_no_error(e);
	guestinfo_load(&s->guest, guest, &e);
	g_assert_no_error(e);
	qemu_confine(&s->info, &s->guest, &e);
	g_assert_no_error(e);
	qemu_start(&s->q, &setup, &e);
	g_assert_no_error(e);
}

static void subject_end(struct subject *s)
{
	qemu_end(&s->q);
	close(s->q.agent_fd);
	confine_clear(&s->info.confine);
}

/* Folders of a run, a cache and a guest, open to everybody. */
static void begin(void)
{
	g_autoptr(GError) e = NULL;

	signal(SIGPIPE, SIG_IGN);
	top = g_dir_make_tmp("vqlab-confined-XXXXXX", NULL);
	chmod(top, 0777);
	make_folder("run");
	make_folder("cache");
	make_folder("guest");
	put("run/trial.json", "{}");
	put("cache/qemu", "x");
	plan = plan_load("configs/quick.ini", &e);
	g_assert_no_error(e);
}

static void finish(void)
{
	plan_free(plan);
	remove_tree(top);
	g_free(top);
}

#endif /* VQLAB_TESTS_SUBJECT_H */
