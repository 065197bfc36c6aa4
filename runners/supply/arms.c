/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arms.h"
#include "script.h"
#include "runners/machine/boot.h"
#include "runners/machine/confined.h"
#include "runners/machine/queuesize.h"
#include "runners/plan/find.h"
#include "runners/plan/read.h"

#include <stdio.h>
#include <string.h>

static bool own_qemu(const struct plan_variant *v)
{
	return v->arm && (v->arm->binary || v->arm->release || v->arm->source);
}

bool arms_need_qemu(const struct plan *p)
{
	unsigned int i;

	for (i = 0; i < p->variants->len; i++)
		if (!own_qemu(p->variants->pdata[i]))
			return true;
	return false;
}

/* The folder that qemu.sh made of a binary that is in one: it has the lab's strategies. */
static char *folder_of(const char *binary)
{
	g_autofree char *dir = g_path_get_dirname(binary);
	g_autofree char *name = g_path_get_basename(binary);
	g_autofree char *manifest = g_build_filename(dir, "manifest.json", NULL);

	if (strcmp(name, QEMU_PROGRAM) || !g_file_test(manifest, G_FILE_TEST_IS_REGULAR))
		return NULL;
	return g_steal_pointer(&dir);
}

/*
 * Is a strategy asked of the tree that @a names?  If not, its code is measured as it is, and a
 * series that rewrites what the hooks go by can be built.
 */
static bool needs_hooks(const struct plan *p, const struct plan_arm *a)
{
	unsigned int i;

	for (i = 0; i < p->variants->len; i++) {
		const struct plan_variant *v = p->variants->pdata[i];

		if (v->arm && !g_strcmp0(v->arm->source, a->source) &&
		    !g_strcmp0(v->arm->revision, a->revision) && strcmp(v->variant, "off") &&
		    strcmp(v->variant, "qemu"))
			return true;
	}
	return false;
}

/* What qemu.sh reads. */
static char **make_env(const struct plan *p, const struct plan_arm *a)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	const char *hooks = a->source && !needs_hooks(p, a) ? "off" : NULL;
	const char *names[] = {"QEMU", "QEMU_RELEASE", "QEMU_SRC", "QEMU_REV", "QEMU_HOOKS"};
	const char *values[] = {a->binary ? a->path : NULL, a->release, a->source ? a->path : NULL,
				a->revision, hooks};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *one = g_strdup_printf("%s=%s", names[i], values[i] ?: "");

		g_strv_builder_add(list, one);
	}
	return g_strv_builder_end(list);
}

/*
 * Its folder in @folder, NULL with what is behind that in arm->no_qemu.  False with @error, or
 * when a signal came.
 */
static bool provide(const struct plan *plan, const struct plan_arm *a, struct signals *signals,
		    char **folder, char **no_qemu, GError **error)
{
	const char *known[] = {"--known", NULL};
	g_autofree char *group = g_strdup_printf("variant %s", a->name);
	g_auto(GStrv) env = make_env(plan, a);
	const char *key = a->binary ? "binary" : a->release ? "release" : "source";
	struct script s = {.name = "qemu",
			   .args = signals || a->binary ? NULL : known,
			   .env = (const char *const *)env};
	bool ok;

	*folder = a->binary ? folder_of(a->path) : NULL;
	if (*folder)
		return true;
	if (signals && !a->binary)
		fprintf(stderr, "vqbench: the QEMU of [variant %s]\n", a->name);
	ok = script_run(&s, signals, error);
	if (ok && s.status == 2)
		ok = plan_complain(plan, error, group, key, "%s",
				   *s.why ? s.why : "qemu.sh refuses it");
	else if (ok && s.status == 0 && s.folder)
		*folder = g_steal_pointer(&s.folder);
	else if (ok && signals)
		*no_qemu = g_strdup(*s.why ? s.why : "runners/setup/qemu.sh failed");
	script_clear(&s);
	return ok;
}

/* The earlier variant of @p that has the QEMU of number @i; -1: none. */
static int same_qemu(const struct plan *p, unsigned int i)
{
	struct plan_arm none = {0}, x, y;
	const struct plan_variant *v = p->variants->pdata[i];
	struct plan_variant a = {.arm = &x}, b = {.arm = &y};
	unsigned int k;

	x = v->arm ? *v->arm : none;
	x.props = NULL;
	for (k = 0; k < i; k++) {
		const struct plan_variant *other = p->variants->pdata[k];

		y = other->arm ? *other->arm : none;
		y.props = NULL;
		if (plan_same_machine(&a, &b))
			return k;
	}
	return -1;
}

