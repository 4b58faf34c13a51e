"""When a session starts that nobody asked a time for, and times at which nothing begins."""

import random
from datetime import date, time
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import BUILT_IN
from helpers import be_at, mistakes, only

from ketasched.asking.surroundings import clinic_of
from ketasched.domain.candidate import Candidate
from ketasched.domain.clinic import Clinic, NotStarting, Span, not_starting_week
from ketasched.domain.commitments import NO_COMMITMENTS
from ketasched.files.clinic import clinic_file
from ketasched.planning.plan_input import make_rules
from ketasched.planning.start_times import NINE, StartTimes, fitting_time, fitting_times
from ketasched.reading.file_text import FileText

BERLIN = ZoneInfo("Europe/Berlin")
HEAD = "version: 1\nname: Lakeside\ntimezone: Europe/Berlin\n"
LONG = """\
version: 1
protocols:
  - id: long
    title: Long infusion
    label: Infusion
    version: 1
    drug: ketamine
    route: iv
    use: tests
    steps: [{name: infusion, length: 5 h}]
    phases:
      - name: series
        cadence: 1 per week
        sessions: 3
        window: {early: 0 days, late: 2 days}
        gap: {min: 5 days, max: 9 days}
    visits:
      - kind: integration
        length: 30 min
        after: each session
        distance: {from: 24 h, to: 72 h, ideally: 24 h}
    sources:
      - {fact: three infusions, source: tests, grade: convention}
"""


def read(text):
    return clinic_file.read(FileText("clinic.yaml", HEAD + text))


def spans(*texts):
    return tuple(
        Span(*(60 * int(part[:2]) + int(part[3:]) for part in text.split("-"))) for text in texts
    )


def clinic(*hours, not_starting=()):
    """Open at the same hours from Monday to Friday."""
    week = (spans(*hours),) * 5 + ((),) * 2
    return Clinic(BERLIN, week, not_starting=(spans(*not_starting),) * 7)


# The nearest time to nine o'clock


@pytest.mark.parametrize(
    ("hours", "not_starting", "minutes", "at"),
    [
        (["08:00-17:00"], [], 120, "09:00"),
        (["09:00-11:00"], [], 120, "09:00"),
        (["09:10-17:00"], [], 120, "09:10"),
        (["13:00-17:00"], [], 120, "13:00"),
        (["08:00-10:00", "12:30-17:00"], [], 120, "12:30"),  # rather later than earlier
        (["08:00-10:00"], [], 120, "08:00"),
        (["06:00-10:00"], [], 120, "08:00"),  # the last before nine
        (["06:00-10:20"], [], 90, "08:50"),
        (["06:00-07:00", "07:30-08:30"], [], 60, "07:30"),
        (["08:00-10:00"], [], 121, None),
        (["08:00-17:00"], ["08:30-09:30"], 120, "09:30"),
        (["08:00-17:00"], ["09:00-09:01"], 120, "09:01"),
        (["08:00-17:00"], ["09:00-12:00", "11:00-13:00"], 120, "13:00"),
        (["08:00-12:00"], ["08:30-11:00"], 120, "08:15"),
        (["08:00-12:00"], ["08:00-11:00"], 120, None),
        (["08:00-24:00"], [], 16 * 60, "08:00"),
    ],
)
def test_the_time_nearest_to_nine_that_fits(hours, not_starting, minutes, at):
    place = clinic(*hours, not_starting=not_starting)
    assert fitting_time(place, 4, minutes) == (at and time.fromisoformat(at))
    assert fitting_time(place, 5, minutes) is None


