# SPDX-License-Identifier: GPL-2.0-or-later
# Throughput relative to off: a point and its 95 % interval for each variant,
# the ring formats side by side.
load 'vars.gp'
HEIGHT = 200 + 28 * ROWS
load 'style.gp'

set label 2 'Throughput relative to off, probes off' \
	at screen 0.5, screen 1 - 28.0 / HEIGHT center font LARGE
set label 3 sprintf('%s. Filled: faster, slower or equivalent (%g %%, shaded). Hollow: unresolved.', \
	N, 100 * MARGIN) at screen 0.988, screen 14.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set logscale x
set xrange [LEFT:RIGHT]
set yrange [ROWS + 0.7:0.3]
set grid noytics
set format x '%g'
eval 'set xtics ('.TICS.')'
unset key

top = 1 - 80.0 / HEIGHT
bottom = 95.0 / HEIGHT
left = (60 + 8.6 * LONGEST) / WIDTH
gap_x = 40.0 / WIDTH
wide = (1 - left - 30.0 / WIDTH - (RINGS - 1) * gap_x) / RINGS

set multiplot
do for [ring = 1:RINGS] {
	file = sprintf('%d.dat', ring)
	x0 = left + (ring - 1) * (wide + gap_x)
	set lmargin at screen x0
	set rmargin at screen x0 + wide
	set tmargin at screen top
	set bmargin at screen bottom
	set label 11 RING[ring].' ring' at graph 0.5, screen top + 14.0 / HEIGHT center font MIDDLE
	set xlabel 'throughput over off''s, same block: median, 95 % interval'
	set ytics scale 0 ('' 1)
	set object 1 rectangle from 1 / (1 + MARGIN), graph 0 to 1 + MARGIN, graph 1 behind \
		fillcolor rgb '#eeeeee' fillstyle solid 1 noborder
	set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb '#444444' linewidth 1.2
	if (ring == 1) {
		do for [i = 1:ROWS] {
			if (HEAD[i]) {
				set label 100 + i ROW[i] at screen 12.0 / WIDTH, first i left
			} else {
				set ytics add (ROW[i] i)
			}
		}
	}
	do for [i = 1:ROWS] {
		if (HEAD[i] && i > 1) {
			set arrow 100 + i from graph 0, first i - 0.5 to graph 1, first i - 0.5 \
				nohead linecolor rgb '#bbbbbb' linewidth 0.8
		}
	}
	plot for [v = 1:VARIANTS] file using ($5 == v ? $2 : NaN):1:3:4 with xerrorbars \
			linecolor rgb COLOUR[LOOK[v]] linewidth 1.6 dashtype 1 \
			pointtype 0, \
		for [v = 1:VARIANTS] file using ($5 == v ? $2 : NaN):1 with points \
			pointtype FILLED[LOOK[v]] pointsize 1.3 * POINT linecolor rgb COLOUR[LOOK[v]], \
		for [v = 1:VARIANTS] file using ($5 == v && $6 == 0 ? $2 : NaN):1 with points \
			pointtype FILLED[LOOK[v]] pointsize 0.75 * POINT linecolor rgb '#ffffff'
	unset label 1
	unset label 2
	unset label 3
	do for [i = 1:ROWS] { unset label 100 + i }
}
unset multiplot
