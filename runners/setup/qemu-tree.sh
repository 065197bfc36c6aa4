# A developer's tree of QEMU, which is read and never written to; sourced by this folder's scripts.
# SPDX-License-Identifier: GPL-2.0-or-later

# find_tree: sets base, the absolute name of QEMU_SRC.
find_tree() {
	base=$(realpath -e "$QEMU_SRC" 2>/dev/null) && [ -f "$base/hw/virtio/virtio.c" ] || {
		say "QEMU_SRC=$QEMU_SRC: no QEMU source tree there: hw/virtio/virtio.c is missing"
		exit 2
	}
}

# tree_state DIR: a hash of what a developer's tree contains.
tree_state() {
	if git -C "$1" rev-parse --verify -q HEAD >/dev/null 2>&1 &&
		[ "$(git -C "$1" rev-parse --show-toplevel)" = "$1" ]; then
		(
			cd "$1"
			git rev-parse HEAD
			git diff HEAD
			git ls-files -o --exclude-standard -z | xargs -0 -r sha256sum --
			ls subprojects
		) | sha256sum | cut -d' ' -f1
	else
		# Names, sizes and times: reading it all would take seconds.
		(cd "$1" && find . -name .git -prune -o -type f -printf '%P %s %T@\n' |
			LC_ALL=C sort) | sha256sum | cut -d' ' -f1
	fi
}

# of_tree ARG...: git about the developer's tree $base, whoever owns it; only reads.
of_tree() { git -c safe.directory='*' -C "$base" "$@"; }

# find_revision REV: sets REVISION, the commit that it names in $base.
find_revision() {
	of_tree rev-parse --is-inside-work-tree >/dev/null 2>&1 &&
		[ "$(of_tree rev-parse --show-toplevel)" = "$base" ] || {
		say "QEMU_SRC=$QEMU_SRC: no git tree, so it has no revision $1"
		exit 2
	}
	REVISION=$(of_tree rev-parse --verify -q --end-of-options "$1^{commit}") || {
		say "$1: no such revision in $base"
		exit 2
	}
	of_tree cat-file -e "$REVISION:hw/virtio/virtio.c" 2>/dev/null || {
		say "$1: no QEMU source in that revision: hw/virtio/virtio.c is missing"
		exit 2
	}
}

# tree_mib: MiB that copies of the developer's tree take, or of its revision, which is exported
# and then copied.
tree_mib() {
	if [ -n "${QEMU_REV:-}" ]; then
		echo $(($(of_tree archive "$REVISION" | wc -c) * 2 >> 20))
	else
		du -sm --exclude=.git --exclude='build*' "$base" | cut -f1
	fi
}

# export_revision DIR: that commit, and from the developer's tree what is not in git: the
# subprojects that meson downloads, and submodules.
export_revision() {
	local dir=$1 p
	rm -rf "$dir"
	mkdir -p "$dir"
	of_tree archive "$REVISION" | tar -x -C "$dir" || die "cannot export $REVISION of $base"
	{
		(cd "$base" && printf '%s\n' subprojects/*/)
		[ ! -f "$dir/.gitmodules" ] || git config -f "$dir/.gitmodules" --get-regexp 'path$' | cut -d' ' -f2-
	} | while IFS= read -r p; do
		p=${p%/}
		[ -d "$base/$p" ] && [ -z "$(ls -A "$dir/$p" 2>/dev/null)" ] || continue
		mkdir -p "$dir/$p"
		cp -a "$base/$p/." "$dir/$p/"
	done
	check_subprojects "$dir"
}

# borrow_objects DIR: a bare repository in DIR, ours, with the objects of the developer's and
# nothing else of him: his files, index and refs are neither read nor written through it.
borrow_objects() {
	local objects shallow
	objects=$(of_tree rev-parse --path-format=absolute --git-path objects)
	shallow=$(of_tree rev-parse --path-format=absolute --git-path shallow)
	git init -q --bare --object-format="$(of_tree rev-parse --show-object-format)" "$1" &&
		echo "$objects" >"$1/objects/info/alternates" &&
		{ [ ! -f "$shallow" ] || cp "$shallow" "$1/shallow"; }
}

# export_commit COMMIT DIR: a repository in DIR that has that commit, whole, and none before it.
export_commit() {
	borrow_objects "$2.all" &&
		git -C "$2.all" update-ref refs/heads/base "$1" &&
		git init -q --object-format="$(of_tree rev-parse --show-object-format)" "$2" &&
		git -C "$2" fetch -q --depth 1 "file://$2.all" base &&
		rm -rf "$2.all"
}

# check_against: AGAINST is a revision of the tree QEMU_SRC, and leaves no other QEMU.
check_against() {
	[ -n "${QEMU_SRC:-}" ] || { say "AGAINST=$AGAINST: of which tree? QEMU_SRC=DIR names it"; exit 2; }
	[ -z "${QEMU:-}" ] || { say "QEMU=$QEMU: AGAINST= is of the tree QEMU_SRC=$QEMU_SRC alone"; exit 2; }
}

# check_subprojects DIR: a git tree lacks what a tarball has.
check_subprojects() {
	local p missing=()
	for p in keycodemapdb berkeley-softfloat-3 berkeley-testfloat-3; do
		[ -f "$1/subprojects/$p.wrap" ] && [ ! -d "$1/subprojects/$p" ] && missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return
	say "QEMU_SRC=$QEMU_SRC: these subprojects are missing, and vqlab downloads none: ${missing[*]}"
	say "in that tree: meson subprojects download ${missing[*]}"
	exit 1
}
