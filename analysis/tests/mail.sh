#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vqmail: each part of its mails, byte by byte, as Python's parser, git send-email and
# mutt take them; threads, also such as nobody should get; what it refuses.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$top/runners/tests/tap.sh"
tap_logs=("$work/out")
# No settings but these, no mail program but this, which keeps what it is given.
export HOME=$work GIT_CONFIG_NOSYSTEM=1 EMAIL=
cat >sendmail <<'END'
#!/bin/sh
exec cat >"$HOME/sent"
END
chmod +x sendmail

# A report as vqreport leaves it: plots of all sizes.
mkdir -p run/report/plots
report=run/report
"$top/build/analysis/make-run" made --noise=0.02 --effect=qemu=0.7
"$top/build/vqreport" --no-plots made >/dev/null && cp made/report/*.* "$report"
head -c 102400 /dev/urandom >"$report/plots/fits.png"
echo '<svg/>' >"$report/plots/fits.svg"
head -c 102401 /dev/urandom >"$report/plots/large.png"
printf '<svg>not the last line end</svg>' >"$report/plots/large.svg"
head -c 102401 /dev/urandom >"$report/plots/toolarge.png"
cp "$report/plots/toolarge.png" "$report/plots/toolarge.svg"
printf 'Full: \303\266.\nFrom here on\n.\n%01200d\n trailing \t\n' 0 >"$report/report-full.txt"

cat >thread <<'END'
From mboxrd@z Thu Jan  1 00:00:00 1970
From: Ann <ann@example.org>
To: list@example.org
Subject: [PATCH 0/6] in order
Date: Thu, 1 Feb 2024 10:00:00 +0000
Message-ID: <first@example.org>

>From here
From there

From mboxrd@z Thu Jan  1 00:00:00 1970
From: Eve <eve@example.org>
To: "Ann, who asked" <ann@example.org>
Cc: list@example.org, EVE@example.org, undisclosed:;
Subject: RE: re: [PATCH 0/6] =?utf-8?q?in_=C3=B6rder?=
Date: Sat, 3 Feb 2024 10:00:00 +0000
Message-ID: <last@example.org>
References: <first@example.org>
	<second@example.org>

last

From mboxrd@z Thu Jan  1 00:00:00 1970
From: Bob <bob@example.org>
Subject: Re: [PATCH 0/6] in order
Date: Fri, 2 Feb 2024 10:00:00 +0000
Message-ID: <second@example.org>
In-Reply-To: <first@example.org>

neither the first nor the last
END
gzip -c thread >thread.gz

# fails STATUS COMMAND...; what it said is in out.
fails() {
	local want=$1 rc=0
	shift
	"$@" >out 2>&1 || rc=$?
	[ "$rc" = "$want" ] || { echo "exit $rc, should be $want"; return 1; }
}
says() { grep -qE -e "$1" out; }
mail() { fails 0 "$top/build/vqmail" --from='Me <me@example.net>' "$@" run; }
refused() { fails 2 "$top/build/vqmail" --from='Me <me@example.net>' "$@" run; }

# is MAIL EXPRESSION: of the message m; its parts, decoded, are p; file() reads one.
is() {
	python3 - "$@" <<'END'
import email, email.policy, re, sys
from email.utils import getaddresses, parsedate_to_datetime
m = email.message_from_bytes(open(sys.argv[1], 'rb').read(), policy=email.policy.default)
raw = open(sys.argv[1], 'rb').read()
def defects(x): return list(x.defects) + [d for q in x.iter_parts() for d in defects(q)] if x.is_multipart() else list(x.defects)
def file(*names): return b''.join(open(n, 'rb').read() for n in names)
def to(h): return [a for _, a in getaddresses([str(m[h] or '')])]
leaves = [q for q in m.walk() if not q.is_multipart()]
p = [q.get_payload(decode=True) for q in leaves]
names = [q.get_filename() for q in leaves]
types = [q.get_content_type() for q in leaves]
r = 'run/report/'
assert not defects(m), defects(m)
assert eval(sys.argv[2]), (sys.argv[2], m.items(), names, types)
END
}
eml=$report/mail.eml

# -- the parts -------------------------------------------------------------------
printf 'Hi all,\n\nthis is \303\266.\n' >cover
check 'an answer to a thread' mail --thread=thread --cover=cover
check 'says where it is' says "^$eml\$"
check 'and whom it answers' says '^vqmail: answers last@example.org \(Eve <eve@example.org>: '
check 'and what is left out' says 'toolarge: 100 KiB: left out'
check 'the text is cover and report' is $eml 'p[0] == file("cover") + b"\n" + file(r + "report.txt")'
check 'the rest is what the files hold' is $eml \
	'p[1:] == [file(r + n) for n in ("report-full.txt", "plots/fits.png", "plots/large.svg")]'
check 'with their names' is $eml 'names == [None, "report-full.txt", "fits.png", "large.svg"]'
check 'and types' is $eml 'types == ["text/plain", "text/plain", "image/png", "image/svg+xml"]'
check 'no text is flowed' is $eml 'all(q["Content-Type"].params["format"] == "fixed" for q in leaves[:2])'
check 'what is no ASCII is UTF-8' is $eml 'all(q.get_content_charset() == "utf-8" for q in leaves[:2])'
check 'lines are short, and ASCII' is $eml 'max(map(len, raw.split(b"\n"))) <= 998 and raw.isascii() and b"\r" not in raw'
check 'none begins with From' is $eml 'b"\nFrom " not in raw'
mkdir saved
check 'the report alone is sent as it stands' mail --to=list@example.org --plots=none -o saved/plain.eml
check 'in ASCII' is saved/plain.eml \
	'leaves[0]["Content-Transfer-Encoding"] == "7bit" and leaves[0].get_content_charset() == "us-ascii" and file(r + "report.txt") in raw'
check 'plots by name, in that order' mail --to=list@example.org --plots=large,fits
check 'are those' is $eml 'names[2:] == ["large.svg", "fits.png"]'

# -- the headers -------------------------------------------------------------------
check 'an answer again, of a gzipped thread' mail --thread=thread.gz
check 'to its author' is $eml 'to("To") == ["eve@example.org"]'
check 'with a copy to all others, once' is $eml 'to("Cc") == ["ann@example.org", "list@example.org"]'
check 'its subject is the thread'\''s' is $eml 'm["Subject"] == "Re: [PATCH 0/6] in \u00f6rder"'
check 'it stands in the thread' is $eml \
	'm["In-Reply-To"] == "<last@example.org>" and m["References"].split() == ["<first@example.org>", "<second@example.org>", "<last@example.org>"]'
check 'a message id of its own' is $eml 're.fullmatch("<vqlab-[0-9a-f-]{36}@example.net>", m["Message-ID"])'
check 'a date' is $eml 'abs(parsedate_to_datetime(m["Date"]).timestamp() - __import__("time").time()) < 600'
check 'each header once' is $eml 'len(m.keys()) == len(set(k.lower() for k in m.keys()))'
check 'the one of an id' mail --thread=thread --in-reply-to='<second@example.org>' --to=x@example.org --cc='y@example.org, z@example.org'
check 'references what it answered' is $eml 'm["References"].split() == ["<first@example.org>", "<second@example.org>"]'
check 'and goes to whom was named' is $eml 'to("To") + to("Cc") == ["x@example.org", "y@example.org", "z@example.org"]'
check 'an id alone' mail --in-reply-to=only@example.org --to=x@example.org
check 'is referenced' is $eml 'm["In-Reply-To"] == m["References"] == "<only@example.org>"'
check 'the subject is the report'\''s first line' is $eml 'm["Subject"] == open(r + "report.txt").readline().strip()'
git config --global user.name 'J. "Q" Doe' && git config --global user.email doe@example.com
check 'git knows who writes' fails 0 "$top/build/vqmail" --to=x@example.org run
check 'whatever the name' is $eml 'm["From"].addresses[0].addr_spec == "doe@example.com" and m["From"].addresses[0].display_name == "J. \"Q\" Doe"'

# -- as text -----------------------------------------------------------------------
check 'plots as text' mail --thread=thread --plots=ascii
check 'are in the one part, below the report' is $eml 'len(p) == 1 and p[0].startswith(file(r + "report.txt") + b"\nThroughput relative to off, made-up-tail\n")'
check 'what is not attached is said' is $eml '"report-full.txt is not attached" in p[0].decode() and len(p) == 1'
check 'in 72 columns of ASCII' is $eml 'all(len(l) <= 72 and l.isascii() and l == l.rstrip() for l in p[0].decode().split("\n"))'
check 'a line for each variant, the slower one resolved' is $eml \
	're.search(r"\n +split ring .*\n +qemu \+ .*O.*\n +hash-table \+ .*[OU].*\n", p[0].decode())'

# -- others read them ----------------------------------------------------------------
mail --thread=thread --cover=cover
cp $eml saved/mixed.eml
send() { git send-email --confirm=never --to=list@example.org "$@" saved/mixed.eml; }
check 'git send-email --dry-run takes it' fails 0 send --dry-run
check 'for all of them' says '^RCPT TO:<eve@example.org>'
check 'and sends' fails 0 send --smtp-server="$work/sendmail"
# Text as text: mutt chooses its charset anew.
same() {
	is sent '[q.get_content() for q in leaves] == [q.get_content() for q in email.message_from_bytes(file("saved/mixed.eml"), policy=email.policy.default).walk() if not q.is_multipart()] and m["In-Reply-To"] == "<last@example.org>"'
}
check 'the same parts, in the same thread' same
rm -f sent
check 'mutt takes it as a draft' fails 0 mutt -n -F /dev/null -e "set sendmail='$work/sendmail'; set copy=no" -H saved/mixed.eml
check 'and sends the same parts' same

# -- threads that nobody should get -------------------------------------------------------
head='From: a@example.org\nTo: b@example.org\nDate: Fri, 2 Feb 2024 10:00:00 +0000\n'
id='Message-ID: <id@example.org>\n'
bad() { check "$1" refused --to=x@example.org --thread="$2"; check '  for that reason' says "^vqmail: $2: $3"; }
: >empty && bad 'an empty file' empty 'no mail in it'
# Chance may put a line into it that could be a header's.
head -c 65536 /dev/urandom >binary && bad 'no mail at all' binary '(no mail in it|its last message has no Message-ID)'
printf "$head\nhi\n" >noid && bad 'no Message-ID' noid 'its last message has no Message-ID'
printf "${head}Message-ID: <a b>\n\nhi\n" >badid && bad 'no id that is one' badid 'its last message has no Message-ID'
bad 'a folder' saved 'a folder: name one file'
bad 'nothing' nothing 'No such file'
head -c 68157440 /dev/zero | gzip -1 >bomb && bad 'more than it seems' bomb 'more than 64 MiB'
head -c 200 thread.gz >half && bad 'half of a gzip' half ''
check 'an id that it lacks' refused --thread=thread --in-reply-to=none@example.org
check '  by its name' says 'thread: none of its messages is none@example.org'
printf "$head${id}Subject: =?utf-8?q?x=0D=0ABcc=3A_evil=40example.org=1B[2J?=\nReferences: <a@b\n\t<< <ok@example.org> <c\001@d>\n\n" >inject
check 'line ends that hide in a header' mail --thread=inject
check 'add no header' is $eml 'm["Bcc"] is None and "\x1b" not in m["Subject"] and m["Subject"].startswith("Re: x Bcc: evil@example.org")'
check 'nor reach the terminal' sh -c '! grep -q "$(printf "\033")" out'
check 'ids that are none are left out' is $eml 'all(re.fullmatch("<[^<>\\s\x01]+@[^<>\\s]+>", i) for i in m["References"].split())'
{
	printf "${head}${id}References:\n"
	seq -f ' <%g@example.org>' 3000
	printf 'MIME-Version: 1.0\n'
	seq 20000 | sed 's/.*/Content-Type: multipart\/mixed; boundary=b&\n\n--b&/'
} >deep
check 'references without end, parts without bottom' mail --thread=deep
check 'the first and the last of them stay' is $eml \
	'(lambda r: len(r) == 20 and r[0] == "<1@example.org>" and r[-2:] == ["<3000@example.org>", "<id@example.org>"])(m["References"].split())'

