"""What a linked visit is called on a command line: the letter of its kind, and its session."""

from __future__ import annotations

from collections.abc import Mapping

from ketasched.domain.course import Course, LinkedVisit, Unplaced
from ketasched.domain.linked_visit_rule import VisitKey, VisitRule
from ketasched.domain.protocol import Protocol

HasSession = LinkedVisit | Unplaced
"""A linked visit with a place, or one without."""


def key_of(course: Course, visit: HasSession) -> VisitKey:
    """What tells a linked visit, placed or not, from the others of its course for good."""
    if isinstance(visit, LinkedVisit):
        return visit.key
    rule = rule_of(course.protocol, visit.name)
    return rule.key(visit.session) if rule else (visit.name, visit.session)


def rule_of(protocol: Protocol, name: str) -> VisitRule | None:
    """What a protocol says of the linked visits of a name."""
    return next((rule for rule in protocol.visits if rule.name == name), None)


def handle_of(course: Course, visit: HasSession) -> str:
    """The handle of a linked visit of a course: ``i3`` is the integration beside session 3, ``r6``
    what comes with the review after session 6. Of several that would have the same, the second has
    a ``b`` behind it: those that go with the first or last session come after the others, so that
    no handle changes when one of these goes on to another session.
    """
    stem = _stem(course, visit)
    same = {
        other.name
        for other in visits_of(course)
        if other.session == visit.session and _stem(course, other) == stem
    }
    names = sorted({*same, visit.name}, key=lambda name: _precedence(course.protocol, name))
    place = names.index(visit.name)
    return f"{stem}{chr(ord('a') + place) if place else ''}"


def by_handle(course: Course) -> Mapping[str, HasSession]:
    """The linked visits of a course by their handles, in the order in which they are shown."""
    return {handle_of(course, visit): visit for visit in visits_of(course)}


def named(course: Course, text: str) -> list[str]:
    """The handles that a text means: its own, or those of the linked visits of that name."""
    handles = by_handle(course)
    wanted = " ".join(text.split()).casefold()
    if wanted in handles:
        return [wanted]
    return [handle for handle, visit in handles.items() if visit.name.casefold() == wanted]


def visits_of(course: Course) -> list[HasSession]:
    """All linked visits of a course: those that stand or stood somewhere, then those without a
    place. One that lost its place stands there as cancelled, and is told once.
    """
    lost = [missing for missing in course.unplaced if not missing.number]
    keys = {key_of(course, missing) for missing in lost}
    return [*(visit for visit in course.visits if visit.key not in keys), *lost]


def _stem(course: Course, visit: HasSession) -> str:
    rule = rule_of(course.protocol, visit.name)
    reviewed = rule is not None and rule.anchor.which == "review"
    return f"{'r' if reviewed else visit.kind[0].casefold()}{visit.session}"


def _precedence(protocol: Protocol, name: str) -> tuple[bool, int, str]:
    names = [rule.name for rule in protocol.visits]
    rule = rule_of(protocol, name)
    wanders = rule is not None and not rule.key(1)[1]
    return wanders, names.index(name) if rule else len(names), name
