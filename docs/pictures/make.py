"""Makes the pictures of docs/pages.md from the files that its own commands write.

    pip install '.[pictures]' && python docs/pictures/make.py

They need Chromium. Each page is shown on a wide screen, on a telephone, and as its first sheet of
paper; look at them before you commit.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
from PIL import Image, ImageOps

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

import browsers  # noqa: E402 - they stand in tests/
import console  # noqa: E402

MOST = 150 * 1024
"""Bytes of a picture."""
COLORS = 200


class Shot(NamedTuple):
    """A page that becomes pictures: its file, how wide the screen is, how much of it is shown on
    the wide one and on the telephone, its paper, and which pictures are kept.
    """

    file: str
    width: int = 1100
    height: int = 1000
    phone_height: int = 900
    paper: str = "Letter"
    kinds: tuple[str, ...] = ()


SHOTS = [
    Shot("cleo.html", height=1250, kinds=("wide", "phone", "print")),
    Shot("cleo-es.html", kinds=("print",)),
    Shot("day.html", width=1400, height=1060, kinds=("wide", "phone", "print")),
    Shot("week.html", width=1400, height=1300, kinds=("wide",)),
    Shot("year.html", width=1200, height=1300, kinds=("wide", "phone", "print")),
    Shot("suggest.html", kinds=("wide", "phone", "print")),
]


def main() -> None:
    """Run the page's commands, open what they wrote, and keep the pictures beside this file."""
    with tempfile.TemporaryDirectory() as place, browsers.chromium() as browser:
        run_commands(Path(place))
        for shot in SHOTS:
            for kind, picture in pictures(browser, Path(place, shot.file), shot):
                if kind in shot.kinds:
                    keep(picture, HERE / f"{Path(shot.file).stem}-{kind}.png")


def run_commands(folder: Path) -> None:
    """Run what docs/pages.md tells its readers to type."""
    console.bring_examples(folder)
    text = (HERE.parent / "pages.md").read_text("utf-8")
    for block in console.BLOCK.finditer(text):
        headings = console.HEADING.findall(text, 0, block.start())
        moment = console.moment_of(headings[-1]) if headings else None
        for command in console.commands_of(block[0]):
            run = console.run(command, folder, moment or console.OWN_DAY)
            if run.code:
                raise SystemExit(run.text)


def pictures(browser: Any, path: Path, shot: Shot) -> Iterator[tuple[str, Image.Image]]:  # noqa: ANN401 - Playwright is a library of tests
    """A page on a wide screen, on a telephone, and on paper."""
    yield "wide", screen(browser, path, (shot.width, shot.height), 1)
    yield "phone", screen(browser, path, (390, shot.phone_height), 2)
    with browsers.on_screen(browser, path) as opened:
        document = pypdfium2.PdfDocument(opened.page.pdf(format=shot.paper))
    yield "print", ImageOps.expand(document[0].render(scale=1.5).to_pil(), 1, "#999")


def screen(browser: Any, path: Path, size: tuple[int, int], scale: int) -> Image.Image:  # noqa: ANN401 - as above
    """The upper part of a page, at most as high as said."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=scale
    )
    page.goto(path.resolve().as_uri())
    height = min(page.evaluate("document.documentElement.scrollHeight"), size[1])
    taken = page.screenshot(
        full_page=True, clip={"x": 0, "y": 0, "width": size[0], "height": height}
    )
    page.close()
    return Image.open(io.BytesIO(taken))


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture in few colours; it may not be large."""
    picture.convert("RGB").quantize(
        COLORS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    ).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name:24} {picture.width:5} x {picture.height:5} {size / 1024:6.0f} KiB")
    if size > MOST:
        raise SystemExit(f"{path.name} has {size} bytes, more than {MOST}")


if __name__ == "__main__":
    main()
