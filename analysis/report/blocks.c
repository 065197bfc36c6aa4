// SPDX-License-Identifier: GPL-2.0-or-later
#include "blocks.h"

#include <string.h>

void read_until(struct reader *r, JsonObject *o, struct run *run)
{
	JsonObject *until = opt_object(r, o, "until");

	if (!until)
		return;
	run->until.within = need_number(r, until, "percent") / 100;
	if (!r->error && !(run->until.within > 0 && run->until.within < 1))
		reader_fail(r, "until: percent", "is not between 0 and 100");
	run->until.most = run->blocks;
}

/* The last block of which there is anything. */
static unsigned int blocks_begun(const struct run *run)
{
	g_autofree char *folder = g_build_filename(run->dir, "rings", NULL);
	const struct trial *last =
		run->trials->len ? run->trials->pdata[run->trials->len - 1] : NULL;
	unsigned int begun = last ? MAX(last->block, 0) : 0;
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	/* NAME-bNN.json: rings without a guest. */
	while (dir && (name = g_dir_read_name(dir))) {
		const char *at = strrchr(name, '-');

		if (at && at[1] == 'b' && g_str_has_suffix(at, ".json"))
			begun = MAX(begun, g_ascii_strtoull(at + 2, NULL, 10));
	}
	if (dir)
		g_dir_close(dir);
	return begun;
}

void end_where_it_did(struct run *run)
{
	unsigned int begun = MIN(blocks_begun(run), run->until.most);

	if (run->until.most)
		run->trials_planned = (uint64_t)run->trials_planned * begun / run->until.most;
	run->blocks = begun;
}

enum looks run_looks(const struct run *run)
{
	return run->until.within > 0 ? LOOK_EACH : LOOK_ONCE;
}

bool run_overrides_blocks(const struct run *run)
{
	return run_looks(run) == LOOK_ONCE && run->blocks_of_plan &&
	       run->blocks_of_plan != run->blocks;
}

unsigned int workload_blocks(const struct run *run, const struct workload *w)
{
	return w->blocks ? MIN(w->blocks, run->blocks) : run->blocks;
}
