#!/bin/bash
# Print the shell completion of one tool, made from its --help, which GLib makes from
# the tool's tables of options: so none is forgotten, and none is typed twice.
# usage: completions.sh bash|zsh PROGRAM
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail
export LC_ALL=C.UTF-8
[ $# -eq 2 ] && [[ $1 =~ ^(bash|zsh)$ ]] || {
	echo "usage: runners/install/completions.sh bash|zsh PROGRAM" >&2
	exit 2
}
shell=$1 program=$2 tool=${2##*/}

# subcommands: those that the usage names.
subcommands() { "$program" --help | sed -nE "s/^(usage:| {6}) $tool ([a-z]+) .*/\2/p" | sort -u; }

# options [SUBCOMMAND]: "LONG SHORT METAVAR DESCRIPTION" a line, with - for what there
# is none of.  Of a tool with subcommands, its own --help lists no options.
options() {
	"$program" "$@" --help | awk '/^  (-., )?--[a-z]/ {
		short = $1 ~ /^-.,$/ ? substr($1, 2, 1) : "-"
		split(short == "-" ? $1 : $2, part, "=")
		sub(/^  (-., )?--[^ ]+ */, "")
		print substr(part[1], 3), short, part[2] == "" ? "-" : part[2], $0
	}'
}

# How a value is completed: "folder", "file" or nothing, by what the help calls it.
kind_of() {
	case $1 in
	DIR | OUTDIR) echo folder ;;
	FILE | PATH) echo file ;;
	esac
}

bash_case() { # PATTERN, with the options on standard input
	local long short metavar _ words=() files=() folders=() names
	while read -r long short metavar _; do
		names=("--$long")
		[ "$short" = - ] || names+=("-$short")
		case $(kind_of "$metavar") in
		file) files+=("${names[@]}") ;;
		folder) folders+=("${names[@]}") ;;
		esac
		[ "$metavar" = - ] || names[0]+="="
		words+=("${names[@]}")
	done
	printf '\t%s)\n\t\toptions="%s"\n\t\tfiles="%s"\n\t\tfolders="%s"\n\t\t;;\n' \
		"$1" "${words[*]}" "${files[*]}" "${folders[*]}"
}

print_bash() {
	local s subs
	subs=$(subcommands | tr '\n' ' ')
	echo "# bash completion for $tool, made from its --help"
	echo "_$tool() {"
	cat <<'END'
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local options files folders
	# bash takes --option=VALUE for three words.
	[ "$cur" != = ] || cur=
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case ${COMP_WORDS[1]} in
END
	for s in $subs; do options "$s" | bash_case "$s"; done
	if [ -n "$subs" ]; then
		printf '\t*)\n\t\toptions="%s--help --version"\n\t\t;;\n' "$subs"
	else
		options | bash_case '*'
	fi
	cat <<'END'
	esac
	case " $folders " in *" $prev "*)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	esac
	case " $files " in *" $prev "*)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	esac
	[[ $cur == -* || $COMP_CWORD -eq 1 ]] || return 0
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
END
	echo "}"
	echo "complete -o default -F _$tool $tool"
}

# zsh_specs INDENT, with the options on standard input: what _arguments takes.
zsh_specs() {
	local long short metavar description action
	while read -r long short metavar description; do
		description=${description//\\/\\\\}
		description=${description//[/\\[}
		description=${description//]/\\]}
		description=${description//\'/\'\\\'\'}
		case $(kind_of "$metavar") in
		file) action=:$metavar:_files ;;
		folder) action=":$metavar:_files -/" ;;
		*) action=":$metavar: " ;;
		esac
		if [ "$metavar" = - ]; then
			printf "%s'--%s[%s]' \\\\\n" "$1" "$long" "$description"
			[ "$short" = - ] || printf "%s'-%s[%s]' \\\\\n" "$1" "$short" "$description"
		else
			printf "%s'--%s=[%s]%s' \\\\\n" "$1" "$long" "$description" "$action"
			[ "$short" = - ] || printf "%s'-%s+[%s]%s' \\\\\n" "$1" "$short" "$description" "$action"
		fi
	done
	printf "%s'*:FILE:_files'\n" "$1"
}

print_zsh() {
	local s subs
	subs=$(subcommands | tr '\n' ' ')
	printf '#compdef %s\n# zsh completion for %s, made from its --help\n' "$tool" "$tool"
	if [ -z "$subs" ]; then
		echo '_arguments -S \'
		options | zsh_specs $'\t'
		return
	fi
	cat <<END
if (( CURRENT == 2 )); then
	compadd -- $subs--help --version
	return
fi
shift words
(( CURRENT-- ))
case \$words[1] in
END
	for s in $subs; do
		printf '%s)\n\t_arguments -S \\\n' "$s"
		options "$s" | zsh_specs $'\t\t'
		printf '\t;;\n'
	done
	echo "esac"
}

print_"$shell"
