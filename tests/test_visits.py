"""Linked visits: where they stand beside their sessions, and what is told of those without a place."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import BUILT_IN, course_of, order_of

from ketasched import zone as zones
from ketasched.domain.busy import Absence, Busy, BusyTimes
from ketasched.domain.cadence import Gap, PerWeek, Window
from ketasched.domain.clinic import WHOLE_WEEK, WORKING_WEEK, Clinic, Closure, Opening, Span
from ketasched.domain.commitments import Commitments
from ketasched.domain.course import Course
from ketasched.domain.linked_visit_rule import VISIT_KINDS, Anchor, Offset, VisitRule
from ketasched.domain.protocol import Phase, Review, Step
from ketasched.planning import visit_times
from ketasched.planning.phase_options import Choices, lay_out
from ketasched.planning.plan import plan
from ketasched.planning.plan_input import Order, make_rules
from ketasched.planning.start_times import StartTimes
from ketasched.running import at_a_moment, took_place
from ketasched.running.legal_change import Conditions

MONDAY = date(2027, 1, 4)
HOURS = 60


def with_visits(name, start, **how):
    return course_of(name, start, without=(), **how)


def stands(visit):
    """A linked visit as `integration 2: Wed 13 Jan 12:00-12:50`."""
    first, last = visit.start, visit.end
    return (
        f"{visit.name} {visit.session}: "
        f"{first:%a} {first.day} {first:%b} {first:%H:%M}-{last:%H:%M}"
    )


def all_of(course, name):
    return [stands(visit) for visit in course.visits if visit.name == name]


# The rules of the built-in protocols, as CLINICAL.md lists them

CONSULTATION = ("consultation", 45, "before the first session", (1, 7, 28, "days"), "clinic")
PREPARATION = ("preparation", 60, "before the first session", (1, 7, 14, "days"), "clinic")
INTEGRATION = ("integration", 50, "after each session", (24, 48, 72, "h"), "video")
EARLY = ("early assessment", 30, "after session 4", (24, 24, 72, "h"), "clinic")
RESPONSE = ("response assessment", 30, "after each review", (1, 1, 4, "days"), "clinic")
CHECK_IN = ("check-in", 30, "after the last session", (21, 28, 35, "days"), "clinic")
LISTED = {
    "iv": [CONSULTATION, EARLY, RESPONSE, CHECK_IN],
    "iv-two-weeks": [CONSULTATION, EARLY, RESPONSE, CHECK_IN],
    "im": [CONSULTATION, RESPONSE, CHECK_IN],
    "spravato": [CONSULTATION, RESPONSE, CHECK_IN],
    "spravato-mdsi": [CONSULTATION, RESPONSE, CHECK_IN],
    "spravato-eu": [CONSULTATION, RESPONSE, CHECK_IN],
    "sc": [CONSULTATION, RESPONSE, CHECK_IN],
    "kap": [CONSULTATION, PREPARATION, INTEGRATION, RESPONSE, CHECK_IN],
    "pain": [CONSULTATION, CHECK_IN],
    "pain-ten-day": [CONSULTATION, CHECK_IN],
}
REVIEWED = {
    "iv": 6,
    "iv-two-weeks": 6,
    "im": 6,
    "kap": 6,
    "spravato": 8,
    "spravato-mdsi": 8,
    "spravato-eu": 8,
    "sc": 8,
}


def as_listed(rule):
    unit = 1 if rule.offset.in_days else HOURS
    distances = (rule.offset.least, rule.offset.ideal, rule.offset.most)
    return (
        rule.name,
        rule.minutes,
        str(rule.anchor),
        (*(one // unit for one in distances), "days" if rule.offset.in_days else "h"),
        "video" if rule.by_video else "clinic",
    )


def test_every_built_in_protocol_is_in_the_list():
    assert set(LISTED) == set(BUILT_IN)


@pytest.mark.parametrize("name", LISTED)
def test_the_linked_visits_of_a_built_in_protocol(name):
    assert [as_listed(rule) for rule in BUILT_IN[name].visits] == LISTED[name]


@pytest.mark.parametrize("name", LISTED)
def test_the_reviews_of_a_built_in_protocol(name):
    course = with_visits(name, MONDAY)
    assert [one.after_session for one in course.reviews] == (
        [REVIEWED[name]] if name in REVIEWED else []
    )


def test_the_kinds():
    kinds = {rule.name: rule.kind for one in BUILT_IN.values() for rule in one.visits}
    assert kinds == {
        "consultation": "consultation",
        "preparation": "preparation",
        "integration": "integration",
        "early assessment": "assessment",
        "response assessment": "assessment",
        "check-in": "check-in",
    }


# Literal courses


def test_psychotherapy_with_all_its_linked_visits():
    course = with_visits("kap", MONDAY)
    # Sessions last from 09:00 to 12:00 on Mondays.
    assert [stands(visit) for visit in course.visits] == [
        "consultation 1: Mon 28 Dec 09:00-09:45",
        "preparation 1: Mon 28 Dec 09:45-10:45",  # the consultation has the ideal time
        "integration 1: Wed 6 Jan 12:00-12:50",
        "integration 2: Wed 13 Jan 12:00-12:50",
        "integration 3: Wed 20 Jan 12:00-12:50",
        "integration 4: Wed 27 Jan 12:00-12:50",
        "integration 5: Wed 3 Feb 12:00-12:50",
        "response assessment 6: Tue 9 Feb 09:00-09:30",
        "integration 6: Wed 10 Feb 12:00-12:50",
        "check-in 6: Mon 8 Mar 09:00-09:30",
    ]
    assert course.unplaced == ()
    assert [visit.name for visit in course.visits if visit.by_video] == ["integration"] * 6
    preparation = course.visits[1]
    assert f"{preparation.ideal:%d %b %H:%M}" == "28 Dec 09:00"
    assert [one.text for one in preparation.reasons] == ["at the time of the consultation"]
    assert all(visit.reasons == () for visit in course.visits if visit is not preparation)


def test_infusions_with_all_their_linked_visits():
    assert [stands(visit) for visit in with_visits("iv", MONDAY).visits] == [
        "consultation 1: Mon 28 Dec 09:00-09:45",
        "early assessment 4: Fri 15 Jan 11:00-11:30",  # session 4 ends on Thursday at 11:00
        "response assessment 6: Fri 22 Jan 09:00-09:30",
        "check-in 6: Thu 18 Feb 09:00-09:30",
    ]


def test_a_check_in_is_four_weeks_after_the_last_session_that_is_laid_out():
    course = with_visits("iv", MONDAY, until=date(2027, 4, 1))
    last = course.sessions[-1].start
    (check_in,) = (visit for visit in course.visits if visit.kind == "check-in")
    assert check_in.session == course.sessions[-1].number == 8
    assert check_in.start == last + timedelta(weeks=4)


def test_an_ideal_day_that_is_closed_gives_way_to_the_nearest_time():
    course = with_visits("iv", MONDAY, closed=[date(2026, 12, 28)])
    # Tue 29 Dec at 09:00 is a day off; Sun 27 Dec is closed, Mon ends at 20:00.
    assert all_of(course, "consultation") == ["consultation 1: Tue 29 Dec 08:00-08:45"]
    (consultation,) = (visit for visit in course.visits if visit.kind == "consultation")
    assert [one.text for one in consultation.reasons] == ["closed Mon 28 Dec 2026"]


def test_of_two_times_as_near_the_earlier_is_taken():
    nine = datetime(2026, 12, 28, 15, 0, tzinfo=UTC)  # 09:00 in Chicago
    course = with_visits("iv", MONDAY, busy=[Busy(nine, nine + timedelta(minutes=45))])
    # 08:15-09:00 and 09:45-10:30 are both 45 min from 09:00.
    assert all_of(course, "consultation") == ["consultation 1: Mon 28 Dec 08:15-09:00"]


# They follow their sessions


def test_linked_visits_follow_a_session_that_moved():
    moved = date(2027, 1, 18)
    course = with_visits("kap", MONDAY, closed=[moved])
    assert course.session(3).start.date() == date(2027, 1, 19)
    assert all_of(course, "integration")[2] == "integration 3: Thu 21 Jan 12:00-12:50"


def test_linked_visits_follow_a_pause():
    course = with_visits("kap", MONDAY, away=[(date(2027, 1, 14), date(2027, 1, 24))])
    (pause,) = course.pauses
    assert (pause.before_session, pause.weeks) == (3, 1)
    assert all_of(course, "integration")[2] == "integration 3: Wed 27 Jan 12:00-12:50"
    assert all_of(course, "check-in") == ["check-in 6: Mon 15 Mar 09:00-09:30"]


def test_linked_visits_follow_the_time_of_day():
    course = with_visits("kap", MONDAY, at="13:30")
    assert all_of(course, "consultation") == ["consultation 1: Mon 28 Dec 13:30-14:15"]
    assert all_of(course, "integration")[0] == "integration 1: Wed 6 Jan 16:30-17:20"


@pytest.mark.parametrize(
    ("start", "clocks", "early"),
    [
        (date(2027, 3, 3), "forward", "early assessment 4: Sun 14 Mar 12:00-12:30"),
        (date(2027, 10, 27), "back", "early assessment 4: Sun 7 Nov 10:00-10:30"),
    ],
)
def test_a_day_after_the_end_is_24_hours_that_pass_across_a_clock_change(start, clocks, early):
    course = with_visits("iv", start, week=WHOLE_WEEK)
    assert f"{course.session(4).end:%a %H:%M}" == "Sat 11:00", clocks
    assert all_of(course, "early assessment") == [early]
    (visit,) = (visit for visit in course.visits if visit.name == "early assessment")
    assert visit.start.timestamp() - course.session(4).end.timestamp() == 24 * 3600


def test_a_week_before_is_the_same_time_of_day_across_a_clock_change():
    course = with_visits("iv", date(2027, 3, 15))
    assert all_of(course, "consultation") == ["consultation 1: Mon 8 Mar 09:00-09:45"]


# What does and does not apply at the clinic and by video


def test_by_video_neither_clinic_hours_nor_closures_apply():
    closed = [date(2027, 1, 6), date(2027, 1, 7)]
    course = with_visits("kap", MONDAY, closed=closed)
    assert all_of(course, "integration")[0] == "integration 1: Wed 6 Jan 12:00-12:50"
    hours = ((Span(540, 720),), (), (), (), (), (), ())  # Mondays from 09:00 to 12:00
    course = with_visits("kap", MONDAY, week=hours)
    assert all_of(course, "integration")[0] == "integration 1: Wed 6 Jan 12:00-12:50"
    assert all_of(course, "preparation") == ["preparation 1: Mon 28 Dec 09:45-10:45"]


@pytest.mark.parametrize(
    ("at", "where"),
    [
        ("05:00", "integration 1: Wed 6 Jan 08:00-08:50"),
        ("14:00", "integration 1: Wed 6 Jan 17:00-17:50"),
        ("16:10", "integration 1: Wed 6 Jan 19:10-20:00"),
        ("16:15", "integration 1: Wed 6 Jan 19:00-19:50"),
        ("20:00", "integration 1: Wed 6 Jan 19:00-19:50"),
    ],
)
def test_by_video_waking_hours_apply(at, where):
    assert all_of(with_visits("kap", MONDAY, at=at), "integration")[0] == where


def test_travel_is_kept_free_at_the_clinic_but_not_by_video():
    """Busy from 10:00 to 11:30, with an hour to travel, on 28 Dec and on 6 Jan."""
    busy = [
        Busy(datetime(2026, 12, 28, 16, 0, tzinfo=UTC), datetime(2026, 12, 28, 17, 30, tzinfo=UTC)),
        Busy(datetime(2027, 1, 6, 16, 0, tzinfo=UTC), datetime(2027, 1, 6, 17, 30, tzinfo=UTC)),
    ]
    course = with_visits("kap", MONDAY, busy=busy, travel=60)
    assert all_of(course, "consultation") == ["consultation 1: Mon 28 Dec 08:15-09:00"]
    assert all_of(course, "integration")[0] == "integration 1: Wed 6 Jan 12:00-12:50"
    at_noon = busy[1]._replace(end=datetime(2027, 1, 6, 18, 15, tzinfo=UTC))
    course = with_visits("kap", MONDAY, busy=[at_noon], travel=60)
    assert all_of(course, "integration")[0] == "integration 1: Wed 6 Jan 12:15-13:05"


def test_by_video_too_one_must_not_be_away():
    course = with_visits("kap", MONDAY, away=[(date(2027, 1, 6), date(2027, 1, 6))])
    assert all_of(course, "integration")[0] == "integration 1: Tue 5 Jan 19:00-19:50"


def test_a_response_assessment_is_over_before_the_next_session():
    phase = replace(BUILT_IN["iv"].phases[0], reviews=(Review("go on?", 1),))
    iv = replace(BUILT_IN["iv"], phases=(phase,))
    # Sessions on Mondays and Thursdays; the patient is away until the second one is over.
    course = with_visits(iv, MONDAY, away=[(date(2027, 1, 5), date(2027, 1, 6))])
    assert course.session(2).start.date() == date(2027, 1, 7)
    (assessment,) = (visit for visit in course.visits if visit.name == "response assessment")
    assert stands(assessment) == "response assessment 1: Thu 7 Jan 08:00-08:30"
    early = with_visits(iv, MONDAY, at="08:00", away=[(date(2027, 1, 5), date(2027, 1, 6))])
    (told,) = early.unplaced
    assert (told.name, told.session) == ("response assessment", 1)
    assert "the review comes before session 2" in [one.text for one in told.reasons]


# Today


@pytest.mark.parametrize(
    ("today", "where"),
    [
        (date(2026, 12, 1), "consultation 1: Mon 28 Dec 09:00-09:45"),
        (date(2026, 12, 28), "consultation 1: Mon 28 Dec 09:00-09:45"),
        (date(2026, 12, 30), "consultation 1: Wed 30 Dec 08:00-08:45"),
        (date(2027, 1, 1), "consultation 1: Fri 1 Jan 08:00-08:45"),
        (date(2027, 1, 5), "consultation 1: Mon 28 Dec 09:00-09:45"),  # the course has begun
    ],
)
def test_no_linked_visit_of_a_course_to_come_is_before_today(today, where):
    assert all_of(with_visits("iv", MONDAY, today=today), "consultation") == [where]


def test_a_course_that_starts_today_has_no_consultation_left_and_says_so():
    course = with_visits("iv", MONDAY, today=MONDAY)
    (told,) = course.unplaced
    assert (told.kind, told.side, told.session) == ("consultation", "before", 1)
    assert told.days == (date(2026, 12, 7), date(2027, 1, 3))
    assert [one.text for one in told.reasons] == ["that day has passed"]
    assert len(course.sessions) == 6


# What is left out


@pytest.mark.parametrize(
    ("name", "already", "names"),
    [
        ("kap", 2, ["integration"] * 4 + ["response assessment", "check-in"]),
        ("kap", 5, ["integration", "response assessment", "check-in"]),
        ("iv", 3, ["early assessment", "response assessment", "check-in"]),
        ("iv", 4, ["response assessment", "check-in"]),
        ("iv", 6, ["check-in"]),
        ("spravato", 8, ["check-in"]),
    ],
)
def test_what_belongs_to_sessions_held_elsewhere_is_behind_us(name, already, names):
    until = date(2027, 3, 1) if name == "iv" else None
    course = with_visits(name, MONDAY, already=already, until=until)
    assert sorted(visit.name for visit in course.visits) == sorted(names)
    assert min(visit.session for visit in course.visits) > already
    assert course.unplaced == ()


@pytest.mark.parametrize("kind", VISIT_KINDS)
def test_a_kind_can_be_left_out(kind):
    every = {visit.kind for visit in with_visits("kap", MONDAY).visits}
    assert every == set(VISIT_KINDS)
    course = course_of("kap", MONDAY, without={kind})
    assert {visit.kind for visit in course.visits} == every - {kind}
    assert course.sessions == with_visits("kap", MONDAY).sessions


def test_what_is_left_out_takes_no_time():
    course = course_of("kap", MONDAY, without={"consultation"})
    assert all_of(course, "preparation") == ["preparation 1: Mon 28 Dec 09:00-10:00"]


# Status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("consultation", "planned"),
        ("response assessment", "planned"),  # it is what the review waits for
        ("check-in", "tentative"),
    ],
)
def test_linked_visits_behind_a_review_are_tentative(name, status):
    course = with_visits("spravato", MONDAY)
    assert [visit.status for visit in course.visits if visit.name == name] == [status]


def test_integration_behind_a_review_is_tentative():
    kap = BUILT_IN["kap"]
    phase = replace(kap.phases[0], reviews=(Review("halfway", 3),))
    course = with_visits(replace(kap, phases=(phase,)), MONDAY)
    found = {visit.session: visit.status for visit in course.visits if visit.kind == "integration"}
    assert found == dict.fromkeys((1, 2, 3), "planned") | dict.fromkeys((4, 5, 6), "tentative")


# On the command line

KAP = ("plan", "kap", "--start", "2027-01-04")
AWAY = (*KAP, "--away", "2027-01-12..2027-01-14")
NO_PLACE = "No place for integration i2 after session 2, Tue 12 Jan 2027 to Thu 14 Jan 2027: "


def one_line(text):
    return " ".join(text.split())


@pytest.mark.parametrize("shown", ["table", "month", "html"])
def test_a_linked_visit_without_a_place_is_told_and_the_course_stands(ketasched, shown):
    outcome = ketasched(*AWAY, "--format", shown)
    assert outcome.code == 0
    told, elsewhere = map(one_line, (outcome.out, outcome.err))
    if shown != "table":  # what is for the patient says nothing of it
        told, elsewhere = elsewhere, told
    assert NO_PLACE in told
    assert "away Tue 12 Jan 2027 to Thu 14 Jan 2027" in told.split(NO_PLACE)[1]
    assert "no place" not in elsewhere.casefold()
    assert NO_PLACE not in one_line(ketasched(*KAP, "--format", shown).out)


MONDAY_MORNINGS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/New_York:20270104T080000
DTEND;TZID=America/New_York:20270104T120000
RRULE:FREQ=WEEKLY
END:VEVENT
END:VCALENDAR
"""