@pytest.mark.sampled(4)
@pytest.mark.parametrize("seed", range(60))
def test_no_minute_is_nearer(seed):
    """Against every minute of the day, in the order in which they are wanted."""
    pick = random.Random(seed)
    ends = sorted(pick.sample(range(0, 1441, 10), 4))
    blocked = [Span(begins := pick.randrange(0, 1400, 15), begins + pick.choice([15, 60, 240]))]
    blocked = [Span(span.opens, min(span.closes, 1440)) for span in blocked]
    week = tuple(
        ((Span(*ends[:2]), Span(*ends[2:])), (), (Span(0, 1440),))[pick.randrange(3)]
        for _ in range(7)
    )
    place = Clinic(BERLIN, week, not_starting=(tuple(blocked),) * 7)
    every_minute = [time(*divmod(minute, 60)) for minute in range(1440)]
    for weekday, minutes in product(range(7), (30, 120, 300)):
        fits = [at for at in every_minute if place.fits(weekday, at, minutes)]
        later = [at for at in fits if at >= NINE]
        chosen = fitting_time(place, weekday, minutes)
        if later or not fits:
            assert chosen == (later[0] if later else None)
        else:  # before a time at which nothing begins, a round one is taken
            assert chosen in fits
            assert 0 <= (fits[-1].hour - chosen.hour) * 60 + fits[-1].minute - chosen.minute < 15


def test_a_session_of_its_own_length_has_a_time_of_its_own():
    trial = BUILT_IN["iv"]
    place = clinic("08:00-12:00", "12:30-17:30")
    lengths = {trial.minutes, 300}
    times = fitting_times([None] * 7, place, lengths, trial.minutes)
    assert times.on(date(2027, 1, 4), trial.minutes) == NINE
    assert times.on(date(2027, 1, 4), 300) == time(12, 30)
    asked = fitting_times([time(11)] * 7, place, lengths, trial.minutes)
    assert not asked.by_length
    assert asked.on(date(2027, 1, 4), 300) == time(11)
    half = fitting_times([time(11), *[None] * 6], place, lengths, trial.minutes)
    assert [half.on(date(2027, 1, day), trial.minutes) for day in (4, 5)] == [time(11), NINE]


def plan(ketasched, *options, clinic_says, protocol="iv", start="2027-01-05"):
    Path("clinic.yaml").write_text(HEAD + clinic_says)
    Path("long.yaml").write_text(LONG)
    return ketasched(
        "plan", protocol, "--start", start, "--clinic", "clinic.yaml",
        "--protocols", "long.yaml", *options,
    )  # fmt: skip


def header_of(page):
    """The line of the start, as one."""
    lines = page.splitlines()
    return " ".join(" ".join(lines[1 : lines.index("") if "" in lines else None]).split())


@pytest.mark.parametrize(
    ("hours", "options", "said"),
    [
        ("{mon-fri: 08:00-17:00}", [], "Tue 5 Jan 2027, 09:00, Europe/Berlin"),
        ("{mon-fri: 08:00-17:00, sat: 10:00-14:00}", ["--days", "tue,sat"], "2027, 09:00, Sat 10:00 as 09:00 does not fit, Europe"),
        ("{mon-fri: 08:00-17:00, sat: 10:00-14:00}", ["--days", "tue,sat", "--at", "sat=11:00"], "2027, 09:00, Sat 11:00, Europe"),
        ("{mon-fri: 13:00-20:00}", [], "2027, 13:00 as 09:00 does not fit, Europe"),
        ("{mon-wed: 07:00-10:30, fri: 13:00-17:00}", [], "2027, Tue 08:30, Fri 13:00 as 09:00 does not fit, Europe"),
        ("{mon-fri: 08:00-17:00}", ["--at", "10:00"], "2027, 10:00, Europe"),
    ],
)  # fmt: skip
def test_the_header_says_when_sessions_start(ketasched, monkeypatch, hours, options, said):
    be_at(monkeypatch, "2026-11-26T09:00")
    code, page, _ = plan(ketasched, *options, clinic_says=f"hours: {hours}\n")
    assert code == 0
    assert said in header_of(page)


def test_the_start_time_of_the_file_is_asked_for(ketasched, monkeypatch):
    be_at(monkeypatch, "2026-11-26T09:00")
    says = "hours: {mon-fri: 08:00-10:00}\ndefaults: {start_time: 09:00}\n"
    code, _, told = plan(ketasched, clinic_says=says)
    assert code == 3
    assert "2 h from 09:00 do not fit the hours on Tuesdays, 08:00-10:00" in told


