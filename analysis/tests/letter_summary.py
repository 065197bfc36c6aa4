# SPDX-License-Identifier: GPL-2.0-or-later
# For letter.py: summary.json, and how a printed figure is held to one of it.
import math
import re

OVER = r'([-+]?\d+(?: to [-+]?\d+)?)'
VERDICTS = 'faster', 'slower', 'equivalent'


class Wrong(Exception):
    pass


def need(ok, *what):
    if not ok:
        raise Wrong(' '.join(map(str, what)))


def shows(printed, value, digits, what):
    """Is @printed @value, rounded?  The summary has ten digits itself."""
    need(value is not None, what, 'is', printed, 'here, and nothing in the summary')
    rounded = 0.5 * 10 ** (math.floor(math.log10(abs(value))) - 9) if value else 0
    slack = 0.5 * 10 ** -digits + rounded + 1e-12
    need(re.fullmatch(r'[-+]?\d+' + (r'\.\d{%d}' % digits if digits else ''), printed), what,
         'has other digits:', printed)
    need(abs(float(printed) - value) <= slack, what, 'is', value, 'and not', printed)
    need(printed[0] != '+' or float(printed) > 0, what, 'has a wrong sign')


def span(printed, values, digits, what):
    """"LOW to HIGH", or one figure where both are the same."""
    ends = printed.split(' to ')
    need(len(ends) < 3 and values, what)
    shows(ends[0], min(values), digits, what)
    shows(ends[-1], max(values), digits, what)


def match(form, text, what):
    m = re.fullmatch(form, text)
    need(m, what, 'is of no known form:', text)
    return m.groups()


def plural(n, word, s='s'):
    return '%s %s' % (n, word if n == 1 else word + s)


class Summary:
    def __init__(self, d):
        self.d = d
        self.strategy = dict(zip(d['variants'], d['strategies']))
        self.cells = {(c['workload'], c['ring'], c['variant']): c for c in d['cells']}
        self.workloads = list(dict.fromkeys(c['workload'] for c in d['cells']))
        self.classes = {}
        for w in d.get('counted', []):
            self.classes.setdefault(w['class'], w)

    def ordered(self, variant):
        return self.strategy.get(variant, variant) != 'off'

    def to(self, base, workload=None):
        """The comparisons with @base, of one workload or all."""
        found = []
        for (w, _, v), c in self.cells.items():
            if workload in (None, w) and c[base]['verdict'] != 'baseline' and (
                    base == 'to_off' or self.ordered(v) and v != 'qemu'):
                found.append(c[base])
        return found

    def judged(self, base, workload=None):
        return [c for c in self.to(base, workload)
                if c['verdict'] in VERDICTS + ('unresolved',)]

    def timed_ratios(self):
        return [(t, v) for t in self.d.get('timed', []) for v in t['variants']
                if v['variant'] != 'off' and v['ratio_to_off'] is not None]

    def families(self):
        return len({(base, w, r) for base in ('to_off', 'to_qemu')
                    for (w, r, v), c in self.cells.items()
                    if c[base]['verdict'] in VERDICTS + ('unresolved',)
                    and (base == 'to_off' or self.ordered(v) and v != 'qemu')})

    def leading(self):
        for name in ('virtio-blk', 'virtio-net, transmission', 'virtio-net, reception'):
            if name in self.classes:
                return self.classes[name]


def holds_one(v):
    return v['ci_low'] is None or v['ci_low'] <= 1 <= v['ci_high']
