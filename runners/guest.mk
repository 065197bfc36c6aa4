# The guest, its link and its disk.
# SPDX-License-Identifier: GPL-2.0-or-later
