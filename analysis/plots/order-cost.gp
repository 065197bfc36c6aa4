# SPDX-License-Identifier: GPL-2.0-or-later
# Order cost: the time in fill and in flush for one element, stacked, with the
# range of their sum over the trials.
load 'vars.gp'
HEIGHT = 160 + RINGS * (90 + 42 * VARIANTS)
KEY_ROWS = 1
KEY_EXTRA = 0
load 'style.gp'

set label 2 'Order cost: time in virtqueue_fill and virtqueue_flush for one element' \
	at screen 0.5, screen 1 - 28.0 / HEIGHT center font LARGE
set label 3 'n: trials of each variant. '.(CORRECTED \
	? 'Less the probes'' calibrated bias (a part below 0 is drawn as 0).' \
	: 'As recorded: not calibrated.') \
	at screen 0.988, screen 14.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set yrange [VARIANTS + 0.6:0.4]
set format '%g'
set grid noytics
set border 3

top = 1 - 100.0 / HEIGHT
bottom = 150.0 / HEIGHT
left = (45 + 8.6 * LONGEST) / WIDTH
gap_x = 40.0 / WIDTH
gap_y = 100.0 / HEIGHT
wide = (1 - left - 30.0 / WIDTH - (PANELS - 1) * gap_x) / PANELS
high = (top - bottom - (RINGS - 1) * gap_y) / RINGS

# About 4 tics: 1, 2 or 5 times a power of ten.
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x / power(x) > 5 ? 10 : x / power(x) > 2 ? 5 : x / power(x) > 1 ? 2 : 1)

unset key
set multiplot
do for [ring = 1:RINGS] {
	do for [column = 1:PANELS] {
		panel = (ring - 1) * PANELS + column
		file = sprintf('%d-%d.dat', ring, column)
		x0 = left + (column - 1) * (wide + gap_x)
		y1 = top - (ring - 1) * (high + gap_y)
		set lmargin at screen x0
		set rmargin at screen x0 + wide
		set tmargin at screen y1
		set bmargin at screen y1 - high
		set label 11 TITLE[panel] at graph 0, screen y1 + 33.0 / HEIGHT left font MIDDLE
		set label 12 NOTE[panel] at graph 0, screen y1 + 13.0 / HEIGHT left font SMALL \
			textcolor rgb '#444444'
		set xrange [0:RIGHT[column] * 1.12]
		set xtics 0, step(RIGHT[column] / 4)
		set xlabel ring == RINGS ? 'ns an element' : ''
		set ytics scale 0 ('' 1)
		if (column == 1) {
			do for [v = 1:VARIANTS] { set ytics add (NAME[v] v) }
		}
		plot file using ($2 / 2):1:(0):2:($1 - 0.32):($1 + 0.32) with boxxyerror \
				fillstyle solid 1 border rgb '#000000' linecolor rgb '#0072B2' \
				linewidth 0.8 dashtype 1 notitle, \
			file using ($2 + $3 / 2):1:2:($2 + $3):($1 - 0.32):($1 + 0.32) \
				with boxxyerror fillstyle solid 1 border rgb '#000000' \
				linecolor rgb '#F0E442' linewidth 0.8 dashtype 1 notitle, \
			file using 4:1:5:6 with xerrorbars linetype 1 dashtype 1 pointtype 7 \
				pointsize 0.6 * POINT linewidth 1.4 notitle
		unset label 1
		unset label 2
		unset label 3
	}
}
LEGEND = "NaN with boxes fillstyle solid 1 border rgb '#000000' linecolor rgb '#0072B2' ".\
	"dashtype 1 title 'fill', ".\
	"NaN with boxes fillstyle solid 1 border rgb '#000000' linecolor rgb '#F0E442' ".\
	"dashtype 1 title 'flush', ".\
	"NaN with xerrorbars linetype 1 dashtype 1 pointtype 7 pointsize 0.6 * POINT linewidth 1.4 ".\
	"title 'sum: median, range'"
load 'legend.gp'
unset multiplot