@pytest.mark.parametrize(
    ("says", "is_noted"),
    [
        ("hours: {mon: 08:00-10:00}\n", False),
        ("hours: {mon-fri: 13:00-17:00}\n", True),
        ("hours: {mon-fri: 06:00-09:00}\n", True),
        ("hours: {mon-fri: 13:00-17:00}\ndefaults: {start_time: 14:00}\n", False),
        ("hours: {mon-fri: 08:00-17:00}\nnot_starting: [08:30-09:30]\n", True),
        ("", False),
    ],
)
def test_check_notes_a_clinic_where_nine_never_fits(ketasched, says, is_noted):
    Path("clinic.yaml").write_text(HEAD + says)
    for options in ((), ("--year", "2027")):
        code, _, told = ketasched("check", "clinic.yaml", *options)
        assert code == 0
        assert ("nothing can start at 09:00 on any weekday" in told) == is_noted


# Times at which nothing begins


@pytest.mark.parametrize(
    ("says", "week"),
    [
        ("[12:00-13:00]", [("12:00-13:00",)] * 7),
        ("[mon-fri 12:00-13:00]", [("12:00-13:00",)] * 5 + [()] * 2),
        ('["mon, wed 12:00-13:00, 16:00-17:00"]', [("12:00-13:00", "16:00-17:00"), (), ("12:00-13:00", "16:00-17:00"), (), (), (), ()]),
        ("[sat-mon 12:00-13:00, tue 9:30am-10:00]", [("12:00-13:00",), ("09:30-10:00",), (), (), (), ("12:00-13:00",), ("12:00-13:00",)]),
        ("[12:00–13:00, mon 12:30-14:00]", [("12:00-13:00", "12:30-14:00")] + [("12:00-13:00",)] * 6),
    ],
)  # fmt: skip
def test_what_a_file_says_of_them(says, week):
    file = read(f"not_starting: {says}\n")
    assert clinic_of(file).not_starting == tuple(spans(*texts) for texts in week)


HOURS = "hours: {mon-thu: '08:00-12:00, 13:00-17:00', fri: 12:00-12:30}\n"


