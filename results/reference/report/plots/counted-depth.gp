# gnuplot counted-depth.gp draws counted-depth.png of counted-depth.dat; gnuplot -e "FORMAT = 'svg'" counted-depth.gp draws counted-depth.svg.
PLOT = 'counted-depth'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions an element in the real QEMU's device, counted, over how far out of order
# elements complete: a panel a ring format, a curve a variant, its name at its end.
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
RAN_ON = 'virtio-blk read, chains of 3, ring of 1024, 256 in flight; QEMU 10.0.13; by callgrind (valgrind-3.19.0), no guest'
PANELS = 2
LEFT = 0.1
RIGHT = 124.912
BOTTOM = 3230.59
TOP = 6553.58
array TITLE[2]
TITLE[1] = 'split ring'
TITLE[2] = 'packed ring'
array END_X[14]
array END_Y[14]
array LABEL_Y[14]
do for [i = 1:14] { END_X[i] = NaN; END_Y[i] = NaN; LABEL_Y[i] = NaN }
SET_YTICS = 'set ytics (4000, 5000, 6000)'
END_X[6] = 124.912
END_Y[6] = 3424.43
LABEL_Y[6] = 3310.39
END_X[7] = 124.912
END_Y[7] = 3442.33
LABEL_Y[7] = 3390.97
END_X[4] = 124.912
END_Y[4] = 3443
LABEL_Y[4] = 3473.51
END_X[5] = 124.912
END_Y[5] = 3480.45
LABEL_Y[5] = 3558.06
END_X[1] = 124.912
END_Y[1] = 3579.55
LABEL_Y[1] = 3644.66
END_X[3] = 124.912
END_Y[3] = 4988.87
LABEL_Y[3] = 4988.87
END_X[2] = 124.912
END_Y[2] = 5774.82
LABEL_Y[2] = 5774.82
END_X[14] = 121.926
END_Y[14] = 3651.59
LABEL_Y[14] = 3651.59
END_X[8] = 121.926
END_Y[8] = 3923.41
LABEL_Y[8] = 3814.19
END_X[11] = 121.926
END_Y[11] = 3951.37
LABEL_Y[11] = 3907.03
END_X[13] = 121.926
END_Y[13] = 3954.54
LABEL_Y[13] = 4002.13
END_X[12] = 121.926
END_Y[12] = 3988.12
LABEL_Y[12] = 4099.55
END_X[10] = 121.926
END_Y[10] = 5448.5
LABEL_Y[10] = 5448.5
END_X[9] = 121.926
END_Y[9] = 6182.62
LABEL_Y[9] = 6182.62
WIDTH = PANELS > 1 ? 1200 : 900
HEIGHT = 680

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
	do for [v = 1:VARIANTS] {
		i = (panel - 1) * VARIANTS + v
		if (LABEL_Y[i] == LABEL_Y[i]) {
			set label 20 + v NAME[v] at name_at, LABEL_Y[i] left font SMALL
			set arrow 20 + v from END_X[i] * 1.03, END_Y[i] to name_at * 0.98, LABEL_Y[i] \
				nohead linewidth 0.8 dashtype 1 linecolor rgb COLOUR[LOOK[v]]
		} else {
			unset label 20 + v
			unset arrow 20 + v
		}
	}
	plot for [v = 1:VARIANTS] DATA index sprintf('d%d_%d:', panel, v) \
			using 1:2 with linespoints linetype LOOK[v] notitle, \
		for [v = 1:VARIANTS] DATA index sprintf('p%d_%d:', panel, v) \
			using 1:2 with points linetype LOOK[v] pointsize 1.2 * POINT notitle
	unset label 1
	unset label 2
	unset label 3
}
unset multiplot
