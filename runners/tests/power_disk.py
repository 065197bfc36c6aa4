# SPDX-License-Identifier: GPL-2.0-or-later
# For power.py: a file system as it is and as it would be after a loss of power, by what
# strace saw of the system calls that change it.
#
# What lasts: a file's contents as of its last fsync, a folder's names as of the folder's last
# fsync.  Of what came later, each file and each folder may have kept all, nothing or, a file,
# a part: the file systems of Linux promise no more (rename is atomic, no name is half a name).
import os
import re


class File:
    def __init__(self):
        self.data, self.synced = b'', b''


class Folder:
    def __init__(self):
        self.names, self.synced = {}, {}


def unescape(text):
    return bytes(int(h, 16) for h in re.findall(r'\\x([0-9a-f]{2})', text))


# "PID call(arguments) = result", of which the arguments hold no parenthesis: all text is hex.
CALL = re.compile(r'^(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?')
PART = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
AT = re.compile(r'(?:AT_FDCWD|-?\d+)<([^>]*)>(\(deleted\))?')


def calls(log):
    """(pid, name, arguments, result, name of the result's file) of each that succeeded."""
    waiting = {}
    with open(log, encoding='ascii') as f:
        for line in f:
            pid = line.split(' ', 1)[0]
            if '<unfinished ...>' in line:
                waiting[pid] = line.split('<unfinished ...>')[0].rstrip()
                continue
            m = re.match(r'\d+ +<\.\.\. \w+ resumed>(.*)', line)
            if m:
                line = waiting.pop(pid) + m.group(1)
            m = CALL.match(line)
            if m and int(m.group(4)) >= 0:
                yield m.group(1), m.group(2), m.group(3), int(m.group(4)), \
                    unescape(m.group(5) or '').decode()


UNKNOWN = ('link', 'linkat', 'symlink', 'symlinkat', 'fallocate', 'copy_file_range', 'sendfile', 'splice')