def test_of_a_day_what_refuses_the_open_hours_of_the_window_is_told(ketasched):
    hours = "hours: {mon-fri: 08:00-17:00}"
    Path("ours.yaml").write_text(
        f"version: 1\nname: Ours\ntimezone: America/New_York\n{hours}\n", encoding="utf-8"
    )
    Path("busy.ics").write_text(MONDAY_MORNINGS, encoding="utf-8")
    outcome = ketasched("plan", "iv", "--start", "2027-01-12", "--at", "09:00", "--clinic",
                        "ours.yaml", "--busy", "busy.ics")  # fmt: skip
    # Monday before eight is outside the hours, and 72 h after session 4 are over at eleven.
    assert (
        "No place for early assessment a4 after session 4, Sat 23 Jan 2027 to Mon 25 Jan 2027: "
        "closed on Saturdays; closed on Sundays; busy Mon 25 Jan 2027 08:00-12:00; after Mon 25 "
        "Jan 2027 11:00 it is more than 3 days from session 4."
    ) in one_line(outcome.out)


def test_a_linked_visit_without_a_place_is_in_the_json(ketasched):
    outcome = ketasched(*AWAY, "--format", "json")
    # What is in the JSON is not said beside it again.
    (beside,) = outcome.err.splitlines()
    assert beside.startswith("note: no holidays considered, and Mon 18 Jan 2027 ")
    assert outcome.code == 0
    report = json.loads(outcome.out)
    assert len(report["sessions"]) == 6
    assert len(report["visits"]) == 9
    (told,) = report["unplaced"]
    assert told["kind"] == told["name"] == "integration"
    assert (told["before_session"], told["after_session"]) == (None, 2)
    assert told["window"] == {"start": "2027-01-12", "end": "2027-01-14"}
    away = {"kind": "away", "text": "away Tue 12 Jan 2027 to Thu 14 Jan 2027"}
    assert away in told["reasons"]
    assert json.loads(ketasched(*KAP, "--format", "json").out)["unplaced"] == []


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(("--format", "csv"), id="csv"),
        pytest.param(("--ics", "-", "--name", "x"), id="calendar to standard output"),
    ],
)
def test_a_linked_visit_without_a_place_is_told_beside_output_with_no_room_for_it(ketasched, how):
    outcome = ketasched(*AWAY, *how)
    assert outcome.code == 0
    assert NO_PLACE.casefold() in one_line(outcome.err).casefold()


