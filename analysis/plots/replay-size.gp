# SPDX-License-Identifier: GPL-2.0-or-later
# Cost against ring size, the order of completion being the same.
HEAD_LINE = 'What order costs an element, by ring size'
NOTE_LINE = 'The same order of completion on every size. Not drawn: 0 and less.'
X_LABEL = 'ring size (entries)'
SET_XTICS = "set xtics (16, 64, 256, 1024, 4096, 16384, 32768)"
load 'vars.gp'
load 'replay.gp'
