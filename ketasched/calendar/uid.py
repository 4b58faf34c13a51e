"""The name of a session for good."""

from __future__ import annotations

import json
import unicodedata
import uuid

from ketasched.domain.course import Course, LinkedVisit, Session
from ketasched.running.duties import DueDuty

DOMAIN = "appointments.invalid"
_SPACE = uuid.UUID("6e0a4e0c-5a0f-5d3b-9d0e-0f4c2b7a91d4")


def duty_uid(course_name: str, course: Course, duty: DueDuty) -> str:
    """The calendar UID of a duty: that of its session, with the duty's name."""
    return _uid([uid(course_name, course, course.session(duty.session)), "duty", duty.name])


def uid(course_name: str, course: Course, entry: Session | LinkedVisit) -> str:
    """The calendar UID of a session or linked visit: from the course's name, protocol and start,
    and the phase and place of the session, so that it stays when times, titles or numbers change.
    A linked visit has its name and its session's phase and place; one that goes with the first or
    last session has its name alone.
    """
    key: list[str | int] = [course_name, course.protocol.id, course.start.isoformat()]
    if isinstance(entry, Session) or entry.key[1]:
        session = course.session(entry.session) if isinstance(entry, LinkedVisit) else entry
        key += [session.phase, session.place]
    if isinstance(entry, LinkedVisit):
        key += ["linked visit", entry.name]
    return _uid(key)


def _uid(key: list[str | int]) -> str:
    normal = unicodedata.normalize("NFC", json.dumps(key, ensure_ascii=False))
    return f"{uuid.uuid5(_SPACE, normal)}@{DOMAIN}"
