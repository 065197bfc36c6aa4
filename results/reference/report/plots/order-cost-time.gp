# gnuplot order-cost-time.gp draws order-cost-time.png of order-cost-time.dat; gnuplot -e "FORMAT = 'svg'" order-cost-time.gp draws order-cost-time.svg.
PLOT = 'order-cost-time'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# Order cost in time: in fill and in flush for one element, stacked, with the range of
# their sum over the trials, a panel for each workload and ring format that was watched.
VARIANTS = 7
array NAME[7]
array LOOK[7]
LOOK[1] = 1
NAME[1] = 'off'
LOOK[2] = 2
NAME[2] = 'qemu'
LOOK[3] = 3
NAME[3] = 'hash-table'
LOOK[4] = 5
NAME[4] = 'array-window'
LOOK[5] = 6
NAME[5] = 'bitmap'
LOOK[6] = 7
NAME[6] = 'in-place'
LOOK[7] = 8
NAME[7] = 'batch-used'
LONGEST = 12
RAN_ON = 'QEMU 10.0.13, TCG, 2 host cores, Linux 6.18.44-fc-v669, run of 2026-11-26'
PANELS = 8
COLUMNS = 3
ROWS = 4
array TITLE[8]
array AT_ROW[8]
array AT_COLUMN[8]
array LOWEST[8]
AT_ROW[1] = 0
AT_COLUMN[1] = 0
LOWEST[1] = 0
AT_ROW[2] = 0
AT_COLUMN[2] = 1
LOWEST[2] = 0
AT_ROW[3] = 0
AT_COLUMN[3] = 2
LOWEST[3] = 0
AT_ROW[4] = 1
AT_COLUMN[4] = 0
LOWEST[4] = 0
AT_ROW[5] = 2
AT_COLUMN[5] = 0
LOWEST[5] = 0
AT_ROW[6] = 2
AT_COLUMN[6] = 1
LOWEST[6] = 1
AT_ROW[7] = 2
AT_COLUMN[7] = 2
LOWEST[7] = 1
AT_ROW[8] = 3
AT_COLUMN[8] = 0
LOWEST[8] = 1
TITLE[1] = 'randread-tail, split ring'
TITLE[2] = 'randrw-file, split ring'
TITLE[3] = 'tcp-out, split ring'
TITLE[4] = 'tcp-in, split ring'
TITLE[5] = 'randread-packed, packed ring'
TITLE[6] = 'randrw-file, packed ring'
TITLE[7] = 'tcp-out, packed ring'
TITLE[8] = 'tcp-in, packed ring'
array NOTE[8]
NOTE[1] = 'n = 6 trials, 394 k elements'
NOTE[2] = 'n = 1 trial, 65 k elements'
NOTE[3] = 'n = 1 trial, 88 k elements'
NOTE[4] = 'n = 1 trial, 538 k elements'
NOTE[5] = 'n = 1 trial, 31 k elements'
NOTE[6] = 'n = 1 trial, 63 k elements'
NOTE[7] = 'n = 1 trial, 87 k elements'
NOTE[8] = 'n = 1 trial, 542 k elements'
CORRECTED = 1
array RIGHT[8]
RIGHT[1] = 2066.48
RIGHT[2] = 1212.45
RIGHT[3] = 997.919
RIGHT[4] = 454.567
RIGHT[5] = 5250.91
RIGHT[6] = 1212.45
RIGHT[7] = 997.919
RIGHT[8] = 454.567
WIDTH = COLUMNS > 1 ? 1200 : 800
HEIGHT = 208 + ROWS * 36 * VARIANTS + (ROWS - 1) * 95
KEY_ROWS = 1
KEY_EXTRA = 0

if (!exists("WIDTH")) WIDTH = 1200
if (!exists("HEIGHT")) HEIGHT = 800
FONT = 'DejaVu Sans'
SIZE = (FORMAT eq 'svg') ? 16 : 12
POINT = (FORMAT eq 'svg') ? 0.65 : 1
SMALL = sprintf('%s,%g', FONT, SIZE * 0.85)
LARGE = sprintf('%s,%g', FONT, SIZE * 1.3)
MIDDLE = sprintf('%s,%g', FONT, SIZE)

