# SPDX-License-Identifier: GPL-2.0-or-later
# The key under all panels, KEY_ROWS lines of it (key.gp): a last panel without axes,
# as wide as the page, since a key never gets wider than its panel. LEGEND is what to
# plot.
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
