"""The pages of a clinic: its day and week as a picture; January 2027, Mondays are 4, 11, 18."""

import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_agenda import _COURSE, ENTRIES, MON, entry_of, resources_file

from ketasched.cli.agenda_words import Level
from ketasched.cli.pages.agenda_page import day_page
from ketasched.cli.pages.timeline import Axis, area_of, axis_of, seats_of
from ketasched.cli.pages.week_page import week_page
from ketasched.domain.house import House, Resource, Takes
from ketasched.files.clinic.clinic import ClinicFile
from ketasched.reports.agenda_report import Agenda, Day
from ketasched.running.agenda import Coming, Patient
from ketasched.running.full_house import seats
from ketasched.running.lanes import lanes_of

CHICAGO = ZoneInfo("America/Chicago")
NBSP = "\N{NO-BREAK SPACE}"
_NOW = datetime(2027, 1, 2, tzinfo=CHICAGO)


class Pieces(HTMLParser):
    """The elements of a page: name, attributes, and all text within."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in ("meta", "link"):
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for *_, texts in self._open:
            texts.append(data)

    def all(self, tag, **wanted):
        """The texts of the elements of a name that have these classes."""
        classes = set(wanted.get("cls", "").split())
        return [
            " ".join("".join(texts).split(" ")).split()
            for name, attributes, texts in self.elements
            if name == tag and classes <= set((attributes.get("class") or "").split())
        ]

    def texts(self, tag, cls=""):
        return [" ".join(words) for words in self.all(tag, cls=cls)]


def lanes_on(text):
    """The lanes of a page: title, and the words of each entry."""
    lanes, page = {}, Pieces(text)
    for tag, attributes, texts in page.elements:
        words = " ".join("".join(texts).replace(NBSP, " ").split())
        if tag == "section" and "lane" in (attributes.get("class") or ""):
            current = []
        elif tag == "h3":
            current = lanes.setdefault(words, [])
        elif tag == "li" and "grid-area" in (attributes.get("style") or ""):
            current.append(words)
    return lanes


@pytest.fixture
def house(save_course):
    """Mon 4 Jan: alex 9 to 11, cy 9:30 to 12, bo 10 to 13 o'clock; Wed 6 Jan: bo by video."""
    save_course("bo", "kap", "10:00")
    save_course("alex", "iv", "09:00")
    save_course("cy", "spravato", "09:30")


@pytest.fixture
def page(at):
    """The page of a day."""

    def text(day, *more, moment="2027-01-02"):
        return at(moment, "agenda", ".", "--day", day, *more, "--format", "html").out

    return text


def coming_of(entries, name="alex"):
    ordered = sorted(entries, key=lambda entry: entry.start.astimezone(UTC))
    return [Coming(Patient(name, _COURSE), entry, ()) for entry in ordered]


def chicago(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


# Lanes


ALEX = "09:00–11:00 alex IV ketamine · induction 1/6"
CY = "09:30–12:00 cy Spravato · induction 1/12"
BO = "10:00–13:00 bo KAP · dosing 1/6"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("resources", "takes", "lanes"),
    [
        (None, None, {"1": [ALEX], "2": [CY], "3": [BO]}),
        ("{chair: 3}", "{}", {"Chair 1": [ALEX], "Chair 2": [CY], "Chair 3": [BO]}),
        (
            "{chair: 4}",
            "{}",
            {"Chair 1": [ALEX], "Chair 2": [CY], "Chair 3": [BO], "Chair 4": []},
        ),
        ("{chair: 2}", "{}", {"Chair 1": [ALEX], "Chair 2": [CY], "No chair left": [BO]}),
        (
            "{chair: 4}",
            "{iv: {chair: 2}}",
            {"Chair 1": [ALEX], "Chair 2": [ALEX], "Chair 3": [CY], "Chair 4": [BO]},
        ),
        (
            "{nurse: {mon-fri 08:00-18:00: 3}, room: 1, chair: 2}",
            "{kap: {nurse: 1, room: 1}}",
            {"Chair 1": [ALEX], "Chair 2": [CY], "Room 1": [BO]},
        ),
        (
            "{chair: 2, room: 2}",
            "{kap: {}}",
            {"Chair 1": [ALEX], "Chair 2": [CY], "On site, no chair": [BO]},
        ),
        (
            "{room: 1, chair: 2}",
            "{iv: {room: 1, chair: 1}, kap: {room: 1}}",
            {"Chair 1": [ALEX], "Chair 2": [CY], "No room left": [BO], "Room 1": []},
        ),
        (
            "{suite: 1}",
            "{kap: {suite: 1}, iv: {suite: 1}}",
            {"Suite 1": [ALEX], "No suite left": [BO], "On site, no chair": [CY]},
        ),
    ],
)
def test_a_lane_for_each_chair_and_room_and_beside_them_who_has_none(page, resources, takes, lanes):
    more = resources_file(resources, takes) if resources else ()
    shown = lanes_on(page(MON, *more))
    assert {title: shown[title] for title in lanes} == lanes
    assert {title for title in shown if title[-1].isdigit()} <= set(lanes)


