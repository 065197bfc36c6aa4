# SPDX-License-Identifier: GPL-2.0-or-later
# For quiet.sh: gives a made-up run records of its host, and judges by the rule itself.
#
#   quiet.py make RUN SEED   records for each phase, many of them at the limit, some partly absent
#   quiet.py calm RUN        records of a host on which nobody else was
#   quiet.py boots RUN SEED  such records for each boot of its timed rings, one or two
#   quiet.py lost RUN        the boots that the rule names, their files
#   quiet.py rings RUN REST  of these RUN's summary says so, and of its ratios what REST's says, a
#                            run without these boots
#   quiet.py stolen RUN [N]  such records, but all of its time was given to others, from block N on
#   quiet.py trials RUN      the trials that the rule names, one a line, and by what
#   quiet.py holds RUN REST  RUN's summary says so, and of the verdicts what REST's says, a run
#                            without these trials
import glob
import json
import os
import random
import sys

PLAIN = {'governor': 'performance', 'turbo': None, 'mitigations': {'meltdown': 'Not affected'}}
OTHER = {'governor': 'powersave', 'turbo': None, 'mitigations': {'meltdown': 'Vulnerable'}}


def trials(run):
    for path in sorted(glob.glob(run + '/trials/*/trial.json')):
        yield path, json.load(open(path))


def record(rng, calm):
    s = rng.choice((1, 2, 5.5))
    def near(limit, absent=0.1):
        if rng.random() < absent:
            return None
        return limit * s * (0.1 if calm or rng.random() < 0.93 else rng.choice((0.9, 1.1, 12)))
    others, waited = near(0.05), near(0.05)
    if others is not None:
        others += 0.05
    # Of the two, each may be the one that is small.
    if not calm and rng.random() < 0.1:
        waited = rng.choice((None, 9 * s))
    return {'seconds': s, 'own_s': 1, 'others_s': others, 'steal_s': near(0.05), 'waited_s': waited,
            'idle_s': None, 'psi_s': rng.choice((None, {'cpu_some': near(0.05),
                                                        'memory_some': near(0.05)}))}


def make(run, seed, calm=False):
    rng = random.Random(seed)
    info = json.load(open(run + '/run.json'))
    info['host']['settings'] = PLAIN
    info['pin'] = {'pinned': False, 'how': 'made up: no cores'}
    info['tuned'] = 'made up'
    json.dump(info, open(run + '/run.json', 'w'))
    for path, t in trials(run):
        t['before'] = {'other_qemus': 0}
        t['after'] = {'other_qemus': 0}
        if not calm and rng.random() < 0.05:
            t['after']['settings'] = OTHER
        for p in t['phases']:
            p['host'] = record(rng, calm)
        json.dump(t, open(path, 'w'))


def shares(h):
    psi = h['psi_s'] or {}
    yield 'steal', h['steal_s']
    waited = h['waited_s'] if h['waited_s'] is not None else psi.get('cpu_some')
    yield 'others', (None if h['others_s'] is None else
                     min(max(0, h['others_s'] - 0.05), float('inf') if waited is None else waited))
    yield 'memory', psi.get('memory_some')


def judge(t, records):
    if any(t.get(m, {}).get('settings', PLAIN) != PLAIN for m in ('before', 'after')):
        return 'settings'
    hosts = [dict(shares(h), seconds=h['seconds']) for h in records]
    by = [k for k in ('steal', 'others', 'memory')
          if any((h[k] or 0) > 0.05 * h['seconds'] for h in hosts)]
    return by[0] if by else None


def judged(run):
    for _, t in trials(run):
        by = judge(t, [p['host'] for p in t['phases'] if 'host' in p])
        if by:
            yield t['id'], by


def ring_files(run):
    for path in sorted(glob.glob(run + '/rings/*-b??.json')):
        yield path, json.load(open(path))


