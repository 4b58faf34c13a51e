"""Nothing is advised that was not run: every change is made here again, as an order and as typed."""

import json
import random
import shlex
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from conftest import order_of, run_process
from helpers import MORE

from ketasched.domain.busy import Busy
from ketasched.domain.cadence import Window
from ketasched.domain.clinic import ALL_DAY, WORKING_WEEK, Span
from ketasched.domain.course import Course
from ketasched.errors import UsageProblem
from ketasched.planning.advice import FAR, advise
from ketasched.planning.plan import plan
from ketasched.planning.refusals import Failure

CASES = 30
MONDAY = date(2027, 1, 4)
WEEKS = [
    WORKING_WEEK,
    WORKING_WEEK,
    (ALL_DAY,) * 7,
    ((Span(480, 720), Span(750, 1050)),) * 4 + ((Span(480, 780),), (), ()),
    ((Span(540, 1020),), (), (Span(540, 1020),), (), (Span(540, 780),), (), ()),
]


def asked(seed):
    """The arguments of a random order that has much in its way."""
    pick = random.Random(seed)
    start = MONDAY + timedelta(days=pick.randint(0, 6))

    def somewhere(longest):
        first = start + timedelta(days=pick.randint(-20, 45))
        return first, first + timedelta(days=pick.randint(0, longest))

    busy = [
        (begins := datetime.combine(somewhere(0)[0], time(pick.randint(12, 23)), UTC))
        and Busy(begins, begins + timedelta(minutes=pick.choice([30, 120, 600])))
        for _ in range(pick.randint(0, 12))
    ]
    name = pick.choice(["iv", "iv", "iv-two-weeks", "spravato", "kap", "pain"])
    days = pick.choice([(), (), (0, 3), (1, 4), (0, 1)]) if name in ("iv", "spravato") else ()
    return name, start, {
        "closed": [somewhere(20) for _ in range(pick.randint(0, 2))],
        "away": [somewhere(12) for _ in range(pick.randint(0, 2))],
        "week": pick.choice(WEEKS),
        "at": pick.choice(["09:00", "09:00", "11:00", "13:30", "23:00"]),
        "flex": pick.choice([0, 0, 15]),
        "days": days,
        "busy": busy,
        "travel": pick.choice([0, 30]) if busy else 0,
        "today": start - timedelta(days=pick.choice([0, 3, 400])),
    }  # fmt: skip


def failures(first, last):
    """The seeds of orders without a course, with what they fail for."""
    for seed in range(first, last):
        name, start, how = asked(seed)
        outcome = plan(order_of(name, start, **how))
        if isinstance(outcome, Failure):
            yield seed, name, start, how, outcome


def gives_a_course(name, start, how):
    """Whether a course comes about in which the session due on the start stands on it."""
    try:
        outcome = plan(order_of(name, start, **how))
    except UsageProblem:
        return False
    return isinstance(outcome, Course) and outcome.sessions[0].start.date() == start


def changed(name, start, how, change):
    """The arguments with a change made, by the same way a user would."""
    if change.start is not None:
        return name, change.start, how
    if change.days is not None:
        return name, start, how | {"days": change.days}
    if change.flex is not None:
        return name, start, how | {"flex": change.flex}
    if change.at is not None:
        return name, start, how | {"at": f"{change.at:%H:%M}"}
    if change.pause is not None:
        return name, start, how | {"pause": change.pause}
    return name, start, how | {"windows": dict([change.window])}


def check(case):
    seed, name, start, how, failure = case
    found = advise(order_of(name, start, **how), failure)
    told = f"asked({seed}): {found}"
    assert len(found) <= 3, told
    if failure.code == "too-long":
        assert found == [], told
    for change in found:
        assert sum(part is not None for part in change) == 1, told
        new_name, new_start, new_how = changed(name, start, how, change)
        if change.start:
            assert gives_a_course(new_name, new_start, new_how), told
        else:
            assert isinstance(plan(order_of(new_name, new_start, **new_how)), Course), told
        assert change.flex is None or change.flex > how["flex"], told
        assert change.days is None or change.days != how["days"], told
        if change.window is not None:
            phase, wider = change.window
            assert phase == failure.phase, told
            before = windows_of(name, start, how)[phase]
            assert wider.early >= before.early, told
            assert wider.late >= before.late, told
            assert wider != before, told
    if failure.code != "too-long":
        check_starts(case, [one.start for one in found if one.start], told)
    return found


