// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run's folder with one file in it that somebody else wrote: all that vqreport makes
 * of it but the plots.  It is refused with the file's name, or reported; the report's
 * lines are short, of ASCII, and the JSON of it can be read.
 *
 * The first byte of an input says which file it replaces in the folder that the
 * environment's VQLAB_FUZZ_RUN names, fuzz-run.sh's: r run.json, t a trial.json, c what
 * was counted, d what was timed, p replay.json.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/document.h"
#include "analysis/report/csv.h"
#include "analysis/report/host/disturbed.h"
#include "analysis/report/letter/letter.h"
#include "analysis/report/page/markdown.h"
#include "analysis/report/page/page.h"
#include "analysis/report/replayed.h"
#include "analysis/report/report.h"
#include "analysis/report/ring/rings.h"
#include "analysis/text.h"
#include "probes/tool/json.h"
#include "runners/tests/mutate-json.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct file {
	char key;
	const char *name;
} files[] = {
	{'r', "run.json"},
	{'t', "trials/b01-split-off/trial.json"},
	{'c', "rings/ring-read.json"},
	{'d', "rings/ring-flat-split-b01.json"},
	{'p', "replay.json"},
};

static char *folder;

static void must_be_letter(const char *text)
{
	size_t column = 0;

	for (; *text; text++) {
		column = *text == '\n' ? 0 : column + 1;
		if (*text != '\n' && (*text < 0x20 || *text > 0x7e))
			g_error("a byte %d in a report", *text);
		if (column > 72)
			g_error("a line of more than 72");
	}
}

static void must_be_json(const char *text)
{
	g_autoptr(GError) e = NULL;
	JsonNode *n = vq_json_parse(text, strlen(text), &e);

	g_assert_no_error(e);
	json_node_unref(n);
}

static void report(struct results *r)
{
	struct document *d = report_document(r);
	g_autofree char *text = document_text(d), *letter = letter_text(r), *csv = results_csv(r);
	g_autofree char *json = summary_json(r), *markdown = document_markdown(d);
	g_autofree char *page = page_html(d, r, r->run->variants, NULL);

	must_be_letter(text);
	must_be_letter(letter);
	must_be_json(json);
	g_assert_true(g_utf8_validate(page, -1, NULL) && g_utf8_validate(markdown, -1, NULL));
	g_assert_null(strstr(page, "<script>&"));
	g_assert_true(g_utf8_validate(csv, -1, NULL));
	document_free(d);
}

static void must_name_file(const GError *e)
{
	g_assert_nonnull(e);
	if (g_getenv("VQLAB_FUZZ_SAY"))
		fprintf(stderr, "%s\n", e->message);
	g_assert_true(g_str_has_prefix(e->message, folder));
}

static void read_all(void)
{
	g_autofree char *path = g_build_filename(folder, "replay.json", NULL);
	g_autoptr(GError) e = NULL;
	struct replayed *replayed = load_replayed(path, &e);
	struct run *run = replayed ? load_run(folder, &e) : NULL;
	struct rings *rings = run ? load_rings(run, &e) : NULL;

	if (rings) {
		struct results *r = compute(run, 0.05);
		struct disturbed *d = find_disturbed(r);

		r->disturbed = d;
		r->replayed = replayed;
		r->rings = rings;
		report(r);
		results_free(r);
		disturbed_free(d);
	} else {
		must_name_file(e);
	}
	rings_free(rings);
	run_free(run);
	replayed_free(replayed);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	folder = g_strdup(g_getenv("VQLAB_FUZZ_RUN"));
	if (!folder)
		g_error("VQLAB_FUZZ_RUN: which folder?");
	return 0;
}

/* A good file of each kind leads through the same code, and libFuzzer would keep one of
 * them: here their ways part. */
static void part_ways(uint8_t key)
{
	static volatile unsigned int met[5];

	switch (key) {
	case 'r':
		met[0]++;
		break;
	case 't':
		met[1]++;
		break;
	case 'c':
		met[2]++;
		break;
	case 'd':
		met[3]++;
		break;
	default:
		met[4]++;
	}
}

static void put(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "w");

	g_assert_nonnull(f);
	g_assert_cmpuint(fwrite(data, 1, size, f), ==, size);
	g_assert_cmpint(fclose(f), ==, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; size && i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = NULL, *good = NULL;

		if (files[i].key != *data)
			continue;
		part_ways(*data);
		path = g_build_filename(folder, files[i].name, NULL);
		good = g_strconcat(path, ".good", NULL);
		g_assert_cmpint(rename(path, good), ==, 0);
		put(path, data + 1, size - 1);
		read_all();
		g_assert_cmpint(rename(good, path), ==, 0);
	}
	return 0;
}
