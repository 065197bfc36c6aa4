# SPDX-License-Identifier: GPL-2.0-or-later
# For forms.sh.  forms.py figures REPORT CSV: what `vqreport --csv` printed is what
# summary.json has.  forms.py plots REPORT: what stands beside plots, likewise.
# forms.py markdown REPORT MD: its tables are those of index.html.
import csv
import html.parser
import json
import re
import sys

what, report = sys.argv[1:3]
summary = json.load(open(report + '/summary.json'))
CELLS = {(c['workload'], c['ring'], c['variant']): c for c in summary['cells']}
seen = 0


def same(text, value, where, off_by=0):
    """As far as six digits go, and @off_by; nothing stands for null."""
    global seen
    seen += 1
    if (text == '') != (value is None) or (
            text and abs(float(text) - value) > 1e-5 * max(abs(value), 1e-9) + off_by):
        sys.exit('%s: %r is %r in summary.json' % (where, text, value))


def rows(path):
    with open(path, newline='') as f:
        lines = list(csv.reader(f))
    for line in lines:
        if len(line) != len(lines[0]):
            sys.exit('%s: %d cells, not %d: %s' % (path, len(line), len(lines[0]), line))
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def figures(path):
    counted = {}
    for w in summary.get('counted', []):
        for c in w['cells']:
            counted[w['workload'], c['ring'], c['variant'], c['order']] = c
    said = set()
    for row in rows(path):
        key = row['workload'], row['ring'], row['variant']
        where = ' '.join(key) + ' ' + row['figure']
        if (key, row['order'], row['figure']) in said:
            sys.exit(where + ': twice')
        said.add((key, row['order'], row['figure']))
        if ring_figure(row, key, counted, where):
            continue
        cell = CELLS[key]
        name = row['figure'].replace('throughput_to', 'to')
        f = cell.get(name) or cell['ordering'][name]
        same(row['n'], f['n'], where)
        if 'ratio' in f:
            for column, member in (('value', 'ratio'), ('low', 'ci_low'), ('high', 'ci_high')):
                same(row[column], f[member], where)
        else:
            for column, member in (('value', 'median'), ('low', 'min'), ('high', 'max')):
                same(row[column], f[member], where)
    # Nothing that the summary has is left out.
    for key, cell in CELLS.items():
        for group in (cell, cell['ordering']):
            for name, f in group.items():
                if isinstance(f, dict) and f.get('median') is not None and 'min' in f and \
                        (key, '', name) not in said:
                    sys.exit('%s: no %s' % (key, name))
    for key in counted:
        if counted[key]['thread'] is not None and (key[:3], key[3], 'thread') not in said:
            sys.exit('%s: no thread' % (key,))
    for t in summary['timed']:
        for v in t['variants']:
            if ((t['workload'], t['ring'], v['variant']), t['order'], 'elements_per_s') not in said:
                sys.exit('%s: not timed' % v)
    for d in summary['driver']:
        if ((d['workload'], d['ring'], d['variant']), '', 'driver_work') not in said:
            sys.exit('%s: no driver' % d)
    for kind, name in (('device', 'device'), ('driver', 'driver_get_buf'),
                       ('throughput', 'throughput')):
        for a in summary['ablation'][kind]:
            key = a['workload'], a['ring'], summary['ablation']['variants']['batch']
            order = a['order'] if kind == 'device' else ''
            if (key, order, name + '_batch_effect') not in said:
                sys.exit('%s: no effect' % a)


def ring_figure(row, key, counted, where):
    """What was counted and timed without a guest, the driver, the ablation: is it such a row?"""
    name = row['figure']
    of = lambda x: (x['workload'], x['ring']) == key[:2]
    effect = re.match('(.*)_(order|batch|both)_effects?$', name)
    if effect:
        a, (part, side) = summary['ablation'], effect.groups()
        if key[2] != a['variants']['order' if side == 'order' else 'batch']:
            sys.exit(where + ': is not of that variant')
        if part == 'throughput':
            f = [x for x in a['throughput'] if of(x)][0][side]
            same(row['n'], f['n'], where)
            for column, member in (('value', 'ratio'), ('low', 'ci_low'), ('high', 'ci_high')):
                same(row[column], f[member], where)
        elif part.startswith('driver_'):
            f = [x for x in a['driver'] if of(x)][0][part[len('driver_'):]]
            same(row['value'], f[side + '_effect'], where)
        else:
            f = [x for x in a['device'] if of(x) and x['order'] == row['order']][0][part]
            same(row['value'], f[side + '_effect'], where)
    elif name.startswith('driver_'):
        d = [x for x in summary['driver'] if of(x) and x['variant'] == key[2]][0]
        part = name[len('driver_'):]
        same(row['value'], d[part] / (d['elements'] if part == 'interrupts' else 1), where)
    elif name in ('elements_per_s', 'ratio_to_off'):
        t = [x for x in summary['timed'] if of(x) and x['order'] == row['order']][0]
        v = [x for x in t['variants'] if x['variant'] == key[2]][0]
        same(row['value'], v[name], where)
        if name == 'ratio_to_off':
            same(row['low'], v['ci_low'], where)
            same(row['high'], v['ci_high'], where)
    elif row['order']:
        same(row['value'], counted[key + (row['order'],)][name], where)
    else:
        return False
    return True


