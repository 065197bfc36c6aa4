# SPDX-License-Identifier: GPL-2.0-or-later
# A panel for each ring (rows) and workload (columns): the share of counts that
# reach a value, both axes logarithmic, one curve a variant. The caller sets
# HEAD_LINE, X_LABEL, Y_LABEL, and X_FORMAT, INSET to 1 for a small table from MEAN.
WIDTH = PANELS > 1 ? 1400 : 900
load 'key.gp'
HEIGHT = 160 + 370 * RINGS + KEY_EXTRA
load 'style.gp'
# More of them would lie on the curves; the report has the figures, too.
INSET = INSET && VARIANTS <= 8 && LONGEST <= 24

set label 2 HEAD_LINE at screen 0.5, screen 1 - 28.0 / HEIGHT center font LARGE
set label 3 'n: trials of each variant. '.UNSHOWN at screen 0.988, screen 14.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set label 4 Y_LABEL at screen 20.0 / WIDTH, screen 0.5 center rotate by 90
set logscale xy
set xrange [LEFT:RIGHT]
set yrange [100 * BOTTOM:100]
set format x X_FORMAT
set format y '%g'
set ytics 0.0001, 10, 100
set xtics LEFT, STEP

top = 1 - 100.0 / HEIGHT
bottom = (150.0 + KEY_EXTRA) / HEIGHT
left = 95.0 / WIDTH
gap_x = 85.0 / WIDTH
gap_y = 110.0 / HEIGHT
wide = (1 - left - 45.0 / WIDTH - (PANELS - 1) * gap_x) / PANELS
high = (top - bottom - (RINGS - 1) * gap_y) / RINGS

unset key
set multiplot
do for [ring = 1:RINGS] {
	do for [column = 1:PANELS] {
		panel = (ring - 1) * PANELS + column
		x0 = left + (column - 1) * (wide + gap_x)
		y1 = top - (ring - 1) * (high + gap_y)
		set lmargin at screen x0
		set rmargin at screen x0 + wide
		set tmargin at screen y1
		set bmargin at screen y1 - high
		set label 11 TITLE[panel] at graph 0, screen y1 + 33.0 / HEIGHT left font MIDDLE
		set label 12 NOTE[panel] at graph 0, screen y1 + 13.0 / HEIGHT left font SMALL \
			textcolor rgb '#444444'
		do for [v = 0:VARIANTS] { unset label 20 + v }
		if (INSET && NOTE[panel] ne 'not measured') {
			set label 20 'S: mean / max' at graph 0.03, graph 0.06 + 0.062 * VARIANTS \
				left font SMALL
			do for [v = 1:VARIANTS] {
				set label 20 + v \
					NAME[v].': '.MEAN[(panel - 1) * VARIANTS + v] \
					at graph 0.03, graph 0.06 + 0.062 * (VARIANTS - v) left font SMALL
			}
		}
		set xlabel ring == RINGS ? X_LABEL : ''
		plot for [v = 1:VARIANTS] sprintf('%d-%d-%d.dat', ring, column, v) \
			using 1:(100 * $2) with linespoints linetype LOOK[v] \
			pointnumber 6 notitle
		unset label 1
		unset label 2
		unset label 3
		unset label 4
	}
}
LEGEND = "for [v = 1:VARIANTS] NaN with linespoints linetype LOOK[v] title NAME[v]"
load 'legend.gp'
unset multiplot
