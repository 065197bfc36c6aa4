# gnuplot replay-depth.gp draws replay-depth.png; gnuplot -e "FORMAT = 'svg'" replay-depth.gp draws replay-depth.svg.
PLOT = 'replay-depth'
if (!exists('FORMAT')) FORMAT = 'png'
# SPDX-License-Identifier: GPL-2.0-or-later
# Cost against reorder depth: made-up orders as curves, recorded ones as points.
HEAD_LINE = 'What order costs an element, by how far out of order elements complete'
NOTE_LINE = 'Curves: shuffled within a window. Single points: recorded, of ordered queues. Not drawn: 0 and less.'
X_LABEL = 'reorder depth, mean over all elements (0: in order)'
SET_XTICS = "set xtics ('0' 0.1, '0.3' 0.3, '1' 1, '3' 3, '10' 10, '30' 30, '100' 100, '300' 300, '1000' 1000)"
VARIANTS = 7
array NAME[7]
array LOOK[7]
LOOK[1] = 1
NAME[1] = 'off'
LOOK[2] = 2
NAME[2] = 'qemu'
LOOK[3] = 3
NAME[3] = 'hash-table'
LOOK[4] = 4
NAME[4] = 'hash-table-flag'
LOOK[5] = 5
NAME[5] = 'array-window'
LOOK[6] = 6
NAME[6] = 'bitmap'
LOOK[7] = 7
NAME[7] = 'in-place'
LONGEST = 15
NAME[1] = 'off (model)'
NAME[2] = 'qemu (model)'
RAN_ON = 'AMD EPYC, 2 host cores, Linux 6.18.44-fc-v669, replay of 2026-11-22'
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
$d1_1 << END
# x over_off
END
$p1_1 << END
# x over_off
END
$d1_2 << END
# x over_off
END
$p1_2 << END
# x over_off
0.1 168.748
0.1 82
2.70772 118.344
3.45966 128.604
13.8922 282.945
END
$d1_3 << END
# x over_off
END
$p1_3 << END
# x over_off
0.1 93.9881
0.1 105
2.70772 384.718
3.45966 434.735
13.8922 643.387
END
$d1_4 << END
# x over_off
END
$p1_4 << END
# x over_off
0.1 45.9881
0.1 57
2.70772 313.913
3.45966 378.977
13.8922 583.05
END
$d1_5 << END
# x over_off
END
$p1_5 << END
# x over_off
0.1 31.4639
0.1 70.003
2.70772 58.2571
3.45966 55.4549
13.8922 49.5529
END
$d1_6 << END
# x over_off
END
$p1_6 << END
# x over_off
0.1 38.6288
0.1 107.395
2.70772 95.6749
3.45966 92.8765
13.8922 86.9869
END
$d1_7 << END
# x over_off
END
$p1_7 << END
# x over_off
0.1 13.1647
0.1 15
2.70772 17.2603
3.45966 17.7956
13.8922 18.8321
END
$d2_1 << END
# x over_off
END
$p2_1 << END
# x over_off
END
$d2_2 << END
# x over_off
END
$p2_2 << END
# x over_off
5.83503 156.137
13.3465 262.909
END
$d2_3 << END
# x over_off
END
$p2_3 << END
# x over_off
5.83503 456.18
13.3465 606.248
END
$d2_4 << END
# x over_off
END
$p2_4 << END
# x over_off
5.83503 392.14
13.3465 579.62
END
$d2_5 << END
# x over_off
END
$p2_5 << END
# x over_off
5.83503 47.2487
13.3465 37.2316
END
$d2_6 << END
# x over_off
END
$p2_6 << END
# x over_off
5.83503 84.6705
13.3465 74.6619
END
$d2_7 << END
# x over_off
END
$p2_7 << END
# x over_off
5.83503 9.7696
13.3465 7.41732
END
$d3_1 << END
# x over_off
END
$p3_1 << END
# x over_off
END
$d3_2 << END
# x over_off
END
$p3_2 << END
# x over_off
0.1 14.5178
0.1 4.37635
2.70772 15.0599
3.45966 21.0577
13.8922 50.0318
END
$d3_3 << END
# x over_off
END
$p3_3 << END
# x over_off
0.1 7.27571
0.1 7.83341
2.70772 48.0846
3.45966 53.1859
13.8922 90.0366
END
$d3_4 << END
# x over_off
END
$p3_4 << END
# x over_off
0.1 2.90652
0.1 2.74313
2.70772 38.6516
3.45966 48.9171
13.8922 83.6543
END
$d3_5 << END
# x over_off
END
$p3_5 << END
# x over_off
0.1 1.35262
0.1 3.64012
2.70772 6.3449
3.45966 8.35141
13.8922 7.12951
END
$d3_6 << END
# x over_off
END
$p3_6 << END
# x over_off
0.1 1.36265
0.1 6.16664
2.70772 8.02482
3.45966 9.94597
13.8922 9.16692
END
$d3_7 << END
# x over_off
END
$p3_7 << END
# x over_off
0.1 0.5892
0.1 0.527283
2.70772 2.40066
3.45966 4.59492
13.8922 4.07199
END
$d4_1 << END
# x over_off
END
$p4_1 << END
# x over_off
END
$d4_2 << END
# x over_off
END
$p4_2 << END
# x over_off
5.83503 23.3574
13.3465 47.2477
END
$d4_3 << END
# x over_off
END
$p4_3 << END
# x over_off
5.83503 47.7256
13.3465 71.8618
END
$d4_4 << END
# x over_off
END
$p4_4 << END
# x over_off
5.83503 39.6457
13.3465 66.0801
END
$d4_5 << END
# x over_off
END
$p4_5 << END
# x over_off
5.83503 5.87226
13.3465 6.83393
END
$d4_6 << END
# x over_off
END
$p4_6 << END
# x over_off
5.83503 6.80285
13.3465 8.32485
END
$d4_7 << END
# x over_off
END
$p4_7 << END
# x over_off
5.83503 2.64781
13.3465 4.28611
END
LEFT = 0.1
RIGHT = 13.8922
array BOTTOM[4]
array TOP[4]
array Y_LABEL[4]
array END_X[28]
array END_Y[28]
array LABEL_Y[28]
do for [i = 1:28] { END_X[i] = NaN; END_Y[i] = NaN; LABEL_Y[i] = NaN }
TITLE[1] = 'split ring'
Y_LABEL[1] = 'instructions an element over off'
BOTTOM[1] = 5.70563
TOP[1] = 836.403
END_X[7] = 13.8922
END_Y[7] = 18.8321
LABEL_Y[7] = 18.8321
END_X[5] = 13.8922
END_Y[5] = 49.5529
LABEL_Y[5] = 49.5529
END_X[6] = 13.8922
END_Y[6] = 86.9869
LABEL_Y[6] = 86.9869
END_X[2] = 13.8922
END_Y[2] = 282.945
LABEL_Y[2] = 282.945
END_X[4] = 13.8922
END_Y[4] = 583.05
LABEL_Y[4] = 533.975
END_X[3] = 13.8922
END_Y[3] = 643.387
LABEL_Y[3] = 702.517
TITLE[2] = 'packed ring'
Y_LABEL[2] = 'instructions an element over off'
BOTTOM[2] = 5.70563
TOP[2] = 836.403
END_X[14] = 13.3465
END_Y[14] = 7.41732
LABEL_Y[14] = 7.41732
END_X[12] = 13.3465
END_Y[12] = 37.2316
LABEL_Y[12] = 37.2316
END_X[13] = 13.3465
END_Y[13] = 74.6619
LABEL_Y[13] = 74.6619
END_X[9] = 13.3465
END_Y[9] = 262.909
LABEL_Y[9] = 262.909
END_X[11] = 13.3465
END_Y[11] = 579.62
LABEL_Y[11] = 516.808
END_X[10] = 13.3465
END_Y[10] = 606.248
LABEL_Y[10] = 679.931
TITLE[3] = 'split ring'
Y_LABEL[3] = 'ns an element over off'
BOTTOM[3] = 0.405602
TOP[3] = 117.048
END_X[21] = 13.8922
END_Y[21] = 4.07199
LABEL_Y[21] = 4.07199
END_X[19] = 13.8922
END_Y[19] = 7.12951
LABEL_Y[19] = 6.91806
END_X[20] = 13.8922
END_Y[20] = 9.16692
LABEL_Y[20] = 9.44711
END_X[16] = 13.8922
END_Y[16] = 50.0318
LABEL_Y[16] = 50.0318
END_X[18] = 13.8922
END_Y[18] = 83.6543
LABEL_Y[18] = 73.3485
END_X[17] = 13.8922
END_Y[17] = 90.0366
LABEL_Y[17] = 100.163
TITLE[4] = 'packed ring'
Y_LABEL[4] = 'ns an element over off'
BOTTOM[4] = 0.405602
TOP[4] = 117.048
END_X[28] = 13.3465
END_Y[28] = 4.28611
LABEL_Y[28] = 4.28611
END_X[26] = 13.3465
END_Y[26] = 6.83393
LABEL_Y[26] = 6.45455
END_X[27] = 13.3465
END_Y[27] = 8.32485
LABEL_Y[27] = 8.81415
END_X[23] = 13.3465
END_Y[23] = 47.2477
LABEL_Y[23] = 44.4975
END_X[25] = 13.3465
END_Y[25] = 66.0801
LABEL_Y[25] = 60.7645
END_X[24] = 13.3465
END_Y[24] = 71.8618
LABEL_Y[24] = 82.9782
WIDTH = COLUMNS > 1 ? 1200 : 850
HEIGHT = 152 + 330 * ROWS + 75 * (ROWS - 1)

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

