# gnuplot answer.gp draws answer.png of answer.dat; gnuplot -e "FORMAT = 'svg'" answer.gp draws answer.svg.
PLOT = 'answer'
if (!exists('FORMAT')) FORMAT = 'png'
BESIDE = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { BESIDE = i } }
DATA = exists('DATA_FROM') ? DATA_FROM : ARG0[1:BESIDE].PLOT.'.dat'
# SPDX-License-Identifier: GPL-2.0-or-later
# What keeping the order costs, by strategy, over off. Counted: instructions in
# virtqueue_pop and push for an element in the real QEMU, with completions in order and out
# of it. Timed: the guest's throughput under the load with the most out of order, median and
# 95 % interval over blocks.
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
VARIANTS = 6
array NAME[6]
array LOOK[6]
LOOK[1] = 2
NAME[1] = 'qemu'
LOOK[2] = 3
NAME[2] = 'hash-table'
LOOK[3] = 5
NAME[3] = 'array-window'
LOOK[4] = 6
NAME[4] = 'bitmap'
LOOK[5] = 7
NAME[5] = 'in-place'
LOOK[6] = 8
NAME[6] = 'batch-used'
LONGEST = 12
array HAS_COUNT[6]
array HAS_TIME[6]
HAS_COUNT[1] = 1
HAS_TIME[1] = 1
HAS_COUNT[2] = 1
HAS_TIME[2] = 1
HAS_COUNT[3] = 1
HAS_TIME[3] = 1
HAS_COUNT[4] = 1
HAS_TIME[4] = 1
HAS_COUNT[5] = 1
HAS_TIME[5] = 1
HAS_COUNT[6] = 1
HAS_TIME[6] = 1
COUNTED = 2
array TITLE[2]
array NOTE[2]
TITLE[1] = 'counted, split ring'
NOTE[1] = 'off: 3578 and 3578'
TITLE[2] = 'counted, packed ring'
NOTE[2] = 'off: 3922 and 3922'
LEFT = -91.9487
RIGHT = 979.792
ORDERS = 2
array ORDER[2]
ORDER[1] = 'in-order'
ORDER[2] = 'straggler:64'
RINGS = 1
array RING[1]
RING[1] = 'split'
LOW = 0.402785
HIGH = 1.05
MARGIN = 0.05
TICS = '1, 0.9, 0.8, 0.7, 0.5'
TIMED_TITLE = 'timed in a guest: randread-tail'
TIMED_NOTE = 'off: 8637 IOPS; n = 6 blocks'
LOAD = 'virtio-blk read, chains of 3, ring of 1024, 256 in flight; QEMU 10.0.13; by callgrind (valgrind-3.19.0), no guest'
# As far as there is something to show, left to right: names, which order, a panel of
# counts a ring format, which ring format, a panel of times.
TIMED = RINGS > 0
PARTS = ORDERS > RINGS ? ORDERS : RINGS
ORDERS_WIDE = COUNTED && ORDERS > 1 ? 110 : 0
RINGS_WIDE = TIMED && RINGS > 1 ? 75 : 0
PAD_LEFT = 20 + 9.2 * LONGEST + ORDERS_WIDE + (COUNTED ? 0 : RINGS_WIDE)
GAP_X = 25
COUNT_WIDE = TIMED ? (ORDERS > 1 ? 245 : 300) : 330
TIME_WIDE = COUNTED ? 345 : 520
WIDTH = PAD_LEFT + COUNTED * (COUNT_WIDE + GAP_X) + TIMED * (TIME_WIDE + (COUNTED ? RINGS_WIDE : 0)) + 20
# What stands below needs so much.
if (WIDTH < 1000) { COUNT_WIDE = COUNT_WIDE + 1000 - WIDTH; TIME_WIDE = TIME_WIDE + (COUNTED ? 0 : 1000 - WIDTH); WIDTH = 1000 }
FOOT = 96 + 40 * (COUNTED > 0) + 20 * (TIMED > 0)
HEIGHT = 90 + VARIANTS * (PARTS > 1 ? 52 : 34) + FOOT

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

set label 2 'What keeping the order costs, by strategy, over off' \
	at screen 0.5, screen 1 - 26.0 / HEIGHT center font LARGE
if (strlen(LOAD)) {
	set label 3 LOAD at screen 0.012, screen 34.0 / HEIGHT left font SMALL \
		textcolor rgb '#444444'
	set label 4 'Counted: instructions in virtqueue_pop and push for an element.' \
		at screen 0.012, screen 54.0 / HEIGHT left font SMALL textcolor rgb '#444444'
}
set yrange [VARIANTS + 0.55:0.45]
set grid noytics
unset key
set ytics scale 0 ('' 1)
top = 1 - 90.0 / HEIGHT
set tmargin at screen top
set bmargin at screen FOOT * 1.0 / HEIGHT
# Where the part of a row stands.
place(row, part, parts) = row + (part - (parts + 1) / 2.0) * 0.4
do for [v = 1:VARIANTS] {
	set label 100 + v NAME[v] at screen 16.0 / WIDTH, first v left
}
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x / power(x) > 5 ? 10 : x / power(x) > 2 ? 5 : x / power(x) > 1 ? 2 : 1)
FIRST_PART = '#0072B2'
SECOND_PART = '#7FC4EE'
THIRD_PART = '#D55E00'
span = RIGHT - LEFT > 1 ? RIGHT - LEFT : 1
# A figure takes 55 pixels on the side of its point that is away from off's line.
room(figures) = span * figures * 55.0 / (COUNT_WIDE - figures * 55.0)
sides = LEFT < 0 ? 2 : 1
low = LEFT < 0 ? LEFT - room(sides) / sides : -0.04 * span
high = RIGHT + room(sides) / sides

