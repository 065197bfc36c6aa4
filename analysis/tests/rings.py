# SPDX-License-Identifier: GPL-2.0-or-later
# For rings.sh.  rings.py make RUN adds to a made-up run what vqring and counting boots
# leave (runners/TRIAL.md); rings.py WHAT RUN holds a part of its report to these files,
# by arithmetic of its own; rings.py edit RUN CODE changes the counted file.
import json
import math
import os
import re
import sys

what, run = sys.argv[1:3]
COUNTED = run + '/rings/ring-read.json'
ORDERS = ['in-order', 'shuffle:32', 'shuffle:256', 'reverse:8']
FUNCTIONS = ['virtqueue_pop', 'virtqueue_fill', 'virtqueue_flush', 'virtqueue_push', 'thread']
PARTS = ['add', 'kick', 'get_buf', 'detach', 'interrupt', 'other']
ROUND = 'batch-used+round'
BOOTS = (1, 2, 4, 5, 6, 7, 8)
DEPTH = {'in-order': 0.0, 'shuffle:32': 13.25, 'shuffle:256': 124.5, 'reverse:8': 3.5}


def load(path):
    return json.load(open(path))


def save(path, d):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    json.dump(d, open(path, 'w'))


def counted_run(label, ring, order, i, factor):
    n = 1000
    each = [2500 + 7 * i, 800 + (i * 30 - 45) * (i > 0) * (1 + ORDERS.index(order)),
            170 + 13 * i - 40 * (i > 2) * ORDERS.index(order)]
    each += [each[1] + each[2] + 50, 10000 + each[1] + each[2]]
    total = [round(x * n * factor) + 3 * i for x in each]
    return {'label': label, 'variant': label, 'ring': ring, 'state': 'ok', 'elements': n,
            'functions': {f: {'calls': n, 'instructions': t}
                          for f, t in zip(FUNCTIONS[:4], total)}, 'thread': total[4]}


def counted_cell(label, ring, order, i):
    cell = {'label': label, 'ring': ring, 'order': order, 'state': 'ok'}
    wide = 0.01 if (label, order) == ('hash-table', 'shuffle:256') else 0.0004
    if (label, ring, order) == ('bitmap', 'split', 'reverse:8'):
        return dict(cell, state='stalled', evidence='made up: used index stands at 17', runs=[])
    if (label, ring, order) == ('off', 'packed', 'reverse:8'):
        return dict(cell, state='broken', evidence='made up: id 3 came back twice', runs=[])
    runs = [counted_run(label, ring, order, i, f) for f in (1, 1 + wide)]
    figures, apart = {}, 0
    for f in FUNCTIONS:
        x = [(r['thread'] if f == 'thread' else r['functions'][f]['instructions']) /
             r['elements'] for r in runs]
        figures[f] = sum(x) / 2
        apart = max(apart, (max(x) - min(x)) / (sum(x) / 2))
    stores = 1.0 if i == 0 else 1 / (1 + DEPTH[order]) + 0.001 * i * (i < 2)
    entries = 0.25 if (label, order) == ('array-window', 'shuffle:32') else 1.0
    if label == 'batch-used':
        entries = 1 / (1 + DEPTH[order] / 2)
    if label == ROUND:
        entries = stores = 1 / (2 + DEPTH[order])
    return dict(cell, instructions=figures, difference=apart, agree=apart <= 0.005, runs=runs,
                traffic={'used_entries': entries, 'index_stores': stores,
                         'index_stores_exact': (label, ring) != ('qemu', 'packed'),
                         'bytes_read': 50.0,
                         'bytes_written': 8 * entries + (2 * stores if ring == 'split' else 0),
                         'depth_mean': DEPTH[order] if i == 0 else 0.0,
                         'windows_cut': 3.0 if (label, ring, order) ==
                         ('qemu', 'split', 'shuffle:256') else 0.0})


