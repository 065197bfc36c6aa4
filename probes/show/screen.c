// SPDX-License-Identifier: GPL-2.0-or-later
/* A few of ECMA-48's control sequences, which every terminal in use knows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "screen.h"

#define CSI "\033["

static void take_size(struct vq_screen *s)
{
	struct winsize size;

	s->width = 80;
	s->height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return;
	/* A serial line does not know, and says 0. */
	if (size.ws_col)
		s->width = size.ws_col;
	if (size.ws_row)
		s->height = size.ws_row;
}

bool vq_screen_open(struct vq_screen *s)
{
	const char *term = getenv("TERM");

	memset(s, 0, sizeof(*s));
	if (!isatty(STDOUT_FILENO) || !term || !*term || !strcmp(term, "dumb"))
		return false;
	take_size(s);
	/* A whole screen at a time: no half of it is ever seen. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	return true;
}

void vq_screen_resized(struct vq_screen *s)
{
	/* Lines may have been wrapped anew: how many there are is not known. */
	take_size(s);
	s->drawn = 0;
	fputs(CSI "H" CSI "2J", stdout);
}

static void to_top(struct vq_screen *s)
{
	if (s->drawn)
		printf("\r" CSI "%uA", s->drawn);
	s->drawn = 0;
}

void vq_screen_draw(struct vq_screen *s, const char *text)
{
	to_top(s);
	for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
		unsigned length = end - text;

		/* One line stays for the cursor. */
		if (s->drawn + 1 >= s->height)
			break;
		/* The rest of the old line goes last: no flicker.  In the last
		 * column that would take the character there. */
		printf("%.*s" CSI "K\n", MIN(length, s->width - 1), text);
		s->drawn++;
	}
	fputs(CSI "J", stdout);
	fflush(stdout);
}

void vq_screen_erase(struct vq_screen *s)
{
	to_top(s);
	fputs(CSI "J", stdout);
	fflush(stdout);
}
