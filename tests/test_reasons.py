"""What a reason says to whom, and how a record keeps it."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from conftest import BUILT_IN, course_of

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
