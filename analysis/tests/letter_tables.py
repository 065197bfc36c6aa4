# SPDX-License-Identifier: GPL-2.0-or-later
# For letter.py: the tables of report.txt, cell by cell, and the lines between them.
import re

from letter_summary import VERDICTS, holds_one, match, need, shows, span

WHERE = ' in report-full.txt.'


def heads(first, second):
    """Two lines of right-aligned heads: [(head, what stands below it)] but for column 1's."""
    below = {m.end(): m.group() for m in re.finditer(r'\S+', second)}
    found = [(m.group(), below.pop(m.end(), '')) for m in re.finditer(r'\S+', first)]
    need(not below, 'heads stand beside each other:', *below.values())
    return found


def take(lines, form):
    """The next line, if it is of that form."""
    m = lines and re.fullmatch(form, lines[0])
    if m:
        lines.pop(0)
    return m


def left_rows(lines, shown, there, what):
    m = take(lines, r'(\d+) more strategies' + re.escape(WHERE))
    need(len(there) - len(shown) == (int(m.group(1)) if m else 0), what, 'has', len(shown), 'of',
         len(there), 'strategies')


def order_heads(s):
    """What the counted orders of the first workload of each class are called, in turn."""
    for name, short in (('virtio-blk', ''), ('virtio-net, transmission', 'tx'),
                        ('virtio-net, reception', 'rx')):
        w = s.classes.get(name, {'cells': []})
        for order in dict.fromkeys(c['order'] for c in w['cells']):
            kind, colon, rest = order.partition(':')
            yield w, order, (short, order[:9]) if short else (kind[:9], (colon + rest)[:9])


def counted_cell(text, w, variant, ring, order):
    at = {(c['ring'], c['order'], c['variant']): c for c in w['cells']}
    c, off = at.get((ring, order, variant)), at.get((ring, order, 'off'))
    where = 'counted, %s, %s, %s' % (variant, ring, order)
    if not c:
        return need(text == '-', where, 'is not in the summary:', text)
    if c['state'] != 'ok':
        return need(text == c['state'][:7], where, 'is', c['state'])
    if c['device'] is None:
        return need(text == '-', where)
    mark = '' if c['agree'] else '~'
    if variant == 'off':
        need(text.startswith('~') == bool(mark), where, 'mark')
        return shows(text.lstrip('~'), c['device'], 0, where)
    if not off or off['state'] != 'ok':
        return need(text == 'no off', where, 'has no off')
    need(text.startswith('~') == bool(mark), where, 'mark')
    text = text.lstrip('~')
    shows(text, c['device_over_off'], 0, where)
    need(text[0] in '+-' or text == '0', where, 'has no sign')


def check_counted(s, lines):
    first = lines.pop(0)
    need(first[:10] == 'an element', 'counted: heads')
    counted = [v for v in s.d['variants'] if any(c['variant'] == v for w in s.classes.values()
                                                 for c in w['cells'])]
    columns = heads(first[10:], lines.pop(0)[10:])
    known, used, rows = list(order_heads(s)), [], None
    for head in columns:
        while known and known[0][2] != head:
            known.pop(0)
        need(known, 'no such order:', *head)
        used.append(known.pop(0))
    for ring in s.d['rings']:
        need(lines.pop(0) == ring + ' ring', 'counted: rings')
        shown = []
        while lines and lines[0].startswith('  '):
            cells = lines.pop(0).replace('no off', 'no_off').split()
            need(cells[0] in s.d['variants'], 'no such strategy:', cells[0])
            need(len(cells) == len(columns) + 1, 'counted:', cells[0])
            for text, (w, order, _) in zip(cells[1:], used):
                counted_cell(text.replace('_', ' '), w, cells[0], ring, order)
            shown.append(cells[0])
        need(shown == [v for v in s.d['variants'] if v in shown], 'counted: rows')
        need(rows in (None, shown), 'counted: rows of the rings')
        rows = shown
        need(all(v in shown for v in ('off', 'qemu') if v in counted), 'off and qemu')
    left_rows(lines, shown, counted, 'counted')
    orders = sum(len({c['order'] for c in w['cells']}) for w in s.d['counted'])
    m = take(lines, r'(\d+) more orders' + re.escape(WHERE))
    need(orders - len(used) == (int(m.group(1)) if m else 0), 'counted:', orders, 'orders')


