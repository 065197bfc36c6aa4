# SPDX-License-Identifier: GPL-2.0-or-later
# The names of a panel's curves, at name_at, each with a line to its end (plot-names.h).
	do for [v = 1:VARIANTS] {
		i = (panel - 1) * VARIANTS + v
		if (LABEL_Y[i] == LABEL_Y[i]) {
			set label 20 + v NAME[v] at name_at, LABEL_Y[i] left font SMALL
			set arrow 20 + v from END_X[i] * 1.03, END_Y[i] to name_at * 0.98, LABEL_Y[i] \
				nohead linewidth 0.8 dashtype 1 linecolor rgb COLOUR[LOOK[v]]
		} else {
			unset label 20 + v
			unset arrow 20 + v
		}
	}
