# gnuplot order-cost-time.gp draws order-cost-time.png; gnuplot -e "FORMAT = 'svg'" order-cost-time.gp draws order-cost-time.svg.
PLOT = 'order-cost-time'
if (!exists('FORMAT')) FORMAT = 'png'
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
NOTE[1] = 'n = 6 trials, 407 k elements'
NOTE[2] = 'n = 1 trial, 138 k elements'
NOTE[3] = 'n = 1 trial, 174 k elements'
NOTE[4] = 'n = 1 trial, 1.2 M elements'
NOTE[5] = 'n = 1 trial, 69 k elements'
NOTE[6] = 'n = 1 trial, 143 k elements'
NOTE[7] = 'n = 1 trial, 163 k elements'
NOTE[8] = 'n = 1 trial, 1.1 M elements'
CORRECTED = 1
array RIGHT[8]
$d1 << END
# variant fill flush total least greatest
1 717.683 286.131 1002.63 870.026 1178.67
2 901.757 341.704 1243.46 980.787 2959.27
3 1183.33 282.685 1441.14 1294.94 29190.6
4 786.17 350.82 1213.3 937.38 1400.44
5 969.548 378.172 1336.61 1049.03 3360.84
6 877.233 306.083 1183.32 1077.35 1694.79
7 856.326 378.247 1234.57 1071.05 1780.39
END
$d2 << END
# variant fill flush total least greatest
1 512.103 109.913 622.016 622.016 622.016
2 351.384 141.908 493.292 493.292 493.292
3 732.882 174.573 907.455 907.455 907.455
4 83.1614 46.8301 129.992 129.992 129.992
5 269.722 101.814 371.536 371.536 371.536
6 361.021 91.6971 452.718 452.718 452.718
7 477.223 113.043 590.266 590.266 590.266
END
$d3 << END
# variant fill flush total least greatest
1 521.402 276.277 797.679 797.679 797.679
2 273.805 264.014 537.819 537.819 537.819
3 447.684 155.755 603.438 603.438 603.438
4 268.569 186.646 455.216 455.216 455.216
5 294.265 232.393 526.658 526.658 526.658
6 256.479 98.5643 355.044 355.044 355.044
7 499.55 100.682 600.232 600.232 600.232
END
$d4 << END
# variant fill flush total least greatest
1 180.945 15.1567 196.101 196.101 196.101
2 156.57 36.5041 193.074 193.074 193.074
3 166.158 18.7607 184.919 184.919 184.919
4 95.1038 22.1711 117.275 117.275 117.275
5 165.155 23.8126 188.967 188.967 188.967
6 130.404 17.7251 148.129 148.129 148.129
7 150.961 21.3922 172.353 172.353 172.353
END
$d5 << END
# variant fill flush total least greatest
1 644.643 334.772 979.415 979.415 979.415
2 965.208 228.738 1193.95 1193.95 1193.95
3 1025.3 378.803 1404.1 1404.1 1404.1
4 757.309 400.709 1158.02 1158.02 1158.02
5 996.048 458.987 1455.04 1455.04 1455.04
6 824.448 401.731 1226.18 1226.18 1226.18
7 880.548 324.762 1205.31 1205.31 1205.31
END
$d6 << END
# variant fill flush total least greatest
1 424.665 154.918 579.583 579.583 579.583
2 442.975 117.231 560.205 560.205 560.205
3 545.506 87.535 633.041 633.041 633.041
4 217.504 114.404 331.908 331.908 331.908
5 353.579 159.973 513.552 513.552 513.552
6 416.061 187.972 604.034 604.034 604.034
7 343.266 114.518 457.784 457.784 457.784
END
$d7 << END
# variant fill flush total least greatest
1 238.97 208.082 447.052 447.052 447.052
2 220.403 374.567 594.97 594.97 594.97
3 1220.98 153.063 1374.04 1374.04 1374.04
4 208.975 144.211 353.186 353.186 353.186
5 224.831 166.781 391.612 391.612 391.612
6 190.82 125.029 315.849 315.849 315.849
7 252.964 176.267 429.23 429.23 429.23
END
$d8 << END
# variant fill flush total least greatest
1 162.291 71.6094 233.9 233.9 233.9
2 113.08 81.7732 194.853 194.853 194.853
3 124.561 62.2334 186.795 186.795 186.795
4 0 89.6841 81.328 81.328 81.328
5 86.0729 65.5456 151.619 151.619 151.619
6 124.801 68.9488 193.75 193.75 193.75
7 131.216 21.2743 152.49 152.49 152.49
END
RIGHT[1] = 29190.6
RIGHT[2] = 907.455
RIGHT[3] = 1374.04
RIGHT[4] = 233.9
RIGHT[5] = 1455.04
RIGHT[6] = 907.455
RIGHT[7] = 1374.04
RIGHT[8] = 233.9
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
	block = sprintf('$d%d', panel)
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
	plot block using ($2 / 2):1:(0):2:($1 - 0.32):($1 + 0.32) with boxxyerror \
			fillstyle solid 1 noborder linecolor rgb FIRST_PART notitle, \
		block using ($2 + $3 / 2):1:2:($2 + $3):($1 - 0.32):($1 + 0.32) \
			with boxxyerror fillstyle solid 1 noborder linecolor rgb SECOND_PART notitle, \
		block using 4:1:5:6 with xerrorbars linetype 1 dashtype 1 pointtype 7 \
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
