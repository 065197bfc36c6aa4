# SPDX-License-Identifier: GPL-2.0-or-later
# For letter.py: each labelled paragraph of report.txt, computed again from summary.json.
import re

from letter_summary import OVER, VERDICTS, holds_one, match, need, plural, shows, span


# -- the answer --------------------------------------------------------------------------
def standing(cells, variant, ring):
    """The orders in which it was counted beside off; in how many it is least or level."""
    at = {(c['order'], c['variant']): c for c in cells if c['ring'] == ring}
    orders, least, overs = 0, 0, []
    for order in dict.fromkeys(o for o, _ in at):
        own, off = at[order, variant], at.get((order, 'off'))
        if own['device_over_off'] is None or not off or off['device'] is None:
            continue
        best = min(c['device'] for (o, v), c in at.items()
                   if o == order and v != 'off' and c['device'] is not None)
        orders += 1
        least += own['device'] - best <= 0.005 * off['device']
        overs.append(own['device_over_off'])
    return orders, least, overs


def check_counted_words(s, text):
    w = s.leading()
    if not w:
        return match(r'Not in QEMU; recorded orders, replayed in memory: report-full\.txt\.', text,
                     'counted')
    if text.startswith('Nothing can be held'):
        return need(all(c['device_over_off'] is None or c['variant'] == 'off'
                        for c in w['cells']), 'something was counted')
    least, rest, qemu, device, n = match(
        r'(?:One strategy keeps order:|Order costs( least) with) (.*?)(?:; qemu: ' + OVER + r')?\. (\S+) \w+, (\d+) '
        r'strateg(?:y|ies) in order; counts repeat, they are not time\.', text, 'counted')
    names = [v for v in dict.fromkeys(c['variant'] for c in w['cells']) if s.ordered(v)]
    need(int(n) == len(names) and (least is not None) == (len(names) > 1), 'strategies in order:', n)
    need(w['class'].startswith(device), 'class', device)
    best, rings = {}, dict.fromkeys(c['ring'] for c in w['cells'])
    for i, item in enumerate(re.split(r', with ', rest)):
        label, ring, over, k, of = match(
            r'(\S+) on (\w+) rings \(' + OVER + ('' if i else ' instructions an element over off') +
            r'(?:; ' + ('' if i else r'fewest, or level to 0\.5 %, in ') + r'(\d+) of (\d+) orders|)\)',
            item, 'counted')
        orders, own, overs = standing(w['cells'], label, ring)
        need((k is None) == (len(names) == 1), 'the least of how many?')
        need(k is None or (int(k), int(of)) == (own, orders), label, ring, 'is least in', own, 'of',
             orders)
        span(over, overs, 0, 'what order costs with ' + label)
        for other in names:
            o, k2, overs2 = standing(w['cells'], other, ring)
            need(not o or k2 < own or (k2 == own and sum(overs2) / o >= sum(overs) / orders - 1e-3),
                 other, 'costs less than', label)
        best[ring] = label
    need(set(best) == {r for r in rings if any(standing(w['cells'], v, r)[0] for v in names)},
         'rings', *best)
    overs = [x for r, b in best.items() if b != 'qemu' and 'qemu' in names
             for x in standing(w['cells'], 'qemu', r)[2]]
    need((qemu is not None) == bool(overs), 'qemu')
    if qemu:
        span(qemu, overs, 0, 'qemu')


def check_timed_words(s, text):
    ratios = s.timed_ratios()
    boots = max(len(v['boots']) for t in s.d['timed'] for v in t['variants'])
    head, name, led = match(r'(.*?)(?:; (\S+) (\d+\.\d{3}(?: to \d+\.\d{3})?))?\.', text, 'timed')
    if led:
        span(led, [v['ratio_to_off'] for _, v in ratios if v['variant'] == name], 3, name)
    if all(v['ci_low'] is None for _, v in ratios):
        return need(head == 'Without a guest, %s: unresolved, for fewer than %d boots give no '
                    'interval' % (plural(boots, 'boot'), 7 if 'until' in s.d else 6), 'timed:', head)
    below = sum(not holds_one(v) and v['ci_high'] < 1 for _, v in ratios)
    above = sum(not holds_one(v) and v['ci_low'] > 1 for _, v in ratios)
    need(head == 'Elements/s to off without a guest, %d boots, %s: %d below 1, %d above, '
         '%d unresolved (95 %% intervals)' % (boots, plural(len(ratios), 'ratio'), below, above,
                                              len(ratios) - below - above), 'timed:', head)


