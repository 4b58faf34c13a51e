"""The commands that change a running course, and `undo`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, get_args

from ketasched import clock
from ketasched.asking.refusals import breaks_rules
from ketasched.asking.values import choose, clean_text, read, read_number
from ketasched.cli import output
from ketasched.domain.course import CANCELLED, MISSED, Course, Session, Status
from ketasched.domain.protocol import Then
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_protocol import read_cadence
from ketasched.domain.typed_times import read_clock, read_weekday
from ketasched.domain.wording import clock_text, count_text, day_text, list_text
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.records.course_state import course_of
from ketasched.records.open import Opened, happened, open_record, task_of
from ketasched.records.record import CourseRecord, PastChange
from ketasched.records.told_calendars import keep_up, told_by_key
from ketasched.records.write import write
from ketasched.running import changes
from ketasched.running.broken_rules import RULES, Rule
from ketasched.running.changes import Rest
from ketasched.running.extend import (
    Going,
    add_on,
    add_sessions,
    going_on,
    next_targets,
    pace_to_come,
    repace,
    standing_between,
)
from ketasched.running.legal_change import Conditions, Refusal

MAX_EXTENSION = 200
REST: tuple[Rest, ...] = get_args(Rest)
THEN: tuple[Then, ...] = get_args(Then)


class How(NamedTuple):
    """What every change takes: written or only shown, why, which rules it may break, and how it
    is printed; empty means not given.
    """

    dry_run: bool = False
    reason: str = ""
    override: str = ""
    format: str = ""


def move(name: str, number: str, when: str, rest: str, how: How) -> None:
    """Put a session at another time."""
    opened, setting = _open(name, how)
    session = _session(opened, number)
    start = _when(when, session, opened)
    chosen = choose("--rest", rest or "keep", REST)
    outcome = changes.move(setting, opened.record.course, session.number, start, chosen)
    what = f"moved session {session.number} to {_moment(start)}"
    _finish(opened, outcome, what, how)


def drop(name: str, number: str, status: Status, then: str, how: How) -> None:
    """A session was missed, or is cancelled."""
    opened, setting = _open(name, how)
    session = _session(opened, number)
    phase = setting.order.phases[session.phase]
    chosen = choose("--then", then or phase.missed or "keep", THEN)
    if status == MISSED and session.start > opened.now:
        raise UsageProblem(
            f"session {session.number} is on {_moment(session.start)}, which is to come",
            f"to call it off: ketasched cancel {name} {number}",
        )
    outcome = changes.drop(setting, opened.record.course, session.number, status, chosen)
    verb = "missed" if status == MISSED else "cancelled"
    _finish(opened, outcome, f"{verb} session {session.number}, then {chosen}", how)


def done(name: str, number: str, at: str, on: str, how: How) -> None:
    """A session took place."""
    opened, setting = _open(name, how)
    session = _session(opened, number)
    day = read("--on", lambda text: read_date(text, opened.today), on) if on else None
    clock_time = read("--at", read_clock, at) if at else session.start.time()
    start = datetime.combine(day or session.start.date(), clock_time, session.start.tzinfo)
    outcome = changes.attend(setting, opened.record.course, session.number, start)
    _finish(opened, outcome, f"session {session.number} took place on {_moment(start)}", how)


def undo(name: str, how: How) -> None:
    """Go back to the plan before the last change that has not been undone."""
    opened, _ = _open(name, how)
    record = opened.record
    place = next(
        (
            index
            for index in range(len(record.history) - 1, -1, -1)
            if record.history[index].before is not None and not record.history[index].undone
        ),
        None,
    )
    if place is None:
        raise UsageProblem("there is nothing to undo", f"see: ketasched status {name} --history")
    last = record.history[place]
    if last.before is None:
        raise TypeError(last)
    course = course_of(last.before, record.protocol, record.course.start, opened.task.zone.tzinfo)
    # What calendars know of and the earlier plan does not have stays there as cancelled.
    known = {one.number for one in course.sessions}
    gone = [
        one._replace(status=CANCELLED, undone=True)
        for one in record.course.sessions
        if one.number not in known
    ]
    keys = {one.key for one in course.visits}
    gone_visits = [
        one._replace(status=CANCELLED) for one in record.course.visits if one.key not in keys
    ]
    course = replace(
        course, sessions=(*course.sessions, *gone), visits=(*course.visits, *gone_visits)
    )
    record = record._replace(options=last.before["asked"])
    task = task_of(record, opened.now)
    history = [
        one._replace(undone=True) if index == place else one
        for index, one in enumerate(record.history)
    ]
    happening = PastChange(
        opened.now, f"undid: {last.what}", clean_text("--reason", how.reason), (), None
    )
    kept = keep_up(task, course, told_by_key(record), opened.now)
    after = record._replace(course=course, told=kept, history=(*history, happening))
    _write(opened._replace(task=task), after, how)


def extend(name: str, ways: Mapping[str, str], how: How, *, step_back: bool) -> None:
    """Add sessions: a number of them, up to a day, or one on a day; or only change the cadence of
    what is to come.
    """
    opened, setting = _open(name, how)
    course = opened.record.course
    given = [key for key in ("--sessions", "--until", "--on") if ways.get(key)]
    paced = step_back or bool(ways.get("--cadence"))
    if len(given) > 1 or not (given or paced):
        raise UsageProblem(
            "extend by one of --sessions, --until and --on, or change what is to come with "
            "--cadence or --step-back",
            "such as --sessions 3",
        )
    if step_back and ways.get("--cadence"):
        raise UsageProblem("--step-back chooses the cadence", "leave --cadence out")
    cadence = ways.get("--cadence", "")
    cadence = str(read("--cadence", read_cadence, cadence)) if cadence else ""
    if not given:
        _repace(opened, setting, how, cadence)
        return
    going = going_on(setting.order, course, step_back=step_back, cadence=cadence)
    if given[0] == "--on":
        day = read("--on", lambda text: read_date(text, opened.today), ways["--on"])
        start = datetime.combine(day, setting.order.times.on(day), opened.here.tzinfo)
        going = standing_between(course, start) or going
        outcome = add_on(setting, course, start, going)
        _finish(opened, outcome, f"added a session on {_moment(start)}", how)
        return
    targets = _targets(opened, setting, going, ways)
    outcome = add_sessions(setting, course, targets, going)
    what = f"extended by {count_text(len(targets), 'session')} of {_going_text(going)}"
    _finish(opened, outcome, what, how)


def _targets(
    opened: Opened, setting: Conditions, going: Going, ways: Mapping[str, str]
) -> list[date]:
    course = opened.record.course
    if ways.get("--sessions"):
        count = read_number("--sessions", ways["--sessions"], 1)
        return next_targets(setting, course, going, count)
    until = read("--until", lambda text: read_date(text, opened.today), ways["--until"])
    ahead = next_targets(setting, course, going, MAX_EXTENSION)
    targets = [day for day in ahead if day <= until]
    if not targets:
        raise UsageProblem(
            f"--until {until.isoformat()}: the next session is due on {day_text(ahead[0])}",
            "give a later day",
        )
    return targets


def _repace(opened: Opened, setting: Conditions, how: How, cadence: str) -> None:
    """What is to come at another cadence; empty: at that of the phase before."""
    course = opened.record.course
    going = pace_to_come(setting.order, course, setting.now, cadence)
    outcome = repace(setting, course, going)
    _finish(opened, outcome, f"what is to come goes on: {_going_text(going)}", how)


def _going_text(going: Going) -> str:
    return f"{going.phase}, at the pace of {going.pace}" if going.pace else going.phase


def review(name: str, which: str, how: How, *, go_on: bool) -> None:
    """A review is passed, or the course stops there."""
    opened, setting = _open(name, how)
    outcome = changes.decide(setting, opened.record.course, which, go_on=go_on)
    _finish(opened, outcome, f"review {which}: {'go on' if go_on else 'stop'}", how)


# Parts


def _open(name: str, how: How) -> tuple[Opened, Conditions]:
    choose("--format", how.format or "table", ("table", "json"))
    opened = open_record(name, clock.now())
    words = how.override.split(",") if how.override else []
    override = frozenset(_rule(word.strip()) for word in words)
    return opened, Conditions(opened.task.order, opened.here, override)


def _rule(word: str) -> Rule:
    for rule in RULES:
        if rule == word:
            return rule
    hint = did_you_mean(word, RULES) or f"rules are {', '.join(RULES)}"
    raise UsageProblem(f"--override: there is no rule `{word}`", hint)


def _session(opened: Opened, number: str) -> Session:
    numbers = [one.number for one in opened.record.course.sessions]
    if not number.strip().isdecimal() or int(number) not in numbers:
        known = f"{min(numbers)} to {max(numbers)}"
        raise UsageProblem(f"there is no session `{number}`", f"sessions are numbered {known}")
    return opened.record.course.session(int(number))


def _when(text: str, session: Session, opened: Opened) -> datetime:
    """A day, a time, or both; a weekday alone is the one nearest to where the session stands."""
    words = text.split()
    if not words:
        raise UsageProblem("WHEN is empty", 'say a day, a time or both: "thu 14:00"')
    clock_time = session.start.time()
    for count in (2, 1):
        last = " ".join(words[-count:])
        try:
            clock_time = read_clock(last)
        except ValueError:
            continue
        words = words[:-count]
        break
    day = _day(" ".join(words), session, opened) if words else session.start.date()
    return datetime.combine(day, clock_time, session.start.tzinfo)


def _day(text: str, session: Session, opened: Opened) -> date:
    try:
        weekday = read_weekday(text)
    except ValueError:
        return read("WHEN", lambda words: read_date(words, opened.today), text)
    stands = session.start.date()
    ahead = (weekday - stands.weekday()) % 7
    day = stands + timedelta(days=ahead if ahead <= 3 else ahead - 7)
    return day if day >= opened.today else day + timedelta(days=7)


def _moment(moment: datetime) -> str:
    return f"{day_text(moment.date())} {clock_text(moment.timetz())}"


def _finish(opened: Opened, outcome: Course | Refusal, what: str, how: How) -> None:
    if isinstance(outcome, Refusal):
        raise breaks_rules(outcome)
    if outcome == opened.record.course and not how.reason:
        how = how._replace(dry_run=True)
    broken = _newly_broken(opened.record.course, outcome)
    reason = clean_text("--reason", how.reason)
    after = happened(opened, opened.record, outcome, what, reason=reason, overridden=broken)
    _write(opened, after, how)


def _newly_broken(before: Course, after: Course) -> tuple[str, ...]:
    """The rules that a change broke on purpose, for sessions that it put where they are."""
    known = {(one.number, one.start, rule) for one in before.sessions for rule in one.broken}
    found = {(one.number, one.start, rule) for one in after.sessions for rule in one.broken}
    return tuple(sorted({rule for _, _, rule in found - known}))


def _write(opened: Opened, after: CourseRecord, how: How) -> None:
    from ketasched.cli.terminal.changes import changes_page
    from ketasched.reports import course_report

    before = opened.record
    if not how.dry_run:
        after = write(opened, after, opened.path, opened.task)
    if how.format == "json":
        report = course_report.change_report(before.course, after.course, after.history[-1].what)
        output.print_data(course_report.to_json(report).encode(errors="replace"))
    else:
        output.print_text(changes_page(before.course, after.course, after.history[-1].what))
    if how.dry_run:
        same = after.course == before.course and after.options == before.options
        why = "that is how it stands already" if same else "--dry-run"
        output.tell(f"nothing was written: {why}")
        return
    names = [one.path for one in after.calendars]
    also = f" and {list_text(names)}" if names else ""
    output.tell(f"wrote {output.printable(str(opened.path))}{output.printable(also)}")
