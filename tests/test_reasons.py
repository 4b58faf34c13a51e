"""What a reason says to whom, and how a record keeps it."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from conftest import BUILT_IN, course_of
from helpers import writer

from ketasched.calendar.entry_text import discreet
from ketasched.domain.candidate import Reason, reasons_text
from ketasched.domain.clinic import Closure
from ketasched.records import course_state

DAY = date(2026, 11, 26)
CLOSED = "closed Thu 26 Nov 2026"


def moved_for(reason):
    course = course_of("iv", date(2026, 11, 9), closed=[DAY])
    return course.changing([course.session(6)._replace(reasons=(reason,))])


@pytest.mark.parametrize(
    ("words", "for_patients"),
    [
        ("", CLOSED),
        ("team day (all)", f"{CLOSED} (team day (all))"),
        ("ketamine audit (yearly)", CLOSED),
    ],
)
def test_a_closure_is_told_by_who_reads(words, for_patients):
    reason = Closure(DAY, DAY, words).refusal
    assert (reason.text, reason.detail) == (CLOSED, words)
    assert reason.full == (f"{CLOSED} ({words})" if words else CLOSED)
    shown = discreet(BUILT_IN["iv"], moved_for(reason).session(6))
    assert reasons_text(shown.reasons) == for_patients


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        (Reason("gap", "less than 2 days (a week)"),
         {"kind": "gap", "text": "less than 2 days (a week)"}),
        (Reason("closed", CLOSED, "team day (all)"),
         {"kind": "closed", "text": f"{CLOSED} (team day (all))", "detail": "team day (all)"}),
        (Reason("closed", CLOSED), {"kind": "closed", "text": CLOSED}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("older", [False, True])
def test_a_record_keeps_the_whole_sentence(reason, data, older):
    course = moved_for(reason)
    state = course_state.state_of(course)
    kept = state["sessions"][5]["reasons"]
    assert kept == [data]
    if older:  # records of before have no detail
        kept[0].pop("detail", None)
    read = course_state.course_of(state, course.protocol, course.start, ZoneInfo("America/Chicago"))
    assert read.session(6).reasons == (reason,)


TMS = """\
version: 1
protocols:
  - id: tms
    title: TMS
    label: TMS
    version: 1
    drug: none
    route: magnetic
    use: depression
    steps: [{name: stimulation, length: 30 min}]
    phases:
      - {name: acute, sessions: 30, cadence: 5 per week, window: {early: 0 days, late: 3 days},
         gap: {min: 1 day, max: 5 days}, pause: 1 week}
      - {name: taper, sessions: 6, cadence: 3 per week, window: {early: 1 day, late: 3 days},
         gap: {min: 1 day, max: 7 days}}
    sources: [{fact: five a week, source: our clinic, grade: convention}]
"""
DOSES = """\
version: 1
protocols:
  - id: doses
    title: Doses
    label: Doses
    version: 1
    drug: none
    route: by mouth
    use: trials
    steps: [{name: dose, length: 30 min}]
    phases:
      - name: all
        first_day: 1
        sessions: [{name: first, day: 1}, {name: second, day: 6}]
        window: {early: 0 days, late: 4 days}
    sources: [{fact: two doses, source: our trial, grade: convention}]
"""
write = writer("mine.yaml")


def reasons_of(ketasched, text, protocol, *more):
    plan = ("plan", protocol, "--protocols", write(text), "--tz", "America/Chicago", *more)
    outcome = ketasched(*plan, "--format", "json")
    assert outcome.code == 0, outcome.err
    sessions = json.loads(outcome.out)["sessions"]
    return {
        one["number"]: (one["start"][:10], [reason["text"] for reason in one["reasons"]])
        for one in sessions
        if one["reasons"]
    }


def test_who_is_pushed_along_is_told_which_holiday_pushed_first(ketasched):
    """Five a week from Mon 4 Jan 2027; King's day, Mon 18 Jan, becomes a pause. Washington's
    Birthday, Mon 15 Feb, pushes the last sessions of one phase and the first of the next.
    """
    holiday = "Washington's Birthday, Mon 15 Feb 2027"
    told = reasons_of(ketasched, TMS, "tms", "--start", "2027-01-04", "--holidays", "US")
    assert told == {
        26: ("2027-02-16", [holiday]),
        27: ("2027-02-17", [f"Tue 16 Feb 2027 is taken by session 26, which moved: {holiday}"]),
        28: ("2027-02-18", [f"Wed 17 Feb 2027 is taken by session 27, which moved: {holiday}"]),
        29: ("2027-02-19", [f"Thu 18 Feb 2027 is taken by session 28, which moved: {holiday}"]),
        30: ("2027-02-22", [f"Fri 19 Feb 2027 is taken by session 29, which moved: {holiday}"]),
        31: ("2027-02-23", [f"Mon 22 Feb 2027 is taken by session 30, which moved: {holiday}"]),
    }


@pytest.mark.parametrize(
    ("more", "stands", "reasons"),
    [
        (("--holidays", "US"), "2027-01-19", ["closed on Saturdays", "Martin Luther King Jr. Day, Mon 18 Jan 2027"]),
        ((), "2027-01-18", ["closed on Saturdays"]),
        (("--away", "2027-01-18"), "2027-01-19", ["closed on Saturdays", "away Mon 18 Jan 2027"]),
        (("--closed", "2027-01-18"), "2027-01-19", ["closed on Saturdays", "closed Mon 18 Jan 2027"]),
    ],
)  # fmt: skip
def test_what_is_due_on_a_saturday_and_passes_over_monday_says_why(
    ketasched, more, stands, reasons
):
    assert reasons_of(ketasched, DOSES, "doses", "--start", "2027-01-11", *more) == {
        2: (stands, reasons)
    }


def test_days_that_only_a_person_chooses_are_named(ketasched):
    clinic = 'version: 1\nname: C\ntimezone: UTC\nhours: {tue-thu: "08:00-17:00"}\n'
    asked = ("plan", "iv-two-weeks", "--start", "2027-01-05", "--clinic", write(clinic, "c.yaml"))
    outcome = ketasched(*asked)
    assert outcome.code == 3
    assert "which is never on two days running unless the days are named" in outcome.err
    assert "ketasched plan iv-two-weeks --start 2027-01-05 --days tue,wed,thu" in outcome.err
    assert ketasched(*asked, "--days", "tue,wed,thu").code == 0
