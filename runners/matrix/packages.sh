# Packages that only make matrix needs: fetched when it runs, unpacked, never installed.
# Sourced, after runners/setup/cache.sh and apt.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# All of it comes from the host's own mirror, with apt's checks (apt.sh), and stays
# packed in $CACHE/matrix.  What is unpacked lies where users without rights may read it,
# for QEMU runs as one of them.

M=$CACHE/matrix

# apt_of SUITE DIR TOOL ARGS...: an apt tool that knows this release alone, and nothing
# as installed; DIR is for what it keeps.
apt_of() {
	local suite=$1 dir=$2 tool=$3
	shift 3
	mkdir -p "$dir/partial"
	grep -E "^deb .* (${suite%-backports}|$suite) main\$" "$CACHE/apt/sources.list" >"$dir/sources.list"
	apt_private "$tool" -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::State="$dir" \
		-o Dir::State::lists="$CACHE/apt/lists" -o Dir::State::status=/dev/null \
		-o Dir::Cache::archives="$dir" -o Dir::Cache::pkgcache= \
		-o Dir::Cache::srcpkgcache= "$@"
}

# package_version PACKAGE SUITE: nothing if it has none.
package_version() {
	{ apt_private apt-cache show "$1/$2" 2>/dev/null || :; } |
		sed -n 's/^Version: //p' | sed -n 1p
}

# closure PACKAGE SUITE: fetches it and all that it needs of that release; prints the
# folder with the packages.
closure() {
	local version dir
	version=$(package_version "$1" "$2")
	[ -n "$version" ] || { say "$2 has no package $1"; return 1; }
	dir=$M/$1_${version//[^A-Za-z0-9.+-]/_}
	if [ ! -e "$dir/complete" ]; then
		say "fetching $1 $version and what it needs from $2"
		rm -rf "$dir"
		mkdir -p "$dir"
		apt_of "$2" "$dir" apt-get -y --download-only --no-install-recommends -t "$2" \
			install "$1" >"$dir/log" 2>&1 || {
			say "$1 $version cannot be fetched: $(grep '^E:' "$dir/log" | tail -n 1)"
			return 1
		}
		touch "$dir/complete"
	fi
	echo "$dir"
}

# unpack PACKAGE SUITE ROOT: with all that it needs.
unpack() {
	local debs f
	debs=$(closure "$1" "$2") || return 1
	mkdir -p "$3"
	for f in "$debs"/*.deb; do
		dpkg-deb -x "$f" "$3" || return 1
	done
}

# libraries ROOT: where its libraries are, with : between them.
libraries() { echo "$1/usr/lib/x86_64-linux-gnu:$1/lib/x86_64-linux-gnu"; }

# runs_here ROOT PROGRAM WORK: has PROGRAM, of an unpacked release, take the loader and
# the libraries of that release.  Its code and its symbols stay as they are.
runs_here() {
	local loader
	[ -x "$3/patchelf/usr/bin/patchelf" ] || unpack patchelf bookworm "$3/patchelf" || return 1
	for loader in "$1"/{usr/,}lib/x86_64-linux-gnu/ld-linux-x86-64.so.2; do
		[ ! -f "$loader" ] || break
	done
	"$3/patchelf/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath \
		--set-rpath "$(libraries "$1")" "$2"
}

# packaged_qemu SUITE WORK: unpacks that release's QEMU below WORK; prints the program.
# Its modules are in QEMU_MODULE_DIR, which whoever runs it has to set to modules_of it.
packaged_qemu() {
	local root=$2/qemu-$1
	unpack qemu-system-x86 "$1" "$root" || return 1
	runs_here "$root" "$root/usr/bin/qemu-system-x86_64" "$2" || return 1
	echo "$root/usr/bin/qemu-system-x86_64"
}
modules_of() { echo "${1%/bin/*}/lib/x86_64-linux-gnu/qemu"; }

# newest_qemu: "SUITE VERSION" of the newest QEMU package that is served.  Of one
# version the oldest release's: that needs least.
newest_qemu() {
	local suite version
	for suite in sid trixie-backports trixie bookworm-backports bookworm; do
		version=$(package_version qemu-system-x86 "$suite")
		[ -z "$version" ] || echo "$suite $version $(sed 's/^[0-9]*://; s/[+-].*//' <<<"$version")"
	done | sort -s -V -k 3,3 | tail -n 1 | cut -d' ' -f1,2
}

# packaged_kernel SUITE: prints its cloud kernel's vmlinuz, with the modules where
# KERNEL= of guest.sh finds them.
packaged_kernel() {
	local version dir
	version=$(suite_kernel "$1")
	[ -n "$version" ] || { say "$1 has no cloud kernel"; return 1; }
	dir=$M/linux-$version
	if [ ! -e "$dir/root" ]; then
		rm -rf "$dir.new"
		fetch_kernel "$1" "$version" "$dir.new" || {
			say "Linux $version cannot be fetched from $1: $(grep '^E:' "$dir.new/log" | tail -n 1)"
			return 1
		}
		rm -rf "$dir.new/debs" "$dir"
		# Since trixie all is below usr.
		[ -e "$dir.new/root/lib" ] || ln -s usr/lib "$dir.new/root/lib"
		mv "$dir.new" "$dir"
	fi
	for dir in "$dir/root/boot/vmlinuz-$version" "$dir/root/lib/modules/$version/vmlinuz"; do
		[ ! -e "$dir" ] || break
	done
	echo "$dir"
}
