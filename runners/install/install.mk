# From a clone to what people install.
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	install.sh      what goes where, and away again
#	completions.sh  completions of bash and zsh, from --help
#	dist.sh         the tarball
#	deb.sh          Debian packages, from that tarball and configs/debian/
TESTS += runners/tests/install.sh runners/tests/deb.sh runners/tests/contribute.sh

.PHONY: install uninstall dist deb
# Installs no packages: whoever builds packages has them.
install: programs
	@runners/install/install.sh

uninstall:
	@runners/install/install.sh --uninstall

dist:
	@runners/install/dist.sh

deb:
	@runners/install/deb.sh