def make():
    d = load(run + '/run.json')
    ring = {'kind': 'ring', 'summary': 'made up'}
    d['workloads'] += [
        dict(ring, name='ring-read', device='virtio-blk', unit='instructions',
             ring={'measure': 'count', 'load': 'read', 'orders': ORDERS}),
        dict(ring, name='ring-tx', device='virtio-net', unit='instructions',
             ring={'measure': 'count', 'load': 'tx', 'orders': ['natural']}),
        dict(ring, name='ring-flat', device='virtio-blk', unit='elements/s', rings=['split'],
             ring={'measure': 'time', 'load': 'read', 'orders': ['natural']})]
    for w in d['workloads']:
        if w['kind'] == 'iperf3':
            w['direction'] = 'in'
    if 'until' not in d:
        d['blocks'] = 8
    d['driver'] = d['variants']
    save(run + '/run.json', d)
    qemu = {'version': '0.0.0', 'source': 'made up', 'sha256': ''}
    size = {'size': 256, 'depth': 64, 'batch': 64, 'chain': 3, 'segment': 4096}
    save(COUNTED, {
        'tool': 'vqring', 'version': '0', 'command': 'count', 'qemu': qemu,
        'load': dict(size, device='virtio-blk', kind='read', disk='null'), 'iothreads': True,
        'by': 'valgrind-made-up', 'runs': 2, 'order_seed': 1,
        'cells': [counted_cell(v, r, o, i) for r in ('split', 'packed') for o in ORDERS
                  for i, v in enumerate(d['variants'][:4] + ['bitmap'] +
                                           [ROUND] * (ROUND in d['variants']))],
        'left_out': [{'order': 'shuffle:32', 'run': 2, 'why': 'made up: killed'}]})
    save(run + '/rings/ring-tx.json',
         {'schema': 'vqlab-left-out-1', 'left_out': 'no valgrind (made up)'})
    for block in BOOTS:
        devices = []
        names = ['off', 'in-place', 'batch-used'] if 'batch-used' in d['variants'] else None
        for i, v in enumerate(names or ['off', 'off2', 'qemu']):
            rate = 500000 * (1 + 0.1 * block) * (1, 1.01, 0.7)[i] * (1 + 0.01 * (block * i % 3))
            devices.append({'label': v, 'variant': v.rstrip('2'), 'state': 'ok', 'turns': [
                {'elements': round(rate * 0.2 * k), 'seconds': 0.2}
                for k in (0.9, 1, 1.3 + 0.01 * i, 1 + 0.02 * i * block)]})
        if block == 2:
            devices[2].update(state='broken', rule='order', evidence='made up: entry 5')
        save(run + '/rings/ring-flat-split-b%02d.json' % block, {
            'tool': 'vqring', 'command': 'run', 'qemu': qemu, 'ring': 'split', 'order': None,
            'load': dict(size, device='virtio-blk', kind='read'),
            'boots': [{'seed': block, 'failed': None, 'devices': devices}]})
    for r in ('split', 'packed'):
        for i, v in enumerate(d['variants']):
            make_boot(r, v, i)


# Of one variant and workload, some more than off's.
def segments(variant, workload):
    return 9000 + 10 * (variant == 'qemu' and workload == 1)


def make_boot(ring, variant, i):
    t = load(run + '/trials/b01-%s-%s/trial.json' % (ring, variant))
    t.update(id='count-%s-%s' % (ring, variant), block=0, counting=True)
    t['phases'] = [p for p in t['phases'] if not p['probes']]
    for k, p in enumerate(t['phases']):
        parts = {x: 3000 * (40 + 9 * j + 5 * i * (j % 3) + k) + i for j, x in enumerate(PARTS)}
        p['driver'] = {'instructions': sum(parts.values()), 'elements': None if k == 3 else 3000,
                       'requests': 3000, 'interrupts': 77, 'parts': parts,
                       'functions': [{'name': 'vring_map_one_sg', 'part': 'add',
                                      'calls': segments(variant, k), 'instructions': 7}]}
    if (ring, variant) == ('packed', 'bitmap'):
        t.update(state='stalled', reason='made up: no completion', phases=[])
    save(run + '/trials/%s/trial.json' % t['id'], t)


# The report: rows of a table by group, from its head to the line after it.
def table(head, nth=0):
    lines = open(run + '/report/report-full.txt').read().split('\n')
    at = [i for i, x in enumerate(lines) if x.split('  ')[0] == head][nth]
    rows, group = {}, None
    for line in lines[at + 1:]:
        if not line or (line[0] != ' ' and line[0].isupper()):
            break
        if line[0] != ' ':
            group = line
        else:
            rows[group, line.split()[0]] = line.split()[1:]
    return rows


def same(printed, computed):
    assert printed == computed, 'printed %s, computed %s' % (printed, computed)


def signed(x, digits, mark=''):
    return mark + ('0' if abs(x) < 0.5 * 10 ** -digits else '%+.*f' % (digits, x))


