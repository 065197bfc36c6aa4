# SPDX-License-Identifier: GPL-2.0-or-later
# What order alone does to the instructions of the real QEMU's device, and what one used
# entry a batch does besides, over the length of the batches: a panel a ring format.
load 'vars.gp'
WIDTH = PANELS > 1 ? 1200 : 900
HEIGHT = 650
load 'style.gp'

set label 2 'Instructions the device executes to return an element, over off, counted in QEMU' \
	at screen 0.5, screen 1 - 28.0 / HEIGHT center font LARGE
set logscale x 2
set format y '%+g'
set xrange [LEFT:RIGHT]
set yrange [BOTTOM:TOP]
unset key
set xzeroaxis linetype 1 linewidth 1.2 dashtype 1 linecolor rgb '#444444'

left = 95.0 / WIDTH
gap = 75.0 / WIDTH
wide = (1 - left - 25.0 / WIDTH - (PANELS - 1) * gap) / PANELS
top = 1 - 90.0 / HEIGHT
bottom = 160.0 / HEIGHT

set multiplot
do for [panel = 1:PANELS] {
	x0 = left + (panel - 1) * (wide + gap)
	set lmargin at screen x0
	set rmargin at screen x0 + wide
	set tmargin at screen top
	set bmargin at screen bottom
	set label 11 TITLE[panel] at graph 0, screen top + 13.0 / HEIGHT left font MIDDLE
	set xlabel 'elements a used entry of '.BATCH_NAME
	set ylabel panel == 1 ? 'instructions an element' : ''
	block = sprintf('d%d:', panel)
	plot DATA index block using 1:2 with points pointtype SHAPE[8] pointsize 1.6 * POINT \
			linewidth 1.5 linecolor rgb COLOUR[2] notitle, \
		DATA index block \
			using 1:3 with points pointtype SHAPE[9] pointsize 1.6 * POINT linewidth 1.5 \
			linecolor rgb COLOUR[3] notitle, \
		DATA index block \
			using 1:4 with points pointtype SHAPE[7] pointsize 1.9 * POINT linewidth 1.5 \
			linecolor rgb COLOUR[5] notitle
	unset label 1
	unset label 2
}
# As the plots above.
LEGEND = "NaN with points pointtype SHAPE[8] pointsize 1.6 * POINT linewidth 1.5 ".\
	"linecolor rgb COLOUR[2] title 'order alone', ".\
	"NaN with points pointtype SHAPE[9] pointsize 1.6 * POINT linewidth 1.5 ".\
	"linecolor rgb COLOUR[3] title 'one entry a batch', ".\
	"NaN with points pointtype SHAPE[7] pointsize 1.9 * POINT linewidth 1.5 ".\
	"linecolor rgb COLOUR[5] title 'both'"
KEY_ROWS = 1
KEY_EXTRA = 0
load 'legend.gp'
unset multiplot
