#!/bin/bash
# `make deb`: Debian packages of what make dist makes, built in build/deb/ and checked by
# lintian; prints their names.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# debian/ is made of configs/debian/: the version is the Makefile's, what is needed to
# build is what configs/packages.list says, and the maintainer is who builds them.
set -euo pipefail
[ $# -eq 0 ] || { echo "usage: runners/install/deb.sh    (no arguments; make deb calls it)" >&2; exit 2; }
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
say() { echo "vqlab: $*" >&2; }

runners/setup/packages.sh
runners/setup/packages.sh configs/debian/packages.list

tarball=$(runners/install/dist.sh)
rm -rf build/deb
mkdir -p build/deb
tar -C build/deb -xf "$tarball"
top=$PWD/build/deb/vqlab-$VERSION
cp -r "$top/configs/debian" "$top/debian"
cd "$top"

# The first part of configs/packages.list, as control lists them.
needed() {
	sed -n '/^# tools and libraries/,/^$/s/^\([a-z].*\)/\1/p' configs/packages.list |
		grep -vxE 'gcc|libc6-dev|make' | sed 's/^/ /; s/$/,/'
}
who() {
	local name=${DEBFULLNAME:-$(git config user.name || :)}
	local mail=${DEBEMAIL:-${EMAIL:-$(git config user.email || :)}}
	echo "${name:-vqlab} <${mail:-vqlab@$(uname -n).invalid}>"
}
builder=$(who)
needed >debian/needed
sed -i -e '/@NEEDED@/{r debian/needed' -e 'd}' debian/control
sed -i -e "s|@BUILDER@|$(sed 's/[\\|&]/\\&/g' <<<"$builder")|" debian/control debian/copyright
rm debian/needed debian/packages.list
cat >debian/changelog <<END
vqlab ($VERSION) unstable; urgency=medium

  * What is new: /usr/share/doc/vqlab/NEWS.gz.

 -- $builder  $(date -R -d "@$(stat -c %Y NEWS)")
END

log=$(dirname "$PWD")/build.log
say "building packages: the log is build/deb/build.log"
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u PREFIX -u DESTDIR -u ZSHDIR \
	DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -b -us -uc >"$log" 2>&1 || {
	tail -n 30 "$log" >&2
	say "dpkg-buildpackage failed; the whole log is $log"
	exit 1
}
cd ..
# It leaves files of its own behind.
mkdir tmp
TMPDIR=$PWD/tmp lintian --fail-on error,warning --no-cfg --allow-root ./*.changes >&2
rm -rf tmp
rm -rf "$top"
for deb in ./*.deb; do echo "build/deb/${deb#./}"; done