@pytest.mark.usefixtures("house")
def test_who_is_seen_by_video_or_does_not_come_is_named_apart(at, page):
    more = resources_file("{chair: 3}", "{}")
    assert lanes_on(page("2027-01-06", *more))["By video"] == [
        "13:00–13:50 bo KAP · integration i1 by video"
    ]
    at("2027-01-04T23:00", "miss", "cy", "1")
    at("2027-01-04T23:00", "done", "alex", "1")
    shown = lanes_on(page(MON, *more, moment="2027-01-05"))
    assert shown["Not coming"] == [f"{CY} missed"]
    assert shown["Chair 1"] == [f"{ALEX} done"]
    assert shown["Chair 2"] == [BO]


@given(ENTRIES, st.integers(0, 4), st.integers(0, 2))
def test_lanes_give_the_seats_of_the_terminal_and_nothing_overlaps(entries, chairs, rooms):
    house = House(
        (Resource.of_number("chair", chairs), Resource.of_number("room", rooms)),
        (Takes("check-in", (("room", 1),)),),
    )
    shown = coming_of(entries)
    for own in (house, None):
        lanes = lanes_of(own, shown)
        standing = [block.visitor for lane in lanes for block in lane.blocks]
        assert {id(visitor) for visitor in standing} == {id(visitor) for visitor in shown}
        for lane in lanes:
            for block, following in pairwise(lane.blocks):
                assert block.end.astimezone(UTC) <= following.start.astimezone(UTC)
    lanes = lanes_of(house, shown)
    for visitor, numbers in zip(shown, seats(house, shown), strict=True):
        inside = [lane for lane in lanes if any(block.visitor is visitor for block in lane.blocks)]
        assert (
            tuple(
                lane.number if lane.kind == "place" else None
                for lane in inside
                if lane.resource == "chair"
            )
            == numbers
        )
    assert [lane.number for lane in lanes if (lane.kind, lane.resource) == ("place", "chair")] == (
        list(range(1, chairs + 1)) if shown else []
    )


# To scale


@pytest.mark.parametrize(
    ("spans", "start", "minutes", "ticks"),
    [
        ([("2027-01-04T09:15", 15)], "09:00", 60, ["09:00"]),
        ([("2027-01-04T09:00", 15), ("2027-01-04T09:00", 480)], "09:00", 480,
         [f"{hour:02}:00" for hour in range(9, 17)]),
        ([("2027-01-04T22:00", 480)], "22:00", 480,
         ["22:00", "23:00", "Tue 00:00", "01:00", "02:00", "03:00", "04:00", "05:00"]),
        ([("2027-01-04T08:00", 1440)], "08:00", 1440,
         ["08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00", "Tue 00:00",
          "02:00", "04:00", "06:00"]),
        ([("2027-03-14T00:30", 240)], "00:00", 300,
         ["Sun 00:00", "01:00", "03:00", "04:00", "05:00"]),  # 02:00 is missing
        ([("2027-11-07T00:30", 150)], "00:00", 180, ["Sun 00:00", "01:00", "01:00"]),
    ],
)  # fmt: skip
def test_the_axis_has_the_hours_of_the_wall(spans, start, minutes, ticks):
    moments = [(chicago(begin), length) for begin, length in spans]
    axis = axis_of([
        (begin, (begin.astimezone(UTC) + timedelta(minutes=length)).astimezone(CHICAGO))
        for begin, length in moments
    ])  # fmt: skip
    assert (f"{axis.start:%H:%M}", axis.minutes) == (start, minutes)
    assert [tick.text for tick in axis.ticks()] == ticks
    for tick, following in pairwise(axis.ticks()):
        assert (following.column - tick.column) * axis.step % 60 == 0


