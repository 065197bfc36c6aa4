# SPDX-License-Identifier: GPL-2.0-or-later
# For plots.sh.  plots.py full PLOTS: no panel of any script in that folder lacks data,
# and no text lies on another.
# plots.py has SCRIPT NAME VALUE: the script sets that.  plots.py same A.png B.png: they
# look alike.  plots.py only RUN RING: a made-up run becomes one of that ring alone.
import glob
import html
import json
import os
import re
import shutil
import struct
import sys
import zlib


def read(script):
    """Variables, and how many lines of numbers each set in the data beside it has."""
    variables, blocks, name = {}, {}, None
    for line in open(script):
        value = re.match(r"(\w+(?:\[\d+\])?) = (?:'(.*)'|([-\d.e]+))$", line.rstrip('\n'))
        if value:
            variables[value.group(1)] = value.group(2) if value.group(3) is None else value.group(3)
    for line in open(script[:-2] + 'dat'):
        begin = re.match(r'# (\w+): [\w ]+$', line)
        if begin:
            name = begin.group(1)
            if name in blocks:
                sys.exit('%s: two sets are %s' % (script, name))
            blocks[name] = 0
        elif line != '\n':
            # What a name in a run says stands in no data.
            [float(x) for x in line.split()]
            blocks[name] += 1
    if not blocks or not all(blocks.values()):
        sys.exit('%s: its data: a set without points: %s' % (script, blocks))
    return variables, blocks


TEXT = re.compile(r'<g transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*?font-size="([\d.]+)"'
                  r' text-anchor="(\w+)">\s*<text>(.*?)</text>', re.S)


def apart(svg):
    """No text of a plot lies on another; letters are taken to be narrow."""
    boxes = []
    for x, y, size, anchor, text in TEXT.findall(open(svg).read()):
        x, y, size = float(x), float(y), float(size)
        text = html.unescape(re.sub('<.*?>', '', text)).strip()
        if not text:
            continue
        wide = 0.5 * size * len(text)
        left = x - {'start': 0, 'middle': wide / 2, 'end': wide}[anchor]
        boxes.append((left, left + wide, y - 0.6 * size, y, text))
    if len(boxes) < 10:
        sys.exit('%s: %d texts' % (svg, len(boxes)))
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]:
                sys.exit('%s: "%s" lies on "%s"' % (svg, a[4], b[4]))


def full(folder):
    scripts = sorted(glob.glob(folder + '/*.gp'))
    panels = 0
    for script in scripts:
        variables, blocks = read(script)
        if os.path.basename(script) == 'answer.gp':
            names = ['c%d' % (i + 1) for i in range(int(variables['COUNTED']))]
            names += ['t'] * (variables['RINGS'] != '0')
        else:
            names = ['d%d' % (i + 1) for i in range(int(variables['PANELS']))]
        if not names:
            sys.exit('%s: no panel' % script)
        for n in names:
            of = [k for k in blocks if re.fullmatch('[dp]?%s(_.*)?' % n.lstrip('d'), k) or k == n]
            if not sum(blocks[k] for k in of):
                sys.exit('%s: panel %s is empty' % (script, n))
            panels += 1
        for kind in ('png', 'svg', 'csv'):
            if not os.path.getsize(script[:-2] + kind):
                sys.exit('%s: no %s' % (script, kind))
        apart(script[:-2] + 'svg')
    drawn = {os.path.splitext(f)[0] for f in os.listdir(folder)}
    if len(drawn) != len(scripts) or panels < 2:
        sys.exit('%s, %d panels' % (drawn, panels))


def pixels(path):
    """Rows of (r, g, b) bytes of a PNG of 8 bits, coloured or with a palette."""
    data, at, packed, palette = open(path, 'rb').read(), 8, b'', None
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b'IHDR':
            width, height, depth, colour, _, _, interlaced = struct.unpack('>IIBBBBB', body)
            assert depth == 8 and not interlaced and colour in (2, 3, 6), (depth, colour)
        elif kind == b'PLTE':
            palette = [body[i:i + 3] for i in range(0, size, 3)]
        elif kind == b'IDAT':
            packed += body
        at += size + 12
    step = {2: 3, 3: 1, 6: 4}[colour]
    raw, above = zlib.decompress(packed), bytearray(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + width * step])
        for i in range(len(row) if kind else 0):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            up = above[i]
            if kind == 4:
                p = left + up - corner
                near = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))
            row[i] = (row[i] + {1: left, 2: up, 3: (left + up) // 2}.get(kind, 0) +
                      (near[2] if kind == 4 else 0)) & 255
        above = row
        if palette:
            yield b''.join(palette[x] for x in row)
        elif step == 4:
            yield bytes(x for i, x in enumerate(row) if i % 4 < 3)
        else:
            yield bytes(row)


def same(a, b):
    rows = apart = 0
    for x, y in zip(pixels(a), pixels(b)):
        assert len(x) == len(y), 'not as wide'
        # A palette of 256 is a little off at the edges of letters.
        apart += sum(1 for p, q in zip(x, y) if abs(p - q) > 40)
        rows += len(x)
    if not rows or apart > rows / 2000:
        sys.exit('%d of %d differ' % (apart, rows))


def only(run, ring):
    d = json.load(open(run + '/run.json'))
    d['rings'] = [ring]
    json.dump(d, open(run + '/run.json', 'w'))
    for folder in glob.glob(run + '/trials/*'):
        if '-%s-' % ring not in folder:
            shutil.rmtree(folder)


what, args = sys.argv[1], sys.argv[2:]
if what == 'has':
    found = read(args[0])[0].get(args[1])
    if found != args[2]:
        sys.exit('%s = %s' % (args[1], found))
else:
    {'full': full, 'same': same, 'only': only}[what](*args)