set multiplot
do for [panel = 1:COUNTED] {
	block = sprintf('c%d:', panel)
	x0 = PAD_LEFT + (panel - 1) * (COUNT_WIDE + GAP_X)
	set lmargin at screen x0 / WIDTH
	set rmargin at screen (x0 + COUNT_WIDE) / WIDTH
	set label 11 TITLE[panel].(ORDERS > 1 ? '' : ', '.ORDER[1]) at graph 0, screen top + 33.0 / HEIGHT left font MIDDLE
	set label 12 NOTE[panel].' instructions' at graph 0, screen top + 13.0 / HEIGHT left \
		font SMALL textcolor rgb '#444444'
	if (panel == 1 && ORDERS > 1) {
		do for [i = 1:VARIANTS * ORDERS] {
			v = (i - 1) / ORDERS + 1
			part = (i - 1) % ORDERS + 1
			if (HAS_COUNT[v]) { set label 1000 + i ORDER[part] at screen (PAD_LEFT - 8.0) / WIDTH, \
				first place(v, part, ORDERS) right font SMALL textcolor rgb '#444444' }
		}
	}
	do for [v = 1:VARIANTS] {
		set arrow 100 + v from graph 0, first v + 0.5 to graph 1, first v + 0.5 nohead \
			linecolor rgb '#dddddd' linewidth 0.6 dashtype 1
	}
	set xrange [low:high]
	set xtics step(span / 4)
	set xlabel 'instructions, over off''s'
	set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb '#444444' linewidth 1.2
	plot for [v = 1:VARIANTS] DATA index block \
			using ($1 == v ? $3 / 2 : NaN):(place($1, $2, ORDERS)):($3 / 2) \
			with xerrorbars pointtype 0 linecolor rgb COLOUR[LOOK[v]] linewidth 1 dashtype 1, \
		for [v = 1:VARIANTS] DATA index block \
			using ($1 == v ? $3 : NaN):(place($1, $2, ORDERS)) \
			with points pointtype FILLED[LOOK[v]] pointsize 1.2 * POINT \
			linecolor rgb COLOUR[LOOK[v]], \
		DATA index block \
			using 3:(place($1, $2, ORDERS)):($3 < 0 ? '' : sprintf('%+.0f', $3)) \
			with labels left offset 0.8, 0 font SMALL, \
		DATA index block \
			using 3:(place($1, $2, ORDERS)):($3 < 0 ? sprintf('%+.0f', $3) : '') \
			with labels right offset -0.8, 0 font SMALL
	unset label
	unset arrow
}
if (TIMED) {
	x0 = PAD_LEFT + COUNTED * (COUNT_WIDE + GAP_X) + (COUNTED ? RINGS_WIDE : 0)
	set lmargin at screen x0 / WIDTH
	set rmargin at screen (x0 + TIME_WIDE) / WIDTH
	set label 11 TIMED_TITLE.(RINGS > 1 ? '' : ', '.RING[1].' ring') at graph 0, screen top + 33.0 / HEIGHT left font MIDDLE
	set label 12 TIMED_NOTE at graph 0, screen top + 13.0 / HEIGHT left font SMALL \
		textcolor rgb '#444444'
	set label 13 'Timed: median over blocks, 95 % interval. Filled: faster, slower or '.\
		'equivalent (shaded). Hollow: unresolved.' at screen 0.012, \
		screen (34.0 + 40 * (COUNTED > 0)) / HEIGHT left font SMALL textcolor rgb '#444444'
	do for [i = 1:VARIANTS * RINGS] {
		v = (i - 1) / RINGS + 1
		part = (i - 1) % RINGS + 1
		if (RINGS > 1 && HAS_TIME[v]) {
			set label 1000 + i RING[part] at screen (x0 - 8.0) / WIDTH, \
				first place(v, part, RINGS) right font SMALL textcolor rgb '#444444'
		}
	}
	do for [v = 1:VARIANTS] {
		set arrow 100 + v from graph 0, first v + 0.5 to graph 1, first v + 0.5 nohead \
			linecolor rgb '#dddddd' linewidth 0.6 dashtype 1
	}
	set logscale x
	decades = log10(HIGH / LOW)
	set xrange [LOW * 0.97:HIGH * 10 ** (decades * 60 / (TIME_WIDE - 60))]
	set format x '%g'
	eval 'set xtics ('.TICS.')'
	set xlabel 'throughput over off''s, with its 95 % interval'
	set object 1 rectangle from 1 / (1 + MARGIN), graph 0 to 1 + MARGIN, graph 1 behind \
		fillcolor rgb '#eeeeee' fillstyle solid 1 noborder
	set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb '#444444' linewidth 1.2
	plot for [v = 1:VARIANTS] DATA index 't:' \
			using ($1 == v ? $3 : NaN):(place($1, $2, RINGS)):4:5 \
			with xerrorbars linecolor rgb COLOUR[LOOK[v]] linewidth 1.6 dashtype 1 \
			pointtype 0, \
		for [v = 1:VARIANTS] DATA index 't:' \
			using ($1 == v ? $3 : NaN):(place($1, $2, RINGS)) with points \
			pointtype FILLED[LOOK[v]] pointsize 1.3 * POINT linecolor rgb COLOUR[LOOK[v]], \
		for [v = 1:VARIANTS] DATA index 't:' \
			using ($1 == v && $6 == 0 ? $3 : NaN):(place($1, $2, RINGS)) \
			with points pointtype FILLED[LOOK[v]] pointsize 0.75 * POINT \
			linecolor rgb '#ffffff', \
		DATA index 't:' \
			using 5:(place($1, $2, RINGS)):(sprintf('%.3f', $3)) with labels left \
			offset 0.8, 0 font SMALL
}
unset multiplot
