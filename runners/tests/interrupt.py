# SPDX-License-Identifier: GPL-2.0-or-later
# make interrupt: signals to vqbench and to what it starts, at random moments of real runs of
# interrupt.ini; what is left behind, what is lost, and whether the run that goes on becomes
# the one that was never interrupted.
#
# First an uninterrupted run is watched: when each of its parts begins, and when each process
# of a kind (QEMU, nbdkit ...) is there.  A moment is drawn uniformly from all the time in which
# there are processes of that kind, and found again in later runs by the part, by the how many-th
# of its kind the process is in it, and by the time since it began (interrupt_aim.py).  One folder
# takes several tries, each of which goes on with it, and is then brought to its end and compared.
import argparse
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import interrupt_host
import interrupt_run
from interrupt_aim import KINDS, PAUSE_S, draw, fail, observe, strike

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
SIGNALS = ('INT', 'TERM', 'KILL')
AGAIN = 'invalid,stalled,crashed,failed-to-start'
HANGS_S = 900  # no part takes a minute


def take_signals():
    """A shell has what it runs in the background ignore SIGINT."""
    for s in SIGNALS[:2]:
        signal.signal(getattr(signal, 'SIG' + s), signal.SIG_DFL)


def end(*_):
    sys.exit(1)


class Tool:
    """One start of vqbench or vqreport on a run's folder."""

    def __init__(self, lab, run, argv):
        self.lab, self.run = lab, run
        tmpdir = os.path.join(lab.work, 'tmp')
        os.makedirs(tmpdir, exist_ok=True)
        self.host = interrupt_host.Host(lab.mark, tmpdir)
        env = dict(os.environ, TMPDIR=tmpdir, VQLAB_INTERRUPT=lab.mark)
        with open(os.path.join(lab.work, 'said'), 'wb') as said:
            self.process = lab.running = subprocess.Popen(
                argv, stdout=said, stderr=said, env=env, stdin=subprocess.DEVNULL,
                preexec_fn=take_signals)
        self.began = time.monotonic()
        self.before = len(interrupt_run.journal(run))  # lines of the starts before

    def look(self):
        """(part, {pid: (program, born)}) now; '' before the first part of this start."""
        there = interrupt_host.below(self.process.pid)
        self.host.saw(there)
        part, lines = interrupt_run.under_way(self.run)
        return (part if lines > self.before else ''), there

    def ended(self):
        if time.monotonic() - self.began > HANGS_S:
            self.process.kill()
            fail('%s hangs: %s' % (self.process.args[0], self.said()))
        return self.process.poll() is not None

    def wait(self):
        while not self.ended():
            self.look()
            time.sleep(PAUSE_S)
        return self.process.returncode

    def said(self):
        return interrupt_run.text(os.path.join(self.lab.work, 'said'))[-2000:]


class Lab:
    def __init__(self, options):
        self.o, self.running = options, None
        self.work = tempfile.mkdtemp(prefix='vqlab-interrupt-')
        os.chmod(self.work, 0o755)
        self.mark = '%d-%d' % (os.getpid(), options.seed)
        self.plan = os.path.join(self.work, 'plan.ini')
        text = interrupt_run.text(options.plan)
        with open(self.plan, 'w', encoding='utf-8') as f:
            f.write(text.replace('job=', 'job=%s/configs/' % TOP))

    def bench(self, run):
        return Tool(self, run, [self.o.vqbench, 'run', self.plan, '-o', run, '--qemu', self.o.qemu,
                                '--guest', self.o.guest, '--together', '--accel', self.o.accel,
                                '--again', AGAIN])

    def report(self, run, out):
        vqreport = os.path.join(os.path.dirname(self.o.vqbench), 'vqreport')
        return Tool(self, run, [vqreport, run, '-o', out])


class Result:
    """What was found wrong, each a text, by the columns of the table."""

    def __init__(self):
        self.tries, self.lost, self.left, self.differs = 0, [], [], []


def lost(before, after):
    """Of what was finished before, what is not there, or is another; what is half written."""
    found = []
    for part, (state, digest) in before.items():
        now = after.get(part)
        # What is not ok may have been run again, and be another one, but not be away.
        if not now or state == 'ok' and now != (state, digest):
            found.append('%s was %s, is %s' % (part, state, now and now[0]))
    return found + ['%s is half written' % p for p, (state, _) in after.items() if not state]


