# SPDX-License-Identifier: GPL-2.0-or-later
# Throughput relative to off as text, for mails: a line of its own for each row.
# vqmail puts ROWS, LOW, HIGH, the labels of the rows and $rows before this: row,
# ratio, the ends of its interval, and 1 if the verdict is not unresolved.
set terminal dumb size 72, ROWS + 3 mono
unset key
set border 1
set tmargin 0
set bmargin 2
set lmargin 22
set rmargin 2
set errorbars 0
set xrange [LOW * 0.97:HIGH * 1.03]
set yrange [ROWS + 0.5:0.5]
set xtics nomirror out
set ytics nomirror scale 0
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linetype 0
# Point types of a dumb terminal are letters: O is 15, U is 21.
plot $rows using 2:1:3:4 with xerrorbars linetype -1 pointtype 0, \
	$rows using ($5 == 1 ? $2 : NaN):1 with points linetype -1 pointtype 15, \
	$rows using ($5 == 0 ? $2 : NaN):1 with points linetype -1 pointtype 21