def windows_of(name, start, how):
    layout = order_of(name, start, **how).layout
    return {stretch.phase.name: stretch.phase.window for stretch in layout.stretches}


def check_starts(case, starts, told):
    """The nearest on each side within half a year, none before today, and none where there is none."""
    _, name, start, how, _ = case
    for step in (-1, 1):
        candidates = [start + timedelta(days=step * n) for n in range(1, FAR + 1)]
        candidates = [day for day in candidates if day >= how["today"]]
        nearest = next((day for day in candidates if gives_a_course(name, day, how)), None)
        offered = [day for day in starts if (day > start) == (step > 0)]
        assert offered == ([nearest] if nearest else []), told
    assert all(day >= how["today"] for day in starts), told


def test_whatever_is_advised_was_run_and_the_nearest_starts_are_the_nearest():
    cases = list(failures(0, CASES))
    found = [check(case) for case in cases]
    changes = [change for one in found for change in one]
    assert len(cases) > CASES // 3
    # The cases are worth something only if all kinds are among them.
    for kind in ("start", "days", "flex", "window", "pause"):
        assert any(getattr(change, kind) is not None for change in changes), kind
    assert any(len([c for c in one if c.start]) < 2 for one in found)


@pytest.mark.slow
def test_whatever_is_advised_was_run_at_length():
    for case in failures(CASES, (1 + 6 * MORE) * CASES):
        check(case)


@pytest.mark.parametrize("ago", [0, 1, 12, 13])
def test_no_start_before_today_is_advised(ago):
    how = {"closed": [(date(2027, 1, 4), date(2027, 1, 31))]}
    start = date(2027, 1, 4)
    earlier = date(2026, 12, 16)
    order = order_of("iv", start, **how, today=start - timedelta(days=ago))
    assert [one.start for one in advise(order, plan(order)) if one.start] == [date(2027, 2, 1)]
    order = order_of("iv", start, **how, today=earlier)
    found = [one.start for one in advise(order, plan(order)) if one.start]
    assert found == [earlier, date(2027, 2, 1)]
    order = order_of("iv", start, **how, today=earlier + timedelta(days=1))
    assert [one.start for one in advise(order, plan(order)) if one.start] == [date(2027, 2, 1)]


def test_no_start_before_today_is_advised_when_the_start_itself_has_passed():
    today = date(2027, 1, 20)
    how = {"closed": [(date(2027, 1, 4), date(2027, 1, 31))], "today": today}
    order = order_of("iv", date(2027, 1, 4), **how)
    assert all(one.start >= today for one in advise(order, plan(order)) if one.start)


def test_the_narrowest_wider_window_is_advised_and_later_before_earlier():
    # Due on Thu 18 Feb, or a week on: every day from 11 Feb to 4 Mar is refused, 5 Mar is not.
    how = {"until": date(2027, 3, 20), "away": [(date(2027, 2, 11), date(2027, 3, 4))]}
    order = order_of("iv", date(2027, 1, 4), **how, today=date(2027, 1, 4))
    failure = plan(order)
    assert (failure.code, failure.session, failure.phase) == ("no-placement", 7, "maintenance")
    windows = [one.window for one in advise(order, failure) if one.window]
    assert windows == [("maintenance", Window(7, 8))]


def test_maintenance_that_was_asked_for_is_never_dropped_without_a_word():
    how = {"until": date(2027, 2, 20), "away": [(date(2027, 2, 11), date(2027, 2, 25))]}
    outcome = plan(order_of("iv", date(2027, 1, 4), **how))
    # Due on Thu 18 Feb 2027: either it stands somewhere, or a pause is told, or nothing is planned.
    assert isinstance(outcome, Failure) or outcome.pauses or len(outcome.sessions) == 7


