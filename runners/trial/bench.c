/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"
#include "runners/tool/spawn.h"

#include <unistd.h>

#define VERSION_MS 30000 /* far more than any host needs */

struct bench_arm *bench_arm(const struct bench *b, const struct plan_variant *v)
{
	guint at = 0;

	g_ptr_array_find(b->plan->variants, v, &at);
	return &b->arms[at];
}

const char *bench_props(const struct plan_variant *v)
{
	return v->arm ? v->arm->props : NULL;
}

/* A program that is no vqprobe would be noticed in the first phase with probes. */
static bool check_vqprobe(const char *program, bool given, GError **error)
{
	const char *argv[] = {program, "--version", NULL};
	struct spawn s = {.argv = argv};
	g_autofree char *said = capture(&s, false, 1000, VERSION_MS, NULL);

	if (said && g_str_has_prefix(said, "vqprobe (vqlab) "))
		return true;
	g_set_error(error, VQB_ERROR, given ? VQB_BAD_INPUT : VQB_FAILED,
		    "%s: does not answer --version as vqprobe does: make all builds it, beside "
		    "vqbench",
		    program);
	return false;
}

bool bench_check_tools(const struct bench *b, bool given, GError **error)
{
	if (geteuid() != 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "run needs root: it makes network namespaces and attaches probes");
		return false;
	}
	if (access(b->vqprobe, X_OK) == 0 && access(b->plugin, R_OK) == 0 &&
	    access(b->vqring, X_OK) == 0)
		return check_vqprobe(b->vqprobe, given, error);
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%s is missing: make all builds it",
		    access(b->vqprobe, X_OK)  ? b->vqprobe
		    : access(b->plugin, R_OK) ? b->plugin
					      : b->vqring);
	return false;
}