def cells():
    return {(c['label'], c['ring'], c['order']): c for c in load(COUNTED)['cells']}


def labels():
    return [c['label'] for c in load(COUNTED)['cells'][:5]]


# What stands for @get of a cell: "X" of off, "+X" over off, or why not.
def cost(all_cells, label, ring, order, get, digits, agrees=True, exact=True):
    c, off = all_cells[label, ring, order], all_cells['off', ring, order]
    if c['state'] != 'ok':
        return c['state']
    if off['state'] != 'ok':
        return 'no'  # off
    mark = '' if not agrees or (c['agree'] and off['agree']) else '~'
    mark += '' if exact or c['traffic']['index_stores_exact'] else '>'
    if label == 'off':
        return mark + '%.*f' % (digits, get(c))
    return signed(get(c) - get(off), digits, mark)


def device(c):
    return c['instructions']['virtqueue_pop'] + c['instructions']['virtqueue_push']


def share(all_cells, label, ring, order):
    off = all_cells['off', ring, order]
    x = 100 * (device(all_cells[label, ring, order]) - device(off)) / off['instructions']['thread']
    return signed(x, 1) + '%'


def check_device():
    printed, c = table('device'), cells()
    for ring in ('split', 'packed'):
        for label in labels():
            want = []
            for order in ORDERS:
                want.append(cost(c, label, ring, order, device, 0))
                if want[-1] == 'no':
                    want.append('off')
                elif want[-1] in ('stalled', 'broken'):
                    pass
                elif label == 'off':
                    x = c[label, ring, order]
                    want.append('%.1f%%' % (100 * device(x) / x['instructions']['thread']))
                else:
                    want.append(share(c, label, ring, order))
            same(printed[ring + ' ring', label], want)
    same(printed['split ring', '(depth)'], ['%.1f' % DEPTH[o] for o in ORDERS])


def check_traffic():
    printed, c = table('ring traffic'), cells()
    kinds = (('stores of the used index', 'index_stores'), ('used entries', 'used_entries'),
             ('bytes written', 'bytes_written'))
    for ring, name, member in [(r, *k) for r in ('split', 'packed') for k in kinds]:
        for label in labels():
            group = '%s ring, %s' % (ring, name)
            row = printed.get((group, label)) or printed[group, 'all'][1:]
            want = [cost(c, label, ring, o, lambda x: x['traffic'][member], 3, False,
                         member == 'used_entries' or
                         (ring, member) == ('packed', 'bytes_written')) for o in ORDERS]
            same(' '.join(row).replace('no off', 'no').split(), want)


def check_parts():
    printed, c = table('by function'), cells()
    for ring in ('split', 'packed'):
        for order in ('in-order', 'shuffle:256'):
            for label in labels():
                same(printed['%s ring, %s' % (ring, order), label],
                     [cost(c, label, ring, order, lambda x: x['instructions'][f], 0)
                      for f in FUNCTIONS])


def driver(workload, ring, variant, part):
    for p in load('%s/trials/count-%s-%s/trial.json' % (run, ring, variant))['phases']:
        if p['workload'] == workload:
            d = p['driver']
            notices = d['parts']['kick'] + d['parts']['interrupt']
            sums = {'all': d['instructions'], 'notices': notices,
                    'work': d['instructions'] - notices}
            return dict(d['parts'], segments=d['functions'][0]['calls'],
                        **sums)[part] / d['requests']


def driver_text(workload, ring, variant, part='work'):
    x, off = driver(workload, ring, variant, part), driver(workload, ring, 'off', part)
    if x is None:
        return '-'
    if variant == 'off':
        return '%.0f' % x
    of = [driver(workload, ring, v, 'segments') for v in (variant, 'off')]
    other = part in ('work', 'all', 'add') and abs(of[0] / of[1] - 1) > 0.001
    return '~' * other + signed(x - off, 0)


def check_driver():
    names = [w['name'] for w in load(run + '/run.json')['workloads'] if w['kind'] == 'fio']
    printed = table('driver')
    for ring in ('split', 'packed'):
        for v in load(run + '/run.json')['variants']:
            want = [driver_text(w, ring, v, x) for w in names for x in ('work', 'notices')]
            same(printed[ring + ' ring', v], [x for x in want if x != '-'] or ['-'] * 3)
    for n, w in enumerate(names):
        printed = table('driver', 3 + n)  # after those of the classes and of the ablation
        for ring in ('split', 'packed'):
            for v in load(run + '/run.json')['variants']:
                same(printed[ring + ' ring', v],
                     [driver_text(w, ring, v, p) for p in PARTS + ['all']])


