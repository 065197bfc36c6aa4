# SPDX-License-Identifier: GPL-2.0-or-later
# Where the panels of a grid stand (report/plot-panels.h). Loaded once WIDTH, HEIGHT, what
# is left free around them, PAD_LEFT, PAD_RIGHT, PAD_TOP and PAD_BOTTOM, and between them,
# GAP_X and GAP_Y, are known, all in pixels.
wide = (WIDTH - PAD_LEFT - PAD_RIGHT - (COLUMNS - 1.0) * GAP_X) / COLUMNS
high = (HEIGHT - PAD_TOP - PAD_BOTTOM - (ROWS - 1.0) * GAP_Y) / ROWS
panel_left(i) = (PAD_LEFT + AT_COLUMN[i] * (wide + GAP_X)) / WIDTH
panel_top(i) = 1 - (PAD_TOP + AT_ROW[i] * (high + GAP_Y)) / HEIGHT
