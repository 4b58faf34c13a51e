"""Every page in Chromium: on screens and on paper, with what users and files may write in it."""

import shlex
from pathlib import Path
from typing import NamedTuple

import browsers
import console
import pytest
from helpers import be_at
from test_pages import Written, trial_page

from ketasched.languages.language import ENGLISH

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(browsers.missing()), reason=browsers.missing() or "never"),
]

LONG = "W" * 500
WRITTEN = "<script>alert(1)</script> & \"quoted\" 'too' {{ 7 * 7 }} 👩‍⚕️ נועה"
ROUGH = f"{WRITTEN} \x1b[2J \u202egnorw"


HOUSE = """
2026-12-16T14 init --name "Harbor Clinic" --country US --part IL --tz America/Chicago --hours "mon-fri 08:00-18:00" --at 09:00 --chairs 8 --phone "+1 312 555 0100"
2026-12-16T14 admit full-day.example.csv --into .
2027-01-11T13 done . --until yesterday
2027-01-11T13 move "Pia Jensen" 4 2027-01-14
2027-01-14T13 agenda . -o day.html
2027-01-14T13 agenda . --week -o week.html
2027-01-14T13 agenda . --for free-busy -o free.html
2027-01-16T13 agenda . --day sun -o empty.html
2027-01-14T13 check clinic.example.yaml --year 2027 -o year.html
2027-01-14T13 status . -o folder.html
2027-01-14T13 status "Pia Jensen" --history -o history.html
2027-01-14T13 suggest spravato --from 2027-02-01 --to 2027-03-31 --beside . -o starts.html
2027-01-14T13 plan im --start 2027-02-01 --at 16:30 --name "Zoe Berg" --authorised-visits 3 --save zoe
2027-01-14T13 status . --calls -o people.html
"""


HANDOUT = f"""
2026-12-16T14 init --name "Harbor Clinic" --country US --part IL --tz America/Chicago --hours "mon-fri 08:00-18:00" --at 09:30 --phone "+1 312 555 0100"
2026-12-16T14 plan iv --start 2027-01-04 --name "Cleo Marsh" --save cleo -o new.html
2026-12-16T14 status cleo -o given.html
2027-01-11T13 done cleo --until yesterday
2027-01-11T13 move cleo 6 "2027-01-22 11:00" --reason travel
2027-01-11T13 move cleo 5 "2027-01-20 14:00" --reason travel
2027-01-11T13 cancel cleo 3 --then append
2027-01-11T13 status cleo --feed-url https://example.org/feeds/0123456789abcdef0123456789abcdef01234567.ics -o en.html
2027-01-11T13 status cleo --lang es -o es.html
2027-01-11T13 status cleo --lang de -o de.html
2027-01-11T13 status cleo --lang fr -o fr.html
2027-01-11T13 status cleo --for staff -o staff.html
2027-01-11T13 status . --deviations -o deviations.html
2027-01-11T13 status . --calls -o calls.html
2027-01-11T13 plan iv --start 2027-02-01 --name {shlex.quote(WRITTEN)} -o rough.html
2027-01-11T13 plan iv --start 2027-02-01 --name {LONG} -o long.html
2027-01-11T13 plan spravato --start 2027-02-01 --until 2064-12-31 -o thousand.html
"""


class Row(NamedTuple):
    """A page: what it is, the story that makes it (command lines, each after its moment in UTC) and
    its file there, or else the values of the trial page; on how many sheets of A4 and of Letter it
    is printed.
    """

    name: str
    a4: int
    letter: int
    story: str = ""
    file: str = ""
    trial: dict | None = None
    language: Written = ENGLISH
    screens: int = 4
    """On how many of the screens it is looked at: a page of thousands of texts takes a minute."""


def trial(name, a4, letter, language=ENGLISH, **values):
    """A row of the trial page, which has every part that pages are made of."""
    return Row(name, a4, letter, trial={"rows": 7, "months": 4} | values, language=language)


ROWS = [
    trial("every part", 1, 1),
    trial("many sessions", 5, 6, rows=120, months=24),
    trial("rough words", 1, 2, note=ROUGH),
    trial("a name of 500 signs", 5, 5, note=LONG),
    trial("right to left", 1, 1, Written("he", "rtl"), note="נועה 9:00"),
    Row("a day of eight chairs", 1, 1, HOUSE, "day.html"),
    Row("a week", 2, 2, HOUSE, "week.html"),
    Row("a day without names", 1, 1, HOUSE, "free.html"),
    Row("a day on which nobody comes", 1, 1, HOUSE, "empty.html"),
    Row("a handout of a new course", 1, 1, HANDOUT, "new.html"),
    Row("a handout after three changes", 1, 1, HANDOUT, "en.html"),
    Row("in Spanish", 1, 1, HANDOUT, "es.html"),
    Row("in German", 1, 1, HANDOUT, "de.html"),
    Row("in French", 1, 1, HANDOUT, "fr.html"),
    Row("a course for staff", 1, 2, HANDOUT, "staff.html"),
    Row("deviations", 1, 1, HANDOUT, "deviations.html"),
    Row("calls", 1, 1, HANDOUT, "calls.html"),
    Row("a handout with rough words", 1, 1, HANDOUT, "rough.html"),
    Row("a handout with a name of 500 signs", 2, 2, HANDOUT, "long.html"),
    Row("a handout of 1,000 sessions", 68, 73, HANDOUT, "thousand.html", screens=1),
    Row("a folder of courses", 1, 1, HOUSE, "folder.html"),
    Row("a course's history", 1, 1, HOUSE, "history.html"),
    Row("people to ring up", 1, 1, HOUSE, "people.html"),
    Row("a clinic's year", 2, 2, HOUSE, "year.html"),
    Row("starts", 2, 2, HOUSE, "starts.html"),
]