def resolved_words(comparisons):
    said = ['%d %s' % (n, v) for v in VERDICTS
            for n in [sum(c['verdict'] == v for c in comparisons)] if n]
    return ', '.join(said)


def check_live_words(s, text):
    if text == 'Nothing was timed in a guest.':
        return need(not s.d['trials'], 'trials have run')
    if text == 'The plan has no variant named off: no ratios, no verdicts.':
        return need('off' not in s.d['variants'], 'there is an off')
    every, qemu = s.judged('to_off'), s.judged('to_qemu')
    if text == 'Unresolved: no two blocks with a pair, so no verdict.':
        return need(not every, 'there are verdicts')
    need(every, 'no verdict is known')
    accel, blocks, rest = match(r'Throughput in a guest, (\w+), (\d+) blocks\.(.*)', text, 'live')
    need(accel.lower() == s.d['accel'] and int(blocks) == s.d['blocks_run'], 'live:', accel, blocks)
    told = [w for w in s.workloads if resolved_words(s.judged('to_off', w))]
    for w in told[:3]:
        judged = s.judged('to_off', w)
        head = ' %s: of %d' % (w[:40], len(judged))
        need(rest.startswith(head), 'not told, or otherwise:', head)
        rest = rest[len(head):]
        for verdict in VERDICTS:
            own = {v: c['to_off'] for (x, _, v), c in s.cells.items()
                   if x == w and c['to_off']['verdict'] == verdict}
            ratios = [c['ratio'] for c in judged if c['verdict'] == verdict]
            if not ratios:
                continue
            names = [v[:20] + ', ' for v in s.d['variants'] if v in own]
            m = re.match(r', %d %s' % (len(ratios), verdict) + (
                '' if verdict == 'equivalent' else r' \(%s(\d\.\d{3}) to (\d\.\d{3}) of off\)' %
                re.escape(''.join(names) if len(names) < 3 else '')), rest)
            need(m, w, 'has', len(ratios), verdict, *names)
            if verdict != 'equivalent':
                shows(m.group(1), min(ratios), 3, w)
                shows(m.group(2), max(ratios), 3, w)
            rest = rest[m.end():]
        need(rest[:1] == '.', 'live is of no known form:', rest)
        rest = rest[1:]
    if len(told) > 3:
        more = ' %d more workloads have verdicts.' % (len(told) - 3)
        need(rest.startswith(more), 'workloads with verdicts are', *told)
        rest = rest[len(more):]
    unresolved = [c for c in every if c['verdict'] == 'unresolved']
    if not unresolved:
        form, seen = r' None is unresolved\.', []
    else:
        seen = [c['detectable_slowdown'] for c in unresolved]
        form = (r' Unresolved: %d of all %d; a slowdown may hide there, but (?:one of '
                r'(\d+(?: to \d+)?) %%|one of (\d+) %%, in some not even of 95 %%,|(not even one '
                r'of 95 %%)) would have shown four times in five\.' % (len(unresolved), len(every)))
    m = re.match(form, rest)
    need(m, 'live is of no known form:', rest)
    if seen and m.group(1):
        need(max(seen) < 0.95, 'not all would have been seen')
        span(m.group(1), [100 * x for x in seen], 0, 'a slowdown that would have shown')
    elif seen and m.group(2):
        need(min(seen) < 0.95 <= max(seen), 'what would have been seen')
        shows(m.group(2), 100 * min(seen), 0, 'a slowdown that would have shown')
    elif seen:
        need(min(seen) >= 0.95, 'something would have been seen')
    want, once = '', sum(c['verdict'] == 'one block' for c in s.to('to_off'))
    if once:
        want = ' Of one block, without a verdict: %d.' % once
    if qemu:
        words = resolved_words(qemu)
        want += ' To qemu: %s%d of %d unresolved.' % (
            words + ', ' if words else '', sum(c['verdict'] == 'unresolved' for c in qemu),
            len(qemu))
    need(rest[m.end():] == want, 'of qemu the summary says', want)


