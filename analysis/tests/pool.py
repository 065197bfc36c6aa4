# SPDX-License-Identifier: GPL-2.0-or-later
# usage: python3 pool.py TEXT REST
#
# What `vqreport RUN RUN...` printed, TEXT, names the verdicts that are others in REST, what it
# printed of the same runs without their disturbed trials: all of them, and no other.
import re
import sys

HEAD = re.compile(r'^(split|packed) +hosts +least ')
ROW = re.compile(r'^ +(\S+) +\d+ +[0-9.-]+ +[0-9.-]+ +[0-9.-]+ +[0-9.-]+ +(\S.*)$')


def verdicts(path):
    found, ring, workload = {}, None, None
    for line in open(path).read().split('Throughput in a guest')[1].splitlines():
        if line.startswith(('Were the hosts', 'How this')):
            break
        if HEAD.match(line):
            ring = line.split()[0]
        elif ROW.match(line):
            variant, word = ROW.match(line).groups()
            if word != 'no interval':
                found[workload, ring, variant] = word
        elif ring and re.fullmatch(r'[a-z]\S*', line):
            workload = line
    return found


with_all, rest = (verdicts(path) for path in sys.argv[1:3])
text = open(sys.argv[1]).read().split('Were the hosts quiet?')[1].split('How this')[0]
said = re.search(r'Without them (none|\d+) of the (\d+) verdicts', text)
rows = [re.split(r' {2,}|(?<=\S) (?=split|packed)', line) for line in
        text.split('workload ')[1].splitlines()[1:] if line] if said[1] != 'none' else []
got = {tuple(r[:3]): tuple(r[3:]) for r in rows}
want = {k: (v, rest.get(k, 'none left')) for k, v in with_all.items() if rest.get(k) != v}
assert len(with_all) == int(said[2]) > 0, said[0]
assert got == want and len(want) == (0 if said[1] == 'none' else int(said[1])), (got, want)
print(len(want), 'of', len(with_all), 'are others')
