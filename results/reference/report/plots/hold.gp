# gnuplot hold.gp draws hold.png of hold.dat; gnuplot -e "FORMAT = 'svg'" hold.gp draws hold.svg.
PLOT = 'hold'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# Hold time: from completed to published.
HEAD_LINE = 'Hold time: from completed to published'
X_LABEL = 'hold time t'
X_FORMAT = '%.0s %cs'
Y_LABEL = 'share of elements held >= t (%)'
INSET = 0
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
PANELS = 4
COLUMNS = 2
ROWS = 2
array TITLE[4]
array AT_ROW[4]
array AT_COLUMN[4]
array LOWEST[4]
AT_ROW[1] = 0
AT_COLUMN[1] = 0
LOWEST[1] = 0
AT_ROW[2] = 0
AT_COLUMN[2] = 1
LOWEST[2] = 0
AT_ROW[3] = 1
AT_COLUMN[3] = 0
LOWEST[3] = 1
AT_ROW[4] = 1
AT_COLUMN[4] = 1
LOWEST[4] = 1
TITLE[1] = 'randread-tail, split ring'
TITLE[2] = 'randrw-file, split ring'
TITLE[3] = 'randread-packed, packed ring'
TITLE[4] = 'randrw-file, packed ring'
array NOTE[4]
NOTE[1] = 'n = 6 trials, 394 k elements'
NOTE[2] = 'n = 1 trial, 65 k elements'
NOTE[3] = 'n = 1 trial, 31 k elements'
NOTE[4] = 'n = 1 trial, 63 k elements'
UNSHOWN = 'Not shown: tcp-out, tcp-in (in order, or not measured).'
LEFT = 1e-06
RIGHT = 0.1
STEP = 10
BOTTOM = 1e-05
WIDTH = COLUMNS > 1 ? 1200 : 900
KEY_COLUMNS = floor(0.96 * WIDTH / (9.2 * LONGEST + 85))
if (KEY_COLUMNS < 1) KEY_COLUMNS = 1
if (KEY_COLUMNS > VARIANTS) KEY_COLUMNS = VARIANTS
KEY_ROWS = ceil(1.0 * VARIANTS / KEY_COLUMNS)
KEY_EXTRA = 21 * (KEY_ROWS - 1)
HEIGHT = 193 + 290 * ROWS + 105 * (ROWS - 1) + KEY_EXTRA

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
INSET = INSET && VARIANTS <= 8 && LONGEST <= 24 && COLUMNS < 3

set label 2 HEAD_LINE at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 'n: trials of each variant. '.UNSHOWN at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set label 4 Y_LABEL at screen 22.0 / WIDTH, screen 0.5 center rotate by 90
set logscale xy
set xrange [LEFT:RIGHT]
set yrange [100 * BOTTOM:100]
set format x X_FORMAT
set format y '%g'
set ytics 0.0001, 10, 100
TIC_FONT = COLUMNS > 2 ? SMALL : MIDDLE
set xtics LEFT, STEP font TIC_FONT
unset mxtics
unset mytics
unset key

PAD_LEFT = 100
PAD_RIGHT = 45
PAD_TOP = 92
PAD_BOTTOM = 153 + KEY_EXTRA
GAP_X = 80
GAP_Y = 105
TITLE_UP = 33.0
wide = (WIDTH - PAD_LEFT - PAD_RIGHT - (COLUMNS - 1.0) * GAP_X) / COLUMNS
high = (HEIGHT - PAD_TOP - PAD_BOTTOM - (ROWS - 1.0) * GAP_Y) / ROWS
panel_left(i) = (PAD_LEFT + AT_COLUMN[i] * (wide + GAP_X)) / WIDTH
panel_top(i) = 1 - (PAD_TOP + AT_ROW[i] * (high + GAP_Y)) / HEIGHT

set multiplot
do for [panel = 1:PANELS] {
	set lmargin at screen panel_left(panel)
	set rmargin at screen panel_left(panel) + wide / WIDTH
	set tmargin at screen panel_top(panel)
	set bmargin at screen panel_top(panel) - high / HEIGHT
	set label 11 TITLE[panel] at graph 0, screen panel_top(panel) + TITLE_UP / HEIGHT left font MIDDLE
	set label 12 NOTE[panel] at graph 0, screen panel_top(panel) + 13.0 / HEIGHT left \
		font SMALL textcolor rgb '#444444'
	if (INSET) {
		set label 20 'S: mean / max' at graph 0.03, graph 0.07 + 0.07 * VARIANTS left font SMALL
		do for [v = 1:VARIANTS] {
			set label 20 + v NAME[v].': '.MEAN[(panel - 1) * VARIANTS + v] \
				at graph 0.03, graph 0.07 + 0.07 * (VARIANTS - v) left font SMALL
		}
	}
	set xlabel LOWEST[panel] ? X_LABEL : ''
	plot for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using 1:(100 * $2) with lines linetype LOOK[v] notitle, \
		for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using ($3 == 1 ? $1 : NaN):(100 * $2) with points linetype LOOK[v] linewidth 1.4 notitle
	unset label 1
	unset label 2
	unset label 3
	unset label 4
}
LEGEND = "for [v = 1:VARIANTS] NaN with linespoints linetype LOOK[v] title NAME[v]"
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