def live_cell(ratio, interval, verdict, c, where):
    x = c['to_off']
    if x['ratio'] is None:
        need(ratio == '-', where)
    else:
        shows(ratio, x['ratio'], 3, where)
    if x['ci_low'] is None:
        need(interval == '-', where, 'has no interval')
    else:
        low, high = match(r'(\d+\.\d{3})-(\d+\.\d{3})', interval, where)
        shows(low, x['ci_low'], 3, where)
        shows(high, x['ci_high'], 3, where)
    if x['verdict'] != 'no data':
        return need(verdict == x['verdict'], where, 'is', x['verdict'])
    excluded = '%d of %d' % (c['trials_excluded'], c['trials_excluded'] + c['trials_ok'])
    need(verdict == ('no pair' if c['trials_ok'] else 'not run') if not c['trials_excluded'] else
         re.fullmatch(r'[a-z-]+ ' + re.escape(excluded)[:16], verdict), where, 'is not', verdict)


CELL = r'\s+(\d+\.\d+|-)\s+(\S+)\s+(%s|unresolved|one block|no pair|not run|[a-z-]+ \d+ of \d+)'
CELL %= '|'.join(VERDICTS)


# A cell of axes, before its table.
AXES = r'([a-z0-9-]+@.+):$'


def live_table(s, lines):
    """Of one workload, which is returned."""
    cell = take(lines, AXES)
    rings = re.findall(r'(\w+)\s+95 % CI\s+verdict', lines[0])
    name = lines.pop(0).split()[0]
    fits = [w for w in s.workloads if (w.startswith(name) if not cell else w == cell.group(1))]
    need(all(w.startswith(name) and bool(cell) == ('@' in w) for w in fits[:1]), 'which cell:', name)
    need(fits and rings == [r for r in s.d['rings'] if (fits[0], r, s.d['variants'][0]) in s.cells],
         'no such workload:', name)
    shown = []
    while lines and re.match(r'\S+' + CELL, lines[0]):
        cells = match(r'(\S+)' + CELL * len(rings), lines.pop(0), name)
        own = [v for v in s.d['variants'] if v.startswith(cells[0]) and v not in shown + ['off']]
        need(own, 'no such strategy:', cells[0])
        for i, ring in enumerate(rings):
            live_cell(*cells[1 + 3 * i:4 + 3 * i], s.cells[fits[0], ring, own[0]],
                      'live, %s, %s, %s' % (fits[0], ring, own[0]))
        shown.append(own[0])
    left_rows(lines, shown, [v for v in s.d['variants'] if v != 'off'], name)
    return fits[0]


def check_live(s, caption, lines):
    rates, student = match(
        r'Throughput in a guest, ratio to off(?: \((.*)\))?'
        r'(; intervals of fewer than 6 blocks are Student\'s t, or the range|):', caption, 'live')
    need(bool(student) == any(c['to_off']['interval'] == 'student-t' for c in s.cells.values()),
         'of which blocks the intervals are')
    tables = [live_table(s, lines)]
    check_busy(s, lines, tables[0])
    for rate in rates.split(', ') if rates else []:
        value, unit, ring = rate.split()
        c = s.cells[tables[0], ring, 'off']
        need(unit == c['unit'], 'unit')
        shows(value, c['throughput']['median'], len(value.partition('.')[2]), 'off, ' + ring)
    while lines and re.match(AXES + r'|\S+\s+(split|packed)\s+95 % CI', lines[0]):
        tables.append(live_table(s, lines))
    waits = {w: (bool(s.judged('to_off', w)), max((c['ordering']['stash_time_mean']['median'] or 0)
             for (x, _, _), c in s.cells.items() if x == w)) for w in s.workloads}
    need(waits[tables[0]] == max(waits.values()), 'the most disordered workload is not first')
    found = {w: sum(c['verdict'] in VERDICTS for c in s.to('to_off', w)) for w in s.workloads}
    need(all(found[w] for w in tables[1:]), 'a table of nothing')
    m = take(lines, r'(\d+) more verdicts' + re.escape(WHERE))
    need(sum(n for w, n in found.items() if w not in tables) == (int(m.group(1)) if m else 0),
         'verdicts are missing')
    rest = [w for w in s.workloads if w != tables[0] and not found[w]]
    for judged in True, False:
        check_others(s, lines, [w for w in rest if bool(s.judged('to_off', w)) == judged], judged)
    check_inverse(s, lines)


