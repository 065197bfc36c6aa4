# SPDX-License-Identifier: GPL-2.0-or-later
# For letter.sh.  letter.py check REPORT: report.txt says nothing that summary.json does not:
# each line is of a known form, each figure in it is computed again from the summary, each
# verdict looked up.  letter.py doctor REPORT: changes each digit, each sign and each word
# that judges, one at a time, and names the changes that the check does not see.
import json
import re
import sys

import letter_tables
from letter_summary import Summary, Wrong, need
from letter_words import FIELDS, has_effects, noise_words

SECTIONS = (('Instructions on the ring', 'counted'), ('Throughput in a guest', 'live'),
            ('Elements/s without a guest', 'timed'))


def check_form(text):
    need(text.endswith('\n'), 'the last line has no end')
    lines = text[:-1].split('\n')
    need(len(lines) <= 80, len(lines), 'lines')
    for line in lines:
        need(len(line) <= 72, 'too wide:', line)
        need(re.fullmatch(r'[ -~]*', line), 'not ASCII:', line)
        need(not re.match(r'From |>|-- $|\.$', line) and line == line.rstrip(), 'unmailable:', line)
    return lines


def sentence(lines, start):
    """A filled paragraph that ends with a colon, or the lines that begin with @start."""
    text = lines.pop(0)
    while lines and (lines[0].startswith(start) if start else not text.endswith(':')):
        text += ' ' + lines.pop(0).strip()
    return text


def check_findings(s, lines):
    found, shown = s.d['findings'], 0
    if not found:
        return
    need(lines.pop(0) == 'FINDINGS: no figure below outweighs %s.' %
         ('this' if len(found) == 1 else 'these'), 'what was found does not stand first')
    while lines[0].startswith('- '):
        text = sentence(lines, '  ')[2:]
        want = re.sub(' +', ' ', found[shown][:180]).strip()
        if len(found[shown]) > 180:
            want += '...'
        # A word that is longer than a line is cut there.
        need(text.replace(' ', '') == want.replace(' ', ''), 'found was', want)
        shown += 1
    m = letter_tables.take(lines, r'(\d+) more in report-full\.txt\.')
    need(shown > 1 or shown == len(found), 'too few findings')
    need(len(found) - shown == (int(m.group(1)) if m else 0), 'there are', len(found), 'findings')
    need(lines.pop(0) == '', 'no blank line')


def known_faults(s):
    """What must be among the findings, from the cells themselves."""
    for (w, ring, v), c in s.cells.items():
        for b in c['blocks']:
            if b['state'] != 'ok':
                yield v, ring, b['state']
        if s.ordered(v) and c['ordering']['order_violations']:
            yield v, ring, 'before an older one'
    for w in s.d.get('counted', []):
        for c in w['cells']:
            if c['state'] not in ('ok', ''):
                yield c['variant'], c['ring'], ''
    for t in s.d.get('timed', []):
        for v in t['variants']:
            if any(b['state'] not in ('ok', '') for b in v['boots']):
                yield v['variant'], t['ring'], ''