class Disk:
    """Below @top, which begins as an empty folder that lasts."""

    def __init__(self, top):
        self.top, self.root, self.at, self.appends = top, Folder(), {}, set()

    # -- names -----------------------------------------------------------------
    def parts(self, path):
        path = os.path.normpath(path)
        if path != self.top and not path.startswith(self.top + '/'):
            return None
        return [p for p in path[len(self.top):].split('/') if p]

    def find(self, path):
        parts, node = self.parts(path), self.root
        if parts is None:
            return None
        for p in parts:
            node = node.names.get(p) if isinstance(node, Folder) else None
        return node

    def place(self, path):
        """The folder that @path is in, and its name there; (None, '') of another file system."""
        return (self.find(os.path.dirname(path)), os.path.basename(path)) \
            if self.parts(path) else (None, '')

    # -- what a call changes -----------------------------------------------------
    def apply(self, pid, name, arguments, result, opened):
        """True if something may be another thing than before, now or after a loss of power."""
        texts = [unescape(t).decode('utf-8', 'surrogateescape') for t, _ in PART.findall(arguments)]
        dirs = [(unescape(t).decode(), gone) for t, gone in AT.findall(arguments)]
        paths = [t if t.startswith('/') else os.path.join(d, t)
                 for t, (d, _) in zip(texts, dirs + [('/', '')] * 2)]
        if name in ('open', 'openat', 'creat'):
            return self.open(pid, result, opened, arguments)
        if name in ('mkdir', 'mkdirat'):
            folder, leaf = self.place(paths[0])
            return bool(folder) and not folder.names.update({leaf: Folder()})
        if name in ('rename', 'renameat', 'renameat2'):
            return self.rename(paths, 'RENAME_EXCHANGE' in arguments)
        if name in ('unlink', 'unlinkat', 'rmdir'):
            folder, leaf = self.place(paths[0])
            return bool(folder) and folder.names.pop(leaf, None) is not None
        if name in UNKNOWN and any(self.find(p) for p in [d for d, _ in dirs] + [
                os.path.dirname(p) for p in paths]):
            raise ValueError(name + ' is not modelled')
        if not dirs or dirs[0][1]:
            return False
        return self.change(pid, name, arguments, result, dirs[0][0])

    def open(self, pid, fd, path, arguments):
        folder, leaf = self.place(path)
        if not folder or 'O_TMPFILE' in arguments:
            return False
        new = 'O_CREAT' in arguments and leaf not in folder.names
        if new:
            folder.names[leaf] = File()
        node = folder.names.get(leaf)
        if not isinstance(node, File) or 'O_RDONLY' in arguments:
            return False
        (self.appends.add if 'O_APPEND' in arguments else self.appends.discard)(path)
        self.at[path] = 0
        cut = 'O_TRUNC' in arguments and node.data
        if cut:
            node.data = b''
        return bool(new or cut)

    def rename(self, paths, exchange):
        (one, a), (other, b) = self.place(paths[0]), self.place(paths[1])
        if not one or not other:
            return False
        if exchange:
            one.names[a], other.names[b] = other.names[b], one.names[a]
        else:
            other.names[b] = one.names.pop(a)
        return True

    def change(self, pid, name, arguments, result, path):
        node = self.find(path)
        if not node:
            return False
        if name in ('fsync', 'fdatasync'):
            if isinstance(node, Folder):
                node.synced = dict(node.names)
            else:
                node.synced = node.data
            return True
        if name == 'lseek':
            self.at[path] = result
            return False
        if name in ('ftruncate', 'truncate'):
            size = int(arguments.rsplit(',', 1)[1])
            node.data = node.data[:size] + b'\0' * (size - len(node.data))
            return True
        if name in ('write', 'writev', 'pwrite64', 'pwritev'):
            return self.write(node, path, name, arguments, result)
        return False

    def write(self, node, path, name, arguments, result):
        found = PART.findall(arguments)
        if any(cut for _, cut in found):
            raise ValueError('strace cut a text short')
        text = b''.join(unescape(t) for t, _ in found)[:result]
        if name in ('pwrite64', 'pwritev'):
            at = int(arguments.rsplit(',', 1)[1])
        else:
            at = len(node.data) if path in self.appends else self.at.get(path, 0)
            self.at[path] = at + len(text)
        node.data = node.data[:at].ljust(at, b'\0') + text + node.data[at + len(text):]
        return True

    # -- states ------------------------------------------------------------------
    def folders(self, node=None, path=''):
        node = node or self.root
        found = [(path, node)]
        for name, sub in node.names.items():
            if isinstance(sub, Folder):
                found += self.folders(sub, path + '/' + name)
        return found

    def states(self):
        """[(what happened, {path: contents, None of a folder})] of all that may be there now."""
        found = [('killed', tree(self.root, whole, now)), ('nothing unsynced', tree(self.root, last, before)),
                 ('names without contents', tree(self.root, last, now)),
                 ('half of the contents', tree(self.root, half, now))]
        for path, folder in self.folders():
            if folder.names != folder.synced:
                found.append(('names of %s lost' % (path or '/'),
                              tree(self.root, whole, lambda f, own=folder: before(f) if f is own else now(f))))
        return found


def now(folder):
    return folder.names


def before(folder):
    return folder.synced


def whole(f):
    return f.data


def last(f):
    return f.synced


def half(f):
    same = os.path.commonprefix([f.data, f.synced])
    return f.data if f.data == f.synced else same + f.data[len(same):][:(len(f.data) - len(same)) // 2]


def tree(node, contents, names, path=''):
    found = {}
    for name, sub in names(node).items():
        at = os.path.join(path, name)
        if isinstance(sub, Folder):
            found[at] = None
            found.update(tree(sub, contents, names, at))
        else:
            found[at] = contents(sub)
    return found
