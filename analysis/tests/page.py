# SPDX-License-Identifier: GPL-2.0-or-later
# For page.sh.  page.py PAGE opens a report's page in a headless Chromium, by the DevTools
# protocol over a pipe, and writes one line for each thing that shall hold of it: "NAME: ok",
# or "NAME: " and what is wrong.
import html.parser
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

page = os.path.abspath(sys.argv[1])
url = 'file://' + urllib.parse.quote(page)


class Browser:
    """A tab, its commands and its events."""

    def __init__(self, home):
        to_child, self.write_end = os.pipe()
        self.read_end, from_child = os.pipe()

        def hand_over():
            # Descriptors 3 and 4 are what --remote-debugging-pipe reads and writes.
            a, b = os.dup(to_child), os.dup(from_child)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.child = subprocess.Popen(
            ['chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
             '--disable-background-networking', '--disable-component-update',
             '--remote-debugging-pipe', '--user-data-dir=' + home, 'about:blank'],
            preexec_fn=hand_over, close_fds=False, start_new_session=True,
            env=dict(os.environ, HOME=home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.events, self.last, self.session = b'', [], 0, None
        targets = self.call('Target.getTargets')['targetInfos']
        tab = [t for t in targets if t['type'] == 'page'][0]['targetId']
        self.session = self.call('Target.attachToTarget', targetId=tab, flatten=True)['sessionId']

    def message(self):
        while b'\0' not in self.buffer:
            data = os.read(self.read_end, 1 << 16)
            if not data:
                sys.exit('page.py: chromium ended')
            self.buffer += data
        first, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(first)

    def call(self, method, **params):
        self.last += 1
        request = {'id': self.last, 'method': method, 'params': params}
        if self.session:
            request['sessionId'] = self.session
        os.write(self.write_end, json.dumps(request).encode() + b'\0')
        while True:
            m = self.message()
            if m.get('id') == self.last:
                if 'error' in m:
                    sys.exit('page.py: %s: %s' % (method, m['error']))
                return m['result']
            self.events.append(m)

    def open(self, where):
        before = len(self.events)
        self.call('Page.navigate', url=where)
        while not any(m.get('method') == 'Page.loadEventFired' for m in self.events[before:]):
            self.events.append(self.message())

    def value(self, expression):
        got = self.call('Runtime.evaluate', expression=expression, returnByValue=True)
        if 'exceptionDetails' in got:
            sys.exit('page.py: %s: %s' % (expression[:60], json.dumps(got['exceptionDetails'])))
        return got['result'].get('value')

    def look(self, width, theme='light', media='screen'):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=900,
                  deviceScaleFactor=1, mobile=False)
        self.call('Emulation.setEmulatedMedia', media=media,
                  features=[{'name': 'prefers-color-scheme', 'value': theme}])

    def close(self):
        self.session = None
        self.call('Browser.close')
        self.child.wait()


def holds(name, wrong):
    print('%s: %s' % (name, '; '.join(str(w) for w in wrong[:8]) if wrong else 'ok'))


# Text whose colour is too near to what it stands on: WCAG 2.1, 1.4.3.
CONTRAST = r'''(() => {
    const rgb = s => { const m = s.match(/[\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
    const lum = c => { const [r, g, b] = c.slice(0, 3).map(x => (x /= 255) <= 0.04045 ? x / 12.92
        : ((x + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const behind = e => { for (; e; e = e.parentElement) {
        const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 0.99) return c; }
        return [255, 255, 255, 1]; };
    const low = new Set(); let seen = 0;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n; n = walk.nextNode();) {
        const e = n.parentElement;
        if (!n.data.trim() || e.closest("script") || !e.getClientRects().length) continue;
        const style = getComputedStyle(e), svg = e.closest("svg");
        const front = rgb(svg ? style.fill : style.color), back = behind(e);
        const [a, b] = [lum(front), lum(back)].sort((x, y) => y - x);
        seen++;
        if ((a + 0.05) / (b + 0.05) < 4.5) low.add(`"${n.data.trim().slice(0, 30)}" ${
            ((a + 0.05) / (b + 0.05)).toFixed(2)}`);
    }
    return seen < 50 ? ["only " + seen + " texts"] : [...low];
})()'''

# Each head of each table pressed three times: up, down, and as it was, no row lost.
SORTS = r'''(() => {
    const wrong = []; let pressed = 0, moved = 0;
    const first = text => { const m = text.trim().replace("\u2212", "-").match(/-?\d+(\.\d+)?/);
        return m ? Number(m[0]) : null; };
    for (const table of document.querySelectorAll("table")) {
        const rows = () => [...table.tBodies].map(b => [...b.rows].map(r => r.textContent));
        const was = JSON.stringify(rows());
        const width = Math.max(...[...table.rows].map(r => r.cells.length));
        for (const button of table.tHead.querySelectorAll("button")) {
            const th = button.closest("th");
            const x = th.getBoundingClientRect().right;
            for (const way of ["ascending", "descending", null]) {
                button.click();
                pressed++;
                if (th.getAttribute("aria-sort") !== way) wrong.push(th.textContent + ": aria-sort");
                const now = rows();
                if (JSON.stringify(now) !== was) moved++;
                if (!way && JSON.stringify(now) !== was) wrong.push(th.textContent + ": not as it was");
                if (JSON.stringify(now.map(b => [...b].sort())) !==
                    JSON.stringify(JSON.parse(was).map(b => b.sort()))) wrong.push("rows lost");
                if (!way || !th.classList.contains("r")) continue;
                for (const body of table.tBodies) {
                    // The cell that ends where its head does.
                    const cells = [...body.rows].filter(r => r.cells.length === width)
                        .map(r => [...r.cells].find(c => Math.abs(c.getBoundingClientRect().right - x) < 1));
                    const values = cells.map(c => first(c.textContent)).filter(v => v !== null);
                    for (let i = 1; i < values.length; i++)
                        if (way === "ascending" ? values[i] < values[i - 1] : values[i] > values[i - 1])
                            { wrong.push(`${th.textContent} ${way}: ${values}`); break; }
                }
            }
        }
    }
    return moved < 20 ? [`${pressed} pressed, ${moved} moved`, ...wrong] : wrong;
})()'''

OVERFLOW = r'''(() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    return wide > 0 ? [`${wide} px too wide at ${innerWidth}`] : [];
})()'''

# In print nothing scrolls: what is wider than the paper is lost.
CUT = r'''[...document.querySelectorAll("table, svg, p, li, dd, h1, h2")].filter(e => e.getClientRects().length
    && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + " " + e.textContent.trim().slice(0, 40))'''

# What a reader who does not see it, or has no mouse, is told.
NAMED = r'''(() => {
    const wrong = [], all = s => [...document.querySelectorAll(s)];
    const ids = all("[id]").map(e => e.id);
    for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) wrong.push("id twice: " + id);
    for (const [what, n] of [["h1", 1], ["main", 1], ["nav[aria-label]", 1], ["header", 1]])
        if (all(what).length !== n) wrong.push(`${what}: ${all(what).length}`);
    if (!document.documentElement.lang || !document.title) wrong.push("no lang or title");
    for (const e of all("section")) if (!document.getElementById(e.getAttribute("aria-labelledby")))
        wrong.push("section without a name");
    for (const e of all("svg")) if (!e.closest("[role=img]")?.getAttribute("aria-label"))
        wrong.push("plot without a name");
    for (const e of all("th")) if (!e.scope) wrong.push("th without scope: " + e.textContent);
    for (const e of all("tbody tr")) if (!e.querySelector("th")) wrong.push("row without a name");
    for (const e of all(".scroll")) if (e.scrollWidth > e.clientWidth && e.tabIndex !== 0)
        wrong.push("cannot be scrolled by keys: " + e.getAttribute("aria-label"));
    for (const e of all("use")) if (!document.querySelector(e.getAttribute("href")))
        wrong.push("no " + e.getAttribute("href"));
    for (const e of all("a[href^='#']")) if (!document.getElementById(e.getAttribute("href").slice(1)))
        wrong.push("no " + e.getAttribute("href"));
    return wrong;
})()'''

LINKS = r'''[...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href"))
    .filter(h => !h.startsWith("#"))'''


def check(browser):
    for domain in ('Page', 'Runtime', 'Log', 'Network'):
        browser.call(domain + '.enable')
    browser.look(1400)
    browser.open(url)
    for theme in ('light', 'dark'):
        for width in (360, 1400):
            browser.look(width, theme)
            holds('fits %d %s' % (width, theme), browser.value(OVERFLOW))
            holds('contrast %d %s' % (width, theme), browser.value(CONTRAST))
    dark = browser.value('getComputedStyle(document.body).backgroundColor')
    browser.look(1400)
    light = browser.value('getComputedStyle(document.body).backgroundColor')
    holds('themes differ', [] if dark != light else [dark])
    holds('named', browser.value(NAMED))
    holds('sorts', browser.value(SORTS))
    links = browser.value(LINKS)
    folder = os.path.dirname(page)
    holds('links', ['no link'] * (not links) +
          [h for h in links if ':' in h or
           not os.path.exists(os.path.join(folder, urllib.parse.unquote(h)))])
    browser.look(700, media='print')
    holds('print', browser.value(CUT) + browser.value(CONTRAST))
    browser.look(360)
    browser.open(url)
    holds('named on a phone', browser.value(NAMED))
    # The events of both loads are here: those of a load come before later answers.
    said = [m for m in browser.events if m.get('method') in
            ('Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded')]
    holds('console', [json.dumps(m['params'])[:300] for m in said])
    asked = [m['params']['request']['url'] for m in browser.events
             if m.get('method') == 'Network.requestWillBeSent']
    holds('network', [u for u in asked if u != url and not u.startswith('data:')] +
          ['the page itself was not asked for'] * (url not in asked))
    with_script = browser.value('document.querySelectorAll("main *:not(button)").length')
    browser.call('Emulation.setScriptExecutionDisabled', value=True)
    browser.open(url)
    holds('without script', [] if browser.value(
        'document.querySelectorAll("main *:not(button)").length') == with_script and
        browser.value('document.querySelectorAll("button").length') == 0 else ['not the same'])
    holds('elements', browser.value(
        '[...new Set([...document.querySelectorAll("img, iframe, object, embed, link:not([rel=icon]),'
        ' form, input, a[onclick], [onload], [onerror], foreignObject, animate")].map(e => e.tagName))]'))
    holds('one script', browser.value('[document.scripts.length].filter(n => n !== 1)'))


class Closed(html.parser.HTMLParser):
    """Is every element closed, and by its own end?"""
    VOID = {'meta', 'link', 'br'}

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append('%s at line %d' % (tag, self.getpos()[0]))


closed = Closed()
closed.feed(open(page, encoding='utf-8').read())
holds('well formed', closed.wrong + closed.open)
home = tempfile.mkdtemp()
try:
    tab = Browser(home)
    check(tab)
    tab.close()
finally:
    shutil.rmtree(home, ignore_errors=True)