def go_on(lab, run, t, result):
    """One start of vqbench, struck by @t; true if it was."""
    before = interrupt_run.finished(run)
    tool = lab.bench(run)
    struck = strike(tool, t)
    asked = struck and t.kind == 'vqbench'
    # A process of it ended: this start is over when the part is.  Or its moment did not come:
    # it is over now, so that the part can be struck the next time.
    while not asked and not tool.ended():
        part, _ = tool.look()
        if not struck or part != t.span.part:
            tool.process.send_signal(signal.SIGINT)
            break
        time.sleep(PAUSE_S)
    status = tool.wait()
    if asked:
        good = {-9} if t.signal == 'KILL' else {128 + getattr(signal, 'SIG' + t.signal)}
        # Or it came when all was done.
        good |= {0} if 'start' not in [w for w, _, _ in interrupt_run.journal(run)[-1:]] else set()
        # Before it takes the signals itself, they just end it.
        good |= {-getattr(signal, 'SIG' + t.signal)} if not t.span.part else set()
    else:
        good = {0, 1, 130} if struck else {0, 130}
    if status not in good:
        result.differs.append('exit status %d: %s' % (status, tool.said()))
    # What was killed could not tidy up its folder, where valgrind has pipes: the next start
    # does.  What failed leaves its logs.
    result.left += tool.host.left(None if status == -9 else run)
    if status not in (-9, 1):
        result.left += interrupt_run.leftovers(run)
    result.lost += lost(before, interrupt_run.finished(run))
    return struck


def report_again(lab, run, t, result):
    out, want = os.path.join(run, 'report'), os.path.join(lab.work, 'want')
    if not os.path.isdir(want) and lab.report(run, want).wait():
        fail('vqreport: no report of %s' % run)
    tool = lab.report(run, out)
    struck = strike(tool, t)
    tool.wait()
    result.left += tool.host.left(run)
    if not struck:
        return False
    tool = lab.report(run, out)
    if tool.wait():
        result.differs.append(tool.said())
    one, other = interrupt_run.files(out), interrupt_run.files(want)
    if set(one) != set(other):
        result.left += sorted(set(one) ^ set(other))
    elif interrupt_run.digest(one) != interrupt_run.digest(other):
        result.differs.append('another report')
    return True


def finish(lab, run):
    """Goes on until all of it is there and ok; the last start.

    On a busy host a gate falls now and then of itself: a load seems to have taken another time.
    """
    for _ in range(6):
        tool = lab.bench(run)
        if tool.wait():
            break
        states = {state for state, _ in interrupt_run.finished(run).values()}
        if states == {'ok'}:
            return tool
    return fail('the run comes to no good end: %s' % tool.said())


def life(lab, tries, results, want):
    """One folder, interrupted by @tries in the order of their moments, then brought to its end;
    those tries whose moment did not come."""
    run = os.path.join(lab.work, 'run')
    missed, later = [], []
    for t in tries:
        if interrupt_run.finished(run).get(t.span.part, ('',))[0] == 'ok':
            later.append(t)
        elif t.kind != 'vqreport' and not told(lab, go_on, run, t, results):
            missed.append(t)
    tool = finish(lab, run)
    left = tool.host.left(run) + interrupt_run.leftovers(run)
    differs = interrupt_run.differences(interrupt_run.same_each_time(run), want)
    for t in [t for t in tries if t not in later]:
        results[t.kind, t.signal].left += left
        results[t.kind, t.signal].differs += differs
    if left or differs:
        print('# in the end: %s' % '; '.join(left + differs)[:2000], flush=True)
    missed += [t for t in tries if t.kind == 'vqreport' and
               not told(lab, report_again, run, t, results)]
    shutil.rmtree(run)
    shutil.rmtree(os.path.join(lab.work, 'want'), ignore_errors=True)
    # The run is faster than the one that was watched: earlier, then.
    return later + [t._replace(offset=t.offset / 2) for t in missed]


