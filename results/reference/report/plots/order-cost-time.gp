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
NOTE[1] = 'n = 6 trials, 449 k elements'
NOTE[2] = 'n = 1 trial, 149 k elements'
NOTE[3] = 'n = 1 trial, 193 k elements'
NOTE[4] = 'n = 1 trial, 1.3 M elements'
NOTE[5] = 'n = 1 trial, 77 k elements'
NOTE[6] = 'n = 1 trial, 145 k elements'
NOTE[7] = 'n = 1 trial, 183 k elements'
NOTE[8] = 'n = 1 trial, 1.3 M elements'
CORRECTED = 1
array RIGHT[8]
$d1 << END
# variant fill flush total least greatest
1 634.765 231.093 862.729 574.792 958.318
2 829.535 333.053 1186.77 713.576 1304.62
3 1049.14 312.954 1391.1 1251.56 1416.37
4 582.286 273.785 843.425 565.884 1243.46
5 645.565 330.256 983.38 582.1 1182.7
6 710.737 281.841 983.859 784.312 1170.23
7 755.99 354.655 1121.17 705.88 1376.91
END
$d2 << END
# variant fill flush total least greatest
1 434.148 92.7227 526.871 526.871 526.871
2 300.22 98.9688 399.189 399.189 399.189
3 570.464 153.753 724.217 724.217 724.217
4 278.052 169.533 447.585 447.585 447.585
5 317.678 145.959 463.637 463.637 463.637
6 346.295 96.7978 443.093 443.093 443.093
7 467.05 101.138 568.188 568.188 568.188
END
$d3 << END
# variant fill flush total least greatest
1 332.228 118.853 451.081 451.081 451.081
2 180.79 137.427 318.217 318.217 318.217
3 296.354 93.7243 390.078 390.078 390.078
4 186.525 215.706 402.231 402.231 402.231
5 313.595 218.756 532.351 532.351 532.351
6 302.624 94.1799 396.804 396.804 396.804
7 288.147 69.1267 357.273 357.273 357.273
END
$d4 << END
# variant fill flush total least greatest
1 170.727 13.6944 184.422 184.422 184.422
2 147.981 32.0413 180.023 180.023 180.023
3 168.04 13.3692 181.409 181.409 181.409
4 124.512 27.2382 151.75 151.75 151.75
5 110.023 24.7824 134.805 134.805 134.805
6 174.854 23.4454 198.3 198.3 198.3
7 113.704 17.8879 131.592 131.592 131.592
END
$d5 << END
# variant fill flush total least greatest
1 557.883 261.401 819.285 819.285 819.285
2 846.222 305.351 1151.57 1151.57 1151.57
3 934.086 345.484 1279.57 1279.57 1279.57
4 812.641 322.271 1134.91 1134.91 1134.91
5 909.717 364.608 1274.32 1274.32 1274.32
6 604.448 451.018 1055.47 1055.47 1055.47
7 1228.14 751.329 1979.47 1979.47 1979.47
END
$d6 << END
# variant fill flush total least greatest
1 401.182 120.821 522.003 522.003 522.003
2 453.321 156.515 609.835 609.835 609.835
3 681.972 133.477 815.448 815.448 815.448
4 371.312 193.993 565.305 565.305 565.305
5 205.172 107.677 312.849 312.849 312.849
6 244.433 133.094 377.527 377.527 377.527
7 240.092 96.9402 337.032 337.032 337.032
END
$d7 << END
# variant fill flush total least greatest
1 206.864 159.554 366.418 366.418 366.418
2 208.69 184.956 393.647 393.647 393.647
3 249.24 147.63 396.87 396.87 396.87
4 229.758 207.391 437.149 437.149 437.149
5 231.226 176.894 408.12 408.12 408.12
6 227.965 141.132 369.097 369.097 369.097
7 391.456 291.856 683.311 683.311 683.311
END
$d8 << END
# variant fill flush total least greatest
1 133.577 60.7064 194.283 194.283 194.283
2 157.984 61.7035 219.688 219.688 219.688
3 132.813 60.7745 193.588 193.588 193.588
4 143.654 73.2349 216.889 216.889 216.889
5 98.3567 58.2664 156.623 156.623 156.623
6 105.786 66.2849 172.071 172.071 172.071
7 185.762 30.2758 216.038 216.038 216.038
END
RIGHT[1] = 1416.37
RIGHT[2] = 815.448
RIGHT[3] = 683.311
RIGHT[4] = 219.688
RIGHT[5] = 1979.47
RIGHT[6] = 815.448
RIGHT[7] = 683.311
RIGHT[8] = 219.688
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