@pytest.mark.parametrize(
    ("spans", "places"),
    [  # row, words, columns of 15 minutes from 9 to 17
        ([(0, 480)], [(1, "inside", 1, 33)]),
        ([(0, 15)], [(1, "after", 1, 6)]),
        ([(465, 480)], [(1, "before", 28, 33)]),
        ([(0, 60)], [(1, "inside", 1, 5)]),
        ([(0, 15), (15, 30), (120, 240)],
         [(1, "after", 1, 6), (2, "after", 2, 7), (1, "inside", 9, 17)]),
        ([(0, 15), (75, 90)], [(1, "after", 1, 6), (1, "after", 6, 11)]),
    ],
)  # fmt: skip
def test_words_without_room_stand_beside_their_time(spans, places):
    nine = chicago("2027-01-04T09:00")
    axis = Axis(nine, 480, 15)
    given_spans = [
        (nine + timedelta(minutes=one), nine + timedelta(minutes=two)) for one, two in spans
    ]
    assert [
        (seat.row, seat.words, seat.first, seat.after) for seat in seats_of(axis, given_spans)
    ] == places


@given(ENTRIES.filter(bool))
@example(
    [
        entry_of(CHICAGO, 0, 15, "planned", "session"),
        entry_of(CHICAGO, 0, 480, "planned", "session"),
    ]
)
def test_every_bar_begins_and_ends_where_its_time_does(entries):
    for lane in lanes_of(None, coming_of(entries)):
        spans = [(block.start, block.end) for block in lane.blocks]
        axis = axis_of(spans)
        placed = list(seats_of(axis, spans))
        for (start, end), seat in zip(spans, placed, strict=True):
            width = seat.after - seat.first
            begins = (seat.first - 1 + width * seat.begins / 100) * axis.step
            ends = begins + width * seat.lasts / 100 * axis.step
            origin = axis.start.astimezone(UTC)
            assert (begins, ends) == (
                pytest.approx((start.astimezone(UTC) - origin) / timedelta(minutes=1)),
                pytest.approx((end.astimezone(UTC) - origin) / timedelta(minutes=1)),
            )
            assert 1 <= seat.first < seat.after <= axis.columns + 1
        for one in placed:
            for two in placed:
                same = one.row == two.row and one is not two
                assert not (same and one.first < two.after and two.first < one.after)


def test_an_area_shows_what_is_taken_what_is_too_much_and_what_is_there():
    nine = chicago("2027-01-04T09:00")
    hour = timedelta(hours=1)
    levels = [Level(nine, nine + hour, 1, 0), Level(nine + hour, nine + 3 * hour, 3, 1)]
    area = area_of(Axis(nine, 240, 15), levels, Resource.of_number("chair", 2))
    assert area.height == 3
    assert area.taken == "M0 3V2H60V3ZM60 3V1H180V3Z"
    assert area.too_many == "M60 1V0H180V1Z"
    assert area.there == "M0 1H240"


@pytest.mark.usefixtures("house")
def test_the_load_is_told_in_words_too(page):
    text = page(MON, *resources_file("{chair: 2}", "{}"))
    (figure,) = Pieces(text).texts("figure")
    assert figure.startswith("In the house 3 at most of 2 chairs 1 too many 10:00–11:00")
    assert "09:00–09:30: 1" in figure


@pytest.mark.usefixtures("house")
def test_each_resource_has_its_load(page):
    text = page(MON, *resources_file("{nurse: 2, chair: 3}", "{kap: {nurse: 1, chair: 1}}"))
    assert [words.split(" 10:00")[0] for words in Pieces(text).texts("figcaption")] == [
        "Nurses 1 at most of 2 nurses", "Chairs 3 at most of 3 chairs",
    ]  # fmt: skip


# Who may not know


@given(
    ENTRIES,
    st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: f"Zq{text}"),
    st.booleans(),
)
def test_free_busy_gives_nothing_away(entries, name, week):
    house = House((Resource.of_number("chair", 2), Resource.of_number("ketamine room", 1)),
                  (Takes("check-in", (("ketamine room", 1),)),))  # fmt: skip
    who = Patient(name, _COURSE)
    shown = [visitor._replace(patient=who, due=("Zq due",)) for visitor in coming_of(entries)]
    day = Day(date(2027, 3, 13), shown, [(who, "Zq review")], closed="Zq storm")
    agenda = Agenda([day] * 7 if week else [day], house, frozenset(["America/Chicago"]), True, _NOW)
    text = (week_page if week else day_page)(agenda, ClinicFile("Zq clinic"))
    main = text[text.index("<body") :]
    for word in ("Zq", "etamine", "induction", "check-in", "video", "missed", "attended", "done"):
        assert word not in main
    assert main.count('<span class="what"><bdi>Busy</bdi>') == len(entries) * len(agenda.days)
    assert "Closed" in main


