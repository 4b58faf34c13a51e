"""Phases that list named sessions one by one, as trial teams write them."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
import yaml
from conftest import course_of
from helpers import changer, writer
from jsonschema import Draft202012Validator
from texts import TRIAL, WITH_VISITS

from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.errors import FileProblems
from ketasched.files.protocols import protocol_file
from ketasched.planning.refusals import Failure

MONDAY = date(2027, 1, 4)

write = writer("trial.yaml")
changed = changer(TRIAL)


def trial(text=TRIAL):
    (found,) = protocol_file.load(write(text))
    return found


def stands(session):
    moment = session.start
    return f"{session.number} {session.name}: {moment:%a} {moment.day} {moment:%b}"


def all_of(course):
    assert not isinstance(course, Failure), course
    return [stands(session) for session in course.sessions]


def planned(text=TRIAL, start=MONDAY, **how):
    return course_of(trial(text), start, **how)


# Days


def test_day_1_is_the_start_and_there_is_no_day_0():
    course = planned()
    assert all_of(course) == [
        "1 screening: Mon 21 Dec",  # 14 days before
        "2 baseline: Mon 4 Jan",
        "3 safety check: Tue 5 Jan",
        "4 call: Thu 7 Jan",
        "5 dose two: Mon 11 Jan",  # a week after day 1
        "6 end: Mon 1 Feb",
    ]
    assert [session.minutes for session in course.sessions] == [30, 90, 20, 90, 90, 90]
    assert course.total == 6
    assert not any(session.reasons for session in course.sessions)


DAYS = """\
          - {name: a, day: %d}
          - {name: b, day: %d}
          - {name: c, day: %d}