if (FORMAT eq 'svg') {
	set terminal svg size WIDTH,HEIGHT fixed font sprintf('%s,%g', FONT, SIZE) \
		background '#ffffff' linewidth 1.2 dashlength 0.7 noenhanced
} else {
	set terminal pngcairo size WIDTH,HEIGHT font sprintf('%s,%g', FONT, SIZE) \
		background '#ffffff' linewidth 1.2 dashlength 0.7 noenhanced
}
set output PLOT.'.'.FORMAT

KNOWN = 8
OWN = 56
array COLOUR[KNOWN + OWN] = ['#000000', '#D55E00', '#0072B2', '#56B4E9', '#009E73', '#CC79A7', \
	'#E69F00', '#8B4513']
array DASH[KNOWN + OWN] = ['.', '', '_.', '.-', '_', '-', '', '_..']
array BROAD[KNOWN + OWN] = [2, 2.4, 1.8, 1.8, 1.6, 1.6, 1.2, 1.4]
array SHAPE[KNOWN + OWN] = [4, 7, 8, 10, 6, 12, 5, 14]
array FILLED[KNOWN + OWN] = [5, 7, 9, 11, 7, 13, 5, 15]
array OWN_COLOUR[8] = ['#666666', '#A0522D', '#6A3D9A', '#7A7A00', '#117A8B', '#B0003A', \
	'#3F51B5', '#E377C2']
array OWN_DASH[5] = ['', '-', '_', '_.', '.']
array OWN_SHAPE[7] = [9, 11, 13, 15, 7, 5, 3]
do for [i = 1:OWN] {
	row = (i - 1) / 8
	COLOUR[KNOWN + i] = OWN_COLOUR[(i - 1) % 8 + 1]
	DASH[KNOWN + i] = OWN_DASH[(i - 1 + row) % 5 + 1]
	BROAD[KNOWN + i] = 1.8
	SHAPE[KNOWN + i] = OWN_SHAPE[(i - 1 + row) % 7 + 1]
	FILLED[KNOWN + i] = SHAPE[KNOWN + i]
}
do for [i = 1:KNOWN + OWN] {
	set linetype i linecolor rgb COLOUR[i] linewidth BROAD[i] pointtype SHAPE[i] \
		pointsize 0.9 * POINT
	if (strlen(DASH[i])) { set linetype i dashtype DASH[i] } else { set linetype i dashtype 1 }
}

set border 3 linecolor rgb '#444444'
set tics nomirror out scale 0.6
set grid linecolor rgb '#dddddd' linetype 1 dashtype 1 linewidth 0.6
set label 1 RAN_ON at screen 0.012, screen 14.0 / HEIGHT left font SMALL textcolor rgb '#444444'
if (FORMAT eq 'svg') { set xlabel offset 0, 0.6 }

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
wide = (WIDTH - PAD_LEFT - PAD_RIGHT - (COLUMNS - 1.0) * GAP_X) / COLUMNS
high = (HEIGHT - PAD_TOP - PAD_BOTTOM - (ROWS - 1.0) * GAP_Y) / ROWS
panel_left(i) = (PAD_LEFT + AT_COLUMN[i] * (wide + GAP_X)) / WIDTH
panel_top(i) = 1 - (PAD_TOP + AT_ROW[i] * (high + GAP_Y)) / HEIGHT
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x / power(x) > 5 ? 10 : x / power(x) > 2 ? 5 : x / power(x) > 1 ? 2 : 1)
FIRST_PART = '#0072B2'
SECOND_PART = '#7FC4EE'
THIRD_PART = '#D55E00'

set multiplot
do for [panel = 1:PANELS] {
	block = sprintf('d%d:', panel)
	set lmargin at screen panel_left(panel)
	set rmargin at screen panel_left(panel) + wide / WIDTH
	set tmargin at screen panel_top(panel)
	set bmargin at screen panel_top(panel) - high / HEIGHT
	set label 11 TITLE[panel] at graph 0, screen panel_top(panel) + TITLE_UP / HEIGHT left font MIDDLE
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
set lmargin at screen 0.02
set rmargin at screen 0.98
set bmargin at screen 56.0 / HEIGHT
set tmargin at screen (82.0 + KEY_EXTRA) / HEIGHT
unset label
unset arrow
unset border
unset tics
unset grid
unset logscale
unset xlabel
unset ylabel
unset xzeroaxis
set xrange [0:1]
set yrange [0:1]
set key inside center center horizontal maxrows KEY_ROWS samplen 3.2 width 1
eval 'plot '.LEGEND
unset multiplot
