"""The name of an entry for good, made of nothing that its reader may not know."""

from __future__ import annotations

import json
import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.course import Course, LinkedVisit, Session

if TYPE_CHECKING:
    from ketasched.calendar.entry_text import View

DOMAIN = "appointments.invalid"
BITS = 128
"""How many are drawn for the UIDs of a course."""
_EARLIER = uuid.UUID("6e0a4e0c-5a0f-5d3b-9d0e-0f4c2b7a91d4")


class UidSource(NamedTuple):
    """What the UIDs of a course are made of, besides an entry's place in it.

    ``bits`` were drawn when it was saved; without them it is the name and the start of the course.
    ``earlier``: a version before this one saved it, and made them of its protocol, too.
    """

    bits: str = ""
    earlier: bool = False


def drawn() -> UidSource:
    """A source of UIDs that nobody can guess."""
    return UidSource(secrets.token_hex(BITS // 8))


def duty_uid(view: View, course: Course, number: int, duty: str) -> str:
    """The calendar UID of a duty: that of its session, with the duty's name."""
    return duty_uid_of(uid(view, course, course.session(number)), duty)


def duty_uid_of(session_uid: str, duty: str) -> str:
    """The calendar UID of a duty, by that of its session."""
    return _uid(_EARLIER, [session_uid, "duty", duty])


def part_uid(view: View, course: Course, *part: str) -> str:
    """The UID of what is no entry of a calendar, such as the whole course: it is made as theirs."""
    source = view.uid_source
    if source.bits:
        return _uid(uuid.UUID(source.bits), [view.audience, "part", *part])
    space = _EARLIER if source.earlier else uuid.NAMESPACE_DNS
    start = course.start.isoformat()
    return _uid(space, [view.audience, view.course_name, start, "part", *part])


def uid(view: View, course: Course, entry: Session | LinkedVisit) -> str:
    """The calendar UID of a session or linked visit for an audience; it stays when times or titles
    change. Where bits were drawn it is made of these, and of the phase and place of the session;
    else of the name and start of the course and the number of the session. A linked visit has its
    name and its session's place; one that goes with the first or last session has its name alone.
    """
    source = view.uid_source
    key = _place(course, entry, by_phase=bool(source.bits or source.earlier))
    if source.earlier:
        start = course.start.isoformat()
        return _uid(_EARLIER, [view.course_name, course.protocol.id, start, *key])
    if source.bits:
        return _uid(uuid.UUID(source.bits), [view.audience, *key])
    start = course.start.isoformat()
    return _uid(uuid.NAMESPACE_DNS, [view.audience, view.course_name, start, *key])


def _place(course: Course, entry: Session | LinkedVisit, *, by_phase: bool) -> list[str | int]:
    if isinstance(entry, Session):
        return _of_phase(course, entry) if by_phase else [entry.number]
    key: list[str | int] = []
    if entry.key[1]:
        session = course.session(entry.session)
        key = _of_phase(course, session) if by_phase else [session.number]
    return [*key, "linked visit", entry.name]


def _of_phase(course: Course, session: Session) -> list[str | int]:
    """The place of a session in its phase, as that was called when its UID was made."""
    return [dict(course.protocol.renamed).get(session.phase, session.phase), session.place]


def _uid(space: uuid.UUID, key: Sequence[str | int]) -> str:
    normal = unicodedata.normalize("NFC", json.dumps(key, ensure_ascii=False))
    return f"{uuid.uuid5(space, normal)}@{DOMAIN}"
