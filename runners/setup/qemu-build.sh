# Configure, build and check one QEMU tree; sourced by qemu.sh.
# SPDX-License-Identifier: GPL-2.0-or-later

SETUP=$TOP/runners/setup
export PATH=$PATH:/usr/sbin:/sbin

# A small QEMU: x86_64 system emulation and what --without-default-features
# leaves, which includes virtio, tap, nbd, qcow2 and QMP.  Non-PIE, because
# the nop entries demand it (see qemu-cc).
CONFIGURE=(--target-list=x86_64-softmmu --without-default-features
	--enable-system --enable-tcg --enable-plugins --enable-kvm --enable-linux-aio
	--enable-linux-io-uring --enable-seccomp --enable-fdt=system --disable-pie
	--disable-werror --disable-debug-info --disable-install-blobs)
CFLAGS_QEMU='-O2 -fno-pie'
LDFLAGS_QEMU='-no-pie'

FIRMWARE=(/usr/share/seabios /usr/share/qemu)

# Functions that vqprobe attaches to.
PROBED=(virtqueue_pop virtqueue_fill virtqueue_flush virtqueue_unpop
	virtqueue_detach_element virtqueue_rewind virtio_reset)

# The plugin that counts the guest's instructions.
COUNTER=("$TOP"/runners/guest-count/{plugin.c,protocol.h})

# build_failed WHAT: the end of the log, and out, with the first error: those behind it often
# follow from that.
build_failed() {
	local first
	first=$(grep -m 1 -iE '(^|[^a-z-])(error|undefined reference)\b' "$LOG" | cut -c1-300)
	tail -n 20 "$LOG" >&2
	die "$1 failed${first:+: ${first//"$Q"/}}; the whole log is $LOG"
}

# private_meson: QEMU 10 needs meson 1.5.  The host's own will do if it is new
# enough, else Debian's backport is unpacked, not installed; sets PYTHONPATH.
private_meson() {
	local dir=$CACHE/qemu/meson have
	have=$("$PYTHON" -c 'import mesonbuild.coredata as c; print(c.version)' 2>/dev/null || echo 0)
	[ "$(printf '%s\n' 1.5 "$have" | sort -V | head -n 1)" = 1.5 ] && return
	if [ ! -d "$dir" ]; then
		apt_setup
		say "fetching meson from bookworm-backports"
		rm -rf "$dir.tmp"
		mkdir -p "$dir.tmp/deb"
		(cd "$dir.tmp/deb" &&
			apt_private apt-get download meson/bookworm-backports) >"$LOG" 2>&1 ||
			build_failed "fetching meson"
		dpkg-deb -x "$dir.tmp/deb"/meson_*.deb "$dir.tmp"
		rm -rf "$dir.tmp/deb"
		mv "$dir.tmp" "$dir"
	fi
	export PYTHONPATH=$dir/usr/lib/python3/dist-packages
	MESON=$dir/usr/bin/meson
}

# configure TREE: into TREE/build, once.
configure() {
	local tree=$1 flags=("${CONFIGURE[@]}")
	[ -f "$tree/build/configured" ] && return
	rm -rf "$tree/build"
	mkdir -p "$tree/build"
	say "configuring"
	# QEMU 8.1 and later.
	grep -q -- '--disable-download)' "$tree/src/configure" && flags+=(--disable-download)
	# Before, it took either a python or a meson.
	if grep -q -- '--meson=\*)' "$tree/src/configure"; then
		flags+=("--meson=${MESON:-$(command -v meson || true)}")
	else
		flags+=("--python=$PYTHON")
	fi
	# The compiler wrapper stays with the tree: build.ninja names it.
	cp "$SETUP/qemu-cc" "$tree/cc"
	(cd "$tree/build" && PATH=$(dirname "$PYTHON"):$PATH ../src/configure \
		--cc="$tree/cc" --host-cc="${CC:-cc}" "${flags[@]}" \
		--extra-cflags="$CFLAGS_QEMU" --extra-ldflags="$LDFLAGS_QEMU") >"$LOG" 2>&1 ||
		build_failed "configuring QEMU"
	touch "$tree/build/configured"
}