def make_boots(run, seed):
    rng = random.Random(seed)
    for path, d in ring_files(run):
        b = d['boots'][0]
        b['before'] = {'other_qemus': 1, 'settings': PLAIN}
        b['after'] = {'other_qemus': 0, 'settings': OTHER if rng.random() < 0.15 else PLAIN}
        b['host'] = [record(rng, False) for _ in range(rng.choice((1, 2)))]
        json.dump(d, open(path, 'w'))


def lost(run):
    for path, d in ring_files(run):
        by = judge(d['boots'][0], d['boots'][0]['host'])
        if by:
            yield path, by


def side(v):
    return ('unresolved' if v['ci_low'] is None or v['ci_low'] <= 1 <= v['ci_high'] else
            'above 1' if v['ci_low'] > 1 else 'below 1')


def rings_hold(run, rest):
    d, e = (json.load(open(x + '/report/summary.json'))['timed'] for x in (run, rest))
    files = dict(lost(run))
    said = 0
    for x, y in zip(d, e):
        h = x['host']
        name = run + '/rings/%s-%s-b' % (x['workload'], x['ring'])
        assert [(name + '%02d.json' % b['block'], b['by']) for b in h['disturbed']] == \
            [(f, by) for f, by in sorted(files.items()) if f.startswith(name)], h
        assert h['boots_recorded'] == h['boots_beside_qemu'] == len(x['variants'][0]['boots'])
        assert h['ratios'] == sum(v['ci_low'] is not None for v in x['variants'][1:])
        want = [(a['variant'], side(a), side(b), a['n'], b['n'], b['ratio_to_off'])
                for a, b in zip(x['variants'], y['variants']) if side(a) != side(b)]
        got = [tuple(c[k] for k in ('variant', 'side', 'without', 'n', 'n_without',
                                    'ratio_without')) for c in h['changed']]
        assert got == want, (got, want)
        said += len(got)
    print(len(files), 'boots,', said, 'changed')


def holds(run, rest):
    d, e = (json.load(open(x + '/report/summary.json')) for x in (run, rest))
    said = [(x['trial'], x['by']) for x in d['host']['disturbed']]
    order = {t['id']: i for i, (_, t) in enumerate(trials(run))}
    assert sorted(said, key=lambda x: order[x[0]]) == list(judged(run)), said
    cells = {(c['workload'], c['ring'], c['variant']): c for c in e['cells']}
    want, verdicts = [], 0
    for c in d['cells']:
        other = cells[c['workload'], c['ring'], c['variant']]
        for to in 'off', 'qemu':
            a, b = c['to_' + to], other['to_' + to]
            verdicts += a['n'] >= 2
            if a['n'] >= 2 and a['verdict'] != b['verdict']:
                want.append((c['workload'], c['ring'], c['variant'], to, a['verdict'], b['verdict'],
                             a['n'], b['n'], b['ratio']))
    got = [tuple(x[k] for k in ('workload', 'ring', 'variant', 'to', 'verdict', 'without', 'n',
                                'n_without', 'ratio_without')) for x in d['host']['changed']]
    assert got == want and verdicts == d['host']['verdicts'], (got, want)
    print(len(said), 'disturbed,', len(got), 'changed')


what, run = sys.argv[1:3]
if what == 'make':
    make(run, int(sys.argv[3]))
elif what == 'calm':
    make(run, 1, calm=True)
elif what == 'stolen':
    for path, t in trials(run):
        if t['block'] < int((sys.argv + [0])[3]):
            continue
        for p in t['phases']:
            p['host']['steal_s'] = 9
        json.dump(t, open(path, 'w'))
elif what == 'boots':
    make_boots(run, int(sys.argv[3]))
elif what == 'lost':
    for name, by in lost(run):
        print(name, by)
elif what == 'rings':
    rings_hold(run, sys.argv[3])
elif what == 'trials':
    for name, by in judged(run):
        print(name, by)
else:
    holds(run, sys.argv[3])
