# SPDX-License-Identifier: GPL-2.0-or-later
# A replay's cost over off: instructions and nanoseconds (rows) on split and packed rings
# (columns), as far as there are such; both axes logarithmic, one curve a variant, its name
# at its end. The caller sets HEAD_LINE, NOTE_LINE, X_LABEL and SET_XTICS.
WIDTH = COLUMNS > 1 ? 1200 : 850
HEIGHT = 152 + 330 * ROWS + 75 * (ROWS - 1)
load 'style.gp'

set label 2 HEAD_LINE at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 NOTE_LINE at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set logscale xy
set xrange [LEFT * 0.85:RIGHT * 1.18]
set format y '%g'
eval SET_XTICS
unset key

longest = 0
do for [v = 1:VARIANTS] { if (strlen(NAME[v]) > longest) { longest = strlen(NAME[v]) } }
NAMES_WIDE = 30 + 8.2 * longest
PAD_LEFT = 95
PAD_RIGHT = NAMES_WIDE
PAD_TOP = 72
PAD_BOTTOM = 112
GAP_X = NAMES_WIDE + 75
GAP_Y = 75
TITLE_UP = 13.0
load 'grid.gp'
# From the end of a curve to its name, on a logarithmic axis.
decades = log10(RIGHT * 1.18 / (LEFT * 0.85))
name_at = RIGHT * 1.18 * 10 ** (decades * 18 / wide)

set multiplot
do for [panel = 1:PANELS] {
	load 'panel.gp'
	load 'names.gp'
	set yrange [BOTTOM[panel]:TOP[panel]]
	set xlabel LOWEST[panel] ? X_LABEL : ''
	set ylabel AT_COLUMN[panel] == 0 ? Y_LABEL[panel] : ''
	plot for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using 1:2 with linespoints linetype LOOK[v] notitle, \
		for [v = 1:VARIANTS] DATA index sprintf('p%d_%d:', panel, v) \
			using 1:2 with points linetype LOOK[v] pointsize 1.2 * POINT notitle
	unset label 1
	unset label 2
	unset label 3
}
unset multiplot
