# gnuplot order-and-batch.gp draws order-and-batch.png of order-and-batch.dat; gnuplot -e "FORMAT = 'svg'" order-and-batch.gp draws order-and-batch.svg.
PLOT = 'order-and-batch'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# What order alone does to the instructions of the real QEMU's device, and what one used
# entry a batch does besides, over the length of the batches: a panel a ring format.
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
BATCH_NAME = 'batch-used'
PANELS = 2
LEFT = 0.9
RIGHT = 58.88
BOTTOM = -328.027
TOP = 139.934
array TITLE[2]
TITLE[1] = 'split ring'
TITLE[2] = 'packed ring'
WIDTH = PANELS > 1 ? 1200 : 900
HEIGHT = 650

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