# -- the other fields --------------------------------------------------------------------
def check_effects(text, cells, order, batch, what):
    """" A split, B packed" of both effects, over @cells."""
    for printed, effect in ((order, 'order_effect'), (batch, 'batch_effect')):
        values = {}
        for ring, x in cells:
            if x[effect] is not None:
                values.setdefault(ring, []).append(x[effect])
        said = {}
        for item in printed.split(', '):
            over, ring = match(OVER + r' (\w+)', item, what)
            said[ring] = over
        need(said.keys() == values.keys(), what, 'rings', *said)
        for ring, over in said.items():
            span(over, values[ring], 0, '%s, %s, %s' % (what, effect, ring))


def has_effects(s):
    """Whether one entry a batch was held against an entry an element: device, driver."""
    a = s.d.get('ablation', {'device': [], 'driver': []})
    first = [x for x in a['device'] if x['workload'] == a['device'][0]['workload']]
    return (any(x['device']['batch_effect'] is not None for x in first),
            any(x['get_buf']['batch_effect'] is not None for x in a['driver']))


def check_in_order(s, text):
    a = s.d['ablation']
    device, driver = match(r'Instructions an element\.( Device: .*?\.|)( Driver, get_buf: .*\.|)', text,
                           'in-order')
    first = [x for x in a['device'] if x['workload'] == a['device'][0]['workload']]
    need((bool(device), bool(driver)) == has_effects(s), 'in-order: parts')
    if device:
        name, order, name2, batch = match(
            r' Device: order alone \((\S+)\) (.*); one used entry a batch \((\S+)\) besides (.*)\.',
            device, 'in-order')
        need(name == a['variants']['order'] and name2 == a['variants']['batch'], 'in-order: names')
        check_effects(text, [(x['ring'], x['device']) for x in first], order, batch, 'device')
    if driver:
        order, batch = match(r' Driver, get_buf: order (.*); batch (.*)\.', driver, 'in-order')
        check_effects(text, [(x['ring'], x['get_buf']) for x in a['driver']], order, batch, 'driver')


def check_watched(s, text):
    cells = s.cells.values()
    own = [c['ordering'] for c in cells if s.ordered(c['variant'])]
    need(text == '%d elements in order: %d violations, %d events lost.' % (
        sum(o['elements'] for o in own), sum(o['order_violations'] for o in own),
        sum(c['ordering']['lost_events'] for c in cells)), 'watched:', text)


def check_left_out(s, text):
    n = sum(x['state'] != 'never started' for x in s.d['left_out'])
    need(text == '%d trial%s or phase%s, in no ratio.' % (n, 's' * (n > 1), 's' * (n > 1)),
         'left out:', n)


def check_method(s, text):
    n, margin = match(
        r"A trial is a boot, a block every variant once, shuffled\. Ratio: median over blocks, "
        r"probes off\. Verdict: %s test and interval, Holm over a workload's and ring's variants; "
        r"of (\d+) such families each may err in 5 %% of runs, so one lone verdict is no finding\. "
        r"Equivalent: within ([\d.]+) %%, by two one-sided tests\." %
        ('sign' if 'until' in s.d else 't'), text, 'method')
    need(int(n) == s.families() and float(margin) == round(100 * s.d['margin'], 6), 'method')


def check_until(s, text):
    u, reach = s.d['until'], s.d['until']['reach']
    left = [c for c in s.judged('to_off') + s.judged('to_qemu') if c['verdict'] not in VERDICTS]
    ratios = [v for _, v in s.timed_ratios()]
    left += [dict(v, ratio=v['ratio_to_off']) for v in ratios if holds_one(v)]
    within = sum(c['ci_low'] is not None and c['ratio'] / c['ci_low'] <= 1 + reach and
                 c['ci_high'] / c['ratio'] <= 1 + reach for c in left)
    resolved = len(s.judged('to_off') + s.judged('to_qemu') + ratios) - len(left)
    need(text == 'Judged after each block, of at most %d, by intervals and tests that allow for '
         'that; after %d: %s resolved, %d within %g %%, %d open.' % (
             u['most_blocks'], s.d['plan_blocks'], plural(resolved, 'comparison'), within,
             round(100 * reach, 6), len(left) - within), 'until', text)
    need([u['resolved'], u['within'], u['open']] == [resolved, within, len(left) - within], 'until')


