# SPDX-License-Identifier: GPL-2.0-or-later
# A panel for each workload and ring format with something to show: the share of counts
# that reach a value, both axes logarithmic, one curve a variant. The caller sets
# HEAD_LINE, X_LABEL, Y_LABEL, and X_FORMAT, INSET to 1 for a small table from MEAN.
WIDTH = COLUMNS > 1 ? 1200 : 900
load 'key.gp'
HEIGHT = 193 + 290 * ROWS + 105 * (ROWS - 1) + KEY_EXTRA
load 'style.gp'
# More of them would lie on the curves; the report has the figures, too.
INSET = INSET && VARIANTS <= 8 && LONGEST <= 24 && COLUMNS < 3

set label 2 HEAD_LINE at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 'n: trials of each variant. '.UNSHOWN at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set label 4 Y_LABEL at screen 22.0 / WIDTH, screen 0.5 center rotate by 90
set logscale xy
set xrange [LEFT:RIGHT]
set yrange [100 * BOTTOM:100]
set format x X_FORMAT
set format y '%g'
set ytics 0.0001, 10, 100
TIC_FONT = COLUMNS > 2 ? SMALL : MIDDLE
set xtics LEFT, STEP font TIC_FONT
# Every fourth or tenth is labelled; more would only be more.
unset mxtics
unset mytics
unset key

PAD_LEFT = 100
PAD_RIGHT = 45
PAD_TOP = 92
PAD_BOTTOM = 153 + KEY_EXTRA
GAP_X = 80
GAP_Y = 105
TITLE_UP = 33.0
load 'grid.gp'

set multiplot
do for [panel = 1:PANELS] {
	load 'panel.gp'
	set label 12 NOTE[panel] at graph 0, screen panel_top(panel) + 13.0 / HEIGHT left \
		font SMALL textcolor rgb '#444444'
	if (INSET) {
		set label 20 'S: mean / max' at graph 0.03, graph 0.07 + 0.07 * VARIANTS left font SMALL
		do for [v = 1:VARIANTS] {
			set label 20 + v NAME[v].': '.MEAN[(panel - 1) * VARIANTS + v] \
				at graph 0.03, graph 0.07 + 0.07 * (VARIANTS - v) left font SMALL
		}
	}
	set xlabel LOWEST[panel] ? X_LABEL : ''
	plot for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using 1:(100 * $2) with lines linetype LOOK[v] notitle, \
		for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using ($3 == 1 ? $1 : NaN):(100 * $2) with points linetype LOOK[v] linewidth 1.4 notitle
	unset label 1
	unset label 2
	unset label 3
	unset label 4
}
LEGEND = "for [v = 1:VARIANTS] NaN with linespoints linetype LOOK[v] title NAME[v]"
load 'legend.gp'
unset multiplot
