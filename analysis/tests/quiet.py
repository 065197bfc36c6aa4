# SPDX-License-Identifier: GPL-2.0-or-later
# For quiet.sh: gives a made-up run records of its host, and judges by the rule itself.
#
#   quiet.py make RUN SEED   records for each phase, many of them at the limit, some partly absent
#   quiet.py calm RUN        records of a host on which nobody else was
#   quiet.py stolen RUN      the same, but all of its time was given to others
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


def judged(run):
    for _, t in trials(run):
        if any('settings' in t.get(m, {}) for m in ('before', 'after')):
            yield t['id'], 'settings'
            continue
        hosts = [dict(shares(p['host']), seconds=p['host']['seconds'])
                 for p in t['phases'] if 'host' in p]
        by = [k for k in ('steal', 'others', 'memory')
              if any((h[k] or 0) > 0.05 * h['seconds'] for h in hosts)]
        if by:
            yield t['id'], by[0]


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
        for p in t['phases']:
            p['host']['steal_s'] = 9
        json.dump(t, open(path, 'w'))
elif what == 'trials':
    for name, by in judged(run):
        print(name, by)
else:
    holds(run, sys.argv[3])