def test_words_of_users_never_become_markup():
    name = '<script>alert(1)</script> & "o\'clock" \x1b[2J \u202e'
    who = Patient(name, _COURSE)
    shown = [
        visitor._replace(patient=who, due=("<b>due</b>",))
        for visitor in coming_of([entry_of(CHICAGO, 0, 60, "planned", "session")])
    ]
    day = Day(date(2027, 3, 13), shown, [(who, "<i>form</i>")], closed="<u>")
    agenda = Agenda([day], None, frozenset(["America/Chicago"]), False, _NOW)
    for text in (
        day_page(agenda, ClinicFile("<s>Clinic")),
        week_page(agenda, ClinicFile("<s>Clinic")),
    ):
        for tag in ("<script", "<b>", "<i>", "<u>", "<s>", "\x1b", "\u202e"):
            assert tag not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;o&#39;clock&#34; ?[2J ?" in text


# Days of all kinds


def test_a_day_without_anybody_says_so(save_course, page):
    save_course("alex", "iv", "09:00")
    text = page("2027-01-10")
    assert Pieces(text).texts("h1") == ["Sunday 10 January 2027"]
    assert "Nobody" in text
    assert "Nothing stands in the agenda." in text
    assert lanes_on(text) == {}


def test_a_closed_day_is_named_and_free_busy_is_not_told_why(save_course, at, page):
    save_course("alex", "iv", "09:00")
    at("2027-01-02", "close-day", "2027-01-07", ".", "--reason", "burst <pipe>")
    assert "Closed (burst &lt;pipe&gt;)" in page("2027-01-07")
    bare = page("2027-01-07", "--for", "free-busy")
    assert Pieces(bare).texts("p", "card alarm") == ["Closed"]
    (column,) = Pieces(page(MON, "--week")).texts("p", "closed")
    assert column == "Closed (burst <pipe>)"


def test_what_is_due_stands_with_who_comes_and_below_for_others(save_course, page):
    save_course("alex", "iv", "09:00", "--authorised-until", "2027-01-12")
    due = "authorised until Tue 12 Jan 2027: sessions 4, 5, 6 are later"
    assert lanes_on(page("2027-01-14")) == {
        "1": [f"09:00–11:00 alex IV ketamine · induction 4/6 Due: {due}"], "In the house": [],
    }  # fmt: skip
    text = page("2027-01-16")
    assert Pieces(text).texts("h2") == ["Also due"]
    assert Pieces(text).texts("li") == [f"{due}: alex"]


def test_tentative_and_moved_are_said_in_words(save_course, at, page):
    save_course("cy", "spravato", "09:30")
    at("2027-01-02", "move", "cy", "1", "2027-01-04 11:00")
    assert lanes_on(page(MON))["1"] == ["11:00–13:30 cy Spravato · induction 1/12 moved"]
    (entry,) = lanes_on(page("2027-02-01"))["1"]
    assert "tentative" in entry