def plots():
    for row in rows(report + '/plots/throughput.csv'):
        f = CELLS[row['workload'], row['ring'], row['variant']]['to_off']
        for column, member in (('throughput_over_off_ratio', 'ratio'), ('ci95_low_ratio', 'ci_low'),
                               ('ci95_high_ratio', 'ci_high'), ('blocks', 'n')):
            same(row[column], f[member], column)
    for row in rows(report + '/plots/order-cost-time.csv'):
        f = CELLS[row['workload'], row['ring'], row['variant']]['ordering']['order_cost_ns']
        same(row['order_cost_ns_per_element'], f['median'], 'order-cost-time')
    for name, column, hist in (('depth', 'reorder_depth_elements', 'depth'),
                               ('stash', 'stash_count_elements', 'stash_count')):
        found = {}
        for row in rows(report + '/plots/%s.csv' % name):
            key = row['workload'], row['ring'], row['variant']
            found.setdefault(key, []).append([int(row[column]), int(row['count'])])
            total = sum(n for _, n in CELLS[key]['ordering'][hist])
            share = 100 * sum(n for v, n in CELLS[key]['ordering'][hist] if v >= int(row[column]))
            same(row['at_least_percent'], share / total, name)
        for key, bins in found.items():
            if bins != CELLS[key]['ordering'][hist]:
                sys.exit('%s of %s is not that of summary.json' % (name, key))
    counted = {(c['ring'], c['order'], c['variant']): c
               for c in summary['counted'][0]['cells']}
    for row in rows(report + '/plots/counted-depth.csv'):
        c = counted[row['ring'], row['order'], row['variant']]
        same(row['device_instructions_per_element'], c['device'], 'counted-depth')
    for row in rows(report + '/plots/order-cost.csv'):
        c, off = [counted[row['ring'], row['order'], v] for v in (row['variant'], 'off')]
        if c['state'] == off['state'] == 'ok':
            for part in ('fill', 'flush'):
                same(row[part + '_instructions_per_element'], c[part], 'order-cost')
            same(row['sum_over_off_instructions_per_element'],
                 sum(c[p] - off[p] for p in ('fill', 'flush', 'pop')), 'order-cost', 0.03)
    for row in rows(report + '/plots/order-and-batch.csv'):
        a = [x for x in summary['ablation']['device']
             if (x['workload'], x['ring'], x['order']) == (row['workload'], row['ring'], row['order'])][0]
        for side, column in (('order', 'order_alone'), ('batch', 'one_entry_a_batch')):
            same(row[column + '_instructions_per_element'], a['device'][side + '_effect'], 'batch')
    kinds = set()
    for row in rows(report + '/plots/answer.csv'):
        of = row['order_or_workload']
        kinds.add((row['evidence'], row['ring'], of))
        if row['evidence'] == 'counted':
            c = counted[row['ring'], of, row['variant']]
            same(row['over_off_instructions_per_element'], c['device_over_off'], 'answer')
        else:
            f = CELLS[of, row['ring'], row['variant']]['to_off']
            for column, member in (('throughput_over_off_ratio', 'ratio'), ('blocks', 'n'),
                                   ('ci95_low_ratio', 'ci_low'), ('ci95_high_ratio', 'ci_high')):
                same(row[column], f[member], 'answer')
    if len(kinds) != 6:  # of each ring format two orders, and one workload
        sys.exit('answer.csv has %s' % sorted(kinds))
    if not rows(report + '/plots/hold.csv'):
        sys.exit('hold.csv: nothing in it')


class Tables(html.parser.HTMLParser):
    """All cells of a page's rows, but those of plots and of trials."""

    def __init__(self):
        super().__init__()
        self.rows, self.cell, self.inside, self.outside = [], None, False, 0

    def handle_starttag(self, tag, attrs):
        if tag == 'figure' or (tag == 'section' and dict(attrs).get('id') == 'trials'):
            self.outside += 1
        if tag == 'tbody':
            self.inside = True
        if tag == 'tr' and self.inside and not self.outside:
            self.rows.append([])
        if tag in ('td', 'th') and self.inside:
            self.cell = ''

    def handle_endtag(self, tag):
        if tag in ('figure', 'section') and self.outside:
            self.outside -= 1
        if tag == 'tbody':
            self.inside = False
        if tag in ('td', 'th') and self.inside and not self.outside:
            self.rows[-1].append(self.cell)

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def markdown(path):
    global seen
    page = Tables()
    page.feed(open(report + '/index.html').read())
    want = [[' '.join(c.replace('\u2212', '-').replace('\u2007', ' ').split()) for c in row]
            for row in page.rows]
    have = []
    for line in open(path):
        if not line.startswith('| '):
            continue
        cells = [re.sub(r'\\(.)', r'\1', c.strip()) for c in re.split(r'(?<!\\)\|', line)[1:-1]]
        if cells[0].startswith('**'):
            cells = [cells[0].strip('*')]
        have.append([' '.join(c.split()) for c in cells])
    # Heads are not bodies: what is left once each body row was found in its order.
    at = 0
    for row in want:
        while at < len(have) and have[at] != row:
            at += 1
        if at == len(have):
            sys.exit('not in it: %s' % row)
        at += 1
        seen += 1


{'figures': lambda: figures(sys.argv[3]), 'plots': plots,
 'markdown': lambda: markdown(sys.argv[3])}[what]()
if seen < 50:
    sys.exit('only %d were compared' % seen)