def test_the_visits_of_the_json(ketasched):
    report = json.loads(ketasched(*KAP, "--format", "json").out)
    first = report["visits"][0]
    assert {key: first[key] for key in first if key != "uid"} == {
        "handle": "c1",
        "kind": "consultation",
        "name": "consultation",
        "before_session": 1,
        "after_session": None,
        "ideal": "2026-12-28T09:00:00-06:00",
        "start": "2026-12-28T09:00:00-06:00",
        "end": "2026-12-28T09:45:00-06:00",
        "by_video": False,
        "reasons": [],
        "status": "planned",
    }
    starts = [visit["start"] for visit in report["visits"]]
    assert starts == sorted(starts)
    uids = [one["uid"] for one in report["visits"] + report["sessions"]]
    assert len(set(uids)) == 16


def test_the_table_shows_linked_visits_between_the_sessions(ketasched, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    lines = [one_line(line) for line in ketasched(*KAP).out.splitlines()]
    first = lines.index("c1 consultation Mon 28 Dec 2026 09:00–09:45")
    why = "ideally Mon 28 Dec 2026 09:00: at the time of the consultation"
    assert lines[first + 1 : first + 4] == [
        f"~ p1 preparation Mon 28 Dec 2026 09:45–10:45 {why}",
        "1 dosing Mon 4 Jan 2027 09:00–12:00",
        "i1 integration Wed 6 Jan 2027 12:00–12:50 by video",
    ]


def test_the_month_grid_shows_linked_visits(ketasched):
    out = ketasched(*KAP, "--format", "month").out
    assert "December 2026" in out
    lines = [one_line(line) for line in out.splitlines()]
    assert "Integration: Wednesday, January 6, 12:00–12:50 PM, by video" in lines
    assert "Check-in: Monday, March 8, 9:00–9:30 AM" in lines


@pytest.mark.parametrize("width", ["40", "60", "80", "200"])
@pytest.mark.parametrize("shown", ["table", "month"])
def test_every_linked_visit_is_shown_at_every_width(ketasched, monkeypatch, shown, width):
    monkeypatch.setenv("COLUMNS", width)
    outcome = ketasched(*KAP, "--format", shown)
    assert outcome.code == 0
    assert one_line(outcome.out).casefold().count("12:00–12:50") == 6


def test_without_integration(ketasched):
    outcome = ketasched(*KAP, "--without", "integration", "--format", "json")
    kinds = [visit["kind"] for visit in json.loads(outcome.out)["visits"]]
    assert kinds == ["consultation", "preparation", "assessment", "check-in"]
    every = [word for kind in VISIT_KINDS for word in ("--without", kind.upper())]
    assert json.loads(ketasched(*KAP, *every, "--format", "json").out)["visits"] == []


@pytest.mark.parametrize(
    ("protocol", "kind", "told"),
    [
        ("kap", "integraton", "did you mean `integration`?"),
        ("kap", "check in", "did you mean `check-in`?"),
        ("iv", "preparation", "it has consultation, assessment, check-in"),
        ("kap", "", "--without is empty"),
    ],
)
def test_a_kind_that_is_not_there(ketasched, protocol, kind, told):
    outcome = ketasched("plan", protocol, "--start", "2027-01-04", "--without", kind)
    assert (outcome.code, outcome.out) == (2, "")
    assert "--without" in outcome.err
    assert told in outcome.err


# Brute force, from the words alone

WAKES, SLEEPS = 8 * 60, 20 * 60
SEEDS = 300
MINUTE = timedelta(minutes=1)
CHICAGO = zones.load("America/Chicago").tzinfo
FIRST_STARTS = [MONDAY, date(2027, 3, 1), date(2027, 3, 10), date(2027, 10, 25), date(2027, 11, 3)]


def some_spans(chance):
    opens = chance.choice([420, 480, 540, 600])
    closes = chance.choice([840, 960, 1020, 1080, 1200])
    if chance.random() < 0.3:
        return (Span(opens, 720), Span(750, closes))
    return (Span(opens, closes),)


def some_clinic(chance, start):
    near = [start + timedelta(days=days) for days in range(-30, 60)]
    week = WORKING_WEEK
    if chance.random() < 0.7:
        week = tuple(some_spans(chance) if chance.random() < 0.8 else () for _ in range(7))
    closures = []
    for _ in range(chance.randrange(4)):
        first = chance.choice(near)
        closures.append(Closure(first, first + timedelta(days=chance.randrange(4))))
    holidays = {chance.choice(near) for _ in range(chance.randrange(4))}
    openings = {
        chance.choice(near): Opening(some_spans(chance)) for _ in range(chance.randrange(3))
    }
    name = dict.fromkeys(holidays, "a holiday").get
    return Clinic(CHICAGO, week, tuple(closures), name, openings)


def some_commitments(chance, start):
    begins = datetime.combine(start, time(), CHICAGO) - timedelta(days=30)
    stretches = []
    for _ in range(chance.choice([0, 20, 60])):
        first = (begins + chance.randrange(90 * 96) * 15 * MINUTE).astimezone(UTC)
        stretches.append(Busy(first, first + chance.choice([30, 60, 240, 600]) * MINUTE))
    absences = []
    for _ in range(chance.randrange(4)):
        first = start + timedelta(days=chance.randrange(-20, 50))
        absences.append(Absence(first, first + timedelta(days=chance.randrange(3))))
    times = BusyTimes(lambda _first, _last: stretches) if stretches else None
    travel = chance.choice([0, 0, 30, 45]) if stretches else 0
    return Commitments(tuple(absences), times, travel), stretches


def some_rule(chance, number, sessions):
    side = chance.choice(["before", "after", "after"])
    which = chance.choice(["first", "last", "each", "number", *["review"] * (side == "after")])
    anchor = Anchor(side, which, chance.randint(1, sessions) if which == "number" else 0)
    in_days = chance.random() < 0.5
    if in_days:
        least = chance.randrange(4)
        ideal = least + chance.randrange(6)
        most = ideal + chance.randrange(6)
    else:
        least = chance.choice([0, 60, 90, 24 * 60])
        ideal = least + chance.choice([0, 30, 24 * 60, 50 * 60])
        most = ideal + chance.choice([0, 20, 24 * 60, 40 * 60])
    return VisitRule(
        chance.choice(VISIT_KINDS),
        f"rule {number}",
        chance.choice([15, 30, 50, 60, 120]),
        anchor,
        Offset(least, ideal, most, in_days),
        chance.random() < 0.4,
    )


def some_protocol(chance):
    sessions = chance.randint(1, 4)
    per_week = chance.randint(1, 2)
    reviews = (Review("go on?", chance.randint(1, sessions)),) if chance.random() < 0.6 else ()
    phase = Phase(
        "one", PerWeek(per_week), sessions, Window(2, 3), Gap(1, 14), pause=1, reviews=reviews
    )
    rules = tuple(some_rule(chance, number, sessions) for number in range(chance.randint(1, 5)))
    steps = (Step("all", chance.choice([30, 90, 180])),)
    return replace(BUILT_IN["kap"], steps=steps, phases=(phase,), visits=rules)


class Case(NamedTuple):
    course: Course
    clinic: Clinic
    commitments: Commitments
    stretches: list[Busy]
    today: date
    already: int


@cache
def some_case(seed):
    """A course that has a placement, and all it was made from."""
    chance = random.Random(seed)
    while True:
        protocol = some_protocol(chance)
        start = chance.choice(FIRST_STARTS) + timedelta(days=chance.randrange(5))
        clinic = some_clinic(chance, start)
        commitments, stretches = some_commitments(chance, start)
        today = chance.choice([date.min, start - timedelta(days=2), start, start + timedelta(9)])
        at = chance.choice([time(7, 30), time(9), time(10, 10), time(14), time(16, 45)])
        times = StartTimes((at,) * 7, chance.choice([0, 60]))
        already = chance.choice([0, 0, 0, 1]) if protocol.phases[0].sessions > 1 else 0
        rules = make_rules(clinic, times, commitments, today)
        layout = lay_out(protocol, Choices(already=already))
        course = plan(Order(protocol, layout, start, clinic, rules, (), already))
        if isinstance(course, Course):
            return Case(course, clinic, commitments, stretches, today, already)


def sessions_of_rule(rule, course, already):
    """The sessions a rule speaks of, by the words of its anchor."""
    which, numbers = rule.anchor.which, [one.number for one in course.sessions]
    if which == "first":
        wanted = [] if already else numbers[:1]
    elif which == "last":
        wanted = numbers[-1:]
    elif which == "each":
        wanted = numbers
    elif which == "review":
        wanted = [review.after_session for review in course.reviews]
    else:
        wanted = [rule.anchor.number]
    return [one for one in course.sessions if one.number in wanted]


def ideal_of(rule, session):
    _, ideal, _, in_days = rule.offset
    before = rule.anchor.side == "before"
    if in_days:
        wall = session.start.replace(tzinfo=None) + timedelta(days=-ideal if before else ideal)
        return wall.replace(tzinfo=CHICAGO)
    edge = session.start if before else session.end
    moment = edge.astimezone(UTC) + (-ideal if before else ideal) * MINUTE
    return moment.astimezone(CHICAGO)


def candidates(rule, session):
    """All starts in steps of 15 minutes from the ideal time that keep the distance."""
    least, _, most, in_days = rule.offset
    before = rule.anchor.side == "before"
    ideal = ideal_of(rule, session)
    enough = (most - least + 1) * 96 if in_days else (most - least) // 15 + 1
    found = []
    for step in range(-enough, enough + 1):
        if in_days:
            start = (ideal.replace(tzinfo=None) + 15 * step * MINUTE).replace(tzinfo=CHICAGO)
            away = (session.start.date() - start.date()).days * (1 if before else -1)
        else:
            start = (ideal.astimezone(UTC) + 15 * step * MINUTE).astimezone(CHICAGO)
            seconds = (
                session.start.timestamp() - start.timestamp()
                if before
                else start.timestamp() - session.end.timestamp()
            )
            away = seconds / 60
        if least <= away <= most:
            found.append((abs(step), step, start))
    return [start for _, _, start in sorted(found)]


def overlap(start, end, other_start, other_end):
    return start.timestamp() < other_end.timestamp() and other_start.timestamp() < end.timestamp()


def day_parts(start, end):
    """The days something touches, with minutes after midnight of wall time."""
    begins, ends = start.hour * 60 + start.minute, end.hour * 60 + end.minute
    if start.date() == end.date():
        return [(start.date(), begins, ends)]
    return [(start.date(), begins, 1440), *([(end.date(), 0, ends)] if ends else [])]


def is_open(clinic, day, begins, ends):
    if day in clinic.openings:
        spans = clinic.openings[day].spans
    elif clinic.holiday_name(day) or any(one.first <= day <= one.last for one in clinic.closures):
        return False
    else:
        spans = clinic.week[day.weekday()]
    if spans == (Span(0, 1440),):  # hours that are not known
        return begins >= WAKES and ends <= SLEEPS
    return any(span.opens <= begins and ends <= span.closes for span in spans)


def is_legal(rule, session, start, case, placed):
    course, clinic, commitments, stretches, today, _ = case
    end = (start.astimezone(UTC) + rule.minutes * MINUTE).astimezone(CHICAGO)
    if today <= course.start and start.date() < today:
        return False
    parts = day_parts(start, end)
    if rule.by_video:
        fits = all(begins >= WAKES and ends <= SLEEPS for _, begins, ends in parts)
    else:
        fits = all(is_open(clinic, *part) for part in parts)
    travel = 0 if rule.by_video else commitments.travel
    on_the_way = (start.astimezone(UTC) - travel * MINUTE, end.astimezone(UTC) + travel * MINUTE)
    is_away = any(
        first <= day <= last for first, last in commitments.absences for day, _, _ in parts
    )
    if not fits or is_away or any(overlap(*on_the_way, *one[:2]) for one in stretches):
        return False
    if rule.anchor.side == "after" and start < session.end:
        return False
    if rule.anchor.side == "before" and end > session.start:
        return False
    later = [one.start for one in course.sessions if one.start > session.start]
    if rule.anchor.which == "review" and later and end > min(later):
        return False
    taken = [(one.start, one.end) for one in (*course.sessions, *placed)]
    return not any(overlap(start, end, *one) for one in taken)


class Stood(NamedTuple):
    """What is compared of a linked visit."""

    name: str
    session: int
    ideal: datetime
    start: datetime
    end: datetime


def by_hand(case):
    """The linked visits a course should have, and those that have no place."""
    placed, unplaced = [], []
    for rule in case.course.protocol.visits:
        for session in sessions_of_rule(rule, case.course, case.already):
            tried = candidates(rule, session)
            legal = (one for one in tried if is_legal(rule, session, one, case, placed))
            start = next(legal, None)
            if start is None:
                days = [one.date() for one in tried]
                unplaced.append((rule.name, session.number, min(days), max(days)))
                continue
            end = (start.astimezone(UTC) + rule.minutes * MINUTE).astimezone(CHICAGO)
            placed.append(Stood(rule.name, session.number, ideal_of(rule, session), start, end))
    return sorted(placed, key=lambda one: one.start), unplaced


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_linked_visit_is_where_the_words_put_it(seed):
    """To run one again: pytest tests/test_visits.py -k "words_put_it[SEED]"."""
    case = some_case(seed)
    course = case.course
    placed, unplaced = by_hand(case)
    ours = [
        Stood(one.name, one.session, one.ideal, one.start, one.end)
        for one in sorted(course.visits, key=lambda one: one.start)
    ]
    assert ours == placed, f"seed {seed}"
    told = [(one.name, one.session, *one.days) for one in course.unplaced]
    assert told == unplaced, f"seed {seed}"
    assert all(one.reasons for one in course.unplaced), f"seed {seed}"
    for visit in course.visits:
        moved = visit.start != visit.ideal
        assert bool(visit.reasons) == moved, f"seed {seed}: {stands(visit)}"
        session = course.session(visit.session)
        assert visit.status == session.status, f"seed {seed}"


def test_the_cases_are_of_all_sorts():
    cases = [some_case(seed) for seed in range(SEEDS)]
    visits = [visit for case in cases for visit in case.course.visits]
    assert sum(visit.by_video for visit in visits) > 100
    assert sum(visit.start != visit.ideal for visit in visits) > 200
    assert sum(len(case.course.unplaced) for case in cases) > 100
    assert sum(visit.start == visit.ideal for visit in visits) > 100


def test_linked_visits_change_no_session():
    for name in BUILT_IN:
        assert with_visits(name, MONDAY).sessions == plan(order_of(name, MONDAY)).sessions


def test_a_change_asks_nothing_of_visits_that_are_over(monkeypatch):
    """Of a fresh course 8,072 starts were asked by a change; one for each visit to come will do."""
    order = order_of("kap", date(2027, 1, 5), without=(), zone="America/New_York")
    course = plan(order)
    asked = []
    each_refusal = visit_times.each_refusal

    def counted(question, start):
        asked.append(start)
        return each_refusal(question, start)

    monkeypatch.setattr(visit_times, "each_refusal", counted)
    now = datetime(2027, 1, 5, 12, tzinfo=order.clinic.zone)
    after = took_place.attend(Conditions(order, now), course, 1, course.session(1).start)
    ahead = [visit for visit in course.visits if visit.start >= now]
    assert len(asked) == len(ahead) == 8
    assert after.visits == course.visits
    assert after.unplaced == ()


def test_a_visit_whose_days_are_over_is_refused_at_once(monkeypatch):
    """With the same words as when each of its starts is asked."""
    order = order_of("kap", date(2027, 1, 5), without=(), zone="America/New_York")
    now = datetime(2027, 1, 5, 12, tzinfo=order.clinic.zone)
    bare = replace(plan(order), visits=())
    quick = at_a_moment.finish(order, bare, now)
    monkeypatch.setattr(visit_times, "_days", lambda *_: (date.max, date.max))
    assert quick.unplaced == at_a_moment.finish(order, bare, now).unplaced
    assert {one.name for one in quick.unplaced} == {"consultation", "preparation"}