# compile TREE: ninja, with a line of progress for every tenth.
compile() {
	local tree=$1 line n m last=0
	ninja -C "$tree/build" -j "$(nproc)" qemu-system-x86_64 2>&1 |
		while IFS= read -r line; do
			echo "$line"
			[[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
			n=${BASH_REMATCH[1]} m=${BASH_REMATCH[2]}
			if [ $((n * 10 / m)) -gt "$last" ]; then
				last=$((n * 10 / m))
				say "building QEMU: $n of $m"
			fi
		done >"$LOG" || build_failed "building QEMU"
}

# check_probe_sites BINARY: fails unless the functions are there, begin with
# the 5-byte nop, and are called where one might have been inlined.
check_probe_sites() {
	local bin=$1 f addr code
	nm "$bin" >"$Q/symbols"
	for f in "${PROBED[@]}"; do
		addr=$(awk -v f="$f" '$3 == f && $2 == "T" { print $1 }' "$Q/symbols")
		[ -n "$addr" ] || die "the built QEMU has no symbol $f: vqprobe could not attach"
		code=$(objdump -d --start-address="0x$addr" --stop-address=$((0x$addr + 5)) "$bin" |
			grep -c '0f 1f 44 00 00' || true)
		[ "$code" = 1 ] || die "$f does not begin with the 5-byte nop: did ${CC:-cc} accept -mfentry -mnop-mcount?"
	done
	code=$(objdump -d --no-show-raw-insn --disassemble=virtqueue_push "$bin")
	for f in virtqueue_fill virtqueue_flush; do
		grep -Eq "(call|jmp) .*<$f>" <<<"$code" ||
			die "virtqueue_push does not call $f: the compiler inlined it, and probes would miss it"
	done
}

# firmware_dirs: those that this host has, one a line.
firmware_dirs() {
	local d
	for d in "${FIRMWARE[@]}"; do
		[ -d "$d" ] && echo "$d"
	done
	return 0
}

# manifest BINARY VERSION SOURCE HOOKS STRATEGIES CONFIGURE: as JSON.
manifest() {
	local dirs
	mapfile -t dirs < <(firmware_dirs)
	"$PYTHON" - "$@" "$CFLAGS_QEMU" "$(sha256sum <"$1" | cut -d' ' -f1)" "${dirs[@]}" <<-'END'
	import json, sys
	_, version, source, hooks, strategies, configure, cflags, digest, *dirs = sys.argv[1:]
	hooks = hooks == "true"
	json.dump({
	    "version": version,
	    "source": source,
	    "strategies": strategies.split(),
	    "hooks": hooks,
	    "configure": configure,
	    "cflags": cflags if hooks else "",
	    "sha256": digest,
	    "firmware": dirs,
	}, sys.stdout, indent=1)
	print()
	END
}

# strategies BINARY: the names that the binary itself knows, without off.
strategies() {
	"$1" -machine none -device virtio-blk-pci,help |
		sed -n 's/.*x-reorder=.*(off, \(.*\)).*/\1/p' | tr -d ','
}

# build_counter TREE DIR: the plugin, against this QEMU's own header.  Without it
# all else works, and the guest's instructions are left out.
build_counter() {
	local header
	header=$(find "$1/src/include" -name qemu-plugin.h -print -quit)
	# shellcheck disable=SC2046
	[ -n "$header" ] &&
		"${CC:-cc}" -std=gnu11 -O2 -shared -fPIC -pthread -I"${header%/*}" \
			$(pkg-config --cflags glib-2.0) "${COUNTER[0]}" \
			-o "$2/guest-count.so" >>"$LOG" 2>&1 ||
		say "the guest's instructions cannot be counted with this QEMU: ${header:-it has no qemu-plugin.h}: see $LOG"
}

# build TREE DIR SOURCE: hooks (not with QEMU_HOOKS=off), configure, compile, check; the result is DIR.
build() {
	local tree=$1 dir=$2 source=$3 bin=$1/build/qemu-system-x86_64 names='' start=$SECONDS
	local what="vqlab's strategies" how=() hooks=true
	[ "${QEMU_HOOKS:-}" != off ] || { what="vqlab's disk x-order" how=(--disk-only) hooks=false; }
	say "adding $what to QEMU"
	"$TOP/variants/qemu/apply-hooks" "${how[@]}" "$tree/src" 2>"$Q/hooks" || {
		cat "$Q/hooks" >&2
		die "QEMU cannot be built with $what: $(tail -n 1 "$Q/hooks")"
	}
	private_meson
	configure "$tree"
	compile "$tree"
	say "checking QEMU"
	check_probe_sites "$bin"
	if "$hooks"; then
		names=$(strategies "$bin")
		[ -n "$names" ] || die "the built QEMU does not know x-reorder"
	fi
	rm -rf "$dir.tmp"
	mkdir "$dir.tmp"
	cp "$bin" "$dir.tmp/qemu-system-x86_64"
	ln -s "$tree" "$dir.tmp/tree"
	build_counter "$tree" "$dir.tmp"
	manifest "$bin" "$(cat "$tree/src/VERSION")" "$source" "$hooks" "$names" "${CONFIGURE[*]}" >"$dir.tmp/manifest.json"
	finish "$dir"
	say "QEMU $(cat "$tree/src/VERSION") is built ($((SECONDS - start)) s)"
}

# Debian's, not some other one that comes first in PATH: the private meson is
# made for it.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=$(command -v python3) || die "python3 is missing"
