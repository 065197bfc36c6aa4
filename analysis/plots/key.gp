# SPDX-License-Identifier: GPL-2.0-or-later
# How much room the key of the variants takes, below the panels. Loaded once WIDTH
# and vars.gp are known, before HEIGHT. 9.2: a letter, 85: the sample and the gaps.
KEY_COLUMNS = floor(0.96 * WIDTH / (9.2 * LONGEST + 85))
if (KEY_COLUMNS < 1) KEY_COLUMNS = 1
if (KEY_COLUMNS > VARIANTS) KEY_COLUMNS = VARIANTS
KEY_ROWS = ceil(1.0 * VARIANTS / KEY_COLUMNS)
KEY_EXTRA = 21 * (KEY_ROWS - 1)
