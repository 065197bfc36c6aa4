# SPDX-License-Identifier: GPL-2.0-or-later
# Throughput relative to off: a point and its 95 % interval for each variant, a panel for
# each workload and ring format that was measured.
load 'vars.gp'
LISTED = VARIANTS - (OFF > 0)
WIDTH = COLUMNS > 1 ? 1200 : 800
HEIGHT = 183 + ROWS * (28 * LISTED + 12) + (ROWS - 1) * 70
load 'style.gp'

set label 2 'Throughput relative to off, probes off' \
	at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 sprintf('%s. Filled: faster, slower or equivalent (%g %%, shaded). Hollow: unresolved.', \
	N, 100 * MARGIN) at screen 0.012, screen 34.0 / HEIGHT left font SMALL textcolor rgb '#444444'
set label 4 'Throughput over off''s, same block: median, 95 % interval.' \
	at screen 0.012, screen 54.0 / HEIGHT left font SMALL textcolor rgb '#444444'
set logscale x
set xrange [LEFT:RIGHT]
set yrange [LISTED + 0.7:0.3]
set grid noytics
set format x '%g'
eval 'set xtics ('.TICS.')'
unset key

PAD_LEFT = 20 + 9.2 * LONGEST
PAD_RIGHT = 65
PAD_TOP = 78
PAD_BOTTOM = 105
GAP_X = 75
GAP_Y = 70
TITLE_UP = 14.0
load 'grid.gp'
# off has no row of its own.
row(v) = v - (OFF > 0 && v > OFF)

set object 1 rectangle from 1 / (1 + MARGIN), graph 0 to 1 + MARGIN, graph 1 behind \
	fillcolor rgb '#eeeeee' fillstyle solid 1 noborder
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb '#444444' linewidth 1.2

set multiplot
do for [panel = 1:PANELS] {
	block = sprintf('d%d:', panel)
	load 'panel.gp'
	set ytics scale 0 ('' 1)
	if (AT_COLUMN[panel] == 0) {
		do for [v = 1:VARIANTS] {
			if (v != OFF) { set ytics add (NAME[v] row(v)) }
		}
	}
	plot for [v = 1:VARIANTS] DATA index block \
			using ($1 == v ? $2 : NaN):(row($1)):3:4 with xerrorbars \
			linecolor rgb COLOUR[LOOK[v]] linewidth 1.6 dashtype 1 pointtype 0, \
		for [v = 1:VARIANTS] DATA index block \
			using ($1 == v ? $2 : NaN):(row($1)) with points \
			pointtype FILLED[LOOK[v]] pointsize 1.3 * POINT linecolor rgb COLOUR[LOOK[v]], \
		for [v = 1:VARIANTS] DATA index block \
			using ($1 == v && $5 == 0 ? $2 : NaN):(row($1)) with points \
			pointtype FILLED[LOOK[v]] pointsize 0.75 * POINT linecolor rgb '#ffffff', \
		DATA index block \
			using (RIGHT):(row($1)):(sprintf('%.3f', $2)) with labels left offset 0.6, 0 \
			font SMALL
	unset label 1
	unset label 2
	unset label 3
	unset label 4
}
unset multiplot
