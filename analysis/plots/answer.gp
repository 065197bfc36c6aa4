# SPDX-License-Identifier: GPL-2.0-or-later
# What keeping the order costs, by strategy, over off. Counted: instructions in
# virtqueue_pop and push for an element in the real QEMU, with completions in order and out
# of it. Timed: the guest's throughput under the load with the most out of order, median and
# 95 % interval over blocks.
load 'vars.gp'
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
load 'style.gp'

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
load 'steps.gp'
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
