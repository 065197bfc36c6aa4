#!/bin/sh
# Reads the whole disk once, past the guest's page cache, and tells the seconds.
# SPDX-License-Identifier: GPL-2.0-or-later
exec time -f 'read in %e s' dd if="$VQLAB_DEVICE" of=/dev/null bs=64k iflag=direct 2>&1
