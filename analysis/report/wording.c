// SPDX-License-Identifier: GPL-2.0-or-later
#include "wording.h"
#include "analysis/document.h"

#define INVERSE_NAMED 6 /* workloads; axes make many */

char *ran_on(const struct run *run)
{
	char *accel = g_ascii_strup(run->accel, -1);
	char *line = g_strdup_printf(
		"QEMU %s, %s, %" G_GUINT64_FORMAT " host core%s, Linux %s, run of %.10s",
		run->qemu_version, accel, run->cores, run->cores == 1 ? "" : "s", run->kernel,
		run->created[0] ? run->created : "unknown date");

	g_free(accel);
	return line;
}

char *verdict_text(const struct results *r, const struct cell *c, const struct comparison *cmp)
{
	switch (cmp->verdict) {
	case VERDICT_BASELINE:
		return g_strdup("");
	case VERDICT_NO_DATA:
		if (c->excluded)
			return g_strdup_printf("%s %u of %u", c->excluded_as, c->excluded,
					       c->excluded + c->ok);
		return g_strdup(c->ok ? "no pair" : "not run");
	case VERDICT_UNRESOLVED:
		if (cmp->detectable >= 0.95)
			return g_strdup("unresolved");
		return g_strdup_printf("unresolved (%.*f %%)", cmp->detectable < 0.0995,
				       100 * cmp->detectable);
	default:
		return g_strdup(verdict_name(cmp->verdict));
	}
}

void put_inverse(struct document *out, const struct run *run)
{
	g_autoptr(GString) names = g_string_new(NULL);
	unsigned int n = 0;

	for (unsigned int i = 0; i < run->workloads->len; i++) {
		const struct workload *w = run->workloads->pdata[i];

		if (w->lower && n++ < INVERSE_NAMED)
			g_string_append_printf(names, "%s%.24s (%.16s)", n > 1 ? ", " : "", w->name,
					       w->unit);
	}
	if (n > INVERSE_NAMED)
		g_string_append_printf(names, " and %u more", n - INVERSE_NAMED);
	if (n)
		paragraph(out, 0,
			  "Less is better, and ratios are of the inverse, so that one above 1 is "
			  "faster: %s.",
			  names->str);
}
