// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "units.h"

void vq_format_count(vq_field f, double v, unsigned width)
{
	static const char unit[] = "kMGTPE";
	int i = 0;

	if (isnan(v)) {
		strcpy(f, "-");
		return;
	}
	if (v < pow(10, width) - 0.5) {
		snprintf(f, sizeof(vq_field), v && v < 9.95 && v != floor(v) ? "%.1f" : "%.0f", v);
		return;
	}
	for (v /= 1000; v >= 999.5 && unit[i + 1]; i++)
		v /= 1000;
	snprintf(f, sizeof(vq_field), v < 9.95 ? "%.1f%c" : "%.0f%c", v, unit[i]);
}

void vq_format_time(vq_field f, uint64_t ns)
{
	static const char *const unit[] = {"ns", "us", "ms", "s"};
	double v = ns;
	int i = 0;

	for (; v >= 999.5 && i < 3; i++)
		v /= 1000;
	snprintf(f, sizeof(vq_field), i && v < 9.95 ? "%.1f%s" : "%.0f%s", v, unit[i]);
}

void vq_format_percent(vq_field f, double v)
{
	if (isnan(v))
		strcpy(f, "-");
	else
		snprintf(f, sizeof(vq_field), v < 9.995 ? "%.2f" : "%.1f", v);
}
