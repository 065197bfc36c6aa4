# SPDX-License-Identifier: GPL-2.0-or-later
# For interrupt.py: moments of a run that was watched, drawn, and found again in another.
import collections
import os
import select
import signal
import sys
import time

KINDS = {'vqbench': 'vqbench', 'QEMU': 'qemu-system-x86_64', 'nbdkit': 'nbdkit',
         'iperf3': 'iperf3', 'perf': 'perf', 'vqprobe': 'vqprobe', 'vqring': 'vqring',
         'vqreport': 'vqreport'}
PAUSE_S = 0.02

Span = collections.namedtuple('Span', 'part number begin length')
Try = collections.namedtuple('Try', 'kind signal span offset')


def fail(why):
    sys.exit('interrupt: ' + why)


def observe(tool):
    """{kind: [Span]} of an uninterrupted start, and its exit status."""
    parts, seen = [('', tool.began)], {}
    while True:
        ended = tool.ended()
        part, there = tool.look()
        now = time.monotonic()
        if part and part != parts[-1][0]:
            parts.append((part, now))
        for pid, (name, born) in there.items():
            seen.setdefault((pid, born), [name, parts[-1][0], now - parts[-1][1], now])
            seen[pid, born][0] = name or seen[pid, born][0]
            seen[pid, born][3] = now
        if ended:
            break
        time.sleep(PAUSE_S)
    spans = {kind: [] for kind in KINDS}
    for i, (part, at) in enumerate(parts):
        end = parts[i + 1][1] if i + 1 < len(parts) else now
        spans[os.path.basename(tool.process.args[0])].append(Span(part, 0, 0, end - at))
        for kind, name in KINDS.items():
            mine = sorted((s for s in seen.values() if s[1] == part and s[0].startswith(name)),
                          key=lambda s: s[2])
            spans[kind] += [Span(part, n, s[2], s[3] - at - s[2]) for n, s in enumerate(mine)]
    return spans, [part for part, _ in parts], tool.process.returncode


def draw(dice, kind, name, spans):
    if not spans:
        fail('no %s in the uninterrupted run' % kind)
    at = dice.random() * sum(s.length for s in spans)
    for s in spans:
        if at < s.length:
            break
        at -= s.length
    return Try(kind, name, s, at)


def victim(tool, t):
    """The process that @t is for, as soon as it is there; 0: it will not be there again."""
    began = False
    while not tool.ended():
        part, there = tool.look()
        if began and part and part != t.span.part:
            break
        began = part == t.span.part
        if t.kind in ('vqbench', 'vqreport'):
            if part == t.span.part or t.kind == 'vqreport':
                return tool.process.pid
        elif part == t.span.part:
            mine = sorted((b, pid) for pid, (name, b) in there.items()
                          if name.startswith(KINDS[t.kind]))
            gone = tool.gone.setdefault(t.kind, set())
            gone.update(mine)
            if len(gone) > t.span.number and mine:
                return mine[-1][1]
        time.sleep(PAUSE_S)
    return 0


def strike(tool, t):
    """Sends @t's signal; false when the moment did not come."""
    tool.gone = {}
    pid = victim(tool, t)
    if not pid:
        return False
    fd = -1
    try:
        fd = os.pidfd_open(pid)
        until = time.monotonic() + t.offset
        while time.monotonic() < until and not select.select([fd], [], [], 0)[0]:
            tool.look()
            time.sleep(min(PAUSE_S, max(until - time.monotonic(), 0)))
        tool.look()
        signal.pidfd_send_signal(fd, getattr(signal, 'SIG' + t.signal))
        return True
    except ProcessLookupError:
        return False
    finally:
        if fd >= 0:
            os.close(fd)