def test_records_in_two_zones_show_theirs(save_course, page):
    save_course("west", "iv", "08:30", "--tz", "America/Chicago")
    save_course("east", "iv", "09:00", "--tz", "America/New_York")
    lanes = lanes_on(page(MON))
    assert [entry[:17] for (entry,) in (lanes["1"], lanes["2"])] == [
        "09:00–11:00 EST e", "08:30–10:30 CST w",
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York", "UTC"])
@pytest.mark.usefixtures("house")
def test_the_zone_of_the_machine_changes_nothing(page, monkeypatch, zone):
    before = [page(MON), page(MON, "--week")]
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", zone)
        getattr(time, "tzset", int)()
        after = [page(MON), page(MON, "--week")]
    getattr(time, "tzset", int)()
    assert after == before


def test_the_clock_is_the_clinics(save_course, page):
    Path("twelve.yaml").write_text(
        "version: 1\nname: Twelve\ntimezone: America/Chicago\nclock: 12\n"
    )
    save_course("alex", "iv", "11:00")
    (entry,) = lanes_on(page(MON, "--clinic", "twelve.yaml"))["1"]
    assert entry == "11:00 AM–1:00 PM alex IV ketamine · induction 1/6"
    assert "10:00 AM–" not in page(MON, "--week", "--clinic", "twelve.yaml")
    assert "11:00–13:00 alex" in lanes_on(page(MON))["1"][0]


def test_the_axis_reaches_over_the_hours_of_the_clinic(save_course, page):
    Path("open.yaml").write_text(
        "version: 1\nname: Open\ntimezone: America/Chicago\nhours: {mon-fri: 07:00-20:00}\n"
    )
    save_course("alex", "iv", "11:00")
    ticks = re.findall('grid-column-start: [0-9]+">([0-9:]+)<', page(MON, "--clinic", "open.yaml"))
    assert ticks == [f"{hour:02}:00" for hour in range(7, 20)]


@pytest.mark.usefixtures("house")
def test_a_page_says_when_it_was_made_what_is_today_and_what_comes_next(page):
    then = "2027-01-04T15:15"
    today, week = page(MON, moment=then), page(MON, "--week", moment=then)
    assert Pieces(today).texts("h1") == ["Monday 4 January 2027 today"]
    assert Pieces(week).texts("h2")[:2] == ["Monday 4 Jan today", "Tuesday 5 Jan"]
    for text in (today, week):
        assert "as of Mon 4 Jan 2027 09:15" in text
        assert text.count(">next<") == 1
        assert "1/12 next" in " ".join(re.sub("<[^>]*>", " ", text).replace(NBSP, " ").split())
    other = page("2027-01-06", moment=then)
    assert ">today<" not in other
    assert ">next<" not in other


# The week


@pytest.mark.usefixtures("house")
def test_a_week_has_a_column_for_each_day(page):
    text = page("2027-01-06", "--week", *resources_file("{chair: 2}", "{}"))
    shown = Pieces(text)
    assert shown.texts("h1") == ["Mon 4 Jan 2027 to Sun 10 Jan 2027"]
    assert shown.texts("h2")[:7] == [
        "Monday 4 Jan", "Tuesday 5 Jan", "Wednesday 6 Jan", "Thursday 7 Jan", "Friday 8 Jan",
        "Saturday 9 Jan", "Sunday 10 Jan",
    ]  # fmt: skip
    entries = [
        (" ".join("".join(texts).split()), attributes["style"])
        for tag, attributes, texts in shown.elements
        if tag == "li" and "--begins" in (attributes.get("style") or "")
    ]
    assert entries[:3] == [
        ("09:00–11:00 Chair 1 alex IV ketamine · induction 1/6", "--begins: 0.0%; --lasts: 40.0%"),
        ("09:30–12:00 Chair 2 cy Spravato · induction 1/12", "--begins: 10.0%; --lasts: 50.0%"),
        ("10:00–13:00 No chair left bo KAP · dosing 1/6", "--begins: 20.0%; --lasts: 60.0%"),
    ]


def test_a_page_goes_to_a_file_by_its_ending(save_course, at):
    save_course("alex", "iv", "09:00")
    at("2027-01-02", "agenda", ".", "--day", MON, "-o", "day.html")
    assert Path("day.html").read_text("utf-8").startswith("<!doctype html>")


# The year

LAKESIDE = """\
version: 1
name: Lake & Side
timezone: America/Chicago
hours:
  mon-fri: 09:00-17:00
holidays: {country: US, subdivision: IL}
closures:
  - {date: 2027-03-12, reason: "<script>training</script>"}
  - {from: 2027-08-02, to: 2027-08-06, reason: works}
openings:
  - {date: 2027-01-16, hours: "09:00-13:00", reason: catching up}
"""


@pytest.fixture
def year_of(ketasched):
    """The page of a year of a clinic."""

    def text(clinic=LAKESIDE, year="2027"):
        Path("clinic.yaml").write_text(clinic)
        outcome = ketasched("check", "clinic.yaml", "--year", year, "--format", "html")
        assert outcome.code == 0, outcome
        return outcome.out

    return text


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_every_day_of_a_year_stands_once_below_its_weekday(year_of, year):
    shown = Pieces(year_of(year=str(year)))
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    cells = [
        re.fullmatch("([0-9]*)[OHC·]?", "".join(texts))
        for tag, attributes, texts in shown.elements
        if tag == "td" and "data-name" not in attributes
    ]
    places = [(place % 7, int(cell[1])) for place, cell in enumerate(cells) if cell[1]]
    assert places == [(day.weekday(), day.day) for day in days if day.year == year]
    assert len(shown.texts("caption")) == 12


@pytest.mark.parametrize(
    ("cell", "about", "row"),
    [
        ("1H", "New Year's Day", "Fri 1 Jan public holiday New Year's Day"),
        ("12C", "<script>training</script>", "Fri 12 Mar closure <script>training</script>"),
        ("16O", "09:00–13:00, catching up (otherwise closed)",
         "Sat 16 Jan one-off opening 09:00–13:00, catching up (otherwise closed)"),
        ("4C", "works", "Mon 2 Aug to Fri 6 Aug closure works"),
        ("2·", "closed that weekday", None),
    ],
)  # fmt: skip
def test_a_reason_stands_on_its_day_and_in_the_list(year_of, cell, about, row):
    text = year_of()
    shown = Pieces(text)
    cells = [
        attributes.get("title")
        for tag, attributes, texts in shown.elements
        if tag == "td" and "".join(texts) == cell
    ]
    assert about in cells
    rows = [" ".join(" ".join(texts).split()) for tag, _, texts in shown.elements if tag == "tr"]
    assert row is None or row in rows
    assert "<script" not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("clinic.yaml", "--format", "html"), "only a year of a clinic is a page"),
        (("clinic.yaml", "--output", "clinic.html"), "only a year of a clinic is a page"),
        ((".", "--format", "html"), "only a year of a clinic is a page"),
        ((".", "--year", "2027", "--format", "html"), ". is a folder"),
    ],
)
def test_only_a_year_of_a_clinic_is_a_page(ketasched, arguments, said):
    Path("clinic.yaml").write_text(LAKESIDE)
    outcome = ketasched("check", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert not Path("clinic.html").exists()


# Starts


@pytest.fixture
def starts(ketasched):
    """The suggestions of a range as JSON and as a page."""

    def both(*arguments, code=0):
        command = ("suggest", *arguments)
        report = json.loads(ketasched(*command, "--format", "json").out)
        outcome = ketasched(*command, "--format", "html")
        assert outcome.code == code, outcome
        return report["starts"], outcome.out

    return both


def figure_of(start):
    """What the map shows of a start."""
    if not start["feasible"]:
        return "–"
    return "P" if start["pauses"] else str(start["moved"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("iv", "--from", "2027-01-06", "--to", "2027-02-09"),
        ("spravato", "--from", "2027-01-01", "--to", "2027-01-31", "--holidays", "US"),
        (
            "spravato",
            "--from",
            "2027-01-01",
            "--to",
            "2027-01-31",
            "--away",
            "2027-02-01..2027-02-09",
        ),
        ("kap", "--from", "2027-01-04", "--to", "2027-01-04"),
    ],
)
def test_the_map_has_the_best_of_each_start(starts, arguments):
    report, text = starts(*arguments)
    best = {}
    for start in report:
        best.setdefault(start["start"], start)
    cells = [
        (attributes["title"], "".join(texts))
        for tag, attributes, texts in Pieces(text).elements
        if tag == "span" and "title" in attributes
    ]
    assert len(cells) == len(best)
    for (title, words), (day, start) in zip(cells, sorted(best.items()), strict=True):
        when = date.fromisoformat(day)
        assert title.startswith(f"{when:%a} {when.day} {when:%b %Y}")
        assert words.startswith(f"{when.day}{figure_of(start)}")
        assert ("no course" in title) != start["feasible"]
        assert ("a pause of" in title) == bool(start["pauses"])
        assert not start["moved"] or f"{start['moved']} session" in title


def test_the_table_has_the_best_first_and_the_command(starts):
    report, text = starts("iv", "--from", "2027-01-06", "--to", "2027-02-09")
    rows = [
        " ".join(" ".join(texts).split())
        for tag, _, texts in Pieces(text).elements
        if tag == "tr" and any("2027" in words for words in texts) and "Pauses" not in texts
    ]
    first = report[0]
    day = date.fromisoformat(first["start"])
    days = ", ".join(name.title() for name in first["days"])
    assert f"{day:%a} {day.day} Jan 2027 the best to come {days} 0 0 0" in rows
    assert Pieces(text).texts("p", "command") == [
        f"ketasched plan iv --start {first['start']} --days {','.join(first['days'])}"
    ]


def test_a_range_without_a_course_is_a_page_all_the_same(starts):
    _, text = starts("kap", "--from", "2027-01-02", "--to", "2027-01-03", code=3)
    assert "2 of 2 starts and patterns that were tried have no course." in text
    assert "<bdi>plan</bdi>" not in text
