# SPDX-License-Identifier: GPL-2.0-or-later
# Stash count: completed elements that wait for an older one.
HEAD_LINE = 'Stash count: completed elements waiting for an older one (off: that would have to)'
X_LABEL = 'stash count S (elements)'
X_FORMAT = '%g'
Y_LABEL = 'share of fills that leave >= S waiting (%)'
INSET = 1
load 'vars.gp'
load 'share.gp'
