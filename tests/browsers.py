"""Opens pages in the system's Chromium, and says what a reader meets there, on screen and paper."""

import io
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pypdf

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PAPERS = {"A4": (210, 297), "Letter": (215.9, 279.4)}
"""Their width and height in millimetres."""
MARGIN = 24
"""The least that stays white at the sides and at the top, in points; at the foot the number of the
sheet stands in it.
"""


def missing():
    """Why pages cannot be looked at here; nothing where they can."""
    if not CHROMIUM:
        return "no Chromium: apt-get install chromium"
    return "" if AXE.exists() else "no axe-core: npm ci --prefix tests"


@contextmanager
def chromium():
    """A browser without a window; it downloads nothing and needs no sandbox of its own as root."""
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if root else []
        )
        yield browser
        browser.close()


class Screen(NamedTuple):
    """A page on a screen, and what the browser said and asked for beside the file itself."""

    page: object
    troubles: list


@contextmanager
def on_screen(browser, path):
    """A file in a window that is as narrow as a telephone."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    address, troubles = path.resolve().as_uri(), []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda request: (
            troubles.append(request.url)
            if request.url != address and not request.url.startswith("data:")
            else None
        ),
    )
    page.goto(address)
    yield Screen(page, troubles)
    page.close()


def change(page, width, scheme):
    """Another width of the window, and light or dark."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)


def against_access(page):
    """What axe-core says against a page: the rule and the element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate("axe.run().then(outcome => outcome.violations)")
    return [
        f"{violation['id']}: {node['html'][:150]}"
        for violation in violations
        for node in violation["nodes"]
    ]


WIDER = """() => [document.scrollingElement, ...document.body.querySelectorAll('*')]
  .filter(e => !e.closest('.only-read, table.cards thead') && e.clientWidth && e.scrollWidth > e.clientWidth + 1
    && (e === document.scrollingElement || getComputedStyle(e).overflowX !== 'visible'))
  .map(e => e.outerHTML.slice(0, 150))"""


def too_wide(page):
    """Elements that scroll sideways, or of which something is cut off."""
    return page.evaluate(WIDER)


class Text(NamedTuple):
    """A text on a sheet of paper: of which entry it is (none: -1), and its corners in points."""

    entry: int
    number: int
    sheet: int
    left: float
    bottom: float
    right: float
    top: float


class Printed(NamedTuple):
    """A page on paper: the words and the size of each sheet, the texts, how many texts there must
    be, where each drawn word begins, and the texts that reach beyond what a sheet shows.
    """

    sheets: list
    sizes: list
    texts: list
    wanted: int
    starts: list
    beyond: list


# A browser cuts off what reaches into the margin of a sheet: measure on a window without one.
AREA = """([width, height]) => {
  const style = {};
  for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules)
      if (rule instanceof CSSPageRule)
        for (const name of ['size', 'margin-left', 'margin-right'])
          style[name] = rule.style.getPropertyValue(name) || style[name];
  const lengths = [style['margin-left'], style['margin-right']].map(parseFloat);
  return (style.size?.includes('landscape') ? height : width) - lengths[0] - lengths[1];
}"""
BEYOND = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange(), beyond = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.checkVisibility() || parent.closest('.only-read')) continue;
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects())
      if (box.width && (box.left < -1 || box.right > innerWidth + 1)) beyond.push(walker.currentNode.data);
  }
  return beyond;
}"""

# Every text becomes a link that names its entry: a PDF says exactly where its links are.
LINKS = """() => {
  const kinds = 'tbody tr, li, .card, .month, figure, .entry';
  const outermost = [...document.querySelectorAll(kinds)]
    .filter(e => !e.parentElement.closest(kinds));
  const number = new Map(outermost.map((e, n) => [e, n]));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && parent.checkVisibility()
        && !parent.closest('svg, .only-read, thead')) texts.push(walker.currentNode);
  }
  texts.forEach((text, n) => {
    let entry = text.parentElement.closest(kinds);
    while (entry && !number.has(entry)) entry = entry.parentElement.closest(kinds);
    let link = text.parentElement.closest('a');
    if (!link) {
      link = document.createElement('a');
      text.replaceWith(link);
      link.append(text);
    }
    link.href = `https://entry.invalid/${entry ? number.get(entry) : -1}/${n}`;
  });
  return texts.length;
}"""


def on_paper(page, paper):
    """A page as it is printed; its texts are links afterwards."""
    page.emulate_media(media="print")
    area = page.evaluate(AREA, PAPERS[paper])
    page.set_viewport_size({"width": int(area / 25.4 * 96), "height": 1000})
    beyond = page.evaluate(BEYOND)
    wanted = page.evaluate(LINKS)
    reader = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper)))
    sheets = [sheet.extract_text() for sheet in reader.pages]
    sizes = [(float(sheet.mediabox.width), float(sheet.mediabox.height)) for sheet in reader.pages]
    texts = [text for number, sheet in enumerate(reader.pages) for text in _texts(sheet, number)]
    starts = [
        start for number, sheet in enumerate(reader.pages) for start in _starts(sheet, number)
    ]
    return Printed(sheets, sizes, texts, wanted, starts, beyond)


def _texts(sheet, number):
    for annotation in sheet.get("/Annots") or []:
        link = annotation.get_object()
        address = link.get("/A", {}).get("/URI", "")
        if address.startswith("https://entry.invalid/"):
            entry, text = address.rsplit("/", 2)[1:]
            yield Text(int(entry), int(text), number, *map(float, link["/Rect"]))


def _starts(sheet, number):
    """Where each text of a sheet begins, drawn ones too, in points."""
    starts = []

    def visit(text, current, matrix, _font, _size):
        if text.strip():
            x = matrix[4] * current[0] + matrix[5] * current[2] + current[4]
            y = matrix[4] * current[1] + matrix[5] * current[3] + current[5]
            starts.append((text, number, x, y))

    sheet.extract_text(visitor_text=visit)
    return starts


def cut_off(printed):
    """Texts that reach into the margin of the paper, or are not on it."""
    outside = [text for text in printed.texts if _is_outside(printed.sizes[text.sheet], *text[3:])]
    begun = [
        (text, number, x, y)
        for text, number, x, y in printed.starts
        if _is_outside(printed.sizes[number], x, max(y, MARGIN), x, y)
    ]
    lost = set(range(printed.wanted)) - {text.number for text in printed.texts}
    return [*outside, *begun, *lost, *printed.beyond]


def _is_outside(size, left, bottom, right, top):
    width, height = size
    return (
        min(left, bottom) < MARGIN - 1
        or right > width - MARGIN + 1
        or not 10 <= top <= height - MARGIN + 1
    )


def split(printed):
    """Entries that stand on two sheets."""
    sheets = {}
    for text in printed.texts:
        if text.entry >= 0:
            sheets.setdefault(text.entry, set()).add(text.sheet)
    return [entry for entry, numbers in sheets.items() if len(numbers) > 1]
