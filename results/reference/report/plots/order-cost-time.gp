# gnuplot order-cost-time.gp draws order-cost-time.png; gnuplot -e "FORMAT = 'svg'" order-cost-time.gp draws order-cost-time.svg.
PLOT = 'order-cost-time'
if (!exists('FORMAT')) FORMAT = 'png'
# SPDX-License-Identifier: GPL-2.0-or-later
# Order cost in time: in fill and in flush for one element, stacked, with the range of
# their sum over the trials, a panel for each workload and ring format that was watched.
VARIANTS = 6
array NAME[6]
array LOOK[6]
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
LONGEST = 12
RAN_ON = 'QEMU 10.0.13, TCG, 2 host cores, Linux 6.18.44-fc-v669, run of 2026-11-22'
PANELS = 7
COLUMNS = 3
ROWS = 3
array TITLE[7]
array AT_ROW[7]
array AT_COLUMN[7]
array LOWEST[7]
AT_ROW[1] = 0
AT_COLUMN[1] = 0
LOWEST[1] = 0
AT_ROW[2] = 0
AT_COLUMN[2] = 1
LOWEST[2] = 0
AT_ROW[3] = 0
AT_COLUMN[3] = 2
LOWEST[3] = 1
AT_ROW[4] = 1
AT_COLUMN[4] = 0
LOWEST[4] = 0
AT_ROW[5] = 1
AT_COLUMN[5] = 1
LOWEST[5] = 0
AT_ROW[6] = 2
AT_COLUMN[6] = 0
LOWEST[6] = 1
AT_ROW[7] = 2
AT_COLUMN[7] = 1
LOWEST[7] = 1
TITLE[1] = 'randread-tail, split ring'
TITLE[2] = 'randread-flat, split ring'
TITLE[3] = 'randrw-file, split ring'
TITLE[4] = 'tcp-out, split ring'
TITLE[5] = 'tcp-in, split ring'
TITLE[6] = 'randread-tail, packed ring'
TITLE[7] = 'randrw-file, packed ring'
array NOTE[7]
NOTE[1] = 'n = 6 trials, 303 k elements'
NOTE[2] = 'n = 6 trials, 486 k elements'
NOTE[3] = 'n = 6 trials, 494 k elements'
NOTE[4] = 'n = 6 trials, 727 k elements'
NOTE[5] = 'n = 6 trials, 4.3 M elements'
NOTE[6] = 'n = 6 trials, 301 k elements'
NOTE[7] = 'n = 6 trials, 484 k elements'
CORRECTED = 1
array RIGHT[7]
$d1 << END
# variant fill flush total least greatest
1 1052.82 488.268 1525.26 1133.44 1819.74
2 1296.1 394.473 1659.61 1311.54 2595.31
3 1552.44 328.915 1869.9 1807.54 3520.36
4 1300.99 495.795 1814.38 1537.75 1967.43
5 1205.58 600.727 1805.59 1468.57 3178.79
6 1304.47 412.653 1713.68 1436.94 1932.83
END
$d2 << END
# variant fill flush total least greatest
1 891.419 240.461 1102.6 955.758 1380.93
2 960 411.668 1350.3 1086.74 1599.34
3 1117.12 339.003 1459.62 1224.3 1704.63
4 942.772 436.576 1410.63 960.737 1666.75
5 895.274 410.896 1341.29 1199.34 1633.48
6 916.526 350.315 1266.84 927.093 1553.94
END
$d3 << END
# variant fill flush total least greatest
1 624.236 240.875 865.111 615.8 1170.32
2 639.947 269.367 909.315 721.135 1128.8
3 970.572 266.23 1251.32 866.274 1428.31
4 608.936 246.879 882.108 460.814 1208.83
5 527.503 164.41 664.734 195.215 909.189
6 564.223 132.418 696.641 512.965 923.362
END
$d4 << END
# variant fill flush total least greatest
1 407.851 156.243 549.439 369.382 894.85
2 353.764 303.321 657.086 444.624 967.875
3 574.316 263.324 837.981 593.183 954.768
4 380.449 345.313 716.307 440.898 1210.84
5 413.834 359.569 771.679 667.684 926.251
6 482.232 211.437 693.669 471.371 799.995
END
$d5 << END
# variant fill flush total least greatest
1 271.395 24.4128 293.604 182.315 346.669
2 254.489 57.2742 319.341 121.875 400.109
3 324.405 30.3957 353.045 272.946 483.705
4 320.295 71.1356 393.525 249.92 495.568
5 245.545 63.6468 317.869 136.949 377.799
6 287.861 27.7995 313.772 222.185 383.126
END
$d6 << END
# variant fill flush total least greatest
1 948.317 511.589 1487.01 1236.98 1541.99
2 1204.34 467.697 1711.05 1408.46 1794.58
3 1775.24 505.308 2280.55 1944.79 2837.41
4 1112.23 530.483 1629.05 1272.07 1807.47
5 1170.52 613.888 1801 1389.31 2138.22
6 1095.12 455.475 1548.8 1426.42 1884.37
END
$d7 << END
# variant fill flush total least greatest
1 546.133 207.524 825.636 493.506 914.341
2 700.711 253.565 963.407 561.439 1176.2
3 964.363 260.866 1222.98 850.174 1401.28
4 643.387 307.586 922.322 413.825 1270.75
5 539.913 344.108 993.084 511.497 1276.07
6 577.51 327.517 954.099 617.207 1179.64
END
RIGHT[1] = 3520.36
RIGHT[2] = 1704.63
RIGHT[3] = 1428.31
RIGHT[4] = 1210.84
RIGHT[5] = 495.568
RIGHT[6] = 3520.36
RIGHT[7] = 1428.31
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