# On the command line


@pytest.fixture(autouse=True)
def files():
    Path("our clinic.yaml").write_text(
        "version: 1\nname: Lakeside\ntimezone: America/Chicago\n"
        "hours: {mon-thu: '08:00-12:00, 12:30-17:30', fri: 08:00-13:00}\n"
        "holidays: {country: US}\n"
    )
    Path("it's busy.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a@b\r\n"
        "DTSTART;TZID=America/Chicago:20270113T090000\r\nDURATION:PT1H\r\n"
        "RRULE:FREQ=DAILY;COUNT=6\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def commands_of(text):
    return [line[4:] for line in text.splitlines() if line.startswith("    ketasched ")]


def options_of(words):
    """The options of a plan command as a sorted list of pairs."""
    assert words[:2] == ["ketasched", "plan"] or words[0] == "plan"
    rest = words[words.index("plan") + 1 :]
    flags = {"--weekends", "--force"}
    assert not rest[0].startswith("-")
    pairs, at = [("", rest[0])], 1
    while at < len(rest):
        takes = rest[at] not in flags
        pairs.append((rest[at], rest[at + 1] if takes else ""))
        at += 1 + takes
    return sorted(pairs)


CLOSED = ("--closed", "2027-01-11..2027-01-31")
TRIP = (
    "--closed",
    "2026-11-22..2027-01-03",
    "--away",
    "2027-02-11..2027-03-03",
    "--away",
    "2027-03-04",
)
WINDOWS = 12
REFUSED = [
    ("plan", "iv", "--start", "2027-01-04", *CLOSED),
    ("plan", "iv", "--start", "mon 4 jan 2027", *CLOSED, "--away", "2027-01-05", "--away", "6 jan 2027"),
    ("plan", "iv", "--start", "2027-01-04", *CLOSED, "--name", "A. O'Neil \"Al\" $HOME é; `x` \\", "--ics", "it is.ics", "--location", "12 Main St, #4", "--title", "*", "--remind", "1d,2h", "--for", "staff"),
    ("plan", "iv", "--start", "2027-01-04", *CLOSED, "--name", "two\nlines"),
    ("plan", "iv", "--start", "2027-01-09", "--clinic", "our clinic.yaml"),
    ("plan", "iv", "--start", "2027-01-08", "--clinic", "our clinic.yaml", "--at", "13:30", "--tz", "America/Denver"),
    ("plan", "iv", "--start", "2027-01-04", "--clinic", "our clinic.yaml", "--at", "11:00"),
    ("plan", "iv", "--start", "2027-01-04", "--days", "tue,fri"),
    ("plan", "iv", "--start", "2027-01-04", "--days", "mon,tue"),
    ("plan", "iv-two-weeks", "--start", "2027-01-07", "--holidays", "US"),
    ("plan", "iv", "--start", "2027-01-09", "--weekends", *CLOSED, "--flex", "30m", "--format", "table"),
    ("plan", "spravato", "--start", "2027-01-13", "--busy", "it's busy.ics", "--travel", "30m", "--until", "2027-06-01", "--cadence", "maintenance=1 per week", "--without", "check-in"),
    ("plan", "iv", "--start", "2027-01-04", "--until", "2027-03-20", *TRIP, "--window", "induction=1/2", "--days", "mon,thu"),
    ("plan", "iv", "--start", "2027-01-04", "--until", "2027-03-20", *TRIP, "--window", "maintenance=7/6", "--window", "induction=0/2"),
    ("plan", "im", "--start", "2027-01-04", *CLOSED, "--sessions", "5", "--already", "1"),
]  # fmt: skip


_SAID = {}


def refusal(ketasched, number):
    """What is said of a course that is refused, worked out once."""
    if number not in _SAID:
        _SAID[number] = ketasched(*REFUSED[number])
    return _SAID[number]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_every_command_that_is_printed_runs_and_keeps_what_was_asked(ketasched, number):
    arguments = REFUSED[number]
    outcome = refusal(ketasched, number)
    assert (outcome.code, outcome.out) == (3, ""), outcome
    commands = commands_of(outcome.err.replace("two\nlines", "two lines"))
    commands = [one.replace("two lines", "two\nlines") for one in commands]
    assert 1 <= len(commands) <= 3, outcome
    before = dict.fromkeys(options_of(list(arguments)))
    before = list(before)
    for command in commands:
        words = shlex.split(command)
        after = options_of(words)
        gone = [pair for pair in before if pair not in after]
        new = [pair for pair in after if pair not in before]
        # One option changes, and nothing else.
        assert len(new) == 1, command
        ((option, value),) = new
        assert option in ("--start", "--days", "--flex", "--window", "--at", "--pause"), command
        assert all(name == option for name, _ in gone), command
        assert len(gone) <= 1, command
        asked = [word for word in words[1:] if word != "table"]
        asked += ["json"] if asked[-1] == "--format" else ["--format", "json"]
        report = ketasched(*asked)
        assert report.code == 0, (command, report)
        check_change(json.loads(report.out), option, value)
        for path in Path().glob("*it is.ics"):
            path.unlink()


def check_change(course, option, value):
    """That the course has the change in it."""
    days = [session["start"][:10] for session in course["sessions"]]
    if option == "--start":
        assert days[0] == value == course["start"]
    elif option == "--days":
        names = {f"{date.fromisoformat(s['target']):%a}".lower() for s in course["sessions"]}
        assert set(value.split(",")) <= names
    elif option == "--window":
        phase, _, window = value.partition("=")
        early, late = map(int, window.split("/"))
        found = [one for one in course["sessions"] if one["phase"] == phase]
        for one in found:
            target = date.fromisoformat(one["target"])
            assert one["window_start"] == f"{target - timedelta(days=early)}"
            assert one["window_end"] == f"{target + timedelta(days=late)}"
    elif option == "--pause":
        (pause,) = course["pauses"]
        assert (str(pause["weeks"]), pause["reasons"][0]["kind"]) == (value, "agreed")
    elif option == "--at":
        assert {session["start"][11:16] for session in course["sessions"]} == {value}
    else:
        assert any(one["moved_minutes"] for one in course["sessions"])


def test_each_kind_of_change_is_among_those_commands(ketasched):
    told = "\n".join(refusal(ketasched, number).err for number in range(len(REFUSED)))
    for words in (
        "  start on ",
        "  come on ",
        "  let sessions start up to ",
        "  widen the window of ",
        "  take a pause of up to ",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("start", "at", "advised"),
    [
        # Two hours fit until 15:00, on a Friday until 12:00, and nothing begins from 10:00 to 11:00.
        ("2027-02-01", "16:00", "15:00"),
        ("2027-02-01", "06:00", "08:00"),
        ("2027-01-15", "13:00", "12:00"),
        ("2027-01-12", "10:15", "09:45"),
        ("2027-01-12", "10:30", "11:00"),
    ],
)
def test_of_the_times_that_work_the_nearest_is_advised(ketasched, start, at, advised):
    hours = 'hours: {mon-thu: "08:00-17:00", fri: "08:00-14:00"}'
    Path("ours.yaml").write_text(
        f"version: 1\nname: Ours\ntimezone: America/Denver\n{hours}\n"
        'not_starting: ["10:00-11:00"]\n'
    )
    outcome = ketasched("plan", "iv", "--clinic", "ours.yaml", "--start", start, "--at", at)
    assert outcome.code == 3
    assert f"  start sessions at {advised}\n" in outcome.err


def test_a_failure_is_told_in_order_session_window_days_commands(ketasched):
    outcome = ketasched(
        "plan", "iv", "--start", "2027-01-11", "--busy", "it's busy.ics", "--away", "2027-01-12"
    )
    assert outcome.code == 0  # Wed and Thu are busy at 09:00, but Fri is too: see below
    course = ("plan", "spravato", "--start", "2027-01-14", "--busy", "it's busy.ics")
    outcome = ketasched(*course, "--away", "2027-01-19..2027-01-22")
    assert outcome.code == 3
    lines = outcome.err.splitlines()
    assert lines[:6] == [
        "error: session 1 has no legal day in its window, Thu 14 Jan 2027 to Sun 17 Jan 2027",
        "  Thu 14 Jan 2027  busy Thu 14 Jan 2027 09:00-10:00",
        "  Fri 15 Jan 2027  busy Fri 15 Jan 2027 09:00-10:00",
        "  Sat 16 Jan 2027  closed on Saturdays; busy Sat 16 Jan 2027 09:00-10:00",
        "  Sun 17 Jan 2027  closed on Sundays; busy Sun 17 Jan 2027 09:00-10:00",
        lines[5],
    ]
    assert lines[5].startswith("help: the nearest starts that work are Tue 12 Jan 2027 and ")
    assert lines[6] == "each of these was run and works:"
    assert lines[8].startswith("    ketasched plan spravato --start 2027-01-")


def test_advice_in_json_is_the_same(ketasched):
    outcome = ketasched(*REFUSED[0])
    error = json.loads(ketasched(*REFUSED[0], "--format", "json").out)["errors"][0]
    assert (error["code"], error["session"]) == ("no-placement", 3)
    assert error["window"] == {"start": "2027-01-10", "end": "2027-01-14"}
    assert [one["date"] for one in error["refused"]] == [f"2027-01-{day}" for day in range(10, 15)]
    assert all(one["reasons"] for one in error["refused"])
    assert [set(one) for one in error["advice"]] == [{"change", "command"}] * len(error["advice"])
    plain = [one["command"].replace(" --format json", "") for one in error["advice"]]
    assert plain == commands_of(outcome.err)
    for one in error["advice"]:
        again = ketasched(*shlex.split(one["command"])[1:])
        assert (again.code, json.loads(again.out)["schema"]) == (0, "ketasched/1")


def test_no_advice_is_an_empty_list(ketasched):
    hours = "version: 1\nname: X\ntimezone: America/Chicago\nhours: {mon-fri: 08:00-10:00}\n"
    Path("short.yaml").write_text(hours)
    for course in (
        ("plan", "pain", "--start", "2027-01-05", "--clinic", "short.yaml"),
        ("plan", "iv", "--start", "2027-01-05", "--closed", "2026-01-01..2028-06-01"),
    ):
        outcome = ketasched(*course, "--format", "json")
        assert outcome.code == 3
        assert json.loads(outcome.out)["errors"][0]["advice"] == []
        assert "each of these was run" not in ketasched(*course).err


def test_a_command_with_a_calendar_from_standard_input_works_with_the_same_input():
    data = Path("it's busy.ics").read_bytes()
    course = ("plan", "spravato", "--start", "2027-01-14", "--busy", "-")
    outcome = run_process(*course, input=data)
    assert outcome.returncode == 3
    (command, *_) = commands_of(outcome.stderr.decode())
    words = shlex.split(command)
    assert words[words.index("--busy") + 1] == "-"
    assert run_process(*words[1:], input=data).returncode == 0


@pytest.mark.parametrize("name", ["a b", "Zoë", "日本"])
def test_names_in_any_script_come_through(ketasched, name):
    outcome = ketasched(*REFUSED[0], "--name", name)
    assert ["--name", name] == shlex.split(commands_of(outcome.err)[0])[-2:]


@pytest.mark.parametrize("name", ["a\tb", "a\u00a0b"])
def test_names_that_cannot_be_shown_do_not_become_other_names(ketasched, name):
    outcome = ketasched(*REFUSED[0], "--name", name)
    commands = commands_of(outcome.err)
    assert commands
    for one in commands:
        words = subprocess.run(
            ["bash", "-c", f"printf '%s\\0' {one}"], check=True, capture_output=True
        )
        assert name in words.stdout.decode().split("\0")


def test_a_wider_window_replaces_the_one_that_was_typed(ketasched):
    arguments = [word.replace("maintenance=", "Maintenance=") for word in REFUSED[WINDOWS]]
    (command,) = [one for one in commands_of(ketasched(*arguments).err) if "maintenance=" in one]
    windows = [value for option, value in options_of(shlex.split(command)) if option == "--window"]
    assert len(windows) == 2
