# SPDX-License-Identifier: GPL-2.0-or-later
# Reorder depth: places ahead of the oldest element not yet completed.
HEAD_LINE = 'Reorder depth: places ahead of the oldest element not yet completed'
X_LABEL = 'reorder depth d (elements)'
X_FORMAT = '%g'
Y_LABEL = 'share of elements at depth >= d (%)'
INSET = 0
load 'vars.gp'
load 'share.gp'
