"""A running course as versioned reports: as it stands, what happened to it, what a change does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from ketasched.domain.course import ATTENDED, Course, LinkedVisit, Session, is_gone
from ketasched.domain.visit_handle import handle_of
from ketasched.reports.course_report import beside, named_window, reasons_report, unplaced_report
from ketasched.reports.report_text import SCHEMA, unread_report
from ketasched.running.baselines import CountedFrom
from ketasched.running.duties import due_soon
from ketasched.running.gates import needed


class Told(Protocol):
    """What is told of a session that cannot follow a change, and a command that was run."""

    @property
    def number(self) -> int:
        """The session."""

    @property
    def text(self) -> str:
        """Why it cannot."""

    @property
    def command(self) -> str:
        """What puts it elsewhere; empty if nothing that was tried does."""


def change_report(
    before: Course, after: Course, what: str, told: Sequence[Told] = ()
) -> dict[str, Any]:
    """What a change did: old and new dates and windows of every session and linked visit it
    touched, and what is told of the sessions that cannot follow.
    """
    return {
        "schema": SCHEMA,
        "change": what,
        "sessions": [
            {
                "number": new.number,
                **named_window(new),
                "window_before": _window(old) if old else None,
                "before": old.start.isoformat() if old else None,
                "after": new.start.isoformat(),
                "status": new.status,
                "reasons": reasons_report(new.reasons),
            }
            for new in after.sessions
            for old in [next((o for o in before.sessions if o.number == new.number), None)]
            if old is None or _shown(old) != _shown(new)
        ],
        "visits": [
            {
                "handle": handle_of(after, new),
                "name": new.name,
                **beside(new),
                "before": old.start.isoformat() if old else None,
                "after": new.start.isoformat(),
                "status": new.status,
            }
            for new in after.visits
            for old in [
                next(
                    (o for o in before.visits if o.key == new.key),
                    None,
                )
            ]
            if old is None or (old.start, old.status) != (new.start, new.status)
        ],
        "advice": [
            {"number": each.number, "change": each.text, "command": each.command or None}
            for each in told
        ],
    }


def _shown(session: Session) -> tuple[object, ...]:
    return session.start, session.status, session.window_start, session.window_end


def _window(session: Session) -> dict[str, str]:
    return {"start": session.window_start.isoformat(), "end": session.window_end.isoformat()}


def status_report(
    course: Course, now: datetime, warnings: Sequence[str], counted: Iterable[CountedFrom] = ()
) -> dict[str, Any]:
    """A running course as it stands at a moment (in its zone), and what its windows count from."""
    today = now.date()
    ahead = [entry for entry in course.entries() if not is_gone(entry) and entry.start > now]
    return {
        "schema": SCHEMA,
        "today": today.isoformat(),
        "protocol": course.protocol.id,
        **({"arm": course.protocol.arm} if course.protocol.arm else {}),
        "done": sum(session.status == ATTENDED for session in course.sessions),
        "next": _next(course, ahead[0]) if ahead else None,
        "due": [
            {"name": duty.name, "session": duty.session, "by": duty.due.isoformat()}
            for duty in due_soon(course, today)
        ],
        "sessions": [as_it_stands(session) for session in course.sessions],
        "visits": [
            {
                "handle": handle_of(course, visit),
                "kind": visit.kind,
                "name": visit.name,
                **beside(visit),
                "start": visit.start.isoformat(),
                "end": visit.end.isoformat(),
                "status": visit.status,
                "by_hand": visit.by_hand,
                "overridden": list(visit.broken),
            }
            for visit in course.visits
        ],
        "unplaced": unplaced_report(course),
        "reviews": [review._asdict() for review in course.reviews],
        "counts_from": [
            {
                "phase": each.baseline.phase.name,
                "counts_from": each.baseline.counts_from,
                "session": each.stands.number,
                "name": each.stands.name or None,
                "day": each.day.isoformat(),
            }
            for each in counted
        ],
        "warnings": list(warnings),
        **_needs(course),
    }


def _needs(course: Course) -> dict[str, Any]:
    """What is needed before sessions, where the protocol says so."""
    if not course.protocol.needs:
        return {}
    return {
        "needs": [
            {
                "what": need.what,
                "session": need.session.number,
                "by": need.session.start.date().isoformat(),
                "since": need.since.isoformat() if need.since else None,
            }
            for need in needed(course)
        ]
    }


def as_it_stands(session: Session) -> dict[str, Any]:
    """A session of a course that runs."""
    return {
        "number": session.number,
        "phase": session.phase,
        **named_window(session),
        "pace": session.pace or None,
        "start": session.start.isoformat(),
        "end": session.end.isoformat(),
        "status": session.status,
        "by_hand": session.by_hand,
        "instead_of": session.instead_of or None,
        "overridden": list(session.broken),
    }


def _next(course: Course, entry: Session | LinkedVisit) -> dict[str, Any]:
    start = entry.start.isoformat()
    if isinstance(entry, LinkedVisit):
        handle = handle_of(course, entry)
        return {"number": None, "handle": handle, "name": entry.name, "start": start}
    name = entry.name or entry.phase
    return {"number": entry.number, "handle": None, "name": name, "start": start}


def history_report(happenings: Iterable[Any]) -> list[dict[str, Any]]:
    """What happened to a course, as its record keeps it, in order."""
    return [
        {
            "at": happening.at.isoformat(),
            "what": happening.what,
            "reason": happening.reason or None,
            "overridden": list(happening.overridden),
            "undone": happening.undone,
        }
        for happening in happenings
    ]


def adjusted_report(
    facts: Iterable[Any], stays: Iterable[tuple[Any, tuple[str, str]]]
) -> dict[str, Any]:
    """What a course is planned from now, and what a person moved and is against it, each with the
    command that mends it.
    """
    return {
        "planned_from": facts_report(facts),
        "stays": [
            {
                "handle": kept.handle,
                "start": kept.start.isoformat(),
                "reasons": [{"kind": rule.name, "text": rule.text} for rule in kept.broken],
                "command": command or None,
            }
            for kept, (_, command) in stays
        ],
    }


def facts_report(facts: Iterable[Any]) -> list[dict[str, str]]:
    """What a course is planned from, as far as it can be adjusted, as a record lists it."""
    return [{"kind": fact.kind, "value": fact.value, "text": fact.text} for fact in facts]


def folder_report(
    courses: Iterable[tuple[str, dict[str, Any]]], unread: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The courses of a folder by name, each as it stands, and the records that cannot be read."""
    return {
        "schema": SCHEMA,
        "courses": [{"name": name} | status for name, status in courses],
        "unread": unread_report(unread),
    }