"""


def listed(first_day, days):
    begin = TRIAL.index("          - {name: screening")
    text = (
        TRIAL[:begin]
        + DAYS % days
        + TRIAL[TRIAL.index("        window: {early: 0 days, late: 2") :]
    )
    return changed("first_day: 1", f"first_day: {first_day}", text)


@pytest.mark.parametrize(
    ("first_day", "days", "offsets"),
    [
        (1, (-2, -1, 1), [-2, -1, 0]),
        (1, (-1, 1, 2), [-1, 0, 1]),
        (1, (1, 2, 15), [0, 1, 14]),
        (0, (-2, -1, 0), [-2, -1, 0]),
        (0, (-1, 0, 1), [-1, 0, 1]),
        (0, (0, 1, 14), [0, 1, 14]),
        (0, (-365, 0, 365), [-365, 0, 365]),
    ],
)
def test_days_count_from_the_baseline(first_day, days, offsets):
    course = planned(listed(first_day, days), week=WHOLE_WEEK)
    assert [(one.target - MONDAY).days for one in course.sessions] == offsets
    assert [(one.start.date() - MONDAY).days for one in course.sessions] == offsets


def test_a_window_of_its_own_or_the_phases():
    windows = {
        one.name: ((one.window_start - one.target).days, (one.window_end - one.target).days)
        for one in planned().sessions
    }
    assert windows == {
        "screening": (-7, 7),
        "baseline": (0, 2),
        "safety check": (0, 1),
        "call": (0, 2),
        "dose two": (-1, 1),
        "end": (0, 2),
    }


# The baseline


@pytest.mark.parametrize("closed", [date(2026, 12, 21), date(2027, 1, 11), date(2027, 1, 5)])
def test_the_baseline_stands_on_the_start_if_that_is_legal(closed):
    course = planned(closed=[closed])
    assert course.session(2).start.date() == MONDAY == course.start


def test_a_baseline_that_cannot_stand_on_the_start_stands_later_never_earlier():
    wide = changed("window: {early: 0 days, late: 2 days}", "window: {early: 3 days, late: 2 days}")
    course = planned(wide, closed=[MONDAY])
    assert stands(course.session(2)) == "2 baseline: Tue 5 Jan"
    assert course.session(2).target == MONDAY
    assert [one.text for one in course.session(2).reasons] == ["closed Mon 4 Jan 2027"]


def test_screening_may_stand_before_the_start_and_moves_within_its_window():
    course = planned(closed=[(date(2026, 12, 19), date(2026, 12, 27))])
    # Fri 18 Dec is 3 days early, Mon 28 Dec 7 days late.
    assert stands(course.session(1)) == "1 screening: Fri 18 Dec"
    assert stands(course.session(2)) == "2 baseline: Mon 4 Jan"


def test_screening_never_stands_on_or_after_the_baseline():
    late = changed("late: 7 days", "late: 20 days")
    closed = [(date(2026, 12, 1), date(2027, 1, 3))]
    failure = planned(late, closed=closed)
    assert isinstance(failure, Failure)
    assert planned(late, closed=[(date(2026, 12, 1), date(2027, 1, 1))]).code == "no-placement"
    week = [(date(2026, 12, 1), date(2026, 12, 30))]
    assert stands(planned(late, closed=week).session(1)) == "1 screening: Thu 31 Dec"


def test_screening_without_a_legal_day_is_a_failure_that_names_it():
    failure = planned(closed=[(date(2026, 12, 14), date(2026, 12, 28))])
    assert (failure.code, failure.session) == ("no-placement", 1)
    assert (failure.first, failure.last) == (date(2026, 12, 14), date(2026, 12, 28))


def test_a_baseline_longer_than_others_decides_which_weekdays_fit():
    text = changed("{name: baseline, day: 1}", "{name: baseline, day: 1, length: 4 h}")
    course = planned(text)
    assert course.session(2).minutes == 240


def test_a_gap_holds_between_listed_sessions():
    text = changed(
        "        window: {early: 0 days, late: 2 days}\n",
        "        window: {early: 0 days, late: 2 days}\n        gap: {min: 7 days, max: 40 days}\n",
    )
    course = planned(text, closed=[MONDAY, date(2027, 1, 12)])
    # The baseline is on Tue 5 Jan; 11 Jan is 6 days later, 12 Jan is closed.
    assert isinstance(course, Failure)
    assert course.session == 5
    course = planned(text, closed=[MONDAY])
    assert stands(course.session(5)) == "5 dose two: Tue 12 Jan"
    assert course.session(5).reasons[0].kind == "gap"


# Sessions that follow


def test_a_session_follows_another_as_placed():
    course = planned(closed=[MONDAY])
    assert all_of(course)[1:4] == [
        "2 baseline: Tue 5 Jan",
        "3 safety check: Wed 6 Jan",
        "4 call: Fri 8 Jan",
    ]
    followers = course.sessions[2:4]
    assert [(one.target, one.moved_days, one.reasons) for one in followers] == [
        (date(2027, 1, 6), 0, ()),
        (date(2027, 1, 8), 0, ()),
    ]


def test_a_chain_follows_each_link_as_placed():
    course = planned(closed=[date(2027, 1, 5)])
    assert all_of(course)[1:4] == [
        "2 baseline: Mon 4 Jan",
        "3 safety check: Wed 6 Jan",
        "4 call: Fri 8 Jan",
    ]
    check = course.session(3)
    assert (check.moved_days, [one.text for one in check.reasons]) == (1, ["closed Tue 5 Jan 2027"])
    assert course.session(4).moved_days == 0


def test_a_session_that_follows_takes_no_day_of_another():
    text = changed("day: 2, follows: safety check", "day: 6, follows: safety check")
    course = planned(text)
    # Six days after Tue 5 Jan is Mon 11 Jan, which dose two has.
    assert "4 call: Tue 12 Jan" in all_of(course)
    assert [one.text for one in course.session(4).reasons] == [
        "Mon 11 Jan 2027 is taken by session 5"
    ]


def test_a_session_that_follows_is_never_on_the_day_of_the_one_before_it():
    text = changed(
        "window: {early: 0 days, late: 1 day}, length: 20 min",
        "window: {early: 3 days, late: 3 days}",
    )
    course = planned(text, closed=[(date(2027, 1, 5), date(2027, 1, 6))])
    assert stands(course.session(3)) == "3 safety check: Thu 7 Jan"


def test_of_two_days_as_near_a_session_that_follows_takes_the_earlier():
    text = changed(
        "day: 1, follows: baseline, window: {early: 0 days, late: 1 day}",
        "day: 3, follows: baseline, window: {early: 1 day, late: 1 day}",
    )
    course = planned(text, closed=[date(2027, 1, 7)])
    assert stands(course.session(3)) == "3 safety check: Wed 6 Jan"


NO_CHECK = [(date(2027, 1, 5), date(2027, 1, 6))]


def test_a_session_that_follows_and_has_no_day_is_told_and_the_course_stands():
    course = planned(changed("follows: safety check", "follows: baseline"), closed=NO_CHECK)
    assert [one.name for one in course.sessions] == [
        "screening",
        "baseline",
        "call",
        "dose two",
        "end",
    ]
    (told,) = course.unplaced
    assert (told.kind, told.name, told.side, told.session) == (
        "session",
        "safety check",
        "after",
        2,
    )
    assert told.days == NO_CHECK[0]
    assert [one.text for one in told.reasons] == ["closed Tue 5 Jan 2027 to Wed 6 Jan 2027"]


def test_what_follows_a_session_without_a_day_is_told_too():
    course = planned(closed=NO_CHECK)
    shown = [one.name for one in (*course.sessions, *course.unplaced)]
    assert sorted(shown) == sorted(
        ["screening", "baseline", "safety check", "call", "dose two", "end"]
    )


def reviewed(after_session, text=TRIAL):
    window = "        window: {early: 0 days, late: 2 days}\n"
    review = f"        reviews: [{{name: eligible, after_session: {after_session}}}]\n"
    return changed(window, window + review, text)


def test_sessions_that_follow_are_tentative_as_the_one_before_them():
    text = reviewed(1)
    course = planned(text)
    assert [one.status for one in course.sessions] == ["planned"] + ["tentative"] * 5


def test_sessions_that_follow_are_tentative_behind_a_review_between_them():
    """The table says `later sessions are tentative` of the review after session 2."""
    course = planned(reviewed(2))
    assert [one.status for one in course.sessions] == ["planned"] * 2 + ["tentative"] * 4


def test_what_goes_with_a_session_without_a_day_is_told_too():
    visit = "      - {kind: assessment, length: 30 min, after: each review, distance: {from: 1 day, to: 4 days, ideally: 1 day}}\n"
    text = reviewed(3).replace("    sources:\n", f"    visits:\n{visit}    sources:\n")
    assert [one.session for one in planned(text, without=()).visits] == [3]
    course = planned(text, closed=NO_CHECK, without=())
    assert "assessment" in [one.name for one in (*course.visits, *course.unplaced)]


def test_linked_visits_go_with_named_sessions():
    course = course_of(trial(WITH_VISITS), MONDAY, without=())
    # Before the first session there is (screening), and 48 h after the end of session 2.
    assert [(one.name, one.session, f"{one.start:%a %d %b %H:%M}") for one in course.visits] == [
        ("consultation", 1, "Mon 14 Dec 09:00"),
        ("check-in", 2, "Wed 06 Jan 10:30"),
    ]


# Phases and sessions held elsewhere

SECOND = """\
      - name: later
        first_day: 0
        after: 2 weeks
        sessions:
          - {name: first call, day: 0}
          - {name: second call, day: 7}
        window: {early: 0 days, late: 1 day}
    sources:
