# SPDX-License-Identifier: GPL-2.0-or-later
# Order cost, counted in the real QEMU: instructions in fill, in flush and, over off's, in
# pop for one element, stacked, and their sum over off's beside them; a panel for each ring
# format and order of completion.
load 'vars.gp'
WIDTH = COLUMNS > 2 ? 1200 : 900
HEIGHT = 208 + ROWS * (30 * VARIANTS + 8) + (ROWS - 1) * 95
KEY_ROWS = 1
KEY_EXTRA = 0
load 'style.gp'

set label 2 'Order cost: instructions in virtqueue_fill, flush and pop for one element, counted' \
	at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 'Figures: off''s, and over off''s. A part below 0 is not drawn.' \
	at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set yrange [VARIANTS + 0.6:0.4]
set format '%g'
set grid noytics
unset key

PAD_LEFT = 20 + 9.2 * LONGEST
PAD_RIGHT = 20
PAD_TOP = 92
PAD_BOTTOM = 148
GAP_X = 20
GAP_Y = 95
TITLE_UP = 33.0
load 'grid.gp'
load 'steps.gp'
# Room for the figures behind the bars.
right = RIGHT * (1 + 60.0 / (wide - 60))
set xrange [0:right]
set xtics 0, step(right / 3)

set multiplot
do for [panel = 1:PANELS] {
	block = sprintf('d%d:', panel)
	load 'panel.gp'
	set label 12 NOTE[panel] at graph 0, screen panel_top(panel) + 13.0 / HEIGHT left \
		font SMALL textcolor rgb '#444444'
	set xlabel LOWEST[panel] ? 'instructions an element' : ''
	set ytics scale 0 ('' 1)
	if (AT_COLUMN[panel] == 0) {
		do for [v = 1:VARIANTS] { set ytics add (NAME[v] v) }
	}
	plot DATA index block using ($2 / 2):1:(0):2:($1 - 0.32):($1 + 0.32) with boxxyerror \
			fillstyle solid 1 noborder linecolor rgb FIRST_PART notitle, \
		DATA index block using ($2 + $3 / 2):1:2:($2 + $3):($1 - 0.32):($1 + 0.32) \
			with boxxyerror fillstyle solid 1 noborder linecolor rgb SECOND_PART notitle, \
		DATA index block \
			using ($2 + $3 + $4 / 2):1:($2 + $3):($2 + $3 + $4):($1 - 0.32):($1 + 0.32) \
			with boxxyerror fillstyle solid 1 noborder linecolor rgb THIRD_PART notitle, \
		DATA index block \
			using ($2 + $3 + $4):1:(LOOK[int($1)] == 1 ? sprintf('%.0f', $2 + $3) \
			: sprintf('%+.0f', $5)) with labels left offset 0.5, 0 font SMALL notitle
	unset label 1
	unset label 2
	unset label 3
}
LEGEND = "NaN with boxes fillstyle solid 1 noborder linecolor rgb FIRST_PART ".\
	"title 'fill', ".\
	"NaN with boxes fillstyle solid 1 noborder linecolor rgb SECOND_PART ".\
	"title 'flush', ".\
	"NaN with boxes fillstyle solid 1 noborder linecolor rgb THIRD_PART ".\
	"title 'pop, over off''s'"
load 'legend.gp'
unset multiplot