def check(text, d):
    s, lines, fields, sections = Summary(d), check_form(text), [], []
    for v, ring, state in known_faults(s):
        need(any(f.startswith('%s, %s ring' % (v, ring)) and state in f for f in d['findings']),
             v, ring, state, 'is not among the findings')
    need(lines.pop(0) == 'vqlab: %s, %s' % (d['plan'][:40], d['created'][:10] or 'no date'), 'title')
    need(lines.pop(0) == '', 'no blank line')
    check_findings(s, lines)
    while lines:
        if not lines[0]:
            lines.pop(0)
            continue
        m = re.match(r'([a-z -]{8}) (?=\S)', lines[0])
        if m and m.group(1).strip() in FIELDS:
            name = m.group(1).strip()
            need(name not in fields, name, 'twice')
            fields.append(name)
            FIELDS[name](s, sentence(lines, ' ' * 9)[9:])
            continue
        if lines[0].startswith('- '):
            item = sentence(lines, '  ').replace(' ', '')
            need(any(('-%s,%sring,neverstarted:%s' % (x['variant'], x['ring'], x['reason'][:60]))
                     .replace(' ', '') in item for x in d['left_out'] if 'ring' in x), item)
            continue
        m = letter_tables.take(lines, r'(\d+) more never started\.')
        if m:
            need(int(m.group(1)) < len(d['left_out']), 'never started')
            continue
        kind = [k for start, k in SECTIONS if lines[0].startswith(start)]
        need(kind, 'of no known form:', lines[0])
        sections += kind
        caption = sentence(lines, None)
        if kind == ['counted']:
            need(caption == "Instructions on the ring (virtqueue_pop and push; rx: pop, fill, flush), "
                 "off's and over off; ~: two runs differ by 0.5 % or more:", caption)
            letter_tables.check_counted(s, lines)
        else:
            getattr(letter_tables, 'check_' + kind[0])(s, caption, lines)
    answered = [x for x in ('counted', 'timed', 'live') if x in fields]
    need(answered and fields[:len(answered)] == answered, 'the answer is not first:', *fields)
    if d.get('counted') and any(w['cells'] for w in d['counted']):
        need('counted' in answered and 'counted' in sections, 'nothing counted')
    need('live' in answered, 'nothing live')
    if d['trials']:
        need('live' in sections or 'off' not in d['variants'], 'no table of guests')
    need(not s.timed_ratios() or 'timed' in answered, 'nothing timed')
    need(not any(has_effects(s)) or 'in-order' in fields, 'no in-order')
    need('watched' in fields or not any(c['ordering']['trials'] for c in s.cells.values()),
         'nothing watched')
    need('noise' in fields or not noise_words(s), 'the host was not quiet')
    need('method' in fields or not s.families(), 'no method')
    need('left out' in fields or all(x['state'] == 'never started' for x in d['left_out']),
         'nothing left out')
    need(all(x in fields for x in ('host', 'qemu', 'plan', 'again', 'more')), 'no provenance')


# -- does the check see it? -----------------------------------------------------------------
WORDS = (('slower', 'faster'), ('faster', 'slower'), ('unresolved', 'equivalent'),
         ('equivalent ', 'unresolved '), ('least', 'most'), ('below', 'above'), ('fewest', 'most'),
         ('split', 'packed'), ('in-place', 'bitmap'), ('bitmap', 'in-place'), ('stalled', 'crashed'))


def changes(text):
    for m in re.finditer(r'\d', text):
        for digit in '0123456789':
            if digit != m.group():
                yield m.start(), m.end(), digit
    for m in re.finditer(r'(?<= )[-+](?=\d)', text):
        yield m.start(), m.end(), '+' if m.group() == '-' else '-'
    for word, other in WORDS:
        for m in re.finditer(re.escape(word), text):
            yield m.start(), m.end(), other
    for m in re.finditer('\n', text[:-1]):
        end = text.index('\n', m.end())
        if text[m.end():end]:
            yield m.start(), end, '' # a line that is not there


def doctor(text, d):
    n, unseen = 0, []
    for start, end, other in changes(text):
        n += 1
        try:
            check(text[:start] + other + text[end:], d)
        except (Wrong, IndexError, KeyError, ValueError):
            continue
        line = text.count('\n', 0, start) + 1
        unseen.append('line %d: %r as %r in: %s' % (
            line, text[start:end], other, text.split('\n')[line - 1]))
    print('%d changes, %d not seen' % (n, len(unseen)))
    for x in unseen[:20]:
        print(x)
    return not unseen and n > 100


what, report = sys.argv[1:3]
letter = open(report + '/report.txt').read()
summary = json.load(open(report + '/summary.json'))
try:
    check(letter, summary)
except Wrong as e:
    sys.exit('report.txt: %s' % e)
if what == 'doctor' and not doctor(letter, summary):
    sys.exit(1)