set label 2 HEAD_LINE at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
set label 3 NOTE_LINE at screen 0.988, screen 34.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set logscale xy
set xrange [LEFT * 0.85:RIGHT * 1.18]
set format y '%g'
eval SET_XTICS
unset key

longest = 0
do for [v = 1:VARIANTS] { if (strlen(NAME[v]) > longest) { longest = strlen(NAME[v]) } }
NAMES_WIDE = 30 + 8.2 * longest
PAD_LEFT = 95
PAD_RIGHT = NAMES_WIDE
PAD_TOP = 72
PAD_BOTTOM = 112
GAP_X = NAMES_WIDE + 75
GAP_Y = 75
TITLE_UP = 13.0
wide = (WIDTH - PAD_LEFT - PAD_RIGHT - (COLUMNS - 1.0) * GAP_X) / COLUMNS
high = (HEIGHT - PAD_TOP - PAD_BOTTOM - (ROWS - 1.0) * GAP_Y) / ROWS
panel_left(i) = (PAD_LEFT + AT_COLUMN[i] * (wide + GAP_X)) / WIDTH
panel_top(i) = 1 - (PAD_TOP + AT_ROW[i] * (high + GAP_Y)) / HEIGHT
decades = log10(RIGHT * 1.18 / (LEFT * 0.85))
name_at = RIGHT * 1.18 * 10 ** (decades * 18 / wide)

set multiplot
do for [panel = 1:PANELS] {
	set lmargin at screen panel_left(panel)
	set rmargin at screen panel_left(panel) + wide / WIDTH
	set tmargin at screen panel_top(panel)
	set bmargin at screen panel_top(panel) - high / HEIGHT
	set label 11 TITLE[panel] at graph 0, screen panel_top(panel) + TITLE_UP / HEIGHT left font MIDDLE
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
	set yrange [BOTTOM[panel]:TOP[panel]]
	set xlabel LOWEST[panel] ? X_LABEL : ''
	set ylabel AT_COLUMN[panel] == 0 ? Y_LABEL[panel] : ''
	plot for [v = 1:VARIANTS] sprintf('$d%d_%d', panel, v) \
			using 1:2 with linespoints linetype LOOK[v] notitle, \
		for [v = 1:VARIANTS] sprintf('$p%d_%d', panel, v) \
			using 1:2 with points linetype LOOK[v] pointsize 1.2 * POINT notitle
	unset label 1
	unset label 2
	unset label 3
}
unset multiplot