@pytest.mark.parametrize(
    ("says", "line", "column", "message", "hint"),
    [
        ("not_starting: 12:00-13:00\n", 5, 15, "expected a list here", "begin each item with `- `"),
        ("not_starting: []\n", 5, 15, "the list is empty", ""),
        ("not_starting: [noon]\n", 5, 16, "`noon` is not a time of day from and to", "or mon-fri 12:00-13:00"),
        ("not_starting: [fri]\n", 5, 16, "`fri` is not a time of day from and to", ""),
        ("not_starting: [13:00-12:00]\n", 5, 16, "the hours 13:00-12:00 end before they start", ""),
        ("not_starting: [mno 10:00-11:00]\n", 5, 16, "`mno` is not a weekday", "did you mean `mon`?"),
        ("not_starting: [12:00]\n", 5, 16, "`12:00` is not opening hours", ""),
        ("not_starting: [mon 12:00-13:00]\n", 5, 16, "the clinic is closed then anyway", "write the hours as one: 08:00-17:00"),
        ("not_starting: [mon 11:00-13:00, fri 12:00-13:00]\n", 5, 33, "nothing could begin on Fridays", "close it in `hours`"),
        ("not_starting: [fri 12:00-12:15, 12:15-14:00]\n", 5, 33, "nothing could begin on Fridays", ""),
        ("not_starting: [09:00-10:00]\ndefaults: {start_time: 09:30}\n", 6, 24, "nothing begins at 09:30, the start time", "outside of it"),
        ("not_startin: [09:00-10:00]\n", 5, 1, "unknown key `not_startin`", "did you mean `not_starting`?"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_message_at_its_place(says, line, column, message, hint):
    problem = only(mistakes(read, HOURS + says))
    assert message in problem.message
    assert hint in problem.hint
    assert (problem.line, problem.column) == (line, column)


def test_a_start_time_that_one_weekday_allows_is_no_mistake():
    says = "not_starting: [mon 09:00-10:00]\ndefaults: {start_time: 09:30}\n"
    assert read(HOURS + says).defaults.start_time == time(9, 30)


def test_a_five_hour_infusion_lasts_over_the_break_and_never_begins_in_it(ketasched, monkeypatch):
    be_at(monkeypatch, "2026-11-26T09:00")
    with_break = "hours: {mon-fri: '08:00-12:00, 13:00-17:00'}\n"
    code, _, told = plan(ketasched, clinic_says=with_break, protocol="long")
    assert code == 3
    assert "a session takes 5 h" in told
    # 24 hours after its end the ideal time of the integration comes, when nothing begins.
    says = "hours: {mon-fri: 08:00-17:30}\nnot_starting: [12:00-13:00, wed 14:00-14:30]\n"
    code, page, _ = plan(ketasched, clinic_says=says, protocol="long")
    assert code == 0
    assert page.count("09:00–14:00") == 3
    assert page.count("14:30–15:00") == 3
    assert "nothing begins then, Wed 14:00-14:30" in " ".join(page.split())
    code, _, told = plan(ketasched, "--at", "12:00", clinic_says=says, protocol="long")
    assert code == 3
    assert "cannot start on Tue 5 Jan 2027: nothing begins then, Tue 12:00-13:00" in told
    assert "--at 11:45" in told
    flexible = ("--at", "12:00", "--flex", "2h")
    code, page, _ = plan(ketasched, *flexible, clinic_says=says, protocol="long")
    assert code == 0
    assert page.count("11:45–16:45") == 3


def test_it_holds_on_days_with_an_opening_of_their_own_and_leaves_what_is_by_video():
    says = "not_starting: [12:00-13:00]\nopenings: [{date: 2027-01-16, hours: 09:00-16:00}]\n"
    place = clinic_of(read(says))
    rules = make_rules(place, StartTimes((NINE,) * 7), NO_COMMITMENTS)
    kinds = [
        [reason.kind for reason in rules.slots.refusals(date(2027, 1, 16), at, 60)]
        for at in (time(11, 59), time(12), time(12, 59), time(13))
    ]
    assert kinds == [[], ["not-starting"], ["not-starting"], []]
    closed = rules.slots.refusals(date(2027, 1, 17), time(12), 60)
    assert [reason.kind for reason in closed] == ["closed"]  # one reason is enough
    noon = Candidate(date(2027, 1, 16), time(12), 30)
    assert not any(constraint(noon) for constraint in rules.beside.by_video)
    assert any(constraint(noon) for constraint in rules.beside.at_clinic)


def test_overlapping_times_stay_as_they_were_written():
    times = [NotStarting((0,), spans("12:00-13:00")), NotStarting((0, 1), spans("12:00-13:00"))]
    assert not_starting_week(times)[:3] == (spans("12:00-13:00"),) * 2 + ((),)


def test_a_person_may_break_it_by_name(ketasched, monkeypatch):
    be_at(monkeypatch, "2026-11-26T09:00")
    says = "hours: {mon-fri: 08:00-17:30}\nnot_starting: [12:00-13:00]\n"
    code, _, told = plan(ketasched, "--save", "alex", clinic_says=says)
    assert code == 0, told
    code, _, told = ketasched("move", "alex", "2", "2027-01-08 12:30")
    assert code == 3
    assert "nothing begins then, Fri 12:00-13:00" in told
    assert "--override not-starting" in told
    code, _, told = ketasched("move", "alex", "2", "2027-01-08 12:30", "--override", "not-starting")
    assert code == 0, told


def test_a_saved_course_keeps_its_times_and_what_may_not_begin(ketasched, monkeypatch):
    be_at(monkeypatch, "2026-11-26T09:00")
    says = "hours: {mon-fri: 13:00-20:00}\nnot_starting: [13:00-13:30]\n"
    code, _, told = plan(ketasched, "--save", "alex", clinic_says=says)
    assert code == 0, told
    Path("clinic.yaml").unlink()
    be_at(monkeypatch, "2027-01-06T09:00")
    code, page, told = ketasched("miss", "alex", "1", "--then", "append")
    assert code == 0, told
    assert "13:30" in page
