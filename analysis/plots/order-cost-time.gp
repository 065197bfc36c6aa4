# SPDX-License-Identifier: GPL-2.0-or-later
# Order cost in time: in fill and in flush for one element, stacked, with the range of
# their sum over the trials, a panel for each workload and ring format that was watched.
load 'vars.gp'
WIDTH = COLUMNS > 1 ? 1200 : 800
HEIGHT = 208 + ROWS * 36 * VARIANTS + (ROWS - 1) * 95
KEY_ROWS = 1
KEY_EXTRA = 0
load 'style.gp'

set label 2 'Order cost in time: in virtqueue_fill and virtqueue_flush for one element' \
	at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 'n: trials of each variant. '.(CORRECTED \
	? 'Less the probes'' calibrated bias (a part below 0 is drawn as 0).' \
	: 'As recorded: not calibrated.') \
	at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set yrange [VARIANTS + 0.6:0.4]
set format '%g'
set grid noytics
unset key

PAD_LEFT = 20 + 9.2 * LONGEST
PAD_RIGHT = 30
PAD_TOP = 92
PAD_BOTTOM = 148
GAP_X = 45
GAP_Y = 95
TITLE_UP = 33.0
load 'grid.gp'
load 'steps.gp'

set multiplot
do for [panel = 1:PANELS] {
	block = sprintf('d%d:', panel)
	load 'panel.gp'
	set label 12 NOTE[panel] at graph 0, screen panel_top(panel) + 13.0 / HEIGHT left \
		font SMALL textcolor rgb '#444444'
	set xrange [0:RIGHT[panel] * 1.12]
	set xtics 0, step(RIGHT[panel] / 4)
	set xlabel LOWEST[panel] ? 'ns an element' : ''
	set ytics scale 0 ('' 1)
	if (AT_COLUMN[panel] == 0) {
		do for [v = 1:VARIANTS] { set ytics add (NAME[v] v) }
	}
	plot DATA index block using ($2 / 2):1:(0):2:($1 - 0.32):($1 + 0.32) with boxxyerror \
			fillstyle solid 1 noborder linecolor rgb FIRST_PART notitle, \
		DATA index block using ($2 + $3 / 2):1:2:($2 + $3):($1 - 0.32):($1 + 0.32) \
			with boxxyerror fillstyle solid 1 noborder linecolor rgb SECOND_PART notitle, \
		DATA index block using 4:1:5:6 with xerrorbars linetype 1 dashtype 1 pointtype 7 \
			pointsize 0.6 * POINT linewidth 1.4 notitle
	unset label 1
	unset label 2
	unset label 3
}
LEGEND = "NaN with boxes fillstyle solid 1 noborder linecolor rgb FIRST_PART ".\
	"title 'fill', ".\
	"NaN with boxes fillstyle solid 1 noborder linecolor rgb SECOND_PART ".\
	"title 'flush', ".\
	"NaN with xerrorbars linetype 1 dashtype 1 pointtype 7 pointsize 0.6 * POINT linewidth 1.4 ".\
	"title 'sum: median, range'"
load 'legend.gp'
unset multiplot