def check_host(s, text):
    need(text == '%s, %s%s, Linux %s' % (s.d['host_cpu'][:40], plural(s.d['host_cores'], 'core'),
                                         ', virtual' * s.d['host_virtual'], s.d['host_kernel'][:30]), 'host')


def check_qemu(s, text):
    sha, guest = s.d['qemu_sha256'], '; guest Linux %s, %s' % (s.d['guest_kernel'][:40], s.d['accel'])
    need(text == s.d['qemu'][:20] + (', sha256 ' + sha[:16] if sha else '') +
         guest * bool(s.d['trials']), 'qemu')


def check_plan(s, text):
    boots = s.d['counting_boots']
    need(text == '%s, seed %d, %s; trials ok: %d of %d%s' % (
        s.d['plan'][:40], s.d['plan_seed'], plural(s.d['plan_blocks'], 'block'), s.d['trials_ok'],
        max(s.d['trials_planned'], s.d['trials']),
        ', ' + plural(boots, 'counting boot') if boots else ''), 'plan')


def check_again(s, text):
    blocks = ''
    if 'until' in s.d:
        blocks = ' UNTIL=%g%% BLOCKS=%d' % (round(100 * s.d['until']['reach'], 6),
                                            s.d['until']['most_blocks'])
    elif 'blocks_instead_of' in s.d:
        need(s.d['blocks_instead_of'] != s.d['plan_blocks'], 'again: the plan has as many')
        blocks = ' BLOCKS=%d' % s.d['plan_blocks']
    need(text == 'vqlab %s (%s): make bench CONFIG=configs/%s.ini%s' % (
        s.d['vqlab'][:10], s.d['commit'][:12], s.d['plan'][:40], blocks), 'again')


def noise_of_trials(s):
    h = s.d.get('host')
    n = len(h['disturbed']) if h else 0
    if not n:
        return None
    if n == s.d['trials']:
        return ('Every trial, %d, ran on a disturbed host: none is left to be judged without '
                'them.' % n)
    if not h['changed'] and 4 * n <= h['trials_recorded']:
        return None
    gone = sum(x['n_without'] < 2 for x in h['changed'])
    return ('%d of %d trials ran on a disturbed host; without them %d of %d verdicts are others%s.' %
            (n, s.d['trials'], len(h['changed']), h['verdicts'],
             ', %d of them for want of two blocks' % gone if gone else ''))


def noise_of_boots(s):
    timed = s.d.get('timed', [])
    hosts = [t['host'] for t in timed if 'host' in t]
    n, changed = (sum(len(h[x]) for h in hosts) for x in ('disturbed', 'changed'))
    if not n or (not changed and 4 * n <= sum(h['boots_recorded'] for h in hosts)):
        return None
    boots = sum(len(t['variants'][0]['boots']) for t in timed)
    return ('%d of %d boots without a guest ran on a disturbed host; ratios on another side of 1 '
            'without them: %d of %d.' % (n, boots, changed, sum(h['ratios'] for h in hosts)))


def noise_words(s):
    return ' '.join(x for x in (noise_of_trials(s), noise_of_boots(s)) if x) or None


def check_noise(s, text):
    need(text == noise_words(s), 'noise:', text)


def check_more(s, text):
    need(text == 'report-full.txt: all tables, and what this run cannot tell', 'more')


FIELDS = {'counted': check_counted_words, 'timed': check_timed_words, 'live': check_live_words,
          'in-order': check_in_order, 'watched': check_watched, 'left out': check_left_out,
          'method': check_method, 'until': check_until, 'host': check_host, 'qemu': check_qemu,
          'plan': check_plan, 'again': check_again, 'more': check_more, 'noise': check_noise}
