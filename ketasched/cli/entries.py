"""Which sessions and linked visits of a course are meant by what was typed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.course import LinkedVisit, Session
from ketasched.domain.linked_visit_rule import VisitKey
from ketasched.domain.visit_handle import by_handle, key_of, named, rule_of
from ketasched.domain.wording import list_text
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.planning.visit_times import ideal_start
from ketasched.records.open import Opened, name_of
from ketasched.shell import paste

_RANGE = re.compile(r"(\d+)\s*-\s*(\d+)")
_LIST = re.compile(r"[^,]*(,[^,]*)+|\d+\s*-\s*\d+")


class Meant(NamedTuple):
    """A session by its number, or a linked ``visit``; when it stands, or would stand best."""

    title: str
    start: datetime
    number: int = 0
    visit: VisitKey | None = None
    has_place: bool = True


def is_list(text: str) -> bool:
    """Whether a text names several sessions: 2-5,7."""
    return bool(_LIST.fullmatch(text.strip()))


def entry_of(opened: Opened, text: str) -> Meant:
    """The session of a number as typed, or the linked visit of a handle or a name.

    Raises:
        UsageProblem: there is none, or several have that name.
    """
    course = opened.record.course
    word = text.strip()
    if word.isdecimal():
        numbers = [session.number for session in course.sessions]
        if int(word) in numbers:
            return session_meant(course.session(int(word)))
        raise UsageProblem(f"there is no session `{text}`", course.numbering)
    handles = named(course, word)
    if len(handles) == 1:
        return _visit(opened, handles[0])
    if handles:
        raise UsageProblem(f"several linked visits are called {word}", f"say {_choice(handles)}")
    raise _no_such(opened, text)


def session_meant(session: Session) -> Meant:
    """A session as it is meant by its number."""
    return Meant(f"session {session.number}", session.start, session.number)


def gate_of(opened: Opened, text: str) -> str:
    """What is needed before a session, by its own name; empty if a text names nothing of that."""
    word = " ".join(text.split()).casefold()
    gates = (gate.what for gate in opened.record.course.protocol.needs)
    return next((what for what in gates if what.casefold() == word), "")


def entries_of(opened: Opened, text: str) -> list[Meant]:
    """The sessions and linked visits of a list as typed, each once: ``2-5,7,i3``.

    Raises:
        UsageProblem: one of them is not there, or the list is none.
    """
    meant: dict[str, Meant] = {}
    for part in text.split(","):
        ends = _RANGE.fullmatch(part.strip())
        words = [part]
        if ends:
            first, last = int(ends[1]), int(ends[2])
            if first > last:
                raise UsageProblem(f"`{part.strip()}` begins after it ends", f"say {last}-{first}")
            entry_of(opened, str(last))
            words = [str(number) for number in range(first, last + 1)]
        for word in words:
            if not word.strip():
                raise UsageProblem(f"`{text}` has an empty place", "such as 2-5,7")
            entry = entry_of(opened, word)
            meant[entry.title] = entry
    return list(meant.values())


def _visit(opened: Opened, handle: str) -> Meant:
    course = opened.record.course
    visit = by_handle(course)[handle]
    title, key = f"{visit.name} {handle}", key_of(course, visit)
    if isinstance(visit, LinkedVisit):
        return Meant(title, visit.start, visit=key)
    rule = rule_of(course.protocol, visit.name)
    session: Session | None = next(
        (session for session in course.sessions if session.number == visit.session), None
    )
    if rule is None or session is None:
        raise UsageProblem(
            f"{title} goes with session {visit.session}, which has no place",
            "give that session a place first",
        )
    return Meant(title, ideal_start(rule, session), visit=key, has_place=False)


def _no_such(opened: Opened, text: str) -> UsageProblem:
    course = opened.record.course
    handles = by_handle(course)
    gates = [gate.what for gate in course.protocol.needs]
    if gate_of(opened, text):
        name = name_of(opened.path)
        hint = f"once it is there: ketasched done {name} {paste([text.strip()])}"
        return UsageProblem(f"`{text}` is no session, but what is needed before one", hint)
    needs = f"what is needed before sessions is {list_text(gates)}" if gates else ""
    near = did_you_mean(text.strip(), [*handles, *gates, *(v.name for v in handles.values())])
    if not handles:
        hint = "; ".join(filter(None, (course.numbering, needs)))
        return UsageProblem(f"there is no session `{text}`", f"{near} {hint}" if near else hint)
    there = f"linked visits are {', '.join(handles)}"
    there += f"; {needs}" if needs else ""
    return UsageProblem(
        f"there is no session or linked visit `{text}`",
        f"{near} {there}" if near else f"{course.numbering}; {there}",
    )


def _choice(handles: list[str]) -> str:
    return list_text(handles, "or")