class Call(NamedTuple):
    """Whom to call: the record, its course before, and after; or why it has no place. ``begun``:
    that is because the session has begun or is over, so that nothing can move it.
    """

    name: str
    before: Course
    after: Course | None
    why: str = ""
    begun: bool = False


class ProvedDays(NamedTuple):
    """What was proved of courses that share a house and were planned again: whether nothing better
    exists, the squared days from target, the least there can be (None: not known), and how many
    patients are called.
    """

    status: str
    cost: int
    bound: int | None
    calls: int


def closed_day_report(
    day: date,
    calls: Iterable[Call],
    unread: Iterable[tuple[str, str]],
    what: str = "closed",
    days: ProvedDays | None = None,
) -> dict[str, Any]:
    """Whom to call because a day is closed, or open again, and what changes for them; and, in a
    house, what was proved of the days.
    """
    return {
        "schema": SCHEMA,
        "day": day.isoformat(),
        "calls": _calls(calls, what),
        "unread": unread_report(unread),
        **({"days": days._asdict()} if days else {}),
    }


def folder_change_report(
    what: str, calls: Iterable[Call], unread: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """What was done to a folder's records in one act, and whom to call because of it."""
    return {
        "schema": SCHEMA,
        "change": what,
        "calls": _calls(calls, what),
        "unread": unread_report(unread),
    }


def _calls(calls: Iterable[Call], what: str) -> list[dict[str, Any]]:
    return [
        {
            "name": call.name,
            "change": change_report(call.before, call.after, what) if call.after else None,
            "why": call.why or None,
        }
        for call in calls
    ]