"""
TWO = TRIAL.replace("    sources:\n", SECOND)


def test_a_second_phase_counts_from_the_last_target_of_the_first():
    assert all_of(planned(TWO))[-3:] == [
        "6 end: Mon 1 Feb",
        "7 first call: Mon 15 Feb",
        "8 second call: Mon 22 Feb",
    ]
    at_once = TWO.replace("        after: 2 weeks\n", "")
    assert all_of(planned(at_once))[-3:] == [
        "6 end: Mon 1 Feb",
        "7 first call: Mon 8 Feb",
        "8 second call: Mon 15 Feb",
    ]


@pytest.mark.parametrize(
    ("already", "first"),
    [
        (1, ["2 baseline: Mon 4 Jan", "3 safety check: Tue 5 Jan"]),
        (4, ["5 dose two: Mon 4 Jan", "6 end: Mon 25 Jan"]),
        (5, ["6 end: Mon 4 Jan", "7 first call: Mon 18 Jan"]),
        (6, ["7 first call: Mon 4 Jan", "8 second call: Mon 11 Jan"]),
        (7, ["8 second call: Mon 4 Jan"]),
    ],
)
def test_of_a_course_begun_elsewhere_the_start_dates_the_next_session(already, first):
    assert all_of(planned(TWO, already=already))[:2] == first


def test_a_session_to_come_that_follows_one_held_elsewhere_is_told():
    course = planned(already=2)
    shown = [one.name for one in (*course.sessions, *course.unplaced)]
    assert "safety check" in shown


def test_a_phase_after_one_of_which_only_followers_are_left():
    begin, end = (
        TWO.index("          - {name: dose two"),
        TWO.index("        window: {early: 0 days, late: 2 d"),
    )
    course = planned(TWO[:begin] + TWO[end:], already=2)
    assert "5 first call: Mon 4 Jan" in all_of(course)


# JSON, table and CSV


@pytest.fixture
def plan(ketasched):
    def run(*more, text=TRIAL):
        outcome = ketasched(
            "plan", "trial", "--protocols", write(text), "--start", "2027-01-04", *more
        )
        assert outcome.code == 0, outcome.err
        return outcome

    return run


def test_the_json_of_named_sessions(plan):
    report = json.loads(plan("--format", "json").out)
    shown = [
        (one["number"], one["name"], one["window_start"], one["target"], one["window_end"])
        for one in report["sessions"]
    ]
    assert shown == [
        (1, "screening", "2026-12-14", "2026-12-21", "2026-12-28"),
        (2, "baseline", "2027-01-04", "2027-01-04", "2027-01-06"),
        (3, "safety check", "2027-01-05", "2027-01-05", "2027-01-06"),
        (4, "call", "2027-01-07", "2027-01-07", "2027-01-09"),
        (5, "dose two", "2027-01-10", "2027-01-11", "2027-01-12"),
        (6, "end", "2027-02-01", "2027-02-01", "2027-02-03"),
    ]  # fmt: skip


def test_the_json_of_sessions_without_names(ketasched):
    report = json.loads(ketasched("plan", "iv", "--start", "2027-01-04", "--format", "json").out)
    first, second = report["sessions"][:2]
    assert (first["name"], first["window_start"], first["window_end"]) == (
        None,
        "2027-01-04",
        "2027-01-07",
    )
    assert (second["window_start"], second["window_end"]) == ("2027-01-06", "2027-01-10")


def test_every_session_stands_in_the_window_the_json_gives(plan):
    for closed in ([], ["2027-01-04"], ["2027-01-05"], ["2027-01-11", "2027-02-01"]):
        options = [word for day in closed for word in ("--closed", day)]
        for one in json.loads(plan("--format", "json", *options).out)["sessions"]:
            assert one["window_start"] <= one["start"][:10] <= one["window_end"], one


def test_the_window_of_a_session_that_follows_begins_after_the_one_before_it():
    text = changed(
        "window: {early: 0 days, late: 1 day}, length: 20 min",
        "window: {early: 3 days, late: 3 days}",
    )
    course = planned(text)
    assert course.session(3).window_start > course.session(2).start.date()


def test_an_unplaced_session_in_table_and_json(plan):
    options = ("--closed", "2027-01-05..2027-01-06")
    told = "No place for safety check after session 2, Tue 5 Jan 2027 to Wed 6 Jan 2027: closed Tue 5 Jan 2027 to Wed 6 Jan 2027."
    assert told in " ".join(plan(*options).out.split())
    one, follower = json.loads(plan(*options, "--format", "json").out)["unplaced"]
    assert (one["kind"], one["name"], one["after_session"]) == ("session", "safety check", 2)
    assert (one["number"], one["window"]) == (3, {"start": "2027-01-05", "end": "2027-01-06"})
    assert (follower["number"], follower["after_session"], follower["window"]) == (4, 3, None)


def test_the_table_and_the_csv_name_the_sessions(plan):
    lines = [" ".join(line.split()) for line in plan().out.splitlines()]
    assert "1 screening Mon 21 Dec 2026 09:00–09:30 Mon 14 Dec Mon 28 Dec" in lines
    assert "3 safety check Tue 5 Jan 2027 09:00–09:20 Tue 5 Jan Wed 6 Jan" in lines
    rows = list(csv.DictReader(io.StringIO(plan("--format", "csv").out)))
    assert [row["name"] for row in rows] == [
        "screening",
        "baseline",
        "safety check",
        "call",
        "dose two",
        "end",
    ]
    assert rows[4]["window_start"] == "2027-01-10"


TELLING = TRIAL.replace("safety check", "ketamine check").replace("baseline", "ketamine dose")


@pytest.mark.parametrize(
    "options",
    [
        (),
        pytest.param(
            ("--closed", "2027-01-05..2027-01-06"),
        ),
    ],
)
def test_a_month_grid_for_a_patient_gives_no_name_of_a_session(plan, options):
    assert "ketamine" not in plan("--format", "month", *options, text=TELLING).out.casefold()


def test_a_month_grid_gives_a_patient_no_reasons(plan):
    gap = (
        "        window: {early: 0 days, late: 2 days}\n        gap: {min: 7 days, max: 40 days}\n"
    )
    text = changed("        window: {early: 0 days, late: 2 days}\n", gap, TELLING)
    out = plan("--format", "month", "--closed", "2027-01-04", text=text).out
    assert "less than" not in out
    assert "ketamine" not in out.casefold()


def test_instances_of_the_format_satisfy_its_schema():
    validator = Draft202012Validator(protocol_file.schema())
    for text in (TRIAL, WITH_VISITS, TWO):
        assert not list(validator.iter_errors(yaml.safe_load(text)))
    for old, new in (
        ("day: 29", "dya: 29"),
        ("first_day: 1", "first_day: 2"),
        ("length: 30 min", "length: 30"),
    ):
        assert list(validator.iter_errors(yaml.safe_load(changed(old, new))))


# Mistakes: one message each, at the place marked by a bar


def problem_of(text):
    position = text.index("¦")
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    with pytest.raises(FileProblems) as caught:
        protocol_file.load(write(text.replace("¦", "")))
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (line, column), problem
    return problem


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("follows: baseline", "follows: ¦basline", "no session before this one is called `basline`", "did you mean `baseline`?"),
        ("follows: baseline", "follows: ¦Baseline", "no session before this one is called `Baseline`", "did you mean `baseline`?"),
        ("follows: baseline", "follows: ¦safety check", "no session before this one is called `safety check`", ""),
        ("follows: baseline", "follows: ¦dose two", "no session before this one is called `dose two`", ""),
        ("day: 1, follows: baseline", "day: ¦0, follows: baseline", "write 1 or more days", ""),
        ("day: 1, follows: baseline", "day: ¦-1, follows: baseline", "write 1 or more days", ""),
        ("day: -14", "day: ¦0", "there is no day 0", "first_day: 0"),
        ("day: 8", "day: ¦1", "day 1 does not come after 1", ""),
        ("day: 29", "day: ¦3", "day 3 does not come after 8", ""),
        ("day: 29", "day: ¦4000", "4000", ""),
        ("day: 29", "day: ¦1.5", "1.5", ""),
        ("day: 29", "day: ¦soon", "soon", ""),
        ("name: call", "name: ¦Baseline", "two sessions are called `Baseline`", ""),
        ("late: 7 days", "late: ¦7", "not a length of time", ""),
        ("length: 20 min", "length: ¦0 min", "outside 1 to 1440 min", ""),
        ("first_day: 1", "first_day: ¦2", "2", ""),
        ("        first_day: 1\n", "", None, None),
    ],
)  # fmt: skip
def test_a_mistake_in_a_list_of_sessions(old, new, message, hint):
    text = changed(old, new)
    if message is None:  # the phase itself is marked
        problem = problem_of(text.replace("- name: treatment", "- ¦name: treatment"))
        assert problem.message == "the key `first_day` is missing"
        return
    problem = problem_of(text)
    assert message in problem.message
    assert hint in (problem.hint or "")


def test_a_list_without_a_baseline():
    text = changed("{name: baseline, day: 1}", "{name: baseline, day: 2}")
    problem = problem_of(
        changed("        sessions:\n          - ", "        sessions:\n          ¦- ", text)
    )
    assert problem.message == "no session is on day 1, the baseline"
    assert problem.hint == "--start dates the baseline"


@pytest.mark.parametrize(
    ("old", "new"), [("baseline, day: 1}", "baseline, day: ¦0}"), ("day: 8", "day: ¦0")]
)
def test_day_0_is_one_mistake_wherever_it_stands(old, new):
    assert "there is no day 0" in problem_of(changed(old, new)).message


def test_a_session_without_a_window():
    text = changed("        window: {early: 0 days, late: 2 days}\n", "")
    for name in ("call", "end"):
        line = next(line for line in text.splitlines() if f"name: {name}" in line)
        text = text.replace(line, line[:-1] + ", window: {early: 0 days, late: 2 days}}")
    problem = problem_of(text.replace("{name: baseline", "¦{name: baseline"))
    assert problem.message == "the session has no window, and the phase has none for it"
    fixed = text.replace(
        "{name: baseline, day: 1}",
        "{name: baseline, day: 1, window: {early: 0 days, late: 0 days}}",
    )
    assert all_of(planned(fixed)) == all_of(planned())


@pytest.mark.parametrize("day", [-1, -14])
def test_negative_days_in_a_second_phase(day):
    text = changed(
        "          - {name: first call, day: 0}\n",
        f"          - {{name: early call, day: ¦{day}}}\n          - {{name: first call, day: 0}}\n",
        TWO,
    )
    assert problem_of(text).message == "only the first phase may have sessions before its first day"


def test_a_review_beyond_the_list():
    text = reviewed("¦7")
    assert problem_of(text).message == "the phase has only 6 sessions"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("name: dose two", "¦nmae: dose two", "name"),
        ("day: 29", "¦dya: 29", "day"),
        ("window: {early: 7", "¦windw: {early: 7", "window"),
        ("early: 7", "¦erly: 7", "early"),
        ("length: 20", "¦lenght: 20", "length"),
        ("follows: baseline", "¦folows: baseline", "follows"),
        ("first_day: 1", "¦first_dya: 1", "first_day"),
        ("        window: {early: 0 days, late: 2", "        ¦windows: {early: 0 days, late: 2", "window"),
        pytest.param(
            "        sessions:", "        ¦sesions:", "sessions",
        ),
    ],
)  # fmt: skip
def test_a_misspelt_key_in_a_list_of_sessions(old, new, key):
    problem = problem_of(changed(old, new))
    assert "unknown key" in problem.message
    assert problem.hint == f"did you mean `{key}`?"


GOOD_VISIT = "{kind: consultation, length: 45 min, before: first session, distance: {from: 1 day, to: 28 days, ideally: 7 days}}"


@pytest.mark.parametrize(
    ("visit", "message", "hint"),
    [
        (GOOD_VISIT.replace("kind: consultation", "kind: ¦consultatoin"), "is not one of consultation, preparation", ""),
        (GOOD_VISIT.replace("kind: consultation", "¦kin: consultation"), "unknown key `kin`", "`kind`"),
        (GOOD_VISIT.replace("length: 45", "¦lenght: 45"), "unknown key `lenght`", "`length`"),
        (GOOD_VISIT.replace("before:", "¦befor:"), "unknown key `befor`", "`before`"),
        (GOOD_VISIT.replace("distance:", "¦distnace:"), "unknown key `distnace`", "`distance`"),
        (GOOD_VISIT.replace("ideally:", "¦idealy:"), "unknown key `idealy`", "`ideally`"),
        (GOOD_VISIT.replace("from:", "¦form:"), "unknown key `form`", "`from`"),
        (GOOD_VISIT.replace("45 min", "45 min, ¦bye: video"), "unknown key `bye`", "`by`"),
        (GOOD_VISIT.replace("45 min", "45 min, by: ¦vidoe"), "is not one of clinic, video", ""),
        (GOOD_VISIT.replace("45 min", "¦0 min"), "outside 1 to 1440 min", ""),
        ("¦" + GOOD_VISIT.replace("before:", "after: last session, before:"), "either before or after", "one of the keys"),
        ("¦" + GOOD_VISIT.replace("before: first session, ", ""), "either before or after", "one of the keys"),
        (GOOD_VISIT.replace("{from: 1 day", "¦{from: 24 h"), "days and hours are mixed", ""),
        (GOOD_VISIT.replace("{from", "¦{from").replace("28 days", "672 h"), "days and hours are mixed", ""),
        (GOOD_VISIT.replace("ideally: 7 days", "ideally: ¦29 days"), "not between `from` and `to`", ""),
        (GOOD_VISIT.replace("from: 1 day", "from: 8 days").replace("7 days", "¦7 days"), "not between `from` and `to`", ""),
        (GOOD_VISIT.replace("from: 1 day", "from: ¦soon"), "not a length of time", ""),
        (GOOD_VISIT.replace("28 days", "¦400 days"), "at most 366 days", ""),
        (GOOD_VISIT.replace("before: first session", "before: ¦session 7"), "has only 6 sessions", ""),
        (GOOD_VISIT.replace("before: first session", "before: ¦session 0"), "write first session", ""),
        (GOOD_VISIT.replace("before: first session", "before: ¦baseline"), "write first session", ""),
        (GOOD_VISIT.replace("before: first session", "before: ¦each review"), "write first session", ""),
        (GOOD_VISIT.replace("before: first session", "after: ¦each review"), "the protocol has no review", ""),
        (GOOD_VISIT.replace("45 min", "45 min, name: ¦before the ketamine"), "`ketamine` gives the treatment away", ""),
        (GOOD_VISIT.replace("45 min", "45 min, name: ¦Infusions explained"), "`infusions` gives the treatment away", ""),
        (GOOD_VISIT.replace("45 min", "45 min, name: ¦trial visit"), "`trial` gives the treatment away", ""),
    ],
)  # fmt: skip
def test_a_mistake_in_a_linked_visit(visit, message, hint):
    problem = problem_of(
        TRIAL.replace("    sources:\n", f"    visits:\n      - {visit}\n    sources:\n")
    )
    assert message in problem.message
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("kind: consultation", "kind: ¦consultation"),
        ("kind: consultation, name: talk", "kind: check-in, name: ¦Talk"),
        ("kind: check-in, name: consultation", "kind: ¦consultation"),
    ],
)
def test_two_linked_visits_of_one_name(first, second):
    visits = [GOOD_VISIT.replace("kind: consultation", one) for one in (first, second)]
    listed = "".join(f"      - {visit}\n" for visit in visits)
    problem = problem_of(TRIAL.replace("    sources:\n", f"    visits:\n{listed}    sources:\n"))
    assert "two linked visits are called" in problem.message
    assert problem.hint == "give one of them a `name`"


def test_a_session_number_may_lie_in_an_open_ended_phase():
    text = TRIAL.replace(
        "    sources:\n",
        SECOND.replace(
            "after: 2 weeks\n        sessions:\n          - {name: first call, day: 0}\n          - {name: second call, day: 7}",
            "cadence: 1 per week\n        sessions: open-ended\n        gap: {min: 4 days, max: 10 days}",
        ).replace("        first_day: 0\n", ""),
    )
    visit = GOOD_VISIT.replace("before: first session", "after: session 9")
    mine = trial(text.replace("    sources:\n", f"    visits:\n      - {visit}\n    sources:\n"))
    course = course_of(mine, MONDAY, until=date(2027, 3, 31), without=())
    (found,) = course.visits
    assert (found.session, found.start.date()) == (
        9,
        course.session(9).start.date() + timedelta(days=7),
    )


# From the table of a trial team to a course

TABLE = """\
Visit Name,Study Day,Window Minus (days),Window Plus (days),Protocol Version,Site
Screening,-28,14,14,4.1,all
Run-in call,-7,2,2,4.1,all
Baseline / Dose 1,1,0,0,4.1,all
Safety call,2,0,1,4.1,all
Dose 2,8,1,1,4.1,all
Dose 3,15,1,1,4.1,all
Primary endpoint,29,3,3,4.1,all
Follow-up 3 months,92,7,7,4.1,all
Early termination,,,,4.1,all
"""


def test_from_a_table_to_a_course(ketasched):
    write("\n".join(TABLE.splitlines()[:-1]) + "\n", "study.csv")
    converted = ketasched("convert", "study.csv", "--id", "study", "--length", "2 h")
    assert converted.code == 0, converted.err
    write(converted.out, "study.yaml")
    checked = ketasched("check", "study.yaml")
    assert checked.code == 0, checked.err
    outcome = ketasched(
        "plan", "study", "--protocols", "study.yaml", "--start", "2027-01-05", "--closed", "2027-01-12",
        "--format", "json",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    shown = [
        (one["name"], one["start"][:16], one["moved_days"])
        for one in json.loads(outcome.out)["sessions"]
    ]
    assert shown == [
        ("Screening", "2026-12-08T09:00", 0),
        ("Run-in call", "2026-12-29T09:00", 0),
        ("Baseline / Dose 1", "2027-01-05T09:00", 0),
        ("Safety call", "2027-01-06T09:00", 0),
        ("Dose 2", "2027-01-11T09:00", -1),
        ("Dose 3", "2027-01-19T09:00", 0),
        ("Primary endpoint", "2027-02-02T09:00", 0),
        ("Follow-up 3 months", "2027-04-06T09:00", 0),
    ]


def test_a_table_with_a_visit_without_a_day_is_refused_at_its_place(ketasched):
    write(TABLE, "study.csv")
    outcome = ketasched("convert", "study.csv")
    assert (outcome.code, outcome.out) == (1, "")
    assert "study.csv:10:" in outcome.err
