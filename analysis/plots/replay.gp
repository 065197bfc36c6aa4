# SPDX-License-Identifier: GPL-2.0-or-later
# A replay's cost over off: instructions and nanoseconds (rows) on split and
# packed rings (columns), both axes logarithmic, one curve a variant. The caller
# sets HEAD_LINE, NOTE_LINE, X_LABEL and SET_XTICS; POINTS is 1 if there are
# files of single points, too.
WIDTH = 1400
load 'key.gp'
HEIGHT = 900 + KEY_EXTRA
load 'style.gp'
array MEASURE[2] = ['instructions', 'ns']
array FORMAT_OF[2] = ['split', 'packed']

set label 2 HEAD_LINE at screen 0.5, screen 1 - 28.0 / HEIGHT center font LARGE
set label 3 NOTE_LINE at screen 0.988, screen 14.0 / HEIGHT right font SMALL textcolor rgb '#444444'
set logscale xy
set xrange [LEFT * 0.85:RIGHT * 1.18]
set format y '%g'
eval SET_XTICS
unset key

left = 95.0 / WIDTH
wide = (1 - left - 130.0 / WIDTH) / 2
top = 1 - 90.0 / HEIGHT
high = (top - (150.0 + KEY_EXTRA) / HEIGHT - 70.0 / HEIGHT) / 2

set multiplot
do for [row = 1:2] {
	do for [column = 1:2] {
		x0 = left + (column - 1) * (wide + 90.0 / WIDTH)
		y1 = top - (row - 1) * (high + 70.0 / HEIGHT)
		set lmargin at screen x0
		set rmargin at screen x0 + wide
		set tmargin at screen y1
		set bmargin at screen y1 - high
		set yrange [BOTTOM[row]:TOP[row]]
		set label 11 FORMAT_OF[column].' ring' at graph 0, screen y1 + 13.0 / HEIGHT left font MIDDLE
		set xlabel row == 2 ? X_LABEL : ''
		set ylabel column == 1 ? MEASURE[row].' an element over off' : ''
		plot for [v = 1:VARIANTS] sprintf('%d-%d-%d.dat', row, column, v) \
				using 1:2 with linespoints linetype LOOK[v] notitle, \
			for [v = 1:(POINTS ? VARIANTS : 0)] sprintf('p%d-%d-%d.dat', row, column, v) \
				using 1:2 with points linetype LOOK[v] pointsize 1.2 * POINT notitle
		unset label 1
		unset label 2
		unset label 3
	}
}
# off has no cost over off, so no curve.
LEGEND = "for [v = 1:VARIANTS] NaN with linespoints linetype LOOK[v] title ".\
	"(LOOK[v] == 1 ? '' : NAME[v])"
load 'legend.gp'
unset multiplot
