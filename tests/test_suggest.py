"""Suggested starts: complete, ranked, and each true when it is planned."""

import json
import shlex
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from time import process_time

import pytest
from conftest import order_of
from optimum import Seat, best_days

from ketasched import public_holidays
from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.domain.commitments import Commitments
from ketasched.domain.wording import WEEKDAYS
from ketasched.files.protocols import protocol_file
from ketasched.planning.plan import plan
from ketasched.planning.plan_input import make_rules
from ketasched.planning.refusals import Failure
from ketasched.planning.suggest import suggest
from ketasched.running.robustness import Fault, after_fault, robustness

KEYS = ["start", "days", "pauses", "moved", "days_moved", "feasible"]
US = public_holidays.load(public_holidays.HolidayCalendar.of_place("US"))


@pytest.fixture
def report(ketasched):
    def run(*arguments, code=0):
        outcome = ketasched("suggest", *arguments, "--format", "json")
        assert outcome.code == code, outcome
        return json.loads(outcome.out)

    return run


def each_day(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def with_holidays(order):
    """The order at a clinic that is closed on US holidays."""
    clinic = replace(order.clinic, holiday_name=US)
    return replace(order, clinic=clinic, rules=make_rules(clinic, order.times, Commitments()))


JANUARY = ("--from", "2027-01-01", "--to", "2027-01-31")


@pytest.mark.parametrize(
    ("arguments", "open_weekdays"),
    [
        (("iv", *JANUARY, "--holidays", "US"), 5),
        (("iv", *JANUARY, "--weekends"), 7),
        (("iv-two-weeks", *JANUARY), 5),
        (("spravato", *JANUARY, "--closed", "2027-02-01..2027-02-12"), 5),
        (("kap", *JANUARY), 5),
        (("pain", *JANUARY, "--away", "2027-01-14"), 5),
    ],
)
def test_every_start_is_there_with_every_pattern(report, arguments, open_weekdays):
    found = report(*arguments)
    assert list(found) == ["schema", "protocol", "holidays", "beside", "starts", "command"]
    assert (found["schema"], found["protocol"]) == ("ketasched/1", arguments[0])
    assert all(list(one) == KEYS for one in found["starts"])
    days = [one["start"] for one in found["starts"]]
    assert set(days) == {f"{day}" for day in each_day(date(2027, 1, 1), date(2027, 1, 31))}
    for day in set(days):
        rows = [one["days"] for one in found["starts"] if one["start"] == day]
        assert sorted(rows) == sorted(
            patterns(arguments[0], date.fromisoformat(day), open_weekdays)
        )
    for one in found["starts"]:
        if not one["feasible"]:
            assert (one["pauses"], one["moved"], one["days_moved"]) == (0, 0, 0)
        assert one["moved"] <= one["days_moved"]


PER_WEEK = {"iv": (2, 2, 7), "spravato": (2, 2, 7), "iv-two-weeks": (3, 2, 5), "kap": (1, 3, 14)}


def patterns(protocol, start, open_weekdays):
    """The weekday sets with the start's among them that keep the built-in gaps round the week."""
    number, least, most = PER_WEEK.get(protocol, (0, 0, 0))
    found = []
    for days in combinations(range(open_weekdays), number):
        following = (*days[1:], *days[:1])
        gaps = [(b - a - 1) % 7 + 1 for a, b in zip(days, following, strict=True)]
        if start.weekday() in days and all(least <= gap <= most for gap in gaps):
            found.append([WEEKDAYS[day].lower() for day in days])
    return found or [[]]


RANGES = [
    ("iv", "--from", "2026-12-17", "--to", "2027-01-06", "--holidays", "US", "--closed", "2026-12-24..2027-01-03"),
    ("spravato", "--from", "2027-01-30", "--to", "2027-02-10", "--away", "2027-02-15..2027-02-19"),
    ("iv-two-weeks", "--from", "2027-01-04", "--to", "2027-01-13", "--clinic", "lakeside.yaml"),
    ("kap", "--from", "2027-01-04", "--to", "2027-01-10", "--away", "2027-01-25..2027-01-29"),
    ("pain", "--from", "2027-01-04", "--to", "2027-01-17", "--at", "08:30", "--flex", "1h", "--closed", "2027-01-07", "--away", "2027-01-13"),
    ("iv", "--from", "2027-01-04", "--to", "2027-01-17", "--until", "2027-03-01", "--days", "mon,wed", "--holidays", "US"),
    ("im", "--from", "2027-01-04", "--to", "2027-01-12", "--busy", "busy.ics", "--travel", "30m", "--sessions", "4"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def files():
    Path("lakeside.yaml").write_text(
        "version: 1\nname: Lakeside\ntimezone: America/Chicago\n"
        "hours: {mon-thu: 08:00-17:30, fri: 08:00-13:00}\n"
        "closures:\n  - {date: 2027-01-18}\ndefaults: {start_time: 09:30}\n"
    )
    Path("busy.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a@b\r\nSUMMARY:Loose lips\r\n"
        "DTSTART;TZID=America/Chicago:20270114T104500\r\nDURATION:PT1H\r\n"
        "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TH,MO\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def without_range(arguments):
    skipped = {at + n for at, word in enumerate(arguments) if word in ("--from", "--to", "--days") for n in (0, 1)}  # fmt: skip
    return [word for at, word in enumerate(arguments) if at not in skipped]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("arguments", RANGES)
def test_every_suggestion_is_true_when_it_is_planned(ketasched, report, arguments):
    found = report(*arguments)
    assert any(one["moved"] or one["pauses"] for one in found["starts"])
    for one in found["starts"]:
        days = ("--days", ",".join(one["days"])) if one["days"] else ()
        outcome = ketasched(
            "plan", *without_range(arguments), "--start", one["start"], *days, "--format", "json"
        )
        assert outcome.code == (0 if one["feasible"] else 3), (one, outcome)
        if one["feasible"]:
            course = json.loads(outcome.out)
            moved = [abs(s["moved_days"]) for s in course["sessions"] if s["moved_days"]]
            assert (len(course["pauses"]), len(moved), sum(moved)) == (
                one["pauses"], one["moved"], one["days_moved"],
            ), one  # fmt: skip


@pytest.mark.parametrize("arguments", RANGES)
def test_they_are_ranked_by_pauses_sessions_moved_days_moved_then_earliest(report, arguments):
    starts = report(*arguments)["starts"]
    keys = [
        (not one["feasible"], one["pauses"], one["moved"], one["days_moved"], one["start"])
        for one in starts
    ]
    assert keys == sorted(keys)


def test_of_one_start_the_most_even_pattern_comes_first(report):
    starts = report("iv", "--from", "2027-02-22", "--to", "2027-02-23")["starts"]
    assert [(one["start"][5:], one["days"]) for one in starts] == [
        ("02-22", ["mon", "thu"]), ("02-22", ["mon", "fri"]), ("02-22", ["mon", "wed"]),
        ("02-23", ["tue", "fri"]), ("02-23", ["tue", "thu"]),
    ]  # fmt: skip


def test_the_length_of_a_pause_does_not_come_before_the_sessions_moved(report):
    """The order is the issue's: pauses are counted, not measured."""
    starts = report(
        "kap", "--from", "2026-11-30", "--to", "2027-01-06", "--closed", "2026-12-19..2027-01-03",
        "--closed", "2027-01-11", "--closed", "2027-01-19",
    )["starts"]  # fmt: skip
    keys = [
        (not one["feasible"], one["pauses"], one["moved"], one["days_moved"], one["start"])
        for one in starts
    ]
    assert keys == sorted(keys)


@pytest.mark.parametrize("arguments", RANGES)
def test_the_best_one_can_be_pasted(ketasched, report, arguments):
    best = report(*arguments)["starts"][0]
    command = report(*arguments)["command"]
    page = ketasched("suggest", *arguments).out
    assert f"\n  {command}\n" in page
    words = shlex.split(command)
    assert words[:3] == ["ketasched", "plan", arguments[0]]
    assert words[words.index("--start") + 1] == best["start"]
    if best["days"]:
        assert words[words.index("--days") + 1] == ",".join(best["days"])
    rest = without_range(arguments)
    assert sorted(without_range(words[2:])) == sorted([*rest, "--start", best["start"]])
    outcome = ketasched(*words[1:], "--format", "json")
    assert outcome.code == 0
    course = json.loads(outcome.out)
    assert len(course["pauses"]) == best["pauses"]
    assert sum(bool(s["moved_days"]) for s in course["sessions"]) == best["moved"]


def test_the_table_has_the_best_and_says_what_is_left_out(ketasched):
    page = ketasched("suggest", "iv", *JANUARY, "--holidays", "US").out
    rows = [line for line in page.splitlines() if " Jan 2027  " in line]
    assert len(rows) == 20
    assert rows[0].split() == ["→", "Tue", "5", "Jan", "2027", "Tue,", "Fri", "0", "0", "0"]
    assert "more have a course; --format json lists them all" in page
    assert "that were tried have no course" in page


@pytest.mark.parametrize("columns", ["80", "50"])
def test_a_start_on_a_closed_day_says_when_its_first_session_is(ketasched, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    asked = ("suggest", "spravato", "--from", "2026-12-24", "--to", "2026-12-26", "--tz", "UTC")
    page = " ".join(ketasched(*asked, "--holidays", "US").out.partition("To plan")[0].split())
    assert page.count("Fri 25 Dec 2026") == page.count("begins Mon 28 Dec") == 3
    assert "begins" not in ketasched(*asked).out
    paper = ketasched(*asked, "--holidays", "US", "--format", "html").out
    assert paper.count(">begins Mon 28 Dec<") == 3
    assert "Fri 25 Dec 2026, Wed, Fri, begins Mon 28 Dec: 2 sessions moved" in paper


def test_a_clinic_file_is_named(ketasched):
    page = ketasched("suggest", "iv", *JANUARY, "--clinic", "lakeside.yaml").out
    assert "lakeside.yaml" in page.partition("ketasched plan")[0]


def test_no_course_anywhere(ketasched, report):
    nowhere = ("iv", *JANUARY, "--closed", "2026-12-01..2027-06-01")
    outcome = ketasched("suggest", *nowhere)
    assert outcome.code == 3
    assert outcome.err.startswith("error: none of the ")
    assert "ketasched plan" not in outcome.out
    found = report(*nowhere, code=3)
    assert found["command"] is None
    assert not any(one["feasible"] for one in found["starts"])
    assert ketasched("suggest", "iv", "--from", "2027-01-09", "--to", "2027-01-10").code == 3


def test_a_session_longer_than_any_span_is_said(ketasched):
    outcome = ketasched("suggest", "pain", *JANUARY, "--clinic", short_days())
    assert outcome.code == 3
    assert "a session takes 5 h 30 min" in outcome.err


def short_days():
    Path("short.yaml").write_text("version: 1\nname: X\nhours: {mon-fri: 08:00-12:00}\n")
    return "short.yaml"


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (("--from", "2027-01-05", "--to", "2027-01-01"), "--to is before --from", "earlier date"),
        (("--from", "2027-01-05"), "missing option '--to'", "suggest --help"),
        (("--to", "2027-01-05"), "missing option '--from'", "suggest --help"),
        (("--from", "", "--to", "2027-01-05"), "--from is empty", "give it a value"),
        (("--from", "x", "--to", "2027-01-05"), "--from: `x` is not a date", "2027-01-05"),
        (("--from", "01/02/2027", "--to", "2027-03-05"), "different countries", "2027-02-01"),
        (("--from", "2027-02-30", "--to", "2027-03-05"), "February 2027 has 28 days", ""),
        (("--from", "2027-01-01", "--to", "2031-01-01"), "more than three years apart", "less"),
        ((*JANUARY, "--from", "2027-01-02"), "--from is given twice", "keep one"),
        ((*JANUARY, "--until", "2027-01-15"), "--until is before --to", "later day"),
        ((*JANUARY, "--format", "csv"), "--format: unknown `csv`", "table, json"),
        ((*JANUARY, "--start", "2027-01-04"), "unknown option `--start`", ""),
        ((*JANUARY, "--ics", "a.ics"), "unknown option `--ics`", ""),
        ((*JANUARY, "--days", "mon"), "--days names 1 day", "sessions a week: 2"),
        ((*JANUARY, "--flex", "5m"), "outside 15 min to 12 h", "30m"),
    ],
)
def test_bad_ranges(ketasched, tmp_path, options, message, hint):
    before = sorted(tmp_path.iterdir())
    outcome = ketasched("suggest", "iv", *options)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert message in outcome.err
    assert hint in outcome.err
    assert sorted(tmp_path.iterdir()) == before


def test_one_day_and_dates_in_words(report):
    found = report("iv", "--from", "tomorrow", "--to", "mon 23 nov 2026")
    assert {one["start"] for one in found["starts"]} == {"2026-11-23"}


# The shares of CLINICAL.md

SIX_IN_TWO_WEEKS = """\
version: 1
protocols:
  - id: six
    title: Six sessions in two weeks
    label: Six
    version: 1
    drug: x
    route: y
    use: z
    steps: [{name: all, length: 2 h}]
    phases:
      - name: only
        cadence: 3 per week
        sessions: 6
        window: {early: 1 day, late: 3 days}
        gap: {min: 1 day, max: 5 days}
        pause: 1 week
    sources: [{fact: a, source: b, grade: convention}]
"""


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("protocol", "days", "percent"),
    [
        ("spravato", "mon,thu", 75),
        ("spravato-mdsi", "mon,thu", 46),
        ("spravato-mdsi", "tue,fri", 19),
        ("iv", "mon,thu", 32),
        ("six", "mon,wed,fri", 27),
        ("iv", "tue,thu", 8),
    ],
)
def test_how_many_starts_meet_a_us_holiday(protocol, days, percent):
    """Of the starts on the first of these weekdays in 2026-27 that are no holidays themselves."""
    Path("six.yaml").write_text(SIX_IN_TWO_WEEKS)
    (six,) = protocol_file.load("six.yaml")
    pattern = tuple(
        number for number, name in enumerate(WEEKDAYS) if name.lower() in days.split(",")
    )
    first, last = date(2026, 1, 1), date(2027, 12, 31)
    order = with_holidays(order_of({"six": six}.get(protocol, protocol), first, days=pattern))
    found = [
        one
        for one in suggest(order, first, last)
        if one.start.weekday() == pattern[0] and not US(one.start)
    ]
    assert len(found) > 90
    # A session moves, or the course waits or fails, just when a target is a holiday.
    meeting = [one for one in found if one.moved or one.pauses or not one.feasible]
    assert round(100 * len(meeting) / len(found)) == percent


@pytest.mark.slow
def test_the_time_is_about_linear_in_the_range():
    def seconds(number):
        order = with_holidays(order_of("spravato", date(2027, 1, 1), week=WHOLE_WEEK))
        begun = process_time()
        suggest(order, date(2027, 1, 1), date(2027, 1, 1) + timedelta(days=number - 1))
        return process_time() - begun

    seconds(20)
    short = min(seconds(90) for _ in range(3))
    long = min(seconds(720) for _ in range(2))
    # Eight times the range: eight times the time, and not sixty-four times.
    assert long / short < 16


@pytest.mark.parametrize(
    ("first", "last", "closed", "page", "err"),
    [
        ("2027-01-04", "2027-01-04", "2027-01-01..2027-03-01", "The start that was tried has no",
         "error: the start that was tried has no course"),
        ("2027-01-04", "2027-01-05", "2027-01-05", "1 of 2 starts and patterns that were tried has",
         ""),
        ("2027-01-04", "2027-01-06", "2027-01-05..2027-01-06",
         "2 of 3 starts and patterns that were tried have", ""),
        ("2027-01-04", "2027-01-06", "2027-01-01..2027-03-01",
         "3 of 3 starts and patterns that were tried have",
         "error: none of the 3 starts and patterns that were tried has a course"),
    ],
)  # fmt: skip
def test_numbers_and_their_verbs(first, last, closed, page, err, ketasched):
    outcome = ketasched(
        "suggest", "iv", "--from", first, "--to", last, "--closed", closed, "--days", "mon,thu",
        "--tz", "UTC",
    )  # fmt: skip
    assert page in " ".join(outcome.out.split())
    assert outcome.err.startswith(err)


# What a start bears


def days_without(course, days, closed):
    """The days of a course with nobody there on some days, counted by the oracle alone, or None."""
    gap = course.protocol.phases[0].gap
    ahead = [each.number for each in course.sessions if each.start.date() >= min(days)]
    there = [each.number for each in course.sessions if each.start.date() in days]
    for free in (there, ahead):
        seats = [
            Seat(
                session.number,
                session.start.date(),
                session.number in free,
                session.target,
                max(session.window_start, min(days)),
                session.window_end,
                session.phase,
                gap.min,
                gap.max,
            )
            for session in course.sessions
        ]
        best = best_days(
            seats, lambda day: day.weekday() < 5 and day not in closed | days, course.start
        )
        if best:
            return best
    return None


@pytest.mark.sampled(20)
@pytest.mark.parametrize("seed", range(400))
def test_a_closed_day_and_a_sick_week_do_what_brute_force_counts(seed):
    pick = Random(seed)
    start = date(2027, 1, 4) + timedelta(days=pick.randrange(60))
    closed = {start + timedelta(days=pick.randrange(1, 30)) for _ in range(pick.randrange(6))}
    order = order_of(pick.choice(["iv", "sc", "kap"]), start, closed=closed)
    course = plan(order)
    if isinstance(course, Failure) or course.pauses:
        return
    for session in course.sessions:
        for kind, length in (("closed", 1), ("sick", 7)):
            away = {session.start.date() + timedelta(days=number) for number in range(length)}
            after = after_fault(order, course, Fault(kind, session.number))
            assert (after and tuple(each.start.date() for each in after.sessions)) == days_without(
                course, away, closed
            ), (kind, session.number)


def test_a_missed_session_is_made_up_for_as_the_protocol_says():
    order = order_of("spravato", date(2027, 1, 5), days=(1, 4))
    course = plan(order)
    kept = after_fault(order, course, Fault("missed", 3))
    assert [each.status for each in kept.sessions][:4] == [
        "planned",
        "planned",
        "missed",
        "planned",
    ]
    assert [each.start for each in kept.sessions] == [each.start for each in course.sessions]
    made_up = after_fault(order, course, Fault("missed", 10))
    assert [each.instead_of for each in made_up.sessions if each.instead_of] == [10]
    robust = robustness(order, course)
    assert (robust.misses, robust.closed_days, robust.sick_weeks, robust.pairs) == (12, 12, 12, 10)
    after = [
        after_fault(order, course, Fault(kind, each.number))
        for kind in ("missed", "closed", "sick")
        for each in course.sessions
    ]
    assert robust.legal == sum(outcome is not None for outcome in after) / 36
    assert robustness(order, course) == robust


ROBUST = ("iv", "--from", "2027-01-04", "--to", "2027-01-08", "--holidays", "US")


def test_starts_are_ranked_by_what_they_bear(report, ketasched):
    found, plain = report(*ROBUST, "--robust"), report(*ROBUST)
    bare = [{key: start[key] for key in KEYS} for start in found["starts"]]
    assert sorted(map(str, bare)) == sorted(map(str, plain["starts"]))
    ranks = [
        (start["pauses"], -start["robust"]["legal"], start["robust"]["mean_days_moved"])
        for start in found["starts"]
        if start["feasible"]
    ]
    assert ranks == sorted(ranks)
    assert ranks[0] < ranks[-1]
    assert all((start["robust"] is None) == (not start["feasible"]) for start in found["starts"])
    page = ketasched("suggest", *ROBUST, "--robust").out
    assert "By days" in page
    assert "Bears is the share of single faults" in page
    assert "Bears" not in ketasched("suggest", *ROBUST).out
