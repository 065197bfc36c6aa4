# SPDX-License-Identifier: GPL-2.0-or-later
# Tics of a linear axis, and the colours of what is stacked, told apart in grey, too.
# step(x): 1, 2 or 5 times a power of ten, x or more.
power(x) = 10 ** floor(log10(x))
step(x) = power(x) * (x / power(x) > 5 ? 10 : x / power(x) > 2 ? 5 : x / power(x) > 1 ? 2 : 1)
FIRST_PART = '#0072B2'
SECOND_PART = '#7FC4EE'
THIRD_PART = '#D55E00'
