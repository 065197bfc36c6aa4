# gnuplot throughput.gp draws throughput.png of throughput.dat; gnuplot -e "FORMAT = 'svg'" throughput.gp draws throughput.svg.
PLOT = 'throughput'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# Throughput relative to off: a point and its 95 % interval for each variant, a panel for
# each workload and ring format that was measured.
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
LEFT = 0.387293
RIGHT = 1.88939
MARGIN = 0.05
OFF = 1
N = 'n = 1 to 6 blocks'
TICS = '1, 1.2, 1.5, 0.8, 0.5'
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
LISTED = VARIANTS - (OFF > 0)
WIDTH = COLUMNS > 1 ? 1200 : 800
HEIGHT = 183 + ROWS * (28 * LISTED + 12) + (ROWS - 1) * 70

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
wide = (WIDTH - PAD_LEFT - PAD_RIGHT - (COLUMNS - 1.0) * GAP_X) / COLUMNS
high = (HEIGHT - PAD_TOP - PAD_BOTTOM - (ROWS - 1.0) * GAP_Y) / ROWS
panel_left(i) = (PAD_LEFT + AT_COLUMN[i] * (wide + GAP_X)) / WIDTH
panel_top(i) = 1 - (PAD_TOP + AT_ROW[i] * (high + GAP_Y)) / HEIGHT
# off has no row of its own.
row(v) = v - (OFF > 0 && v > OFF)

set object 1 rectangle from 1 / (1 + MARGIN), graph 0 to 1 + MARGIN, graph 1 behind \
	fillcolor rgb '#eeeeee' fillstyle solid 1 noborder
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb '#444444' linewidth 1.2

set multiplot
do for [panel = 1:PANELS] {
	block = sprintf('d%d:', panel)
	set lmargin at screen panel_left(panel)
	set rmargin at screen panel_left(panel) + wide / WIDTH
	set tmargin at screen panel_top(panel)
	set bmargin at screen panel_top(panel) - high / HEIGHT
	set label 11 TITLE[panel] at graph 0, screen panel_top(panel) + TITLE_UP / HEIGHT left font MIDDLE
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
