# SPDX-License-Identifier: GPL-2.0-or-later
# For interrupt.py: the processes of a run, and what of it is left on the host.
import json
import os
import stat
import subprocess
import time

MARK = 'VQLAB_INTERRUPT='
LIMIT_S = 30  # what the kernel and dying processes may take to be gone


def read(path):
    try:
        with open(path, 'rb') as f:
            return f.read()
    except OSError:
        return b''


def program(pid):
    """The name of the program that @pid runs; '' when it is gone or a zombie."""
    try:
        return os.path.basename(os.readlink('/proc/%d/exe' % pid)).split(' ')[0]
    except OSError:
        return ''


def born(pid):
    fields = read('/proc/%d/stat' % pid).rpartition(b')')[2].split()
    return int(fields[19]) if len(fields) > 19 and fields[0] != b'Z' else 0


# Programs with many threads and no children.
CHILDLESS = ('qemu-', 'nbdkit', 'iperf3', 'perf')


def below(pid):
    """{pid: (program, born)} of all that descend from @pid, itself left out."""
    found, todo = {}, [pid]
    while todo:
        at = todo.pop()
        try:
            threads = [] if program(at).startswith(CHILDLESS) else os.listdir('/proc/%d/task' % at)
        except OSError:
            continue
        for t in threads:
            for child in read('/proc/%d/task/%s/children' % (at, t)).split():
                child = int(child)
                found[child] = (program(child), born(child))
                todo.append(child)
    return found


def marked(mark):
    """Processes that were started with MARK + @mark in their environment."""
    want = (MARK + mark).encode()
    return ['process %s %s' % (p, program(int(p))) for p in os.listdir('/proc') if p.isdigit() and
            want in read('/proc/%s/environ' % p).split(b'\0')]


def namespaces(pids):
    found = set()
    for p in pids:
        try:
            found.add(os.readlink('/proc/%d/ns/net' % p))
        except OSError:
            pass
    return found - {os.readlink('/proc/self/ns/net')}


def inside(names):
    found = []
    for p in os.listdir('/proc'):
        if p.isdigit():
            for n in namespaces([int(p)]) & names:
                found.append('process %s in the namespace %s' % (p, n))
    return found


def bpf_objects():
    """The names of all BPF programs, links and maps."""
    found = set()
    for kind in 'prog', 'link', 'map':
        said = subprocess.run(['bpftool', '-j', kind, 'list'], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout
        try:
            listed = json.loads(said or b'[]')
        except ValueError:
            listed = []
        for o in listed if isinstance(listed, list) else []:
            found.add('%s_id %d' % (kind, o['id']))
    return found


def bpf_held():
    """{name as of bpf_objects(): pids} of those that a process has open."""
    held = {}
    for p in os.listdir('/proc'):
        for fd in entries('/proc/%s/fd' % p) if p.isdigit() else ():
            try:
                if not os.readlink(fd).startswith('anon_inode:bpf'):
                    continue
            except OSError:
                continue
            for line in read(fd.replace('/fd/', '/fdinfo/')).decode().split('\n'):
                key, _, number = line.partition(':')
                if key in ('prog_id', 'link_id', 'map_id'):
                    held.setdefault('%s %s' % (key, number.strip()), set()).add(int(p))
    return held


def entries(folder):
    try:
        return {os.path.join(folder, n) for n in os.listdir(folder)}
    except OSError:
        return set()


def of_nobody(paths):
    """Those that a program which the lab runs as nobody has made."""
    found = set()
    for p in paths:
        try:
            if os.lstat(p).st_uid == 65534:
                found.add(p)
        except OSError:
            pass
    return found


def shared_memory():
    """Without the folder of a test that runs beside."""
    return {p for p in entries('/dev/shm') if not os.path.basename(p).startswith('vqlab-fuzz-')}


def host_now():
    """What must be the same before and after, whoever else is at work."""
    mounts = {'mount ' + line.split()[4].decode() + ' ' + line.split(b' - ')[1].decode()
              for line in read('/proc/self/mountinfo').splitlines()}
    # Of a namespace of its own a run's taps are; here none may appear.
    taps = {n for n in entries('/sys/class/net') if os.path.basename(n).startswith('tap')}
    return (mounts | taps | shared_memory() | entries('/sys/fs/bpf') | entries('/run/netns') |
            entries('/run/lock') | of_nobody(entries('/tmp')))


def special_files(folder):
    """Sockets, pipes and devices below @folder."""
    found = []
    for at, _, files in os.walk(folder):
        for f in files:
            path = os.path.join(at, f)
            mode = os.lstat(path).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
                found.append(path)
    return found


class Host:
    """What one start of a tool leaves behind: made before it, asked after it."""

    def __init__(self, mark, tmpdir):
        self.mark, self.tmpdir = mark, tmpdir
        self.netns, self.pids = set(), set()
        self.before, self.bpf_before = host_now(), bpf_objects()

    def saw(self, pids):
        self.pids |= set(pids)
        self.netns |= namespaces(pids)

    def left_bpf(self):
        """New ones that nobody has open, or one of ours; those of others are theirs."""
        new = bpf_objects() - self.bpf_before
        held = bpf_held() if new else {}
        return ['BPF ' + name for name in sorted(new) if not held.get(name, set()) - self.pids]

    def found(self, folder):
        left = marked(self.mark) + inside(self.netns) + sorted(host_now() - self.before)
        left += sorted(entries(self.tmpdir)) + (special_files(folder) if folder else [])
        return left or self.left_bpf()

    def left(self, folder):
        """What is still there when all has had its time to go; @folder: the run's, or None."""
        until = time.monotonic() + LIMIT_S
        while True:
            left = self.found(folder)
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.05)
