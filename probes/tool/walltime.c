// SPDX-License-Identifier: GPL-2.0-or-later
#include <glib.h>
#include <time.h>

#include "walltime.h"

#define SECOND 1000000000ull

uint64_t vq_wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

char *vq_wall_clock(uint64_t real_ns, unsigned decimals)
{
	time_t seconds = real_ns / SECOND;
	char text[32] = "", fraction[16];
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	g_snprintf(fraction, sizeof(fraction), ".%09u", (unsigned)(real_ns % SECOND));
	fraction[decimals ? MIN(decimals, 9) + 1 : 0] = 0;
	return g_strconcat(text, fraction, NULL);
}

char *vq_wall_utc(uint64_t real_ns)
{
	time_t seconds = real_ns / SECOND;
	char text[48] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return g_strdup_printf("%s.%06uZ", text, (unsigned)(real_ns % SECOND / 1000));
}
