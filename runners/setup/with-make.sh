# Whoever ends make means all that it began; sourced first by a script that takes long, from the
# top of the tree.
# SPDX-License-Identifier: GPL-2.0-or-later

# The kernel ends this script when its parent dies, and what the script runs when the script does.
if [ -z "${VQLAB_PARENT:-}" ]; then
	export VQLAB_PARENT=$PPID
	exec setpriv --pdeathsig TERM -- "runners/setup/${0##*/}" "$@"
fi
[ "$PPID" = "$VQLAB_PARENT" ] || exit 1 # it died before that
unset VQLAB_PARENT
with_us() { setpriv --pdeathsig TERM -- "$@"; }

# A make that gets SIGINT alone, not from a terminal, waits for its recipes without a
# word to them; but it does not catch the signal any more.
catches_int() {
	local mask
	mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
	((16#${mask:-0} >> 1 & 1))
}
watch_make() {
	while catches_int "$PPID"; do
		sleep 1
		kill -0 $$ 2>/dev/null || return
	done
	kill -TERM $$
}
if catches_int "$PPID"; then
	watch_make &
	make_watcher=$!
	trap 'kill "$make_watcher" 2>/dev/null' EXIT
fi
