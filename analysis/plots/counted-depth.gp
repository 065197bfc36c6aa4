# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions an element in the real QEMU's device, counted, over how far out of order
# elements complete: a panel a ring format, a curve a variant, its name at its end.
load 'vars.gp'
WIDTH = PANELS > 1 ? 1200 : 900
HEIGHT = 680
load 'style.gp'

set label 2 'Instructions the device executes for an element (virtqueue_pop and push), counted in QEMU' \
	at screen 0.5, screen 1 - 28.0 / HEIGHT center font LARGE
set label 3 'Curves: shuffled within a window. Single points: other orders.' \
	at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set logscale xy
set format y '%g'
set xtics ('0' 0.1, '0.3' 0.3, '1' 1, '3' 3, '10' 10, '30' 30, '100' 100, '300' 300, '1000' 1000)
eval SET_YTICS
set xrange [LEFT * 0.85:RIGHT * 1.12]
set yrange [BOTTOM:TOP]
unset key

left = 95.0 / WIDTH
names = (25 + 8.2 * LONGEST) / WIDTH
gap = PANELS > 1 ? names + 75.0 / WIDTH : 0
wide = (1 - left - names - 15.0 / WIDTH - (PANELS - 1) * gap) / PANELS
top = 1 - 90.0 / HEIGHT
bottom = 118.0 / HEIGHT
# From the end of a curve to its name.
name_at = RIGHT * 1.12 * 1.12

set multiplot
do for [panel = 1:PANELS] {
	x0 = left + (panel - 1) * (wide + gap)
	set lmargin at screen x0
	set rmargin at screen x0 + wide
	set tmargin at screen top
	set bmargin at screen bottom
	set label 11 TITLE[panel] at graph 0, screen top + 13.0 / HEIGHT left font MIDDLE
	set xlabel 'reorder depth, mean over all elements (0: in order)'
	set ylabel panel == 1 ? 'instructions an element' : ''
	load 'names.gp'
	plot for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using 1:2 with linespoints linetype LOOK[v] notitle, \
		for [v = 1:VARIANTS] DATA index sprintf('p%d_%d:', panel, v) \
			using 1:2 with points linetype LOOK[v] pointsize 1.2 * POINT notitle
	unset label 1
	unset label 2
	unset label 3
}
unset multiplot
