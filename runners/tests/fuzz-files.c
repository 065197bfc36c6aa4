/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that vqbench reads and somebody else may have written: a plan with its job
 * and what fio says of that, a run's journal, trial.json, run.json, a manifest.  Each
 * is taken, or refused with a reason that is safe to print; what is there stays there.
 *
 * The first byte of an input says which.  A plan, its job (as job=j) and fio's words
 * are parted by NULs; fio is not started.
 */
#include "mutate-json.h"
#include "runners/supply/arms.h"
#include "runners/machine/manifest.h"
#include "runners/plan/plan.h"
#include "runners/plan/schedule.h"
#include "runners/rundir.h"
#include "runners/runinfo.h"
#include "runners/tool/files.h"
#include "runners/tool/spawn.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *folder;
static const char *fio_says;

/* In place of spawn.c's: fio is asked, and this is what it says. */
char *capture(const struct spawn *s, bool both, size_t max, int limit_ms, GError **error)
{
	if (s->status)
		*s->status = fio_says && *fio_says == '!' ? 256 : 0;
	return g_strndup(fio_says ? fio_says : "", max);
}

/* In place of arms.c's: no run is begun here, and it would bring all of vqbench. */
char *arms_identity(const struct bench *b)
{
	return NULL;
}

static void must_be_safe(const char *text)
{
	const char *p;

	if (!text || !g_utf8_validate(text, -1, NULL))
		abort();
	for (p = text; *p; p = g_utf8_next_char(p))
		if (!g_unichar_isprint(g_utf8_get_char(p)))
			abort();
}

static void put(const char *name, const char *text, size_t size)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *f = fopen(path, "w");

	if (!f || fwrite(text, 1, size, f) != size || fclose(f))
		abort();
}

/* The parts of an input between NULs; "" for one that is missing. */
static const char *next_part(const char **at, const char *end)
{
	const char *part = *at, *nul = memchr(part, 0, end - part);

	*at = nul ? nul + 1 : end;
	return part;
}

static void read_plan(const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	const char *plan = next_part(&at, end), *job = next_part(&at, end);
	g_autofree char *path = g_build_filename(folder, "plan.ini", NULL);
	g_autoptr(GPtrArray) slots = NULL;
	g_autofree char *hash = NULL, *sizes = NULL;
	g_autoptr(GError) e = NULL;
	struct plan *p;

	put("plan.ini", plan, strlen(plan));
	put("j", job, strlen(job));
	/* Other files than this one may be devices, or never end. */
	if (strstr(plan, "job") && strstr(plan, "/"))
		return;
	fio_says = next_part(&at, end);
	p = plan_load(path, &e);
	if (!p) {
		must_be_safe(e->message);
		return;
	}
	hash = plan_hash(p);
	slots = schedule_make(p);
	sizes = schedule_sizes(slots);
	if (p->blocks < 1 || p->blocks > 99 || p->memory_mib < 1)
		abort();
	plan_free(p);
}

static void open_run(void)
{
	static const struct identity id[] = {{"plan", "abc", "plan"}, {"seed", "1", "seed"}};
	g_autofree char *seed = rundir_stored(folder, "seed"), *state = NULL;
	g_autoptr(GError) e = NULL;
	struct rundir r;

	if (seed && strchr(seed, '\n'))
		abort();
	if (!rundir_open(&r, folder, id, G_N_ELEMENTS(id), &e)) {
		must_be_safe(e->message);
		return;
	}
	state = rundir_state(&r, "t");
	if (state)
		must_be_safe(state);
	rundir_has_ring(&r, "r");
	if (!rundir_note(&r, NULL, "start %s", state ? state : "t"))
		abort();
	rundir_close(&r);
}

/* A journal is only added to. */
static void read_journal(const char *text, size_t size)
{
	g_autofree char *path = g_build_filename(folder, "journal", NULL), *now = NULL;
	size_t len;

	put("journal", text, size);
	open_run();
	now = read_file(path, 1u << 20, &len, NULL);
	if (!now || len < size || memcmp(now, text, size)) {
		/* One that was cut off in its head is begun anew. */
		if (size && memmem(text, size, "\nbegun ", 7) && !memchr(text, 0, size))
			abort();
	}
}

#define JOURNAL                                                                                    \
	"# vqlab journal 1: what identifies the run, then what happened\nplan abc\nseed 1\n"       \
	"begun 2026-01-01T00:00:00Z\n"

static void read_states(const char *text, size_t size)
{
	put("journal", JOURNAL, strlen(JOURNAL));
	put("trials/t/trial.json", text, size);
	put("rings/r.json", text, size);
	open_run();
}

static void read_run(const char *text, size_t size)
{
	g_autofree char *accel = NULL, *why = NULL;

	put("run.json", text, size);
	if (!runinfo_accel(folder, &accel, &why))
		return;
	must_be_safe(accel);
	must_be_safe(why);
}

static void read_manifest(const char *text, size_t size)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(JsonNode) n = NULL;

	put("manifest.json", text, size);
	n = manifest_read(folder, &e);
	if (!n)
		must_be_safe(e->message);
}

static void remove_folder(void)
{
	remove_tree(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const names[] = {"trials/t", "rings"};
	size_t i;

	folder = g_strdup("/dev/shm/vqlab-fuzz-XXXXXX");
	if (!g_mkdtemp(folder))
		abort();
	atexit(remove_folder);
	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);

		g_mkdir_with_parents(path, 0755);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = NULL;

	if (!size)
		return 0;
	text = g_malloc(size);
	memcpy(text, data + 1, size - 1);
	text[--size] = '\0';
	switch (*data) {
	case 'p':
		read_plan(text, size);
		break;
	case 'j':
		read_journal(text, size);
		break;
	case 't':
		read_states(text, size);
		break;
	case 'r':
		read_run(text, size);
		break;
	case 'm':
		read_manifest(text, size);
		break;
	}
	return 0;
}
