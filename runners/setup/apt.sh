# Fetch Debian packages of other releases without touching the host's apt.
# Sourced by the scripts of this folder, which set CACHE (see cache.sh).
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The mirror is the host's own: the URI of its first Debian archive that is
# not the security one.  Lists and packages go to a private state folder, and
# apt checks every Release file against the Debian archive keyring.

APT_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_private TOOL ARGS...: an apt tool on the private state.
apt_private() {
	local tool=$1
	shift
	"$tool" -q \
		-o Dir::Etc::sourcelist="$CACHE/apt/sources.list" \
		-o Dir::Etc::sourceparts=/nonexistent \
		-o Dir::Etc::preferences=/nonexistent \
		-o Dir::Etc::preferencesparts=/nonexistent \
		-o Dir::State::lists="$CACHE/apt/lists" \
		-o Dir::Cache="$CACHE/apt/cache" \
		-o Acquire::Languages=none \
		-o APT::Sandbox::User=root "$@"
}

# apt_mirror: prints the URI of the host's own Debian mirror.
apt_mirror() {
	apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' \
		'Created-By: Packages' 2>/dev/null |
		awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }'
}

# apt_setup: prepares the state and reads the lists of the releases that vqlab
# takes packages from.  Lists younger than a day are used as they are.  QEMU's
# and the guest's scripts may get here at the same time: the second one waits.
apt_setup() {
	mkdir -p "$CACHE/apt"
	(flock 8 && apt_read_lists) 8>"$CACHE/apt/lock"
}

apt_read_lists() {
	local uri stamp="$CACHE/apt/updated"
	command -v apt-get >/dev/null || {
		say "cannot fetch packages: this system has no apt; set QEMU_SRC or QEMU, and KERNEL"
		return 1
	}
	[ -f "$stamp" ] && [ -n "$(find "$stamp" -mmin -1440)" ] && return 0
	uri=$(apt_mirror)
	[ -n "$uri" ] || {
		say "no Debian mirror in this host's apt configuration: add one, then apt-get update"
		return 1
	}
	mkdir -p "$CACHE/apt/lists/partial" "$CACHE/apt/cache/archives/partial"
	say "reading package lists"
	# sid only has the second choice of QEMU: its absence stops nothing.
	apt_update "$uri" bookworm bookworm-backports trixie trixie-backports sid ||
		apt_update "$uri" bookworm bookworm-backports trixie trixie-backports || {
		grep -E '^(E|W): ' "$CACHE/apt/update.log" | head -n 5 >&2
		say "the package lists cannot be fetched from $uri: check the network and the mirror in this host's apt configuration; all of it: $CACHE/apt/update.log"
		return 1
	}
	touch "$stamp"
}

# apt_update URI SUITE...: reads these releases' lists; fails if one is missing.
# By itself, apt-get warns of lists that it could not fetch, and exits with 0.
apt_update() {
	local uri=$1 suite
	shift
	for suite in "$@"; do
		echo "deb [signed-by=$APT_KEYRING] $uri $suite main"
		echo "deb-src [signed-by=$APT_KEYRING] $uri $suite main"
	done >"$CACHE/apt/sources.list"
	apt_private apt-get -o APT::Update::Error-Mode=any update >"$CACHE/apt/update.log" 2>&1 &&
		! grep -qE '^(Err:|E: |W: (Failed to fetch|Some index files failed))' "$CACHE/apt/update.log"
}

# suite_kernel SUITE: the version of its cloud kernel, e.g. 7.3.4+deb13-cloud-amd64;
# nothing if it has none, which apt-cache calls a failure.
suite_kernel() {
	{ apt_private apt-cache show "linux-image-cloud-amd64/$1" 2>/dev/null || :; } |
		sed -n 's/^Depends:.* linux-image-\([0-9][^ ]*-cloud-amd64\).*/\1/p' | sed -n 1p
}

# fetch_kernel SUITE VERSION DIR: downloads it to DIR/debs, unpacked in DIR/root; what
# apt says goes to DIR/log.  Older kernels are one package; newer ones keep image and
# modules apart.
fetch_kernel() {
	local suite=$1 version=$2 dir=$3 p names
	rm -rf "$dir/debs" "$dir/root"
	mkdir -p "$dir/debs" "$dir/root"
	say "fetching Linux $version from $suite"
	names=("linux-image-$version/$suite" "linux-binary-$version/$suite"
		"linux-modules-$version/$suite")
	mapfile -t names < <(apt_private apt-cache show "${names[@]}" 2>/dev/null |
		sed -n "s,^Package: \(.*\),\1/$suite,p")
	[ ${#names[@]} -gt 0 ] || return 1
	(cd "$dir/debs" && apt_private apt-get download "${names[@]}") >>"$dir/log" 2>&1 || return 1
	for p in "$dir"/debs/*.deb; do
		dpkg-deb -x "$p" "$dir/root" || return 1
	done
}