def rates(device):
    return [t['elements'] / t['seconds'] for t in device['turns']]


def middle(x):
    x = sorted(x)
    return (x[len(x) // 2] + x[(len(x) - 1) // 2]) / 2


# A boot counts as the median over its rounds; of 6 and 7 boots the range is the interval.
def timed():
    boots = [load('%s/rings/ring-flat-split-b%02d.json' % (run, b))['boots'][0]['devices']
             for b in BOOTS]
    for i, label in enumerate(('off', 'off2', 'qemu')):
        fine = [[rates(d) for d in b] for b in boots if b[i]['state'] == 'ok']
        ratios = [middle([x / y for x, y in zip(b[i], b[0])]) for b in fine]
        yield (label, len(fine), middle([middle(b[i]) for b in fine]), middle(ratios),
               min(ratios), max(ratios))


def check_timed():
    printed = table('elements/s')
    for label, n, median, ratio, low, high in timed():
        want = ['%.0f' % median, str(n)]
        want += ['1'] if label == 'off' else ['%.3f' % ratio, '[%.3f,' % low, '%.3f]' % high]
        want += ['broken', '1', 'of', '7'] if label == 'qemu' else ['ok']
        same(printed['split ring of 256, 64 in flight, natural', label], want)


def check_live():
    text = open(run + '/report/report-full.txt').read()
    text = text[text.index('\nThroughput relative to off'):]
    c, rows, order = cells(), 0, None
    for line in text[:text.index('\nTo off:')].split('\n')[5:]:
        head = re.match(r'(\S+), (split|packed): .*?(?:; counted (\S+))?$', line)
        if head:
            workload, ring, order = head.groups()
            continue
        if not line:
            continue
        label, tail = line.split()[0], line.split()[-4:]
        want = ['-', '-', '-']
        if order:
            want = [cost(c, label, ring, order, device, 0), '-',
                    cost(c, label, ring, order, lambda x: x['traffic']['index_stores'], 2, False,
                         False)]
            if not want[0][0].isalpha():
                want[1] = share(c, label, ring, order)
        same(' '.join(line.split()).replace('no off', 'no').split()[-4:],
             want + [driver_text(workload, ring, label)])
        assert order or workload == 'made-up-tcp', 'nothing counted stands beside ' + line
        rows += 1
    same(rows, 32)


def check_summary():
    d, c = load(run + '/report/summary.json'), cells()
    near = lambda a, b: math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-3)
    seen = 0
    for x in d['counted'][0]['cells']:
        cell, off = c[x['variant'], x['ring'], x['order']], c['off', x['ring'], x['order']]
        same(x['state'], cell['state'])
        if cell['state'] != 'ok':
            same([x['device'], x['evidence']], [None, cell['evidence']])
            continue
        assert near(x['device'], device(cell)) and near(x['thread'], cell['instructions']['thread'])
        assert near(x['index_stores'], cell['traffic']['index_stores'])
        if off['state'] == 'ok':
            assert near(x['device_over_off'], device(cell) - device(off))
            same(x['agree'], cell['agree'] and off['agree'])
        seen += 1
    same(seen, 38)
    for x in d['driver']:
        for part in ('all', 'work', 'notices', 'add', 'interrupt', 'segments'):
            assert near(x[part], driver(x['workload'], x['ring'], x['variant'], part))
    for x, t in zip(d['timed'][0]['variants'], timed()):
        same([x['variant'], x['n']], list(t[:2]))
        for printed, known in zip((x['elements_per_s'], x['ratio_to_off'], x['ci_low'],
                                   x['ci_high']), t[2:]):
            assert near(printed, known), (x, t)


SIDES = ('off', 'qemu', 'in-place', 'batch-used')


# Of one figure: off's, qemu's effect, those of order alone and of one entry a batch.
def effects(get, digits):
    off, qemu, order, batch = [get(v) for v in SIDES]
    less = lambda a, b: '-' if a is None or b is None else signed(a - b, digits)
    return ['-' if off is None else '%.*f' % (digits, off), less(qemu, off), less(order, off),
            less(batch, order), less(batch, off)]


def check_ablation():
    printed, c = table('device', 2), cells()  # the others are of all variants
    for ring in ('split', 'packed'):
        for order in ORDERS:
            of = lambda get: lambda v: (get(c[v, ring, order])
                                        if c[v, ring, order]['state'] == 'ok' else None)
            entries = c['batch-used', ring, order]['traffic']['used_entries']
            row = printed['ring-read, %s ring; 64 in flight, added 64 at a time' % ring, order]
            same(row, effects(of(device), 0) + ['%.3f' % entries] +
                 effects(of(lambda x: x['traffic']['bytes_written']), 1)[4:])
    check_rounds(c)
    names = [w['name'] for w in load(run + '/run.json')['workloads'] if w['kind'] != 'ring']
    at = next(i for i in range(9) if any(len(x) == 9 for x in table('driver', i).values()))
    printed = table('driver', at)
    for ring in ('split', 'packed'):
        for w in names:
            want = []
            for part in ('get_buf', 'work'):
                x = effects(lambda v: driver(w, ring, v, part), 0)
                differs = part == 'work' and len({driver(w, ring, v, 'segments') for v in SIDES}) > 1
                want += [x[0]] + ['~' * differs + y for y in x[2:4]]
            same(printed[ring + ' ring', w], want + ['%.3f' % (77 / 3000)] * 3)
    check_ablation_rates(names)
    check_ablation_summary(c)


def check_rounds(c):
    printed = table('rounds')
    for ring in ('split', 'packed'):
        for order in ORDERS:
            off, batch, rounds = [c[v, ring, order] for v in ('off', 'batch-used', ROUND)]
            less = lambda a, b: ('-' if b['state'] != 'ok' else
                                 signed(device(a) - device(b), 0))
            want = [less(batch, off), less(rounds, batch), less(rounds, off)]
            for what in ('used_entries', 'index_stores'):
                want += ['%.3f' % x['traffic'][what] for x in (batch, rounds)]
            same(printed['ring-read, %s ring; 64 in flight, added 64 at a time' % ring, order],
                 want)


def block_rates(workload, ring, variant):
    blocks = sorted(x for x in os.listdir(run + '/trials') if x.endswith('-%s-%s' % (ring, variant))
                    and not x.startswith('count'))
    return [p['throughput'] for b in blocks
            for p in load('%s/trials/%s/trial.json' % (run, b))['phases']
            if p['workload'] == workload and not p['probes']]


def check_ablation_rates(names):
    printed = table('throughput')
    boots = [load('%s/rings/ring-flat-split-b%02d.json' % (run, b))['boots'][0]['devices']
             for b in BOOTS]
    both = [b for b in boots if b[2]['state'] == 'ok']
    per_cent = lambda x: '%+.1f' % (100 * (x - 1))
    want = ['%.0f' % middle([middle(rates(b[0])) for b in boots]), str(len(both))]
    for chosen, i, base in ((boots, 1, 0), (both, 2, 1)):
        x = [middle([a / b for a, b in zip(rates(d[i]), rates(d[base]))]) for d in chosen]
        want += [per_cent(middle(x)), '[%s,%s]' % (per_cent(min(x)), per_cent(max(x)))]
    same(printed['split ring', 'ring-flat'], want)
    for ring in ('split', 'packed'):
        for w in names:
            off, order, batch = [block_rates(w, ring, v) for v in ('off', 'in-place', 'batch-used')]
            same(printed[ring + ' ring', w][1:],
                 [str(len(off))] + [per_cent(middle([a / b for a, b in zip(x, y)]))
                                    for x, y in ((order, off), (batch, order))])


def check_ablation_summary(c):
    d = load(run + '/report/summary.json')['ablation']
    same(d['variants'], dict(zip(('off', 'qemu', 'order', 'batch', 'round'), SIDES + (ROUND,))))
    for x in d['device']:
        get = lambda v: device(c[v, x['ring'], x['order']])
        assert abs(x['device']['batch_effect'] - get('batch-used') + get('in-place')) < 0.01, x
        assert abs(x['device']['round_effect'] - get(ROUND) + get('batch-used')) < 0.01, x
        if c['off', x['ring'], x['order']]['state'] == 'ok':
            assert abs(x['device']['order_effect'] - get('in-place') + get('off')) < 0.01, x
    same([len(d['device']), len(d['driver']), len(d['throughput'])], [8, 8, 9])


if what == 'make':
    make()
elif what == 'edit':
    d = load(COUNTED)
    exec(sys.argv[3], {'d': d, 'cells': d['cells']})
    save(COUNTED, d)
else:
    globals()['check_' + what]()