def check_busy(s, lines, workload):
    """The sentences on processors: of each ring where both sides were counted."""
    for ring in s.d['rings']:
        busy = {v: c['busy_processors']['median'] for (w, r, v), c in s.cells.items()
                if (w, r) == (workload, ring) and c['busy_processors']['median'] is not None}
        ordered = [x for v, x in busy.items() if s.ordered(v)]
        if 'off' not in busy or not ordered:
            continue
        name, off, own = match(r'Processors that QEMU kept busy, (\w+): off (\S+), in order (.*)\.',
                               lines.pop(0), 'busy')
        need(name == ring, 'busy:', ring)
        shows(off, busy['off'], 2, 'busy, off')
        span(own, ordered, 2, 'busy, in order')


def check_others(s, lines, rest, judged):
    """The sentence on workloads without a table."""
    if not rest:
        return
    sentence = lines.pop(0)
    while not sentence.endswith('.'):
        sentence += ' ' + lines.pop(0)
    more = len(rest) - 6
    names = ', '.join(w[:40] for w in rest[:6]) + (' and %d more' % more if more > 0 else '')
    if not judged:
        return need(sentence == 'No two blocks, so no verdict: %s.' % names, 'no verdict:', names)
    ratios = [c['ratio'] for w in rest for c in s.to('to_off', w) if c['ratio'] is not None]
    n, word, over, said = match(r'Nothing resolved \((\d+) (ratios?), (\d\S*(?: to \S+)?)\): (.*)\.',
                                sentence, 'live')
    need(int(n) == len(ratios) and (word == 'ratio') == (len(ratios) == 1), 'live:', n, word)
    span(over, ratios, 3, 'what is not resolved')
    need(said == names, 'live: not resolved are', names)


def check_inverse(s, lines):
    """The sentence on workloads of which less is better."""
    lower = {w[:24]: c['unit'] for (w, _, _), c in s.cells.items() if c.get('better') == 'lower'}
    if not lower:
        return
    sentence = lines.pop(0)
    while not sentence.endswith('.'):
        sentence += ' ' + lines.pop(0)
    names = ['%s (%s)' % x for x in lower.items()]
    need(sentence == 'Less is better, and ratios are of the inverse, so that one above 1 is faster: '
         '%s.' % (', '.join(names[:6]) + (' and %d more' % (len(names) - 6) if len(names) > 6 else '')),
         'less is better:', *names)


def check_timed(s, caption, lines):
    first = lines.pop(0)
    need(first[:6] == 'to off', 'timed: heads')
    columns = heads(first[6:], lines.pop(0)[6:])
    known = [t for t in s.d['timed'] if any(v['variant'] == 'off' for v in t['variants'])]
    used = known[:len(columns)]
    need(columns == [(t['workload'][:13], t['ring']) for t in used], 'timed: columns')
    at = [{v['variant']: v for v in t['variants']} for t in used]
    shown = []
    while lines and re.search(r' (\d+\.\d{3}\??|-)$', lines[0]):
        cells = lines.pop(0).split()
        need(len(cells) == len(columns) + 1 and cells[0] in s.d['variants'], 'timed:', *cells)
        shown.append(cells[0])
        for text, own, t in zip(cells[1:], at, used):
            v = own.get(cells[0])
            where = 'timed, %s, %s, %s' % (cells[0], t['workload'], t['ring'])
            if not v or v['ratio_to_off'] is None:
                need(text == '-', where)
                continue
            need(text.endswith('?') == holds_one(v), where, 'is resolved or not')
            shows(text.rstrip('?'), v['ratio_to_off'], 3, where)
    left_rows(lines, shown, [v for v in s.d['variants'] if v != 'off' and any(v in x for x in at)],
              'timed')
    m = take(lines, r'(\d+) more columns' + re.escape(WHERE))
    need(len(known) - len(used) == (int(m.group(1)) if m else 0), 'timed: columns')
    reach = [max(v['ci_high'] - v['ratio_to_off'], v['ratio_to_off'] - v['ci_low'])
             for x in at for v in x.values() if v['ci_low'] is not None and v['variant'] != 'off']
    if not reach:
        return need(caption == 'Elements/s without a guest; too few boots for an interval, so all '
                    'unresolved (?):', 'timed:', caption)
    shows(match(r'Elements/s without a guest; \?: the 95 % interval holds 1, unresolved; none '
                r'reaches further than (\d+\.\d{3}) from its ratio:', caption, 'timed')[0],
          max(reach), 3, 'the widest interval')