static struct qemuinfo *load(const struct plan *p, const struct plan_arm *a, const char *dir,
			     GError **error)
{
	struct qemuinfo *q = g_new0(struct qemuinfo, 1);
	g_autoptr(GError) e = NULL;

	if (qemuinfo_load(q, dir, &e))
		return q;
	g_free(q);
	if (a) {
		g_autofree char *group = g_strdup_printf("variant %s", a->name);

		plan_complain(p, error, group, NULL, "%s", e->message);
	} else {
		g_propagate_error(error, g_steal_pointer(&e));
	}
	return NULL;
}

/* Of the variant number @i; without a QEMU it has no_qemu, or nothing was to be built. */
static bool find_arm(struct bench *b, unsigned int i, const char *dir, struct signals *signals,
		     GError **error)
{
	const struct plan_variant *v = b->plan->variants->pdata[i];
	g_autofree char *folder = NULL;
	int same = same_qemu(b->plan, i);

	if (same >= 0) {
		b->arms[i].qemu = b->arms[same].qemu;
		b->arms[i].no_qemu = g_strdup(b->arms[same].no_qemu);
		return true;
	}
	if (!own_qemu(v))
		folder = g_strdup(dir);
	else if (!provide(b->plan, v->arm, signals, &folder, &b->arms[i].no_qemu, error))
		return false;
	if (!folder)
		return true;
	b->arms[i].qemu = load(b->plan, own_qemu(v) ? v->arm : NULL, folder, error);
	return b->arms[i].qemu != NULL;
}

bool arms_find(struct bench *b, const char *dir, struct signals *signals, GError **error)
{
	const struct plan *p = b->plan;
	unsigned int i;

	b->arms = g_new0(struct bench_arm, p->variants->len);
	/* What cannot be is said before anything is built. */
	for (i = 0; signals && i < p->variants->len; i++) {
		const struct plan_variant *v = p->variants->pdata[i];
		g_autofree char *folder = NULL, *none = NULL;

		if (own_qemu(v) && same_qemu(p, i) < 0 &&
		    !provide(p, v->arm, NULL, &folder, &none, error))
			return false;
	}
	for (i = 0; i < p->variants->len; i++) {
		const struct plan_variant *v = p->variants->pdata[i];
		struct qemuinfo *q;

		if (!find_arm(b, i, dir, signals, error))
			return false;
		q = b->arms[i].qemu;
		if (!q)
			continue;
		b->qemu = b->qemu ? b->qemu : q;
		if (!queuesize_check(p, q, v->arm, error))
			return false;
	}
	return true;
}

bool arms_confine(struct bench *b, GError **error)
{
	const struct plan *p = b->plan;
	unsigned int i;

	for (i = 0; i < p->variants->len; i++) {
		const struct plan_variant *v = p->variants->pdata[i];
		struct qemuinfo *q = b->arms[i].qemu;

		if (!q || q->confined)
			continue;
		if (!qemu_confine(q, &b->guest, error)) {
			g_prefix_error(error, "%s: ", q->program);
			return false;
		}
		if (strchr(q->confined, ';'))
			fprintf(stderr,
				"vqbench: the QEMU of %s is confined less than it could be: %s\n",
				v->label, q->confined);
	}
	return true;
}

char *arms_identity(const struct bench *b)
{
	const struct plan *p = b->plan;
	GString *text = g_string_new(NULL);
	unsigned int i;

	for (i = 0; i < p->variants->len; i++) {
		const struct plan_variant *v = p->variants->pdata[i];
		const struct qemuinfo *q = b->arms[i].qemu;
		g_autofree char *id = q && own_qemu(v) ? qemuinfo_identity(q) : NULL;

		if (v->arm)
			g_string_append_printf(text, "%s%s: %s %s", text->len ? "; " : "", v->label,
					       own_qemu(v) ? id ? id : "none" : "that of --qemu",
					       v->arm->props ? v->arm->props : "");
	}
	return g_string_free(text, text->len == 0);
}
