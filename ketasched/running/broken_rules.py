"""Whether sessions stand where the rules allow: a proof beside the search that placed them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from ketasched.domain.candidate import ReasonKind
from ketasched.domain.course import Course, Session
from ketasched.domain.wording import count_text, day_text, days_text
from ketasched.planning.plan_input import Order
from ketasched.running.apart import Distance, distances
from ketasched.running.at_a_moment import follower_numbers
from ketasched.running.treatment_days import distance_fault

Rule = Literal[
    "window", "gap", "lapse", "order", "closed", "holiday", "hours", "not-starting", "can", "away",
    "busy", "clock", "past", "notice", "full", "apart",
    "distance",
]  # fmt: skip
RULES: tuple[Rule, ...] = get_args(Rule)
"""The names of the rules that a person may break on purpose."""


class BrokenRule(NamedTuple):
    """A rule that a session breaks, by name, and how; or a linked visit of the session, which is
    then named.
    """

    session: int
    name: Rule | ReasonKind
    text: str
    visit: str = ""

    @property
    def subject(self) -> str:
        """What breaks it."""
        return self.visit or f"session {self.session}"


def broken_rules(order: Order, course: Course, numbers: Collection[int]) -> list[BrokenRule]:
    """The rules that some sessions of a course break where they stand.

    Across a missed or cancelled session the largest gap is not asked for: missing it made it.
    """
    broken: list[BrokenRule] = []
    apart = [distance for distance in distances(course) if distance.fault]
    line = _line_of(order, course)
    for session in course.sessions:
        if session.number in numbers and session.is_live:
            broken += _alone(course, session, order)
            broken += _beside_neighbours(line, session, order)
            broken += _too_near(session, apart)
    return list(dict.fromkeys(broken))


def broken_lapses(order: Order, course: Course, numbers: Collection[int]) -> list[BrokenRule]:
    """The same, but only breaks so long that a person must decide."""
    line = _line_of(order, course)
    broken = (
        lapse
        for session in course.sessions
        if session.number in numbers and session in line.ranked
        for lapse in _lapses_beside(line, session, order)
    )
    return list(dict.fromkeys(broken))


def knowing(course: Course, broken: Iterable[BrokenRule]) -> Course:
    """The course in which each session knows the rules that are broken for it."""
    names: dict[int, set[str]] = {}
    for rule in broken:
        own = names.setdefault(rule.session, set(course.session(rule.session).broken))
        own.add(rule.name)
    return course.changing(
        [
            course.session(number)._replace(broken=tuple(sorted(own)))
            for number, own in names.items()
        ]
    )


class _Line(NamedTuple):
    """The live sessions of a course in their order; of these those that have a place in it, and
    those that do not, since they follow another; and those that did not take place.
    """

    course: Course
    live: list[Session]
    ranked: list[Session]
    loose: list[Session]
    gone: list[Session]


def _line_of(order: Order, course: Course) -> _Line:
    following = follower_numbers(order, course)
    live = sorted(course.live, key=lambda session: session.rank)
    loose = [each for each in live if {each.number, each.instead_of} & following]
    ranked = [each for each in live if each not in loose] if loose else live
    gone = [each for each in course.sessions if not (each.is_live or each.undone)]
    return _Line(course, live, ranked, loose, gone)


def _alone(course: Course, session: Session, order: Order) -> Iterator[BrokenRule]:
    day, slots = session.start.date(), order.rules.slots
    first = order.window_start(session.target, session.window_start, course.begins)
    if not first <= day <= session.window_end:
        window = days_text(first, session.window_end)
        yield BrokenRule(
            session.number, "window", f"{day_text(day)} is outside its window, {window}"
        )
    for reason in slots.refusals(day, session.start.time(), session.minutes):
        yield BrokenRule(session.number, reason.kind, reason.full)


def _too_near(session: Session, faults: Iterable[Distance]) -> Iterator[BrokenRule]:
    """The distances that a session does not keep to one that need not be its neighbour."""
    for distance in faults:
        sides = {distance.earlier.number: "before", distance.later.number: "after"}
        if session.number in sides:
            (other,) = (number for number in sides if number != session.number)
            text = f"not {distance.fault} {sides[session.number]} session {other}"
            yield BrokenRule(session.number, "apart", text)


def _beside_neighbours(line: _Line, session: Session, order: Order) -> Iterator[BrokenRule]:
    """The rules of order and gaps. What follows another session stands where that one puts it: it
    has no place in the order, and only needs a day of its own.
    """
    is_loose = session in line.loose
    for other in line.live if is_loose else line.loose:
        if other != session and other.start.date() == session.start.date():
            text = f"less than 1 day from session {other.number}"
            yield BrokenRule(session.number, "gap", text)
    if not is_loose:
        yield from _in_line(line, session, order)


def _in_line(line: _Line, session: Session, order: Order) -> Iterator[BrokenRule]:
    """The rules between a session and the others, which are in the order of the course."""
    live = line.ranked
    place = live.index(session)
    for other in live[:place]:
        if other.start >= session.start:
            yield BrokenRule(session.number, "order", f"session {other.number} is not before it")
    for other in live[place + 1 :]:
        if other.start <= session.start:
            yield BrokenRule(session.number, "order", f"session {other.number} is not after it")
    for earlier, later in ((place - 1, place), (place, place + 1)):
        if earlier >= 0 and later < len(live):
            yield from _apart(line, (live[earlier], live[later]), session, order)
    yield from _lapses_beside(line, session, order)


def _lapses_beside(line: _Line, session: Session, order: Order) -> Iterator[BrokenRule]:
    place = line.ranked.index(session)
    for before, here in pairwise(line.ranked[max(0, place - 1) : place + 2]):
        yield from _lapse(line.course, before, here, order)


def _apart(
    line: _Line, pair: tuple[Session, Session], session: Session, order: Order
) -> Iterator[BrokenRule]:
    """How two sessions in a row are too near or too far, said of one of them."""
    fault = distance_fault(order, *pair, is_broken=_is_broken(line, *pair))
    if fault:
        whose = "" if session == pair[1] else f"session {pair[1].number} is "
        yield BrokenRule(session.number, "distance", f"{whose}{fault}")
    elif fault is None:
        other = pair[0] if session == pair[1] else pair[1]
        text = _gap_fault(line, *pair, order)
        if text:
            yield BrokenRule(session.number, "gap", f"{text} from session {other.number}")


def _lapse(course: Course, before: Session, session: Session, order: Order) -> Iterator[BrokenRule]:
    """A break so long that a person must say whether to resume or to begin again, but for a pause
    to which the clinician agreed.
    """
    longest = order.phases[session.phase].lapse
    days = (session.start.date() - before.start.date()).days
    agreed = sum(
        pause.weeks
        for pause in course.pauses
        if pause.before_session == session.number and pause.agreement
    )
    if longest is not None and days > longest + 7 * agreed:
        yield BrokenRule(
            session.number,
            "lapse",
            f"{count_text(days, 'day')} after session {before.number}, more than {longest}: the "
            "clinician decides whether to resume or to begin again",
        )


def _gap_fault(line: _Line, before: Session, here: Session, order: Order) -> str:
    days = (here.start.date() - before.start.date()).days
    phases = [order.paced(session.phase, session.pace) for session in (before, here)]
    least = min(phase.gap.min for phase in phases)
    if 0 <= days < least:
        return f"less than {count_text(least, 'day')}"
    if phases[0].name != phases[1].name or _is_broken(line, before, here):
        return ""
    paused = sum(
        pause.weeks
        for pause in line.course.pauses
        for session in line.course.sessions
        if session.number == pause.before_session and before.rank < session.rank <= here.rank
    )
    most = phases[1].gap.max
    if most is None or days <= most + 7 * paused:
        return ""
    return f"more than {count_text(most + 7 * paused, 'day')}"


def _is_broken(line: _Line, before: Session, here: Session) -> bool:
    """Whether a session that did not take place lies between two, in order and in time."""
    return any(
        before.rank < session.rank < here.rank and before.start < session.start < here.start
        for session in line.gone
    )
