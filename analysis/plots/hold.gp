# SPDX-License-Identifier: GPL-2.0-or-later
# Hold time: from completed to published.
HEAD_LINE = 'Hold time: from completed to published'
X_LABEL = 'hold time t'
X_FORMAT = '%.0s %cs'
Y_LABEL = 'share of elements held >= t (%)'
INSET = 0
load 'vars.gp'
load 'share.gp'