# -- what it refuses -----------------------------------------------------------------
no() { check "refused: $1" refused "${@:3}"; check '  for that reason' says "$2"; }
no 'nobody to write to' '^vqmail: --to: needed'
no 'a name' '^vqmail: --to: not a list' --to=you
no 'a header in an address' '^vqmail: --to: not a list' --to=$'x@example.org\nBcc: evil@example.org'
no 'a copy to nobody' '^vqmail: --cc: not a list' --to=x@example.org --cc=,
no 'no id' '^vqmail: --in-reply-to: not a message id' --to=x@example.org --in-reply-to=$'a@b\nX: y'
no 'a plot that is not there' '^vqmail: --plots: elsewhere: no such plot' --to=x@example.org --plots=fits,elsewhere
no 'an empty subject' '^vqmail: --subject: is empty' --to=x@example.org --subject=
printf 'a\r\n' >dos
no 'a cover with carriage returns' '^vqmail: dos: has carriage returns' --to=x@example.org --cover=dos
printf '\377\n' >latin
no 'a cover in an unknown charset' '^vqmail: latin: not UTF-8' --to=x@example.org --cover=latin
git config --global --unset user.email
check 'refused: nobody who writes' fails 2 "$top/build/vqmail" --to=x@example.org run
check '  with the remedy' says 'git config user.email'
mkdir bare
check 'refused: a run without a report' fails 2 "$top/build/vqmail" --from=a@b --to=x@example.org bare
check '  with the remedy' says 'make report RUN=DIR'
check 'no half of a mail is left' sh -c '! ls run/report | grep "mail.eml."'

# -- make ----------------------------------------------------------------------------
rm $eml
check 'make mail' fails 0 make -s -C "$top" mail RUN="$work/run" TO="\$x's <x@example.org>" \
	FROM=me@example.net THREAD="$work/thread" IN_REPLY_TO=first@example.org COVER="$work/cover" PLOTS=none
check 'makes the same' is $eml 'to("To") == ["x@example.org"] and m["In-Reply-To"] == "<first@example.org>" and p[0].startswith(file("cover"))'
tap_end
