# SPDX-License-Identifier: GPL-2.0-or-later
# Cost against reorder depth: made-up orders as curves, recorded ones as points.
HEAD_LINE = 'What order costs an element, by how far out of order elements complete'
NOTE_LINE = 'Curves: shuffled within a window. Single points: recorded, of ordered queues. Not drawn: 0 and less.'
X_LABEL = 'reorder depth, mean over all elements (0: in order)'
SET_XTICS = "set xtics ('0' 0.1, '0.3' 0.3, '1' 1, '3' 3, '10' 10, '30' 30, '100' 100, '300' 300, '1000' 1000)"
load 'vars.gp'
load 'replay.gp'