def told(lab, act, run, t, results):
    """@act, with a line about it; true if it was struck."""
    r = results[t.kind, t.signal]
    before = len(r.lost), len(r.left), len(r.differs)
    struck = act(lab, run, t, r)
    r.tries += struck
    news = r.lost[before[0]:] + r.left[before[1]:] + r.differs[before[2]:]
    print('# %s %s, %s + %.2f s%s' % (t.kind, t.signal, t.span.part or 'start',
                                      t.span.begin + t.offset, '' if struck else ': not there'))
    print(''.join('#   %s\n' % n[:600] for n in news), end='', flush=True)
    return struck


def table(results):
    print('%-9s %-6s %5s %5s %5s %19s' % ('kind', 'signal', 'tries', 'lost', 'left',
                                          'resumed-differently'))
    for (kind, name), r in results.items():
        if r.tries:
            print('%-9s %-6s %5d %5d %5d %19d' % (kind, name, r.tries, len(r.lost), len(r.left),
                                                  len(r.differs)))
    return any(r.lost or r.left or r.differs for r in results.values())


def options():
    p = argparse.ArgumentParser()
    p.add_argument('--plan', default=os.path.join(TOP, 'runners/tests/interrupt.ini'))
    p.add_argument('--vqbench', default=os.path.join(TOP, 'build/vqbench'))
    p.add_argument('--qemu', required=True)
    p.add_argument('--guest', required=True)
    p.add_argument('--tries', type=int, default=100)
    p.add_argument('--seed', type=int, default=random.randrange(1 << 31))
    p.add_argument('--kinds', default=','.join(KINDS))
    p.add_argument('--accel', default='auto')
    p.add_argument('--piece', default='1/1', help='the first of so many parts of the tries')
    p.add_argument('--watched', help='a file that keeps what was watched, for the other pieces')
    p.add_argument('--together', type=int, default=12, help='tries in one folder')
    return p.parse_args()


def watch(lab):
    """The spans of an uninterrupted run and report, its parts, and what it came to."""
    run = os.path.join(lab.work, 'run')
    tool = lab.bench(run)
    spans, parts, status = observe(tool)
    if status:
        fail('the uninterrupted run ends with %d: %s' % (status, tool.said()))
    finish(lab, run)
    want = interrupt_run.same_each_time(run)
    more, _, status = observe(lab.report(run, os.path.join(run, 'report')))
    if status:
        fail('no report of the uninterrupted run')
    spans['vqreport'] = more['vqreport']
    shutil.rmtree(run)
    return spans, parts, want


def watch_once(lab):
    """watch(), or what it said for another piece of the same tries."""
    if not lab.o.watched or not os.path.exists(lab.o.watched):
        seen = watch(lab)
        if lab.o.watched:
            with open(lab.o.watched, 'wb') as f:
                pickle.dump(seen, f)
        return seen
    with open(lab.o.watched, 'rb') as f:
        return pickle.load(f)


def main():
    o = options()
    for s in SIGNALS[:2]:
        signal.signal(getattr(signal, 'SIG' + s), end)
    kinds = [(k, s) for k in o.kinds.split(',') for s in SIGNALS]
    dice = random.Random(o.seed)
    print('# make interrupt SEED=%d TRIES=%d' % (o.seed, o.tries), flush=True)
    lab = Lab(o)
    results = {(k, s): Result() for k in o.kinds.split(',') for s in SIGNALS}
    try:
        spans, parts, want = watch_once(lab)
        dice.shuffle(kinds)
        todo = [draw(dice, *kinds[i % len(kinds)], spans[kinds[i % len(kinds)][0]])
                for i in range(o.tries)]
        piece, pieces = map(int, o.piece.split('/'))
        todo = todo[piece - 1::pieces]
        while todo:
            now, todo = todo[:o.together], todo[o.together:]
            now.sort(key=lambda t: (parts.index(t.span.part), t.span.begin + t.offset))
            # One that comes too late even at its process's beginning would do so for ever.
            todo = [t if t.offset > PAUSE_S else draw(dice, t.kind, t.signal, spans[t.kind])
                    for t in life(lab, now, results, want)] + todo
            print('# %d tries to go' % len(todo), flush=True)
    finally:
        wrong = table(results)
        if lab.running and lab.running.poll() is None:
            lab.running.terminate()
            lab.running.wait()
        shutil.rmtree(lab.work)
    sys.exit(wrong)


if __name__ == '__main__':
    main()
