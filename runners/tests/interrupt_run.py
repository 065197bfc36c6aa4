# SPDX-License-Identifier: GPL-2.0-or-later
# For interrupt.py: a run's folder; what of it must be the same whenever it is run again.
import hashlib
import json
import os
import re


def text(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as f:
            return f.read()
    except OSError:
        return ''


def journal(run):
    """[(word, part, rest)] of the events; "start", "end", "interrupted", "failed"."""
    lines = text(os.path.join(run, 'journal')).split('\n')
    begun = [i for i, line in enumerate(lines) if line.startswith('begun ')]
    events = []
    for line in lines[begun[0] + 1:] if begun else []:
        words = line.split(' ', 3)
        if len(words) >= 3:
            events.append((words[1], words[2], words[3] if len(words) > 3 else ''))
    return events


def under_way(run):
    """(part, how many have begun so far): '' when none is."""
    events = journal(run)
    if events and events[-1][0] == 'start':
        return events[-1][1], len(events)
    return '', len(events)


def files(folder):
    return {os.path.relpath(os.path.join(at, f), folder): os.path.join(at, f)
            for at, _, names in os.walk(folder) for f in names}


def digest(paths):
    all_of_it = hashlib.sha256()
    for name, path in sorted(paths.items()):
        with open(path, 'rb') as f:
            all_of_it.update(('%s\0' % name).encode() + hashlib.sha256(f.read()).digest())
    return all_of_it.hexdigest()


def finished(run):
    """{part: (state, digest)} of what a reader of the folder would take for finished."""
    found = {}
    trials, rings = os.path.join(run, 'trials'), os.path.join(run, 'rings')
    for name in os.listdir(trials) if os.path.isdir(trials) else []:
        if not name.endswith('.tmp'):
            folder = os.path.join(trials, name)
            found[name] = (state(os.path.join(folder, 'trial.json')), digest(files(folder)))
    for name in os.listdir(rings) if os.path.isdir(rings) else []:
        if not name.endswith('.tmp'):
            path = os.path.join(rings, name)
            found[name[:-len('.json')]] = (state(path), digest({name: path}))
    return found


def state(path):
    """'' when it is no whole JSON; a ring is ok unless it was left out."""
    try:
        t = json.loads(text(path))
    except ValueError:
        return ''
    if 'left_out' in t and not isinstance(t['left_out'], list):
        return 'left out'
    return t.get('state', 'ok')


def leftovers(run):
    """What only belongs there while something is written or under way."""
    return [f for f in os.listdir(run) if re.fullmatch(r'.*\.[A-Za-z0-9]{6}', f)] + \
        [os.path.join(d, f) for d in ('trials', 'rings') if os.path.isdir(os.path.join(run, d))
         for f in os.listdir(os.path.join(run, d)) if f.endswith('.tmp')]


def known(value):
    """Of a measured value, that it is there; of a text, what it says."""
    return value if isinstance(value, (str, bool, type(None))) else 'there'


def phase(p):
    same = {k: known(v) for k, v in p.items()}
    if p.get('strategy'):
        same['strategy'] = {k: known(v) for k, v in p['strategy'].items()}
    if p.get('probe'):
        same['probe'] = [(q['device'], q.get('index')) for q in p['probe']['queues']]
    # Figures must be figures.
    same['moved'] = p['state'] != 'ok' or (p['throughput'] > 0 and p['cpu_s'] > 0)
    return same


def trial(path):
    t = json.loads(text(path))
    same = {k: known(v) for k, v in t.items() if k not in ('started', 'phases', 'gates')}
    same.update({k: t[k] for k in ('block', 'position', 'features')})
    same['gates'] = [(g['name'], g['ok']) for g in t['gates']]
    same['phases'] = [phase(p) for p in t['phases']]
    return same


# What is done for each element; the rest of a thread is not so exact.
COUNTED = ('virtqueue_pop', 'virtqueue_fill', 'virtqueue_flush', 'virtqueue_push')


def cell(c):
    same = {k: c[k] for k in ('label', 'variant', 'ring', 'order', 'state')}
    same['instructions'] = {f: c['instructions'][f] for f in COUNTED}
    return same


def ring(path):
    t = json.loads(text(path))
    if 'cells' in t:
        return [cell(c) for c in t['cells']]
    if 'boots' not in t:
        return t
    return [t['load'], t['order'], t['rounds'],
            [(b['seed'], [(d['label'], d['variant'], d['state'], len(d['turns']))
                          for d in b['devices']]) for b in t['boots']]]


def same_each_time(run):
    """{what: value} of all that a run of this plan and seed must have, done with."""
    head = text(os.path.join(run, 'journal')).split('\nbegun ')[0]
    info = json.loads(text(os.path.join(run, 'run.json')))
    same = {'journal': head, 'plan.ini': text(os.path.join(run, 'plan.ini')),
            'run.json': {k: v for k, v in info.items() if k not in ('created', 'name', 'accel')},
            'accel': info['accel']['name'],
            'files': sorted(f for f in files(run) if not f.startswith('report/'))}
    # A line that was cut off names no part.
    same['order'] = [part for part in dict.fromkeys(
        part for word, part, _ in journal(run) if word == 'start') if part in finished(run)]
    trials, rings = os.path.join(run, 'trials'), os.path.join(run, 'rings')
    for name in os.listdir(trials):
        same['trial ' + name] = trial(os.path.join(trials, name, 'trial.json'))
    for name in os.listdir(rings):
        same['ring ' + name] = ring(os.path.join(rings, name))
    return same


# A pop's malloc meets the heap that the job's QEMU has: by about 4,000 instructions two jobs may
# differ.  Counts that agree are nearer than this (runners/ring/RING.md).
AGREE = 0.005


def alike(one, other):
    """Whether they are equal, but for what a count, always a float here, may differ by."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < AGREE * max(abs(one), abs(other)) or one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(v, other[k]) for k, v in one.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(alike(a, b) for a, b in zip(one, other))
    return one == other


def differences(one, other):
    return ['%s: %.300s, not %.300s' % (k, json.dumps(one.get(k)), json.dumps(other.get(k)))
            for k in sorted(set(one) | set(other)) if not alike(one.get(k), other.get(k))]
