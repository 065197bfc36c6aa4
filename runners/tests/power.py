# SPDX-License-Identifier: GPL-2.0-or-later
# For power.sh: the power fails at each write of a run.
#
# power.py RUN LOG COMMAND...: LOG is strace's of the commands that made RUN, which was new.
# In each state that RUN may be in after a loss of power (power_disk.py), COMMAND with -o DIR
# must go on with it, or begin it, and vqreport report it or refuse; and of what vqbench had
# called finished nothing may be lost, changed or run again.
import concurrent.futures
import os
import subprocess
import sys
import tempfile

import interrupt_run
import power_disk


def put(folder, files):
    for path, contents in sorted(files.items()):
        at = os.path.join(folder, path)
        if contents is None:
            os.mkdir(at)
        else:
            with open(at, 'wb') as f:
                f.write(contents)


def part_of(path):
    """(part, file of it) of a path in a run's folder; ('', '') of others, and what is unfinished."""
    p = path.split('/')
    if len(p) > 1 and p[0] == 'trials' and not p[1].endswith('.tmp'):
        return p[1], '/'.join(p[2:])
    if len(p) == 2 and p[0] == 'rings' and p[1].endswith('.json'):
        return p[1][:-len('.json')], p[1]
    return '', ''


def parts(files):
    """{part: {file: contents}} of what a reader takes for finished."""
    found = {}
    for path, contents in files.items():
        part, name = part_of(path)
        if part:
            found.setdefault(part, {}).update({} if contents is None else {name: contents})
    return found


def ends(files):
    """{part: how many times} the journal calls it finished."""
    count = {}
    for line in files.get('journal', b'').decode('utf-8', 'replace').split('\n')[:-1]:
        words = line.split(' ')
        if len(words) > 2 and words[1] == 'end':
            count[words[2]] = count.get(words[2], 0) + 1
    return count


class History:
    """The versions that each part has had, and each state that there may be after each call."""

    def __init__(self, run, log):
        top = os.path.dirname(run)
        self.disk, self.versions, self.states = power_disk.Disk(top), {}, {}
        name = os.path.basename(run)
        promised = {}
        for call in power_disk.calls(log):
            if not self.disk.apply(*call):
                continue
            lasting = self.below(name, power_disk.tree(self.disk.root, power_disk.last, power_disk.now))
            for part, files in parts(self.below(name, power_disk.tree(
                    self.disk.root, power_disk.whole, power_disk.now))).items():
                had = self.versions.setdefault(part, [])
                if files and (not had or had[-1] != files):
                    had.append(files)
            # Told of when the line in the journal was on the disk.
            for part, n in ends(lasting).items():
                if n > promised.get(part, (0, 0))[0]:
                    promised = {**promised, part: (n, len(self.versions[part]) - 1)}
            for what, state in self.disk.states():
                state = self.below(name, state)
                key = frozenset(state.items())
                # The most that was promised in that state.
                self.states[key] = (what + ' after ' + call[1], state, promised)

    @staticmethod
    def below(name, files):
        return {p[len(name) + 1:]: c for p, c in files.items() if p.startswith(name + '/')}


def wrong_parts(history, files, promised):
    """What is half there, or lost."""
    found, there = [], parts(files)
    for part, own in there.items():
        if own not in history.versions.get(part, []):
            found.append('%s is not whole' % part)
    for part, (_, version) in promised.items():
        versions = history.versions[part]
        if part not in there:
            found.append('%s is lost' % part)
        elif there[part] in versions and versions.index(there[part]) < version:
            found.append('%s is an older one' % part)
    return found


def run(argv, cwd):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd,
                       stdin=subprocess.DEVNULL)
    return p.returncode, p.stdout.decode('utf-8', 'replace')


def read(folder):
    return {n: open(p, 'rb').read() for n, p in interrupt_run.files(folder).items()}


def check(history, state, command, want):
    what, files, promised = state
    found = wrong_parts(history, files, promised)
    with tempfile.TemporaryDirectory(prefix='power-') as top:
        folder = os.path.join(top, 'run')
        if files:
            os.mkdir(folder)
            put(folder, files)
        report = os.path.join(os.path.dirname(command[0]), 'vqreport')
        status, said = run([report, '--no-plots', folder, '-o', os.path.join(top, 'report')], top)
        if status not in (0, 1, 2) or status and not said.startswith('vqreport: '):
            found.append('vqreport ends with %d: %s' % (status, said[-300:]))
        if status and promised:
            found.append('vqreport refuses a run with results: %s' % said[-300:])
        status, said = run(command + ['-o', folder], top)
        if status and 'nothing worked in block' not in said:
            found.append('vqbench ends with %d: %s' % (status, said[-300:]))
        else:
            after = read(folder)
            for part, own in parts(files).items():
                if parts(after).get(part) != own and not found:
                    found.append('%s was run again' % part)
            found += interrupt_run.differences(interrupt_run.same_each_time(folder), want)
    return ['%s: %s' % (what, f) for f in found]


def main():
    made, log, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    history = History(made, log)
    # The model is of use only if it comes to what the file system came to.
    end = history.below(os.path.basename(made), power_disk.tree(history.disk.root, power_disk.whole,
                                                               power_disk.now))
    there = read(made)
    if {p: c for p, c in end.items() if c is not None} != there:
        sys.exit('the model and the folder differ: %s' % sorted(
            p for p in set(end) | set(there) if end.get(p) != there.get(p)))
    want = interrupt_run.same_each_time(made)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = [f for some in pool.map(lambda s: check(history, s, command, want),
                                        history.states.values()) for f in some]
    print('%d states, %d faults' % (len(history.states), len(found)))
    for f in sorted(set(found))[:40]:
        print(f[:500])
    sys.exit(1 if found or len(history.states) < 100 else 0)


if __name__ == '__main__':
    main()
