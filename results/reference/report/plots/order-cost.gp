# gnuplot order-cost.gp draws order-cost.png of order-cost.dat; gnuplot -e "FORMAT = 'svg'" order-cost.gp draws order-cost.svg.
PLOT = 'order-cost'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# Order cost, counted in the real QEMU: instructions in fill, in flush and, over off's, in
# pop for one element, stacked, and their sum over off's beside them; a panel for each ring
# format and order of completion.
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
PANELS = 8
COLUMNS = 4
ROWS = 2
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
AT_ROW[4] = 0
AT_COLUMN[4] = 3
LOWEST[4] = 0
AT_ROW[5] = 1
AT_COLUMN[5] = 0
LOWEST[5] = 1
AT_ROW[6] = 1
AT_COLUMN[6] = 1
LOWEST[6] = 1
AT_ROW[7] = 1
AT_COLUMN[7] = 2
LOWEST[7] = 1
AT_ROW[8] = 1
AT_COLUMN[8] = 3
LOWEST[8] = 1
RAN_ON = 'virtio-blk read, chains of 3, ring of 1024, 256 in flight; QEMU 10.0.13; by callgrind (valgrind-3.19.0), no guest'
array NOTE[8]
RIGHT = 3374.05
TITLE[1] = 'split ring, in-order'
NOTE[1] = 'reorder depth, mean: 0.0'
TITLE[2] = 'split ring, shuffle:32'
NOTE[2] = 'reorder depth, mean: 13.0'
TITLE[3] = 'split ring, shuffle:256'
NOTE[3] = 'reorder depth, mean: 124.9'
TITLE[4] = 'split ring, straggler:64'
NOTE[4] = 'reorder depth, mean: 16.0'
TITLE[5] = 'packed ring, in-order'
NOTE[5] = 'reorder depth, mean: 0.0'
TITLE[6] = 'packed ring, shuffle:32'
NOTE[6] = 'reorder depth, mean: 13.3'
TITLE[7] = 'packed ring, shuffle:256'
NOTE[7] = 'reorder depth, mean: 121.9'
TITLE[8] = 'packed ring, straggler:64'
NOTE[8] = 'reorder depth, mean: 10.5'
WIDTH = COLUMNS > 2 ? 1200 : 900
HEIGHT = 208 + ROWS * (30 * VARIANTS + 8) + (ROWS - 1) * 95
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
wide = (WIDTH - PAD_LEFT - PAD_RIGHT - (COLUMNS - 1.0) * GAP_X) / COLUMNS
high = (HEIGHT - PAD_TOP - PAD_BOTTOM - (ROWS - 1.0) * GAP_Y) / ROWS
panel_left(i) = (PAD_LEFT + AT_COLUMN[i] * (wide + GAP_X)) / WIDTH
panel_top(i) = 1 - (PAD_TOP + AT_ROW[i] * (high + GAP_Y)) / HEIGHT
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x / power(x) > 5 ? 10 : x / power(x) > 2 ? 5 : x / power(x) > 1 ? 2 : 1)
FIRST_PART = '#0072B2'
SECOND_PART = '#7FC4EE'
THIRD_PART = '#D55E00'
# Room for the figures behind the bars.
right = RIGHT * (1 + 60.0 / (wide - 60))
set xrange [0:right]
set xtics 0, step(right / 3)

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
