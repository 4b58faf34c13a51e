"""The commands that change a running course, and `undo`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ketasched import clock
from ketasched.cli import output
from ketasched.cli.records import Opened, happened, keep_up, open_record, told, write
from ketasched.cli.values import choose, clean_text, read
from ketasched.core import changes
from ketasched.core.changes import Refusal, Setting
from ketasched.core.course import ATTENDED, CANCELLED, MISSED, Course, Session
from ketasched.core.dates import read_date
from ketasched.core.legality import RULES
from ketasched.core.protocol import PerWeek, EveryWeeks, Phase
from ketasched.core.protocol_text import read_cadence
from ketasched.core.units import clock_text, day_text, list_text, read_clock, read_weekday
from ketasched.errors import KetaschedError, UsageProblem, did_you_mean
from ketasched.formats import course_record

REST = ("keep", "shift", "replan")
THEN = ("append", "squeeze", "shift", "keep", "replan")


class BreaksRules(KetaschedError):
    """A change that would break rules, or that has no legal place."""

    code = "no-placement"
    exit_code = 3


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
    rest = rest or "keep"
    choose("--rest", rest, REST)
    outcome = changes.move(setting, opened.stored.course, session.number, start, rest)
    what = f"moved session {session.number} to {_moment(start)}"
    _finish(opened, outcome, what, how)


def drop(name: str, number: str, status: str, then: str, how: How) -> None:
    """A session was missed, or is cancelled."""
    opened, setting = _open(name, how)
    session = _session(opened, number)
    then = then or "keep"
    choose("--then", then, THEN)
    if status == MISSED and session.start > opened.now:
        raise UsageProblem(
            f"session {session.number} is on {_moment(session.start)}, which is to come",
            f"to call it off: ketasched cancel {name} {number}",
        )
    outcome = changes.drop(setting, opened.stored.course, session.number, status, then)
    verb = "missed" if status == MISSED else "cancelled"
    _finish(opened, outcome, f"{verb} session {session.number}, then {then}", how)


def done(name: str, number: str, at: str, on: str, how: How) -> None:
    """A session took place."""
    opened, setting = _open(name, how)
    session = _session(opened, number)
    day = read("--on", lambda text: read_date(text, opened.today), on) if on else None
    clock_time = read("--at", read_clock, at) if at else session.start.time()
    start = datetime.combine(day or session.start.date(), clock_time, session.start.tzinfo)
    outcome = changes.attend(setting, opened.stored.course, session.number, start)
    _finish(opened, outcome, f"session {session.number} took place on {_moment(start)}", how)


def undo(name: str, how: How) -> None:
    """Go back to the plan before the last change that has not been undone."""
    opened, _ = _open(name, how)
    stored = opened.stored
    place = next(
        (
            index
            for index in range(len(stored.history) - 1, -1, -1)
            if stored.history[index].before is not None and not stored.history[index].undone
        ),
        None,
    )
    if place is None:
        raise UsageProblem("there is nothing to undo", f"see: ketasched status {name} --history")
    last = stored.history[place]
    if last.before is None:
        raise TypeError(last)
    course = course_record.course_of(
        last.before, stored.protocol, stored.course.start, stored.timezone
    )
    # What calendars know of and the earlier plan does not have stays there as cancelled.
    known = {one.number for one in course.sessions}
    gone = [
        replace(one, status=CANCELLED)
        for one in stored.course.sessions
        if one.number not in known
    ]
    course = replace(course, sessions=(*course.sessions, *gone))
    history = [
        one._replace(undone=True) if index == place else one
        for index, one in enumerate(stored.history)
    ]
    happening = course_record.Happening(
        opened.now, f"undid: {last.what}", clean_text("--reason", how.reason), (), None
    )
    kept = keep_up(opened.task, course, told(stored), opened.now)
    after = stored._replace(course=course, kept=kept, history=(*history, happening))
    _write(opened, after, how)


# Parts


def _open(name: str, how: How) -> tuple[Opened, Setting]:
    choose("--format", how.format or "table", ("table", "json"))
    opened = open_record(name, clock.now())
    override = frozenset(part.strip() for part in how.override.split(",")) if how.override else set()
    for rule in override:
        if rule not in RULES:
            hint = did_you_mean(rule, RULES) or f"rules are {', '.join(RULES)}"
            raise UsageProblem(f"--override: there is no rule `{rule}`", hint)
    return opened, Setting(opened.task.order, opened.today, frozenset(override))


def _session(opened: Opened, number: str) -> Session:
    numbers = [one.number for one in opened.stored.course.sessions]
    if not number.strip().isdecimal() or int(number) not in numbers:
        known = f"{min(numbers)} to {max(numbers)}"
        raise UsageProblem(f"there is no session `{number}`", f"sessions are numbered {known}")
    return opened.stored.course.session(int(number))


def _when(text: str, session: Session, opened: Opened) -> datetime:
    """A day, a time, or both; a weekday alone is the one nearest to where the session stands."""
    words = text.split()
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
        raise _refused(outcome)
    broken = tuple(sorted({part.strip() for part in how.override.split(",")} - {""}))
    reason = clean_text("--reason", how.reason)
    after = happened(opened, outcome, what, reason=reason, overridden=broken)
    _write(opened, after, how)


def _refused(refusal: Refusal) -> BreaksRules:
    if refusal.no_place:
        found = refusal.no_place
        error = BreaksRules(
            f"session {found.session} has no legal day then",
            "choose another time, or what happens to the rest",
        )
        error.failure = found
        return error
    texts = list(dict.fromkeys(f"session {one.session}: {one.text}" for one in refusal.faults))
    rules = ",".join(dict.fromkeys(one.rule for one in refusal.faults))
    return BreaksRules("; ".join(texts[:4]), f"to do it all the same: --override {rules}")


def _write(opened: Opened, after: course_record.StoredCourse, how: How) -> None:
    from ketasched.cli.terminal.changes import changes_page
    from ketasched.formats import course_report

    before = opened.stored
    if not how.dry_run:
        after = write(opened, after, opened.path, opened.task)
    if how.format == "json":
        report = course_report.change_report(before.course, after.course, after.history[-1].what)
        output.print_data(course_report.to_json(report).encode(errors="replace"))
    else:
        output.print_text(changes_page(before.course, after.course, after.history[-1].what))
    if how.dry_run:
        output.tell("nothing was written: --dry-run")
        return
    names = [one.path for one in after.calendars]
    also = f" and {list_text(names)}" if names else ""
    output.tell(f"wrote {output.printable(str(opened.path))}{output.printable(also)}")