@pytest.fixture(scope="session")
def browser():
    with browsers.chromium() as opened:
        yield opened


MADE = {}
"""The pages that each story made: all looks at a page are at the same bytes."""


@pytest.fixture
def file_of(ketasched, monkeypatch):
    """The file of a page, in the empty folder of the test."""

    def make(row):
        path = Path("page.html")
        if row.trial is not None:
            path.write_text(trial_page(language=row.language, **row.trial), "utf-8")
            return path
        if row.story not in MADE:
            MADE[row.story] = told(row.story, ketasched, monkeypatch)
        path.write_bytes(MADE[row.story][row.file])
        return path

    return make


def told(story, ketasched, monkeypatch):
    """The bytes of each page that a story makes, among the example files."""
    console.bring_examples(Path())
    for line in story.strip().splitlines():
        moment, *arguments = shlex.split(line)
        be_at(monkeypatch, moment)
        outcome = ketasched(*arguments)
        assert outcome.code == 0, (line, outcome)
    return {path.name: path.read_bytes() for path in Path().glob("*.html")}


SCREENS = [(360, "light"), (360, "dark"), (1280, "dark"), (1280, "light")]
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@every_row
def test_on_screen(browser, file_of, row):
    with browsers.on_screen(browser, file_of(row)) as screen:
        for width, scheme in SCREENS[: row.screens]:
            browsers.change(screen.page, width, scheme)
            assert browsers.against_access(screen.page) == [], (width, scheme)
            assert browsers.too_wide(screen.page) == [], (width, scheme)
        assert screen.troubles == []


LOOKS = """() => {
  const kinds = ["", "session", "visit", "session tentative", "session past done", "closed"];
  return kinds.map(kind => {
    const day = document.createElement("span");
    day.className = `day ${kind}`;
    document.querySelector(".months").append(day);
    const look = getComputedStyle(day), sign = getComputedStyle(day, "::after").content;
    return [look.backgroundColor, look.borderTopStyle, look.borderTopColor,
      look.textDecorationLine, sign].join(" ");
  });
}"""


@pytest.mark.parametrize("media", ["print", "screen"])
def test_days_of_a_month_look_as_they_stand(browser, file_of, media):
    (row,) = (row for row in ROWS if row.file == "en.html")
    with browsers.on_screen(browser, file_of(row)) as screen:
        screen.page.emulate_media(media=media)
        looks = screen.page.evaluate(LOOKS)
    assert len(set(looks)) == len(looks)
    assert [look for look in looks if "dashed" in look] == [looks[3]]
    assert looks[3].startswith("rgba(0, 0, 0, 0) ")


@every_row
def test_on_paper(browser, file_of, row):
    with browsers.on_screen(browser, file_of(row)) as screen:
        browsers.change(screen.page, 1280, "dark")
        for paper in browsers.PAPERS:
            printed = browsers.on_paper(screen.page, paper)
            assert browsers.cut_off(printed) == []
            assert browsers.split(printed) == []
            count = len(printed.sheets)
            for number, sheet in enumerate(printed.sheets, 1):
                assert f"{number} / {count}" in sheet
            assert count == {"A4": row.a4, "Letter": row.letter}[paper], paper


def test_a_page_that_asks_for_something_is_noticed(browser, tmp_path):
    path = tmp_path / "page.html"
    asks = '<img src="https://example.org/a.png"><script>1</script><p style="width:500px">wide</p>'
    path.write_text(trial_page().replace("<main>", f"<main>{asks}"), "utf-8")
    with browsers.on_screen(browser, path) as screen:
        assert [words for words in screen.troubles if "img-src" in words or "default-src" in words]
        assert [words for words in browsers.against_access(screen.page) if "image-alt" in words]
        assert browsers.too_wide(screen.page)


def test_entries_on_two_sheets_and_texts_in_the_margin_are_noticed(browser, tmp_path):
    path = tmp_path / "page.html"
    worse = "tr { break-inside: auto !important; } h1 { margin-inline-start: -3rem; } dd { white-space: nowrap }"
    path.write_text(
        trial_page(rows=9, note="long " * 400).replace("</style>", f"{worse}</style>"), "utf-8"
    )
    with browsers.on_screen(browser, path) as screen:
        printed = browsers.on_paper(screen.page, "A4")
    assert browsers.split(printed)
    assert {words[:5] for words in printed.beyond} == {"long "}
    assert browsers.cut_off(printed)
